"""Collect where faces and hands lie in people's boxes, from Halpe's annotations, for part-guided proposals."""

import argparse
import json
from pathlib import Path

from pose_plugins.datasets.part_statistics import collect_part_statistics
from pose_plugins.utils.errors import InputError, one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'annotations', help="a file in Halpe's format, such as data/halpe/annotations/halpe_train_v1.json"
    )
    parser.add_argument('out', help='the JSON file to write')
    parser.add_argument('--most', type=int, default=300, help='places to keep of each part (default: %(default)s)')
    args = parser.parse_args()
    if args.most < 1:
        parser.error('--most must be at least 1')
    statistics = collect_part_statistics(args.annotations, args.most)
    try:
        Path(args.out).write_text(json.dumps(statistics))
    except OSError as error:
        raise InputError(f'{args.out}: cannot be written: {error.strerror}') from None
    print(f'{args.out}: ' + ', '.join(f'{len(places)} of {part}' for part, places in statistics.items()))


if __name__ == '__main__':
    with one_line_errors():
        main()
