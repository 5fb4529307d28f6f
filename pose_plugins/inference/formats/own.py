"""Our own JSON: all that a prediction holds."""

import json
from collections.abc import Iterator
from pathlib import Path

from ...utils.errors import InputError
from ..results import People
from .base import Format, read_json


class OwnFormat(Format):
    """``{"version": 1, "frames": [...]}``, a frame as ``People.to_dict`` gives it: nothing is lost but digits."""

    suffix = '.json'
    begin = '{"version": 1, "frames": [\n'
    between = ',\n'

    def texts(self, people: People) -> Iterator[str]:
        """A frame is one part."""
        yield json.dumps(people.to_dict())

    def ending(self) -> str:
        """Closes list and record."""
        return '\n]}\n'

    @classmethod
    def read(cls, path: str | Path) -> Iterator[People]:
        """Every frame."""
        content = read_json(path)
        if not isinstance(content, dict) or not isinstance(content.get('frames'), list) or content.get('version') != 1:
            raise InputError(f'{path}: is no file of ours: "version": 1 and "frames" are expected')
        for number, frame in enumerate(content['frames']):
            try:
                yield People.from_dict(frame)
            except InputError as error:
                raise InputError(f'{path}: frame {number}: {error}') from None
