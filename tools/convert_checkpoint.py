"""Turn a checkpoint that a method's authors published into one for our configs."""

import argparse

from pose_plugins.checkpoints.convert import SOURCES, convert_checkpoint
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('src', help='the published file')
    parser.add_argument('dst', help='the checkpoint to write')
    parser.add_argument('--source', required=True, choices=SOURCES, help='whose file it is')
    args = parser.parse_args()
    configs, options = convert_checkpoint(args.src, args.dst, args.source)
    print(f'{args.dst} is for {configs[0].name} and its like at other resolutions')
    if configs[1:]:
        print(f'or for {", ".join(c.name for c in configs[1:])}: weights do not tell which loss they were trained with')
    if options:
        print('with --cfg-options ' + ' '.join(f'{key}={value}' for key, value in options.items()))


if __name__ == '__main__':
    with one_line_errors():
        main()
