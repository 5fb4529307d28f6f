"""Faults of data, one of a kind, with the first records that have it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...utils.errors import InputError

SHOWN = 3  # records named of each kind
MANY = 0.03  # share above which what may be a single slip is a fault of the whole file


@dataclass(frozen=True)
class Finding:
    """One kind of fault in one file.

    Attributes:
        file: Where.
        kind: What is wrong with each of the records and what would be right.
        records: The first few, such as ``'annotation 7: bbox is [1, 2, 3]'``; none where the file as a whole is meant.
        count: How many there are.
        wrong: Whether it changes results; otherwise it is worth knowing.
        meaning: What it leads to.
    """

    file: str
    kind: str
    records: tuple[str, ...] = ()
    count: int = 1
    wrong: bool = True
    meaning: str = ''

    @property
    def line(self) -> str:
        """The fault in one line, by its first record."""
        more = f' ({self.count} such)' if self.count > 1 else ''
        meaning = f'; {self.meaning}' if self.meaning else ''
        return ': '.join([self.file, *self.records[:1], self.kind]) + more + meaning


def found(
    file: str, kind: str, records: Sequence[str] | Iterable[str], count: int, wrong: bool = True, meaning: str = ''
) -> list[Finding]:
    """A finding, or none where no record has the fault; arguments as of ``Finding``, of ``records`` only the first are
    taken."""
    if not count:
        return []
    return [Finding(file, kind, tuple(record for record, _ in zip(records, range(SHOWN))), count, wrong, meaning)]


def refuse(findings: Sequence[Finding], command: str | None = None) -> None:
    """Refuse data of which something is wrong.

    Args:
        findings: What was found.
        command: Shows all of it.

    Raises:
        InputError: Naming the first that is wrong, and how many more kinds there are.
    """
    wrong = [finding for finding in findings if finding.wrong]
    if not wrong:
        return
    line = wrong[0].line
    if len(wrong) > 1:
        line += f'; and {len(wrong) - 1} more kind{"s" * (len(wrong) > 2)} of fault'
        line += f': {command} shows all' if command else ''
    raise InputError(line)


def shown(value: object) -> str:
    """A value as a line shows it, shortened."""
    text = ' '.join(repr(value).split())
    return text if len(text) <= 60 else f'{text[:57]}...'
