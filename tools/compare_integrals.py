"""Try AlphaPose's claims: symmetric against plain integral, two-step normalisation against softmax, on synthetic people."""

import argparse

from pose_plugins.config import OptionsAction
from pose_plugins.experiments.integrals import compare_integrals
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='a synthetic config with a SIKRHead')
    parser.add_argument('--out', default='work_dirs/integrals', help='folder for trainings and results')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2], help='one training of each variant a seed')
    parser.add_argument('--cfg-options', nargs='+', action=OptionsAction, help='settings merged into the config')
    args = parser.parse_args()
    table = compare_integrals(args.config, args.out, args.seeds, args.cfg_options)
    print(f'{table}:\n\n{table.read_text()}')


if __name__ == '__main__':
    with one_line_errors():
        main()
