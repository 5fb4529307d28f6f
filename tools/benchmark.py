"""Measure time and memory of inference and of a training step, with fused attention and with attention maps built."""

import argparse

from mmpose.utils import register_all_modules

from pose_plugins.config import failures_explained, load_config
from pose_plugins.experiments.speed import benchmark, speed_table
from pose_plugins.utils.errors import one_line_errors
from pose_plugins.utils.tables import markdown_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', nargs='+', help='configs of the models')
    parser.add_argument('--batch-size', type=int, default=4, help='pictures in a batch')
    parser.add_argument('--repeats', type=int, default=9, help='how often each is measured')
    parser.add_argument('--device', default='cpu', help="such as 'cuda:0'")
    parser.add_argument('--channels-last', action='store_true', help='the memory format of the convolutions')
    args = parser.parse_args()
    register_all_modules()
    for config in args.config:
        cfg = load_config(config)
        with failures_explained():
            rows = benchmark(cfg, args.batch_size, args.repeats, args.device, args.channels_last)
        print(f'\n{config}, batch of {args.batch_size}\n\n{markdown_table(speed_table(rows))}', flush=True)


if __name__ == '__main__':
    with one_line_errors():
        main()
