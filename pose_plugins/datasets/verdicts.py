"""Remembers which files were looked at and found in order, so that the next training only takes their digests."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import torch

from .coco_format.json_file import file_digest

MOST_BYTES = 1 << 20  # some thousand verdicts


class Verdicts:
    """Files in which nothing is wrong.

    A verdict is a digest of the files' bytes, of what was asked of them, and of the rules' own source: it holds for the same
    bytes wherever they lie, and for no other rules.

    Args:
        path: The file that they are kept in, one a line; None keeps none and knows none.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._digests: dict[str, str] = {}
        self._known: dict[str, Any] = {}
        try:
            lines = path.read_text().splitlines() if path else []
        except (OSError, ValueError):  # not there yet, or not ours to read
            lines = []
        for line in lines:
            key, _, note = line.partition(' ')
            try:
                self._known[key] = json.loads(note)
            except ValueError:  # cut off, or written by another version
                continue

    @classmethod
    def of_user(cls) -> 'Verdicts':
        """Those in the user's cache, beside torch's downloads."""
        return cls(Path(torch.hub.get_dir(), 'pose_plugins', 'checked_data.txt'))

    def known(self, files: list[str], *asked: object) -> bool:
        """Whether these files were found in order when the same was asked of them.

        Raises:
            InputError: If one of them cannot be read.
        """
        return self.path is not None and self._key(files, asked) in self._known

    def note(self, files: list[str], *asked: object) -> Any:
        """The note of such a verdict; nothing where none is kept."""
        return self._known.get(self._key(files, asked)) or [] if self.path else []

    def remember(self, files: list[str], *asked: object, note: Any = None) -> None:
        """Keep that they are, with a note that JSON can hold; where nothing can be written, they are looked at again the next
        time."""
        if self.path is None:
            return
        key = self._key(files, asked)
        self._known[key] = note
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # added to in one piece: trainings that start together may all do so
            full = self.path.is_file() and self.path.stat().st_size > MOST_BYTES
            with self.path.open('w' if full else 'a') as file:
                file.write(f'{key} {json.dumps(note)}\n')
        except OSError:
            pass

    def _key(self, files: list[str], asked: tuple) -> str:
        for file in files:
            self._digests[file] = self._digests.get(file) or file_digest(file)
        key = [_rules(), *(self._digests[file] for file in files), *map(repr, asked)]
        return hashlib.sha256(json.dumps(key).encode()).hexdigest()


@cache
def _rules() -> str:
    """Digest of the source of the rules."""
    sources = sorted([*Path(__file__).parent.glob('coco_format/*.py'), Path(__file__).with_name('check.py')])
    return hashlib.sha256(b''.join(source.read_bytes() for source in sources)).hexdigest()
