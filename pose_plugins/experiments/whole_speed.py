"""Measures what a user waits for: a training step with its data, and a test from crops to keypoints."""

import copy
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmpose.models import TopdownPoseEstimator

from .made_up_people import made_up_data
from .pipeline_speed import measure_pipeline
from .throughput import Stopwatch
from .timing import Timing, Ways, in_turns, synchronize

STEP, TEST, NETWORK, DECODING = 'training step with data', 'test of crops', '- its network', '- its decoding'


def measure_whole(
    cfg: Config, model: TopdownPoseEstimator, ways: Ways, people: int, repeats: int, forward: float, learning: float
) -> list[Timing]:
    """Measure the data, the training step and the test of a config, on made-up people of a picture of 640x480.

    Args:
        cfg: The config.
        model: Its model, which the steps change.
        ways: Of computing its attention, as ``ways_of_attention`` gives them; they take turns.
        people: In a batch.
        repeats: How often each is measured.
        forward, learning: Milliseconds that the arithmetic of one forward pass of the network takes at the machine's limit,
            in a test and in training.

    Returns:
        Rows of a batch's data, by transform, made in one process; of a training step with its data, losses and optimizer; and
        of a test as configured, from cropped pictures to keypoints, with the network's and the decoding's part of it.
    """
    device = next(model.parameters()).device
    with tempfile.TemporaryDirectory() as name:
        dataset, indices = _data(cfg.train_dataloader.dataset, people, Path(name))
        rows = [
            Timing(f'- {part}' if number else 'data', '', took, people)
            for number, (part, took) in enumerate(measure_pipeline(dataset, indices, repeats).items())
        ]
        optimizer = build_optim_wrapper(model, copy.deepcopy(cfg.optim_wrapper))
        model.train()

        def step() -> None:
            model.train_step(_batch(dataset, indices), optimizer)

        rows += in_turns({STEP: step}, ways, repeats, people, device, {STEP: 3 * learning})
        batch = _batch(*_data(cfg.test_dataloader.dataset, people, Path(name)))
    watch = Stopwatch(model)
    model.eval()

    def test() -> dict[str, float]:
        watch.seconds = 0.0
        start = time.perf_counter()
        with torch.no_grad():
            model.test_step(copy.deepcopy(batch))
        synchronize(device)
        return {NETWORK: watch.seconds, DECODING: time.perf_counter() - start - watch.seconds}

    both = forward * (2 if model.test_cfg.get('flip_test') else 1)
    return rows + in_turns({TEST: test}, ways, repeats, people, device, {TEST: both, NETWORK: both})


def _data(config: Any, people: int, folder: Path) -> tuple[Any, list[int]]:
    """A data set of made-up people, and as many samples of it, of each data set that it combines."""
    dataset = made_up_data(config, people, folder)
    return dataset, np.linspace(0, len(dataset) - 1, people).astype(int).tolist()


def _batch(dataset: Any, indices: list[int]) -> dict:
    return pseudo_collate([dataset[index] for index in indices])
