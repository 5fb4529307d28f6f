"""Writes a report: the same sections as Markdown with pictures beside it, and as one HTML file that needs nothing else."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader

from ..utils.files import write_text
from ..utils.tables import Rows, markdown_table


@dataclass(frozen=True)
class Section:
    """A part of a report.

    Attributes:
        title: Its heading; an empty one goes on in the section before.
        text: A paragraph in front of table and picture.
        rows: A table, the heading first, as many cells in each; the first cell of a row names it.
        picture: A PNG or JPEG in the report's folder or below.
        alt: The picture in words.
        note: A paragraph behind them.
    """

    title: str
    text: str = ''
    rows: Rows = ()
    picture: Path | None = None
    alt: str = ''
    note: str = ''


def write_document(path: Path, title: str, sections: Sequence[Section]) -> Path:
    """Write a report as HTML, and as Markdown beside it.

    Args:
        path: The HTML file; the Markdown file's name differs in its ending.
        title: Of the whole.
        sections: In their order.

    Returns:
        ``path``.
    """
    templates = Environment(
        loader=PackageLoader('pose_plugins.experiments'), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )

    def beside(picture: Path) -> str:
        return picture.relative_to(path.parent).as_posix()

    for file, link in ((path.with_suffix('.md'), beside), (path, _inline)):
        template = templates.get_template(f'report{file.suffix}')
        write_text(file, template.render(title=title, sections=sections, link=link, markdown_table=markdown_table))
    return path


def _inline(picture: Path) -> str:
    """A picture as a data URL."""
    kind = {'.png': 'png', '.jpg': 'jpeg'}[picture.suffix]
    return f'data:image/{kind};base64,' + base64.b64encode(picture.read_bytes()).decode()
