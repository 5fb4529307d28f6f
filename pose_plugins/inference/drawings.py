"""Drawn pictures and videos in a folder, with a page that shows all of the pictures."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2

from ..utils.arguments import at_least
from ..utils.destinations import check_folder
from ..utils.errors import InputError
from ..utils.files import file_names, partial_name, printable, told_when_unwritable, write_image, write_text
from .drawing import draw_people
from .media import Array, Frame, Stream
from .results import People
from .trails import Trails

PAGE = 'index.html'


class Drawings:
    """Writes drawn pictures into a folder, those of a video as a video; a context.

    Args:
        folder: ``NAME.jpg`` of each picture, ``NAME.mp4`` of each video, and ``index.html`` with the pictures go there, over
            files of the same names.
        meta: The description of the keypoints.
        threshold: Keypoints with lower scores are not drawn.
        trails: For how many frames it is shown where people with ids were.
        sources: What is drawn, as ``found_sources`` gives it.

    Raises:
        InputError: If the folder cannot be written, or is that of a source, over which a drawing might be written; or if
            ``trails`` is negative.
    """

    def __init__(
        self,
        folder: str | Path,
        meta: Mapping[str, Any],
        threshold: float = 0.3,
        trails: int = 0,
        sources: Sequence[Path | Stream | Array] = (),
    ) -> None:
        check_folder(folder, '--draw')
        for source in sources:
            file = source.handle if isinstance(source, Stream) else source
            if isinstance(file, (str, Path)) and Path(file).resolve().parent == Path(folder).resolve():
                raise InputError(
                    f'--draw: {folder} is the folder of {Path(file).name}, over which a drawing might be written; give '
                    'another one'
                )
        at_least(0, trails=trails)
        self._trails = Trails(trails)
        self.folder, self.meta, self.threshold = Path(folder), meta, threshold
        self._video: _Video | None = None
        self._taken: set[str] = set()
        self._times: dict[str, int] = {}  # how often sources had a name, and one more
        self._pictures: list[tuple[str, str]] = []

    def write(self, frame: Frame, people: People) -> None:
        """Draw the people of a picture or frame."""
        picture = self._trails.draw(frame.picture, people)
        drawn = draw_people(picture, people, self.meta, self.threshold)
        if frame.time is None:
            self._close_video()
            path = self.folder / f'{self._name(frame.source)}.jpg'
            write_image(path, drawn)
            self._pictures.append((path.name, f'{printable(Path(frame.source).name)}: {len(people)}'))
            return
        if self._video is None or self._video.source != frame.source:
            self._close_video()
            self._video = _Video(frame.source, self.folder / f'{self._name(frame.source)}.mp4', frame.rate)
        self._video.write(drawn)

    def close(self) -> None:
        """End the video and write the page."""
        try:
            self._close_video()
        finally:
            self._write_page()

    def _write_page(self) -> None:
        if self._pictures:
            rows = '\n'.join(FIGURE.format(escape(name), escape(text)) for name, text in self._pictures)
            write_text(self.folder / PAGE, HTML.replace('ROWS', rows))

    def __enter__(self) -> 'Drawings':
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _name(self, source: str) -> str:
        """A name for a source's file that no other one has."""
        stem = Path(source).stem or source
        for number in count(self._times.get(stem, 1)):
            wanted = stem if number == 1 else f'{stem} {number}'
            (name,) = file_names([wanted]).values()
            if name.casefold() not in self._taken:
                break
        self._times[stem] = number + 1
        self._taken.add(name.casefold())
        return name

    def _close_video(self) -> None:
        video, self._video = self._video, None
        if video is not None:
            video.close()


class _Video:
    """A video that is being written; it takes its place when it is closed."""

    def __init__(self, source: str, path: Path, rate: float) -> None:
        self.source, self.path, self.rate = source, path, rate
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._frames = 0

    def write(self, picture: Any) -> None:
        if self._writer is None:
            with told_when_unwritable(self.path):
                self.path.parent.mkdir(parents=True, exist_ok=True)
            self._size = picture.shape[1] // 2 * 2, picture.shape[0] // 2 * 2  # codecs want even ones
            code = cv2.VideoWriter.fourcc(*'mp4v')
            # MPEG-4 counts time in at most 65535 parts of a second
            rate = round(self.rate, 2 if self.rate < 655 else 1)
            writer = cv2.VideoWriter(str(partial_name(self.path)), code, rate, self._size)
            if not writer.isOpened():
                partial_name(self.path).unlink(missing_ok=True)
                raise InputError(f'{self.path}: cannot be written as a video')
            self._writer = writer
        if (picture.shape[1] // 2 * 2, picture.shape[0] // 2 * 2) != self._size:
            picture = cv2.resize(picture, self._size)
        self._writer.write(picture[: self._size[1], : self._size[0]])
        self._frames += 1

    def close(self) -> None:
        if self._writer is None:
            return
        self._writer.release()
        partial = partial_name(self.path)
        if (written := int(cv2.VideoCapture(str(partial)).get(cv2.CAP_PROP_FRAME_COUNT))) < self._frames:
            partial.unlink(missing_ok=True)  # OpenCV does not tell of a full disk
            raise InputError(
                f'{self.path}: cannot be written: {max(written, 0)} of {self._frames} frames were; is the disk full?'
            )
        with told_when_unwritable(self.path):
            partial.replace(self.path)


FIGURE = '<figure><a href="{0}"><img src="{0}" alt=""></a><figcaption>{1}</figcaption></figure>'
HTML = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>people found</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 1em; display: flex; flex-wrap: wrap; gap: 1em; }
  figure { margin: 0; } img { max-height: 320px; max-width: 100%; } figcaption { color: #555; }
</style>
</head>
<body>
ROWS
</body>
</html>
"""
