"""Finds pictures that show the same moment, or nearly so, on both sides of a split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

ALIKE = 0.95  # correlation of two thumbnails; LSP has five such pairs, then one of 0.92 with another pose


@dataclass(frozen=True)
class Pair:
    """Two pictures that are alike.

    Attributes:
        train, test: Their names.
        similarity: Correlation of their thumbnails, at most 1.
    """

    train: str
    test: str
    similarity: float


def near_duplicates(
    thumbnails: Mapping[str, np.ndarray], train: Sequence[str], test: Sequence[str], alike: float = ALIKE
) -> list[Pair]:
    """Compare every picture of one side with every one of the other, also mirrored, whatever their contrast and brightness.

    Args:
        thumbnails: Name -> grey levels, (s, s), the same ``s`` for all.
        train: Names on one side.
        test: Names on the other.
        alike: Least correlation, in [-1, 1].

    Returns:
        The pairs, the most similar first.
    """
    if not train or not test:
        return []
    tested = np.stack([_normalised(thumbnails[name]) for name in test])  # (T, s * s)
    pairs = []
    for name in train:
        both = np.stack([_normalised(view) for view in (thumbnails[name], thumbnails[name][:, ::-1])])
        similarity = (both @ tested.T).max(0)  # (T,)
        pairs += [Pair(name, test[i], float(similarity[i])) for i in np.flatnonzero(similarity >= alike)]
    return sorted(pairs, key=lambda pair: -pair.similarity)


def _normalised(thumbnail: np.ndarray) -> np.ndarray:
    """(s * s,), of mean 0 and length 1; a picture of one grey level is like no other."""
    values = thumbnail.astype(float).ravel()
    values -= values.mean()
    return values / max(float(np.linalg.norm(values)), 1e-9)
