"""Compare the trackers on drawn videos and on sequences of the MOT challenge: python tools/compare_trackers.py OUT"""

import argparse
from pathlib import Path

from pose_plugins.experiments.tracking_study import TABLE, drawn_study, mot_study, summary, write_rows
from pose_plugins.inference.estimator import Estimator
from pose_plugins.inference.model import load_model
from pose_plugins.synthetic import DIFFICULTIES
from pose_plugins.utils.arguments import at_least, positive
from pose_plugins.utils.destinations import check_folder
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    args = parse_args()
    at_least(1, videos=args.videos)
    at_least(2, frames=args.frames)
    at_least(0, seeds=min(args.seeds))
    positive(mot_scores=args.mot_scores)
    out = Path(args.out)
    check_folder(out)
    estimator = None if args.model is None else Estimator(load_model(args.model, args.checkpoint), appearance=True)
    rows = drawn_study(out, args.difficulty, args.seeds, args.videos, args.frames, estimator)
    if args.mot:
        of_people = Estimator(load_model(args.mot_model), appearance=True)
        for folder in args.mot:
            rows += mot_study(Path(folder), of_people, args.mot_scores, args.hog)
    write_rows(out / TABLE, rows)
    print(f'{out / TABLE}:\n\n{summary(rows)}')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('out', help='folder for the drawn videos and the table')
    parser.add_argument(
        '--difficulty', nargs='*', default=list(DIFFICULTIES), choices=DIFFICULTIES, help='(default: all)'
    )
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2], help='a set of videos each (default: 0 1 2)')
    parser.add_argument('--videos', type=int, default=4, help='of a set (default: 4)')
    parser.add_argument('--frames', type=int, default=100, help='of a video (default: 100)')
    parser.add_argument('--model', help="a network for drawn people: its config; without it poses are the truth's")
    parser.add_argument('--checkpoint', help='its weights')
    parser.add_argument('--mot', nargs='+', help='sequences: folders with img1, gt/gt.txt and det/det.txt')
    parser.add_argument('--mot-model', default='small-person', help='for those (default: %(default)s)')
    parser.add_argument(
        '--mot-scores', type=float, default=1.0, help='what scores of det.txt are divided by (default: 1)'
    )
    parser.add_argument('--hog', action='store_true', help="look for people in sequences with OpenCV's HOG as well")
    return parser.parse_args()


if __name__ == '__main__':
    with one_line_errors():
        main()
