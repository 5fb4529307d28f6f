"""Show what a transformer looks at: an encoder over pixels (TransPose), or queries that read features (Poseur, TFPose).

For an encoder, for each keypoint of each person in the pictures: the places that its prediction depends on and the places
that it affects, as heat over the picture, with a contact sheet. With --statistics also means over a data set, as JSON and as
plots. For queries, of each person: where they read, and which of each other they attend to.
"""

import argparse

from pose_plugins.attention.inspection import inspect_dataset, inspect_pictures
from pose_plugins.checkpoints.packaged_models import packaged_models
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config of the model, or the name of one that comes with the package')
    parser.add_argument('checkpoint', nargs='?', help='its weights, which a packaged model brings with it')
    parser.add_argument('images', nargs='*', help='pictures')
    parser.add_argument('--out', required=True, help='folder that the results go to')
    parser.add_argument(
        '--boxes', help="annotations in COCO's format with the people's boxes; without them a picture is one person"
    )
    parser.add_argument(
        '--layers',
        nargs='+',
        type=int,
        default=[-1],
        help='encoder or decoder layers, from 0; the last by default (-1)',
    )
    parser.add_argument(
        '--keypoints', nargs='+', help='names of the keypoints to draw, such as left_wrist; all by default'
    )
    parser.add_argument(
        '--threshold', type=float, help='attention below it is not shown; 1 / (number of places) by default'
    )
    parser.add_argument('--level', type=int, help='draw where queries read in this level only, from 0, the finest')
    parser.add_argument('--statistics', metavar='CONFIG', help='config with the test data to take statistics over')
    parser.add_argument('--max-people', type=int, help='take statistics over the first so many only')
    parser.add_argument('--device', help="such as 'cpu'; a GPU by default where there is one")
    args = parser.parse_args()
    if args.config in packaged_models():
        args.images = [*([args.checkpoint] if args.checkpoint else []), *args.images]
        args.checkpoint = None
    if not args.images and not args.statistics:
        parser.error('give pictures, or --statistics')
    if args.max_people is not None and not args.statistics:
        parser.error('--max-people is for --statistics')
    if args.images:
        sheets = inspect_pictures(
            config=args.config,
            checkpoint=args.checkpoint,
            images=args.images,
            out=args.out,
            boxes=args.boxes,
            layers=args.layers,
            keypoints=args.keypoints,
            threshold=args.threshold,
            level=args.level,
            device=args.device,
        )
        print('\n'.join(map(str, sheets)))
    if args.statistics:
        result = inspect_dataset(
            config=args.config,
            checkpoint=args.checkpoint,
            dataset_config=args.statistics,
            out=args.out,
            max_people=args.max_people,
            device=args.device,
        )
        print(result)


if __name__ == '__main__':
    with one_line_errors():
        main()
