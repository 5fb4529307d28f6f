"""What a published checkpoint is for."""

from pathlib import Path
from typing import NamedTuple


class Choice(NamedTuple):
    """Configs that a checkpoint fits.

    Args:
        pattern (str): Of one or several configs below ``configs/``.
        options (dict): What ``--cfg-options`` has to say to them.
    """

    pattern: str
    options: dict = {}


class Conversion(NamedTuple):
    """What a converted checkpoint is for.

    Args:
        configs (list[Path]): One config, or several whose weights look alike.
        options (dict): What ``--cfg-options`` has to say to them.
    """

    configs: list[Path]
    options: dict
