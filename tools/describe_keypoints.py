"""Write MMPose's description of your own keypoints, from annotations in COCO's format."""

import argparse
import os
import sys

from pose_plugins.datasets.describing import Described, describe_keypoints, description_text
from pose_plugins.datasets.describing.describe import DEFAULT_SIGMA
from pose_plugins.utils.errors import InputError, one_line_errors
from pose_plugins.utils.files import write_text
from pose_plugins.utils.tables import markdown_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('annotations', help="a file in COCO's format, such as the training's annotations")
    parser.add_argument('--out', help='the .py file to write, one that is not there yet (default: printed)')
    parser.add_argument('--name', help="of the data set (default: the category's)")
    parser.add_argument('--category', help='which one to describe, where several have keypoints of different kinds')
    parser.add_argument(
        '--names', nargs='*', help="of the keypoints, instead of the file's; none after --names: numbers"
    )
    parser.add_argument(
        '--sigma', type=float, default=DEFAULT_SIGMA, help='where no object is annotated twice (default: %(default)s)'
    )
    args = parser.parse_args()
    if args.out and not args.out.endswith('.py'):
        raise InputError(f'--out {args.out}: must end in .py, by which MMPose knows how to read it')
    described = describe_keypoints(args.annotations, args.category, args.names, args.name, args.sigma)
    text = description_text(described)
    if args.out:
        if os.path.lexists(args.out):
            raise InputError(f'{args.out}: is there already, and perhaps corrected by hand: remove it, or give another --out')
        write_text(args.out, text)
    print(text if not args.out else report(args.out, described))
    if not args.out:
        print(report('description', described), file=sys.stderr)


def report(out: str, described: Described) -> str:
    """What was found and guessed."""
    info = described.description
    rows = [['keypoint', 'labelled', 'mirror image', 'sigma']]
    for record, labelled, sigma in zip(info['keypoint_info'].values(), described.labelled, info['sigmas']):
        rows.append([record['name'], str(labelled), record['swap'], str(sigma)])
    heading = f'{out}: {len(info["keypoint_info"])} keypoints of {described.source}, {described.objects} objects'
    return '\n'.join([heading, markdown_table(rows).rstrip(), *described.sigma_notes, *described.notes])


if __name__ == '__main__':
    with one_line_errors():
        main()
