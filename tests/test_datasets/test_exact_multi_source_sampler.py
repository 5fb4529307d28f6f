"""Shares of several data sets in batches: exact over an epoch, for any batch, in several processes, with small sets."""

from collections import Counter

import numpy as np
import pytest
from mmpose.datasets import CombinedDataset
from torch.utils.data import DataLoader

from pose_plugins.datasets import ExactMultiSourceSampler
from pose_plugins.utils.errors import InputError

RATIO = [1 / 3, 1 / 3, 1 / 9, 1 / 9, 1 / 9]


def combined(*lengths):
    """A combined data set of these lengths, without annotation files."""
    dataset = CombinedDataset.__new__(CombinedDataset)
    dataset.datasets = [list(range(length)) for length in lengths]
    dataset._lens = list(lengths)
    dataset._len = sum(lengths)
    return dataset


def sources(indices, lengths):
    """Which set each index is of."""
    return np.searchsorted(np.cumsum(lengths), indices, side='right')


def test_shares_of_any_size():
    rng = np.random.default_rng(0)
    for _ in range(300):
        ratio = rng.dirichlet(np.full(rng.integers(1, 7), 0.5))
        sampler = ExactMultiSourceSampler(combined(*[10] * len(ratio)), 4, list(ratio), seed=0)
        taken = np.zeros(len(ratio))
        for number, source in enumerate(sampler.sources(200), start=1):
            taken[source] += 1
            assert np.abs(taken - ratio * number).max() < 1 + 1e-6


@pytest.mark.parametrize('batch_size', [9, 32, 7, 1])
def test_shares_are_met_to_less_than_one_sample(batch_size):
    lengths = [400, 300, 5, 90, 1]
    sampler = ExactMultiSourceSampler(combined(*lengths), batch_size, RATIO, seed=0)
    indices = list(sampler)
    assert len(indices) == -(-sum(lengths) // batch_size) * batch_size
    found = sources(indices, lengths)
    for end in range(batch_size, len(indices) + 1, batch_size):  # after every batch
        counts = np.bincount(found[:end], minlength=5)
        assert np.abs(counts - np.array(RATIO) * end).max() < 1 + 1e-9
    if batch_size == 9:
        for start in range(0, len(indices), 9):
            assert np.bincount(found[start : start + 9], minlength=5).tolist() == [3, 3, 1, 1, 1]


def test_small_sets_come_round_again_evenly():
    lengths = [90, 90, 4, 4, 4]
    indices = list(ExactMultiSourceSampler(combined(*lengths), 9, RATIO, seed=0))
    counts = Counter(index for index in indices if 180 <= index < 184)
    assert len(counts) == 4 and max(counts.values()) - min(counts.values()) <= 1


def test_processes_share_every_set(monkeypatch):
    lengths, taken = [36, 36, 12, 12, 12], []
    for rank in (0, 1):
        monkeypatch.setattr('mmpose.datasets.samplers.get_dist_info', lambda rank=rank: (rank, 2))
        sampler = ExactMultiSourceSampler(combined(*lengths), 9, RATIO, seed=3)
        indices = list(sampler)
        assert len(indices) == 54 and np.bincount(sources(indices, lengths)).tolist() == [18, 18, 6, 6, 6]
        taken.append(indices)
    assert sorted(taken[0] + taken[1]) == list(range(108))  # one epoch of each, no sample twice


def test_epochs_differ_and_a_resumed_training_goes_on():
    lengths = [200, 20, 7, 7, 7]
    first, second = (ExactMultiSourceSampler(combined(*lengths), 9, RATIO, seed=1) for _ in range(2))
    epochs = list(first), list(first)
    assert epochs[0] != epochs[1]
    second.set_epoch(1)
    assert list(second) == epochs[1]
    large = [index for index in epochs[0] + epochs[1] if index < 200]
    assert len(set(large)) == len(large)  # the second epoch takes what the first left


@pytest.mark.parametrize('drop_last', [False, True])
@pytest.mark.parametrize('round_up', [False, True])
def test_a_loader_is_as_long_as_it_says(round_up, drop_last):
    dataset = combined(50, 40, 5, 5, 5)
    sampler = ExactMultiSourceSampler(dataset, 9, RATIO, round_up=round_up, seed=0)
    loader = DataLoader(range(len(dataset)), 9, sampler=sampler, drop_last=drop_last)
    assert len(loader) == len(list(loader)) == (12 if round_up else 11)


def test_an_epoch_can_be_that_of_one_set(monkeypatch):
    """However large the others are; also shared by two processes."""
    lengths = [36, 100, 5, 5, 5000]
    sampler = ExactMultiSourceSampler(combined(*lengths), 9, RATIO, seed=0, epoch_of=0)
    assert len(sampler) == 108
    epochs = [list(sampler), list(sampler)]
    for indices in epochs:
        assert sorted(index for index in indices if index < 36) == list(range(36))
    taken = []
    for rank in (0, 1):
        monkeypatch.setattr('mmpose.datasets.samplers.get_dist_info', lambda rank=rank: (rank, 2))
        sampler = ExactMultiSourceSampler(combined(*lengths), 9, RATIO, seed=0, epoch_of=0)
        assert len(sampler) == 54
        taken += list(sampler)
    assert sorted(index for index in taken if index < 36) == list(range(36))


def test_sets_that_are_resampled():
    """MMPose's ``sample_ratio_factor``: a set counts, and is indexed, as it is after it."""
    dataset = combined(100, 10)
    dataset.datasets[0] = list(range(1000))
    indices = list(ExactMultiSourceSampler(dataset, 10, [0.5, 0.5], seed=0))
    assert np.bincount(sources(indices, [100, 10])).tolist() == [55, 55]


def test_bad_input():
    for epoch_of in (-1, 2, 1):
        with pytest.raises(InputError, match=rf'epoch_of={epoch_of}: must be the index of a set that has a share'):
            ExactMultiSourceSampler(combined(3, 3), 4, [1.0, 0.0], epoch_of=epoch_of)
    with pytest.raises(InputError, match=r'must be 0 or larger and sum to 1, not 0\.9'):
        ExactMultiSourceSampler(combined(3, 3), 4, [0.5, 0.4])
    with pytest.raises(InputError, match='there are 2 data sets'):
        ExactMultiSourceSampler(combined(3, 3), 4, [0.5, 0.25, 0.25])
    with pytest.raises(InputError, match=r'source_ratio=\[\]: there are 2 data sets'):
        ExactMultiSourceSampler(combined(3, 3), 4, [])
    with pytest.raises(InputError, match='data set 1: has no samples, but a share of 0.5 of every batch'):
        ExactMultiSourceSampler(combined(3, 0), 4, [0.5, 0.5])
