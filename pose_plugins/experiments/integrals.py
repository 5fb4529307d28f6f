"""The claims of AlphaPose (section 3.2): symmetric against plain integral, two-step normalisation against softmax."""

from collections.abc import Sequence
from pathlib import Path

from ..config import load_config
from ..utils.errors import InputError
from .comparison import write_comparison
from .integral_measures import measure_integrals
from .suite import Suite

# how the coordinate is learned, how the heatmap is normalised -> options of the head
VARIANTS: dict[str, dict] = {
    'SIKR, two-step': {},
    'integral, two-step': {'model.head.symmetric': False},
    'SIKR, softmax': {'model.head.normalization': 'softmax'},
    'integral, softmax': {'model.head.symmetric': False, 'model.head.normalization': 'softmax'},
}


def compare_integrals(
    config: str | Path, out: str | Path, seeds: Sequence[int] = (0, 1, 2), options: dict | None = None
) -> Path:
    """Train every variant with every seed and measure them; what is done already is kept.

    Args:
        config: A config with a ``SIKRHead``, whose test data is in COCO's format.
        out: Folder for the trainings, ``comparison.json``, ``comparison.md``, ``comparison.csv`` and ``comparison.png``.
        seeds: Seeds of the trainings.
        options: Settings merged into the config, as ``--cfg-options``.

    Returns:
        ``comparison.md``, means over seeds with the least and the largest.

    Raises:
        InputError: If the config is of another head, or a training fails.
    """
    head = load_config(config).model.head.type
    if head != 'SIKRHead':
        raise InputError(f'{config}: has a {head}; only the integrals of a SIKRHead are compared')
    suite = Suite(
        Path(out),
        {Path(config).stem: Path(config)},
        VARIANTS,
        seeds,
        options={'train_cfg.val_interval': 1, **(options or {})},
        measure=measure_integrals,
    )
    return write_comparison(suite, 'comparison')
