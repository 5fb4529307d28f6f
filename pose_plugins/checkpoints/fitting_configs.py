"""Says which of our configs a published checkpoint is for, and with which options."""

from dataclasses import dataclass, field
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, NamedTuple

from ..config import config_dir, load_config


class Conversion(NamedTuple):
    """The use of a converted checkpoint.

    Attributes:
        configs: One config, or several whose weights look alike.
        options: Those that ``--cfg-options`` has to give them.
    """

    configs: list[Path]
    options: dict[str, Any]


@dataclass(frozen=True)
class FittingConfigs:
    """Configs whose models have a checkpoint's weights.

    Attributes:
        patterns: Of one config or several below ``configs/``, the likelier first.
        settings: Those that they must have, by their places in the config.
    """

    patterns: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)

    def choose(self) -> Conversion:
        """The configs that have the settings; if none has, all of them, and the settings as options."""
        every = [path for pattern in self.patterns for path in sorted(config_dir().glob(pattern))]
        fitting = [path for path in every if not self.settings or self._holds(path)]
        return Conversion(fitting, {}) if fitting else Conversion(every, self.settings)

    def _holds(self, path: Path) -> bool:
        cfg = load_config(path)
        return all(reduce(getitem, name.split('.'), cfg) == value for name, value in self.settings.items())
