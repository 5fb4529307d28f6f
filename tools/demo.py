"""Generate synthetic people, train every method on them, evaluate, and write a report. Run again after an interruption."""

import argparse

from pose_plugins.config import OptionsAction, config_dir
from pose_plugins.experiments import run_demo
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--methods', nargs='+', help='only these, such as hrnet; all that have a synthetic config by default'
    )
    parser.add_argument('--work-dir', default='work_dirs/demo', help='where trainings and the report go')
    parser.add_argument('--data-root', default='data/synthetic/coco', help='where the synthetic people are or will be')
    parser.add_argument(
        '--people', nargs=2, type=int, default=(5000, 300), metavar=('TRAIN', 'TEST'), help='how many to generate'
    )
    parser.add_argument('--cfg-options', nargs='+', action=OptionsAction, help='settings merged into every config')
    args = parser.parse_args()
    run_demo(config_dir(), args.work_dir, args.data_root, tuple(args.people), args.methods, args.cfg_options)


if __name__ == '__main__':
    with one_line_errors():
        main()
