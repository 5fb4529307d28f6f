"""Train, measure and report everything that a suite names: python tools/run_suite.py lsp. Run again after an interruption.

The same command may run several times at once, also on machines that share the folder: each training is made by one of them,
and whoever ends last writes the report.
"""

import argparse
import signal
import sys
from pathlib import Path

from pose_plugins.config import parse_options
from pose_plugins.experiments.cluster import commands, slurm_array
from pose_plugins.experiments.run_suite import default_folder, part_of_suite, report_suite, run_suite
from pose_plugins.experiments.suite_file import load_suite
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('suite', help='a suite file, or the name of one of the package, such as lsp')
    parser.add_argument('--work-dir', type=Path, help='where trainings and the report go (default: work_dirs/SUITE)')
    parser.add_argument('--only', nargs='+', metavar='NAME', help='only these of its configs or settings')
    parser.add_argument('--seeds', nargs='+', type=int, help="instead of the suite's")
    parser.add_argument('--samples', type=int, help="how many samples each training sees, instead of the suite's")
    parser.add_argument('--processes', type=int, default=1, help='of each training, one a GPU (default: 1)')
    parser.add_argument(
        '--cfg-options', nargs='+', metavar='KEY=VALUE', default=[], help='settings merged into every config'
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument('--report', action='store_true', help='train nothing, report what is done')
    how.add_argument(
        '--dry-run', action='store_true', help='train nothing, print a command for each training and a Slurm array'
    )
    args = parser.parse_args()
    # others see at once that nobody is at work any more
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    whole = part_of_suite(load_suite(args.suite), samples=args.samples, options=parse_options(args.cfg_options))
    file = part_of_suite(whole, args.only, args.seeds)
    if args.dry_run:
        lines = commands(file, [sys.executable, sys.argv[0], args.suite], _given(args), whole)
        print('\n'.join(lines), slurm_array(file, lines), sep='\n\n')
        return
    folder = args.work_dir or default_folder(file)
    if args.report:
        print(report_suite(file, folder))
    else:
        run_suite(file, folder, whole, args.processes)


def _given(args: argparse.Namespace) -> list[str]:
    """The options that each command of a dry run hands on."""
    options = dict(work_dir=args.work_dir, samples=args.samples)
    given = [[f'--{name.replace("_", "-")}', str(value)] for name, value in options.items() if value is not None]
    return sum(given, []) + (['--cfg-options', *args.cfg_options] if args.cfg_options else [])


if __name__ == '__main__':
    with one_line_errors():
        main()
