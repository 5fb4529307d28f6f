"""Turn a data set's official files into COCO's format: python tools/prepare_data.py lsp SRC DST"""

import argparse

from pose_plugins.datasets.preparing import Prepared, prepare_lsp, prepare_lspet
from pose_plugins.datasets.preparing.joints import FLAGS
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = parser.add_subparsers(dest='dataset', required=True, metavar='{lsp,lspet}')
    lsp = kinds.add_parser('lsp', help='Leeds Sports Pose: 1000 pictures to train with, the others to test on')
    lspet = kinds.add_parser('lspet', help='LSP Extended: 10 000 pictures to train with, their labels noisy')
    for kind, flag in ((lsp, 'occluded'), (lspet, 'labelled')):
        kind.add_argument('src', help='the official folder, with joints.mat and images/')
        kind.add_argument('dst', help='the folder to fill, the data_root of a config')
        kind.add_argument(
            '--flag', choices=FLAGS, default=flag, help="what 1 as a joint's third number says (default: %(default)s)"
        )
    lspet.add_argument('--scores', help='a JSON file of picture -> how far its labels are to be trusted, 0 to 1')
    lspet.add_argument('--min-score', type=float, help='pictures below are left out (default: 0.5)')
    args = vars(parser.parse_args())
    prepare = dict(lsp=prepare_lsp, lspet=prepare_lspet)[args.pop('dataset')]
    tell(prepare(args.pop('src'), args.pop('dst'), **args))


def tell(prepared: Prepared) -> None:
    """Tell what was written, and what there is to know."""
    for path, people in prepared.people.items():
        print(f'{path}: {people} people')
    for note in prepared.notes:
        print(note)
    for pair in prepared.duplicates:
        print(
            f'nearly the same picture to train with and to test on: {pair.train}, {pair.test} ({pair.similarity:.3f})'
        )


if __name__ == '__main__':
    with one_line_errors():
        main()
