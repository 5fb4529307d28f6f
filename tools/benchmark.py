"""Measure what is done with a model: the start of a training, data, steps, tests, each beside the machine's limit.

Networks are measured with fused attention and in the plain way. With --people N: from a picture's file to the keypoints of so
many people, beside MMPose's inferencer. With --evaluation: COCO's evaluation by MMPose's metric and by the quick one, on
made-up results of COCO's size.
"""

import argparse
from pathlib import Path

from mmengine.logging import MMLogger
from mmpose.apis import init_model
from mmpose.models import TopdownPoseEstimator
from mmpose.utils import register_all_modules

from pose_plugins.checkpoints.packaged_models import packaged_models
from pose_plugins.config import failures_explained, load_config
from pose_plugins.experiments.evaluation_speed import evaluation_table, measure_evaluation
from pose_plugins.experiments.machine import load, this_machine
from pose_plugins.experiments.speed import AMP, benchmark
from pose_plugins.experiments.start_speed import measure_start
from pose_plugins.experiments.throughput import measure_throughput, throughput_table
from pose_plugins.experiments.timing import Timing, speed_table, write_timings
from pose_plugins.inference.model import load_model
from pose_plugins.utils.destinations import check_file
from pose_plugins.utils.errors import InputError, one_line_errors
from pose_plugins.utils.memory import keep_freed_memory
from pose_plugins.utils.tables import markdown_table

STARTS = 3  # of a training, which take some ten seconds each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', nargs='*', help='configs of the models')
    parser.add_argument('--batch-size', type=int, default=4, help='pictures in a batch')
    parser.add_argument(
        '--repeats',
        type=int,
        default=9,
        help=f'how often each is measured, the start of a training at most {STARTS} times',
    )
    parser.add_argument('--device', default='cpu', help="such as 'cuda:0'")
    parser.add_argument('--channels-last', action='store_true', help='the memory format of the convolutions')
    parser.add_argument('--amp', choices=AMP, help='autocast to this type')
    parser.add_argument('--compile', action='store_true', help='let torch.compile have backbone, neck and head')
    parser.add_argument('--no-plain', action='store_true', help='leave the plain way of attention out')
    parser.add_argument(
        '--people', type=int, help='people in a picture: measure from its file to their keypoints instead'
    )
    parser.add_argument('--checkpoint', help='weights for --people; a packaged model has its own, others are random')
    parser.add_argument('--evaluation', action='store_true', help="measure COCO's evaluation, which needs no config")
    parser.add_argument(
        '--out',
        nargs='+',
        default=[],
        metavar='FILE',
        help='.json and .csv that get the measurements of configs as well',
    )
    args = parser.parse_args()
    keep_freed_memory()
    if bool(args.config) == args.evaluation:
        parser.error('config: either configs of models or --evaluation')
    if args.evaluation and (args.people is not None or args.channels_last):
        parser.error(
            '--evaluation: no network takes part in it, so that --people and --channels-last are none of its options'
        )
    if (args.amp or args.compile or args.no_plain) and (args.evaluation or args.people is not None):
        parser.error(
            '--amp, --compile and --no-plain: are for the measurements of configs, without --evaluation and --people'
        )
    if args.checkpoint and args.people is None:
        parser.error('--checkpoint: is for --people; the weights of a network do not change what else is measured')
    if args.out and (args.evaluation or args.people is not None):
        parser.error('--out: is for the measurements of configs, without --evaluation and --people')
    for file in args.out:
        check_file(file, '--out', ('.json', '.csv'))
    register_all_modules()
    machine = f'{this_machine()}; {load()}'
    how = ', '.join([args.amp or 'float32', *(['compiled'] if args.compile else [])])
    measured: dict[str, list[Timing]] = {}
    if args.evaluation:
        print(markdown_table(evaluation_table(measure_evaluation(repeats=args.repeats))))
    for config in args.config:
        if args.people is not None:
            packaged = config in packaged_models()
            model = (
                load_model(config, args.checkpoint, args.device)
                if args.checkpoint or packaged
                else untrained(config, args.device)
            )
            table = throughput_table(measure_throughput(model, args.people, args.repeats), args.people)
            print(f'\n{config}, {args.people} people\n\n{markdown_table(table)}', flush=True)
            continue
        cfg, starts = load_config(config), []
        try:
            starts = measure_start(cfg, min(args.repeats, STARTS))
        except InputError as error:
            print(f'\n{config}: the start of a training is not measured: {error}')
        MMLogger.get_current_instance().setLevel('ERROR')  # mmengine tells of each operator that it does not count
        with failures_explained():
            parts = benchmark(
                cfg,
                args.batch_size,
                args.repeats,
                args.device,
                args.channels_last,
                args.amp,
                args.compile,
                not args.no_plain,
            )
        rows = [*starts, *parts]
        measured[config] = rows
        print(
            f'\n{config}, batch of {args.batch_size}, {how}\n{machine}\n\n{markdown_table(speed_table(rows))}',
            flush=True,
        )
        for file in args.out:
            write_timings(measured, machine, Path(file))


def untrained(config: str, device: str) -> TopdownPoseEstimator:
    """The model of a config with random weights."""
    cfg = load_config(config)
    with failures_explained(cfg):
        return init_model(cfg, device=device)


if __name__ == '__main__':
    with one_line_errors():
        main()
