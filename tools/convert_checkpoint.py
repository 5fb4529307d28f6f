"""Turn a checkpoint of a method's authors into one for our configs, or one of ours into one for their code."""

import argparse

from pose_plugins.checkpoints.convert import SOURCES, TARGETS, convert_checkpoint, export_checkpoint
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('src', help="the authors' file, or our checkpoint for --to")
    parser.add_argument('dst', help='the checkpoint to write')
    direction = parser.add_mutually_exclusive_group(required=True)
    direction.add_argument('--source', choices=SOURCES, help='whose file it is')
    direction.add_argument('--to', choices=TARGETS, help='for whose code our checkpoint is written')
    parser.add_argument('--config', help='of the model; without it, SRC is one of the published files')
    args = parser.parse_args()
    if args.to:
        if not args.config:
            parser.error('--to needs --config')
        export_checkpoint(args.src, args.dst, args.to, args.config)
        print(f"{args.dst} is for the code of {args.to}'s authors")
        return
    configs, options = convert_checkpoint(args.src, args.dst, args.source, args.config)
    if args.config:
        print(f'{args.dst} is for {args.config}')
        return
    print(f'{args.dst} is for {configs[0].name} and its like at other resolutions')
    if configs[1:]:
        print(
            f'or for {", ".join(c.name for c in configs[1:])}: weights do not tell with which recipe they were trained'
        )
    if options:
        print('with --cfg-options ' + ' '.join(f'{key}={value}' for key, value in options.items()))


if __name__ == '__main__':
    with one_line_errors():
        main()
