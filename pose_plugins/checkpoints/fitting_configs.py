"""Says which of our configs a published checkpoint is for, and with which options."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FittingConfigs:
    """Configs whose models have a checkpoint's weights.

    Attributes:
        pattern: Of one config or several below ``configs/``.
        options: Those that ``--cfg-options`` has to give them.
    """

    pattern: str
    options: dict[str, Any] = field(default_factory=dict)
