"""Measures speed and memory of several models in turns, so that what else the machine does meets all of them alike."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.apis import init_model
from mmpose.models import TopdownPoseEstimator
from tqdm import tqdm

from ..utils.arguments import at_least
from .machine import this_machine
from .runs import Run
from .timing import measure_memory, measure_seconds

PEOPLE = 32  # in a batch of inference


@dataclass(frozen=True)
class Cost:
    """Speed and memory of a model on this machine.

    Attributes:
        training: People a second of training: forward, backward, optimizer; without the loading of data.
        inference: People a second of inference in batches of ``PEOPLE``, with decoding and the flip test of its config.
        training_megabytes, inference_megabytes: What a step adds to the memory held before, at its peak; None if the system
            does not tell.
        machine: Which one, in words.
    """

    training: float
    inference: float
    training_megabytes: float | None
    inference_megabytes: float | None
    machine: str


def measure_costs(runs: Mapping[str, Run], repeats: int = 7) -> dict[str, Cost]:
    """Measure trained models in turns.

    Args:
        runs: Name -> a run that has been trained.
        repeats: How often each is measured; medians are given.

    Returns:
        By name.
    """
    at_least(1, repeats=repeats)
    steps = {name: _steps(run.config, run.checkpoint) for name, run in runs.items()}
    megabytes: dict[tuple[str, str], float | None] = {}
    times: dict[tuple[str, str], list[float]] = {}
    with tqdm(total=2 * len(steps) * (repeats + 2), desc='speeds', unit='step', leave=False) as bar:
        for repeat in range(-1, repeats + 1):  # warm-up, memory, then times
            for name, (device, _, _, both) in steps.items():
                for mode, step in both.items():
                    if repeat > 0:
                        times.setdefault((name, mode), []).append(measure_seconds(step, device))
                    elif repeat == 0:
                        megabytes[name, mode] = measure_memory(step, device)
                    else:
                        step()
                    bar.update()
    return {
        name: Cost(
            batch / statistics.median(times[name, 'training']),
            people / statistics.median(times[name, 'inference']),
            megabytes[name, 'training'],
            megabytes[name, 'inference'],
            this_machine(),
        )
        for name, (_, batch, people, _) in steps.items()
    }


def _steps(config: Config, checkpoint: str | None) -> tuple[torch.device, int, int, dict[str, Callable[[], Any]]]:
    """Device, people of a training and of a test batch, and a step of each mode on real samples."""
    init_default_scope(config.get('default_scope') or 'mmpose')
    device = 'cuda:0' if torch.cuda.is_available() else 'cpu'
    model = init_model(config, checkpoint, device=device).to(memory_format=torch.channels_last)
    optimizer = build_optim_wrapper(model, config.optim_wrapper)
    batches = {}
    for mode, size in (('train', config.train_dataloader.batch_size), ('test', PEOPLE)):
        loader = Runner.build_dataloader({**config[f'{mode}_dataloader'], 'batch_size': size}, seed=0)
        batches[mode] = next(iter(loader))

    def train() -> None:
        _with_mode(model, True).train_step(batches['train'], optimizer)

    def infer() -> None:
        with torch.no_grad():
            _with_mode(model, False).test_step(batches['test'])

    learning, tested = (len(batches[mode]['inputs']) for mode in ('train', 'test'))
    return torch.device(device), learning, tested, dict(training=train, inference=infer)


def _with_mode(model: TopdownPoseEstimator, training: bool) -> TopdownPoseEstimator:
    return model.train(training)
