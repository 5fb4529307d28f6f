"""Batches that several data sets fill in fixed shares (AlphaPose, section 4.1)."""

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
from mmpose.datasets import CombinedDataset, MultiSourceSampler
from mmpose.registry import DATA_SAMPLERS

from ..utils.errors import InputError


@DATA_SAMPLERS.register_module()
class ExactMultiSourceSampler(MultiSourceSampler):
    """MMPose's ``MultiSourceSampler`` whose shares are met over an epoch, also where they do not divide the batch.

    MMPose's rounds the shares down in every batch and gives the first source what is left: of 32 with shares 1/3, 1/3 and
    three times 1/9, the first takes 13 of every batch, 41 %. Here the number of a source's samples in the first n batches is
    its share of them, rounded up or down to a whole number, so that batches differ by a sample of a source or two. A small
    set is gone through again, in a new order, as often as needed. With several processes each takes its own part of every
    set, and batches of all processes have the same composition.

    Args:
        dataset: The sets, none of them empty.
        batch_size: Of one process, the data loader's.
        source_ratio: Shares of the sets; they sum to 1.
        shuffle, round_up, seed: As in ``MultiSourceSampler``.
        epoch_of: Index of the set that an epoch goes through once; None makes an epoch as long as all sets together, as
            MMPose's is.

    Raises:
        InputError: If the shares do not sum to 1, there is another number of them than of sets, a set is empty, or
            ``epoch_of`` is none of the sets that have a share.
    """

    def __init__(
        self,
        dataset: CombinedDataset,
        batch_size: int,
        source_ratio: Sequence[float],
        shuffle: bool = True,
        round_up: bool = True,
        seed: int | None = None,
        epoch_of: int | None = None,
    ) -> None:
        source_ratio = list(source_ratio)
        if len(source_ratio) != len(dataset.datasets):
            raise InputError(f'source_ratio={source_ratio}: there are {len(dataset.datasets)} data sets')
        if min(source_ratio) < 0 or not math.isclose(sum(source_ratio), 1, abs_tol=1e-6):
            raise InputError(
                f'source_ratio={source_ratio}: must be 0 or larger and sum to 1, not {sum(source_ratio):g}'
            )
        for i, (length, ratio) in enumerate(zip(dataset.lens, source_ratio)):
            if ratio and not length:
                raise InputError(f'data set {i}: has no samples, but a share of {ratio:g} of every batch')
        if epoch_of is not None and not (0 <= epoch_of < len(source_ratio) and source_ratio[epoch_of]):
            raise InputError(f'epoch_of={epoch_of}: must be the index of a set that has a share of {source_ratio}')
        super().__init__(dataset, batch_size, source_ratio, shuffle, round_up, seed)
        if epoch_of is not None:
            samples = dataset.lens[epoch_of] / source_ratio[epoch_of]
            self.num_samples = math.ceil(round(samples / self.world_size, 6))  # of this process
        batches = self.num_samples / batch_size
        self.num_samples = (math.ceil(batches) if round_up else math.floor(batches)) * batch_size  # whole batches
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Tell which epoch comes next, from 0: a training that is resumed with the seed that it had goes on where it was."""
        self.epoch = epoch

    def sources(self, count: int) -> Iterator[int]:
        """Yield the set of each sample, by Balinski and Young's quota method: after n samples each set has had its share
        of n, rounded up or down.

        Args:
            count: How many samples.

        Yields:
            Index of the set.
        """
        total = sum(self.source_ratio)
        ratios = [ratio / total for ratio in self.source_ratio]
        taken = [0] * len(ratios)
        for number in range(1, count + 1):
            # sets that may take one more without having more than their share, rounded up
            eligible = [i for i, ratio in enumerate(ratios) if taken[i] < ratio * number - 1e-9]
            source = max(eligible, key=lambda i: ratios[i] / (taken[i] + 1))
            taken[source] += 1
            yield source

    def __iter__(self) -> Iterator[int]:
        epoch, self.epoch = self.epoch, self.epoch + 1
        sequence = list(self.sources(self.num_samples))
        streams = [self._stream(i, epoch * sequence.count(i)) for i in range(len(self.source_ratio))]
        for start in range(0, len(sequence), self.batch_size):
            for source in sorted(sequence[start : start + self.batch_size]):
                yield self.cumulative_sizes[source] + next(streams[source])

    def _stream(self, source: int, position: int) -> Iterator[int]:
        """This process's indices of a set, from a position on; every pass through the set has an order of its own."""
        length, current = self.dataset.lens[source], None
        for place in itertools.count(self.rank + position * self.world_size, self.world_size):
            if place // length != current:
                current = place // length
                order = (
                    np.random.default_rng([self.seed, source, current]).permutation(length) if self.shuffle else None
                )
            yield place % length if order is None else int(order[place % length])
