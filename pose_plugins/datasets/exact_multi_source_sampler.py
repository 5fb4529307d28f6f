"""Batches that several data sets fill in fixed shares (AlphaPose, section 4.1)."""

import math

from mmpose.datasets import MultiSourceSampler
from mmpose.registry import DATA_SAMPLERS

from ..errors import InputError


@DATA_SAMPLERS.register_module()
class ExactMultiSourceSampler(MultiSourceSampler):
    """MMPose's ``MultiSourceSampler`` whose shares are met over an epoch, also where they do not divide the batch.

    MMPose's rounds the shares down in every batch and gives the first source what is left: of 32 with shares 1/3, 1/3 and
    three times 1/9, the first takes 13 of every batch, 41 %. Here the number of a source's samples in the first n batches is
    its share of them, rounded up or down to a whole number, so that batches differ by a sample of a source or two. A small
    set is gone through again, in a new order, as often as needed. With several processes each takes its own part of every
    set, and batches of all processes have the same composition.

    Args:
        dataset (CombinedDataset): The sets, none of them empty.
        batch_size (int): Of one process, the data loader's.
        source_ratio (list[float]): Shares of the sets; they sum to 1.
        shuffle, round_up, seed: As in ``MultiSourceSampler``.

    Raises:
        InputError: If the shares do not sum to 1, there is another number of them than of sets, or a set is empty.
    """

    def __init__(self, dataset, batch_size, source_ratio, shuffle=True, round_up=True, seed=None):
        source_ratio = list(source_ratio)
        if min(source_ratio) < 0 or not math.isclose(sum(source_ratio), 1, abs_tol=1e-6):
            raise InputError(
                f'source_ratio={source_ratio}: must be 0 or larger and sum to 1, not {sum(source_ratio):g}'
            )
        if len(source_ratio) != len(dataset.datasets):
            raise InputError(f'source_ratio={source_ratio}: there are {len(dataset.datasets)} data sets')
        for part, ratio in zip(dataset.datasets, source_ratio):
            if ratio and not len(part):
                raise InputError(f'{part.ann_file}: has no samples, but a share of {ratio:g} of every batch')
        super().__init__(dataset, batch_size, source_ratio, shuffle, round_up, seed)

    def compositions(self, count):
        """How many samples of each source are in each of an epoch's batches.

        Args:
            count (int): How many batches.

        Yields:
            list[int]: One batch's; sums to the batch size.
        """
        taken = [0] * len(self.source_ratio)
        for number in range(1, count + 1):
            due = [ratio * self.batch_size * number for ratio in self.source_ratio]
            totals = [max(before, math.floor(share + 1e-6)) for share, before in zip(due, taken)]
            missing = self.batch_size * number - sum(totals)
            behind = sorted(range(len(due)), key=lambda source: totals[source] - due[source])
            for source in behind[:missing]:
                totals[source] += 1
            yield [total - before for total, before in zip(totals, taken)]
            taken = totals

    def __iter__(self):
        count = self.num_samples // self.batch_size
        if self.round_up and self.num_samples > count * self.batch_size:
            count += 1
        for composition in self.compositions(count):
            for source, number in enumerate(composition):
                for _ in range(number):
                    yield self.cumulative_sizes[source] + next(self.source2inds[source])
