"""Turn a checkpoint that a method's authors published into one for our configs."""

import argparse

from pose_plugins.checkpoints.convert import SOURCES, convert_checkpoint
from pose_plugins.errors import one_line_errors


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('src', help='the published file')
    parser.add_argument('dst', help='the checkpoint to write')
    parser.add_argument('--source', required=True, choices=SOURCES, help='whose file it is')
    args = parser.parse_args()
    config = convert_checkpoint(args.src, args.dst, args.source)
    print(f'{args.dst} is for {config.name} and its like at other resolutions')


if __name__ == '__main__':
    with one_line_errors():
        main()
