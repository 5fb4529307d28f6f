"""Train variants of a config with several seeds and compare them on its test data."""

import argparse

from pose_plugins.config import OptionsAction, parse_options
from pose_plugins.experiments.variants import compare_variants
from pose_plugins.utils.errors import InputError, one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='it is the first of the variants')
    parser.add_argument('--out', required=True, help='folder for trainings and results')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2], help='one training of each variant a seed')
    named = dict(nargs='+', action='append', default=[], metavar=('NAME', 'KEY=VALUE'))
    parser.add_argument('--variant', help='a name and the settings that it is trained with; may be repeated', **named)
    parser.add_argument(
        '--retest', help="a name and settings that the config's own models are tested with; may be repeated", **named
    )
    parser.add_argument(
        '--columns',
        nargs='+',
        metavar='METRIC',
        help="measurements to compare, such as coco/AP 'coco/hand AP'; all by default, the first one is drawn",
    )
    parser.add_argument('--cfg-options', nargs='+', action=OptionsAction, help='settings merged into all')
    args = parser.parse_args()
    variants, retests = (_settings(group) for group in (args.variant, args.retest))
    table = compare_variants(args.config, args.out, variants, retests, args.seeds, args.cfg_options, args.columns)
    print(f'{table}:\n\n{table.read_text()}')


def _settings(group: list[list[str]]) -> dict[str, dict]:
    """[[name, 'key=value', ...], ...] to {name: {key: value}}."""
    result = {}
    for name, *pairs in group:
        if name in result or '=' in name or not all('=' in pair for pair in pairs):
            raise InputError(f'variant {name}: give a name of its own, then KEY=VALUE ...')
        result[name] = parse_options(pairs)
    return result


if __name__ == '__main__':
    with one_line_errors():
        main()
