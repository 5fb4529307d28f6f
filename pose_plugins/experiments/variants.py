"""Variants of a config, each trained with several seeds, side by side."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..utils.errors import InputError
from .comparison import write_comparison
from .suite import BASE, Suite


def compare_variants(
    config: str | Path,
    out: str | Path,
    variants: dict[str, dict],
    retests: dict[str, dict] | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    options: dict | None = None,
    columns: Iterable[str] | None = None,
) -> Path:
    """Train a config and its variants, and compare them on the test data.

    Args:
        config: A config whose data is at hand.
        out: Folder for the trainings, ``variants.json``, ``variants.md``, ``variants.csv`` and ``variants.png``.
        variants: Name -> settings with which it is trained.
        retests: Name -> settings with which the config's own models are tested again.
        seeds: Seeds of the trainings.
        options: Settings merged into all.
        columns: The measurements that are compared, as the config's evaluators name them, the first one also in the picture;
            None takes all.

    Returns:
        ``variants.md``: means over seeds, with the least and the largest; the difference to the config as it is.

    Raises:
        InputError: If there are no seeds, a name is taken, a training fails, or there is no such measurement.
    """
    if BASE in variants:
        raise InputError(f'variants: a name is given twice, {BASE!r} is the config itself')
    suite = Suite(
        Path(out), {Path(config).stem: Path(config)}, {BASE: {}, **variants}, seeds, retests or {}, options or {}
    )
    return write_comparison(suite, 'variants', columns)
