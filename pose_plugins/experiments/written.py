"""Keeps in mind which files a command wrote into a folder, so that it writes over no other ones."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..utils.errors import InputError
from ..utils.files import told_when_unwritable, write_json

Notes = dict[str, str | None]


class WrittenFiles:
    """The files that commands wrote into a folder and may write again.

    A hidden file there notes the SHA-256 of each, or, while they are written, that they are.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._note = folder / '.written.json'

    def check(self, names: Iterable[str]) -> None:
        """Refuse what would be written over.

        Args:
            names: Of the files, from the folder on.

        Raises:
            InputError: If there is one that no command wrote, or that was changed since.
        """
        notes = self._notes()
        with told_when_unwritable(self.folder):
            for path in (self.folder / name for name in names):
                if (path.exists() or path.is_symlink()) and not self._own(path, notes):
                    raise InputError(
                        f'{path}: is not as a command of this kind wrote it, it would be lost; move it away, or give another '
                        'folder'
                    )

    @contextmanager
    def writing(self, names: Iterable[str]) -> Iterator[None]:
        """Write files; errors as in ``check``.

        Args:
            names: Of the files, from the folder on; not all need be written.
        """
        names = list(names)
        self.check(names)
        self._add({name: None for name in names})
        yield
        written = {name: _digest(self.folder / name) for name in names if (self.folder / name).is_file()}
        kept = {name: note for name, note in self._notes().items() if name not in names}
        write_json(self._note, {**kept, **written}, indent=1)

    def _own(self, path: Path, notes: Notes) -> bool:
        name = path.relative_to(self.folder).as_posix()
        return name in notes and path.is_file() and not path.is_symlink() and notes[name] in (None, _digest(path))

    def _add(self, notes: Notes) -> None:
        write_json(self._note, {**self._notes(), **notes}, indent=1)

    def _notes(self) -> Notes:
        try:
            notes = json.loads(self._note.read_bytes())
        except (OSError, ValueError):  # none, or none of ours
            return {}
        return notes if isinstance(notes, dict) else {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
