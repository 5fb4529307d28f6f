"""Remembers which files were looked at and found in order, so that the next training only takes their digests."""

import hashlib
import json
from functools import cache
from pathlib import Path

import torch

from .coco_format.json_file import file_digest


class Verdicts:
    """Files in which nothing is wrong.

    A verdict is an empty file whose name is a digest of the files' bytes, of what was asked of them, and of the rules' own
    source: it holds for the same bytes wherever they lie, and for no other rules.

    Args:
        folder: Where they are kept; None keeps none and knows none.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._digests: dict[str, str] = {}

    @classmethod
    def of_user(cls) -> 'Verdicts':
        """Those in the user's cache, beside torch's downloads."""
        return cls(Path(torch.hub.get_dir(), 'pose_plugins', 'checked_data'))

    def known(self, files: list[str], *asked: object) -> bool:
        """Whether these files were found in order when the same was asked of them."""
        return self.folder is not None and self._path(files, asked).is_file()

    def remember(self, files: list[str], *asked: object) -> None:
        """Keep that they are; where nothing can be written, they are looked at again the next time."""
        if self.folder is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._path(files, asked).touch()
        except OSError:
            pass

    def _path(self, files: list[str], asked: tuple) -> Path:
        for file in files:
            self._digests[file] = self._digests.get(file) or file_digest(file)
        key = [_rules(), *(self._digests[file] for file in files), *map(repr, asked)]
        return Path(str(self.folder), hashlib.sha256(json.dumps(key).encode()).hexdigest())


@cache
def _rules() -> str:
    """Digest of the source of the rules."""
    sources = sorted(Path(__file__).parent.glob('coco_format/*.py'))
    return hashlib.sha256(b''.join(source.read_bytes() for source in sources)).hexdigest()
