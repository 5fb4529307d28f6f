"""Render synthetic people in an official format: python tools/make_synthetic_data.py OUT --format mpii"""

import argparse

from pose_plugins.synthetic import DIFFICULTIES, FORMATS, generate
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('out', help='the folder to fill, the data_root of a config')
    parser.add_argument(
        '--format', default='coco', choices=FORMATS, help='the annotations to write (default: %(default)s)'
    )
    parser.add_argument(
        '--people', nargs=2, type=int, default=(5000, 300), metavar=('TRAIN', 'VAL'), help='(default: 5000 300)'
    )
    parser.add_argument(
        '--size',
        nargs=2,
        type=int,
        metavar=('WIDTH', 'HEIGHT'),
        help="of the pictures, in pixels; the format's by default",
    )
    parser.add_argument('--seed', type=int, default=0, help='the same seed gives the same files')
    parser.add_argument(
        '--difficulty', default='easy', choices=DIFFICULTIES, help='how hard people are to read (default: %(default)s)'
    )
    parser.add_argument('--frames', type=int, help='of a video, in formats of videos (default: 30)')
    parser.add_argument(
        '--walkers', type=int, help="people a video shows at a time, about; the difficulty's by default"
    )
    parser.add_argument('--speed', type=float, help='factor on the pace of people in videos (default: 1)')
    parser.add_argument('--workers', type=int, help='processes; one a core by default')
    args = parser.parse_args()
    size = args.size and tuple(args.size)
    generate(
        args.out,
        args.format,
        tuple(args.people),
        size,
        args.seed,
        args.workers,
        args.difficulty,
        args.frames,
        args.walkers,
        args.speed,
    )


if __name__ == '__main__':
    with one_line_errors():
        main()
