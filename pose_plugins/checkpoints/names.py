"""The authors' names of weights and ours: one table, read in both directions."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Names:
    """How the authors' names become ours, and ours theirs.

    Attributes:
        beginnings: The authors' beginning of a name -> ours. In either direction the first that fits is replaced.
        parts: The authors' part of a name -> ours, wherever it stands.
    """

    beginnings: dict[str, str]
    parts: dict[str, str] = field(default_factory=dict)

    def ours(self, key: str) -> str:
        """Our name of one of the authors' weights; a name with a beginning that the authors do not have stays."""
        renamed = _renamed(key, self.beginnings.items(), self.parts.items())
        return key if renamed is None else renamed

    def theirs(self, key: str) -> str | None:
        """The authors' name of one of our weights; None if there is none that would become ours again."""
        beginnings, parts = (((ours, theirs) for theirs, ours in t.items()) for t in (self.beginnings, self.parts))
        renamed = _renamed(key, beginnings, parts)
        return renamed if renamed is not None and self.ours(renamed) == key else None


def _renamed(key: str, beginnings: Iterable[tuple[str, str]], parts: Iterable[tuple[str, str]]) -> str | None:
    for old, new in parts:
        key = key.replace(old, new)
    return next((new + key.removeprefix(old) for old, new in beginnings if key.startswith(old)), None)
