"""Writes checkpoints whole, and removes old ones when the new one is."""

import re
from collections.abc import Collection
from pathlib import Path
from string import Formatter
from typing import Any

from mmengine.fileio import BaseStorageBackend, LocalBackend, register_backend

from ..utils.files import whole_file


@register_backend('whole', force=True)
class WholeFileBackend(LocalBackend):
    """mmengine's local files, written whole or not at all."""

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write a file.

        Raises:
            InputError: If it cannot be written; what was there before is there still.
        """
        with whole_file(filepath, durable=True) as partial:
            partial.write_bytes(obj)

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Write a text file; errors as in ``put``."""
        self.put(obj.encode(encoding), filepath)


class OwnNames:
    """The names that a training gives its checkpoints.

    Args:
        template: With one ``{}`` in it for the epoch or iteration.
    """

    def __init__(self, template: str) -> None:
        self.template = template
        parts = Formatter().parse(template)
        name = ''.join(re.escape(text) + (r'\d+' if field is not None else '') for text, field, *_ in parts)
        self._pattern = re.compile(rf'{name}|best_.+_{name.replace("/", "_")}')

    def include(self, name: str) -> bool:
        """Whether a name, from the folder of checkpoints on, is one of them."""
        return '..' not in Path(name).parts and self._pattern.fullmatch(name) is not None


class LateRemoval:
    """A file backend that removes when it is told that what was written is whole.

    Args:
        backend: The one that does everything else.
        folder: The checkpoints', in which alone anything is removed.
        names: Of what may be removed there.
    """

    def __init__(self, backend: BaseStorageBackend, folder: str, names: OwnNames) -> None:
        self._backend, self._folder, self._names = backend, folder, names
        self._put_off: list[str] = []

    @property
    def put_off(self) -> list[str]:
        """Names, from the folder on, of what is to go."""
        prefix = self._backend.join_path(self._folder, '')
        return [path.removeprefix(prefix) for path in self._put_off if path.startswith(prefix)]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def remove(self, filepath: str) -> None:
        """Note a file or folder that is to go."""
        self._put_off.append(filepath)

    rmtree = remove

    def carry_out(self, kept: Collection[str | None]) -> None:
        """Remove what was put off.

        Args:
            kept: Less these, which were written since.
        """
        names = [name for name in self.put_off if self._names.include(name)]
        self._put_off = []
        for path in (self._backend.join_path(self._folder, name) for name in names):
            if path in kept:
                continue
            if self._backend.isfile(path):
                self._backend.remove(path)
            elif self._backend.isdir(path):  # DeepSpeed's are folders
                self._backend.rmtree(path)
