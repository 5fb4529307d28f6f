"""Collect where faces and hands lie in people's boxes, from Halpe's annotations, for part-guided proposals."""

import argparse

from pose_plugins.datasets.part_statistics import collect_part_statistics
from pose_plugins.utils.destinations import check_file
from pose_plugins.utils.errors import one_line_errors
from pose_plugins.utils.files import write_json


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'annotations', help="a file in Halpe's format, such as data/halpe/annotations/halpe_train_v1.json"
    )
    parser.add_argument('out', help='the JSON file to write')
    parser.add_argument('--most', type=int, default=300, help='places to keep of each part (default: %(default)s)')
    args = parser.parse_args()
    check_file(args.out)
    statistics = collect_part_statistics(args.annotations, args.most)
    write_json(args.out, statistics)
    print(f'{args.out}: ' + ', '.join(f'{len(places)} of {part}' for part, places in statistics.items()))


if __name__ == '__main__':
    with one_line_errors():
        main()
