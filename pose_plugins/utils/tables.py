"""Writes tables, as Markdown and as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence

Rows = Sequence[Sequence[str]]


def markdown_table(rows: Rows) -> str:
    """A Markdown table.

    Args:
        rows: Cells of each row, the heading first; as many in each.

    Returns:
        The table, ending in a line break.
    """
    heading, *others = ([cell.replace('|', '\\|') for cell in row] for row in rows)
    lines = [heading, ['---'] * len(heading), *others]
    return ''.join(f'| {" | ".join(line)} |\n' for line in lines)


def csv_table(rows: Rows) -> str:
    """The same as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator='\n').writerows(rows)
    return text.getvalue()


def transposed(rows: Rows) -> Rows:
    """The same table with a row for each column."""
    return [list(column) for column in zip(*rows, strict=True)]


def shown(value: float | None, beside: Iterable[float] = ()) -> str:
    """A number as a table shows it.

    Args:
        value: The number; None where there is none.
        beside: Others of its kind, which get as many digits.

    Returns:
        Three digits behind the point where all are fractions, two up to a hundred, none above.
    """
    if value is None:
        return ''
    largest = max(map(abs, [value, *beside]))
    return f'{value:.{3 if largest <= 1 else 2 if largest < 100 else 0}f}'
