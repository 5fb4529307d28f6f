"""Train, measure and report everything that a suite names: python tools/run_suite.py lsp. Run again after an interruption."""

import argparse

from mmengine.config import DictAction

from pose_plugins.experiments.run_suite import run_suite, suite_of
from pose_plugins.experiments.suite_file import load_suite
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('suite', help='a suite file, or the name of one of the package, such as lsp')
    parser.add_argument('--work-dir', help='where trainings and the report go (default: work_dirs/SUITE)')
    parser.add_argument('--only', nargs='+', metavar='NAME', help='only these of its configs or settings')
    parser.add_argument('--seeds', nargs='+', type=int, help="instead of the suite's")
    parser.add_argument('--samples', type=int, help="how many samples each training sees, instead of the suite's")
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='settings merged into every config')
    args = parser.parse_args()
    file = load_suite(args.suite)
    suite = suite_of(file, args.work_dir, args.only, args.seeds, args.samples, args.cfg_options)
    run_suite(file, suite)


if __name__ == '__main__':
    with one_line_errors():
        main()
