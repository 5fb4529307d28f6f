"""Measure how far off the decoding of configs is on ideal heatmaps: what a perfect network would lose."""

import argparse

from mmpose.utils import register_all_modules

from pose_plugins.config import OptionsAction, failures_explained, load_config
from pose_plugins.experiments.decoding import decoding_table
from pose_plugins.utils.errors import one_line_errors
from pose_plugins.utils.tables import csv_table, markdown_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('configs', nargs='+', help='configs whose heads have a codec of heatmaps')
    parser.add_argument(
        '--aligned',
        action='store_true',
        help="heatmaps of a network that was trained with crop and heatmap aligned at their corners, as TransPose's",
    )
    parser.add_argument('--csv', action='store_true', help='print the table as CSV')
    parser.add_argument('--cfg-options', nargs='+', action=OptionsAction, help='settings merged into all')
    args = parser.parse_args()
    register_all_modules()
    with failures_explained():
        rows = decoding_table([load_config(path, args.cfg_options) for path in args.configs], args.aligned)
    print(csv_table(rows) if args.csv else markdown_table(rows), end='')


if __name__ == '__main__':
    with one_line_errors():
        main()
