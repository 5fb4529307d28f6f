"""Renders whole data sets of synthetic people."""

import json
import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from ..utils.arguments import at_least, at_most, one_of
from ..utils.destinations import check_folder
from ..utils.errors import InputError
from ..utils.files import only_user, whole_file, write_json
from ..utils.processes import end_with_parent
from .difficulty import DIFFICULTIES, Difficulty
from .formats import CocoWriter, MpiiWriter, Writer, person_record
from .part_formats import Face300WWriter, FreiHandWriter, InterHandWriter
from .scene import render_scene
from .video import Video
from .video_formats import PoseTrack18Writer
from .whole_body_formats import CocoWholeBodyWriter, HalpeWriter

STAMP = 'synthetic.json'
SPLITS = ('train', 'val')
WRITERS: dict[str, type[Writer]] = {
    'coco': CocoWriter,
    'mpii': MpiiWriter,
    'coco-wholebody': CocoWholeBodyWriter,
    'halpe': HalpeWriter,
    '300w': Face300WWriter,
    'freihand': FreiHandWriter,
    'interhand': InterHandWriter,
    'posetrack18': PoseTrack18Writer,
}
JPEG_QUALITY = 92
LONGEST = 1000  # frames of a video
MOST_WALKERS = 50
LARGEST = 8192  # pixels of a side, so that a picture and its layers fit into memory


def generate(
    root: str | Path,
    format: str = 'coco',
    people: tuple[int, int] = (5000, 300),
    size: tuple[int, int] | None = None,
    seed: int = 0,
    workers: int | None = None,
    difficulty: str = 'easy',
    frames: int | None = None,
    walkers: int | None = None,
    speed: float | None = None,
) -> None:
    """Render a data set and write it in an official format; what is there already and is the same is left alone.

    Args:
        root: Folder of the data set, the ``data_root`` of a config.
        format: One of ``WRITERS``.
        people: How many for training and for validation, at least 1 each; of videos about so many, for they are whole.
        size: Width and height of the pictures in pixels, 64 to ``LARGEST`` each; None takes the format's own, 320x256 for
            bodies, larger where faces and hands are annotated.
        seed: At least 0; the same seed gives the same files.
        workers: Processes; None takes one a core.
        difficulty: 'easy', 'medium' or 'hard': from people who stand and walk to people in any position, crowded, hidden and
            badly photographed. Formats of faces and hands alone have one difficulty.
        frames: Pictures of a video, at most ``LONGEST``; the format's own by default. This and the next two are of formats
            of videos only.
        walkers: How many people a video shows at a time, about; by default as many as the difficulty says.
        speed: Factor on the pace of people, 0.1 to 10.

    Raises:
        InputError: If an argument is out of range, ``root`` holds other data, another command works there, or a file
            cannot be written.
    """
    workers = os.cpu_count() or 1 if workers is None else workers
    one_of(WRITERS, format=format)
    one_of(DIFFICULTIES, difficulty=difficulty)
    writer = WRITERS[format](root)
    writer.frames = writer.FRAMES if frames is None else frames
    if writer.FOCUS and difficulty != 'easy':
        raise InputError(f'{format}: has no difficulty, it shows a part of a person each')
    check_folder(root)
    width, height = size or writer.SIZE
    at_least(1, people=min(people), workers=workers)
    if not writer.ANY_SIZE and (width, height) != writer.SIZE:
        own = ' x '.join(map(str, writer.SIZE))
        raise InputError(f'{format}: pictures are {own} pixels, its readers take that for granted')
    at_least(64, width=width, height=height)
    at_most(LARGEST, width=width, height=height)
    at_least(0, seed=seed)
    filming = _filming(writer, walkers, speed, DIFFICULTIES[difficulty])
    recipe = dict(format=format, people=list(people), size=[width, height], seed=seed, version=writer.VERSION)
    if difficulty != 'easy':
        recipe['difficulty'] = difficulty
    if filming.frames > 1:
        recipe.update(asdict(filming))
    info = dict(description='synthetic people of pose_plugins', **recipe)
    _refuse_foreign(writer.root, recipe)
    with only_user(writer.root):
        _refuse_foreign(writer.root, recipe)  # what another command may have made meanwhile
        # from here on the folder says whose it is, so that an interrupted generation goes on
        write_json(writer.root / STAMP, recipe)
        for split, count in zip(SPLITS, people):
            if not all(path.exists() for path in writer.annotation_files(split)):
                work = partial(_make_picture, writer, split, (width, height), seed, DIFFICULTIES[difficulty], filming)
                crowds = _crowds(writer, split, count, seed, DIFFICULTIES[difficulty], filming)
                writer.write(split, _make_pictures(work, crowds, split, workers), info)


def _refuse_foreign(root: Path, recipe: dict) -> None:
    """Leave a folder alone that holds other data."""
    stamp = root / STAMP
    if stamp.exists():
        found = stamp.read_text()
        if found != json.dumps(recipe):
            raise InputError(f'{root} holds other synthetic data ({found}): give another folder or remove it')
    elif root.is_dir() and any(not path.name.startswith('.') for path in root.iterdir()):
        raise InputError(f'{root} is not empty and holds no synthetic data: give another folder')


@dataclass(frozen=True)
class Filming:
    """How videos are; pictures are videos of one frame.

    Attributes:
        frames, walkers, speed: As for ``generate``.
    """

    frames: int
    walkers: int
    speed: float


def _filming(writer: Writer, walkers: int | None, speed: float | None, difficulty: Difficulty) -> Filming:
    """Check what is asked of videos."""
    asked = writer.frames != writer.FRAMES or walkers is not None or speed is not None
    if writer.FRAMES == 1 and asked:
        raise InputError(f'frames, walkers, speed: are of videos, as posetrack18 has them; {writer.META} has pictures')
    filming = Filming(
        frames=writer.frames,
        walkers=difficulty.walkers if walkers is None else walkers,
        speed=1.0 if speed is None else speed,
    )
    if writer.FRAMES > 1:
        at_least(2, frames=filming.frames)
        at_most(LONGEST, frames=filming.frames)
        at_least(1, walkers=filming.walkers)
        at_most(MOST_WALKERS, walkers=filming.walkers)
        at_least(0.1, speed=filming.speed)
        at_most(10, speed=filming.speed)
    return filming


def _make_pictures(
    work: Callable[[tuple[int, int]], dict], crowds: Sequence[int], split: str, workers: int
) -> list[dict]:
    """Render and save the pictures of a split, in several processes; what they show, as ``Writer.coco_content`` takes it."""
    pictures = []
    with (
        multiprocessing.get_context('fork').Pool(workers, initializer=end_with_parent) as pool,
        tqdm(total=sum(crowds), desc=f'synthetic {split}', unit='person') as progress,
    ):
        for picture in pool.imap(work, enumerate(crowds, start=1), chunksize=4):
            pictures.append(picture)
            progress.update(crowds[picture['number'] - 1])
    return pictures


def _crowds(writer: Writer, split: str, count: int, seed: int, difficulty: Difficulty, filming: Filming) -> list[int]:
    """How many people each picture shows; they sum to ``count``, or to a little more so that videos are whole."""
    if writer.FOCUS:
        return [1] * count
    if filming.frames > 1:
        return [filming.walkers] * filming.frames * -(-count // (filming.walkers * filming.frames))
    rng = np.random.default_rng([seed, SPLITS.index(split)])
    crowds: list[int] = []
    while count:
        crowds.append(int(min(1 + rng.choice(len(difficulty.crowd), p=difficulty.crowd), count)))
        count -= crowds[-1]
    return crowds


def _make_picture(
    writer: Writer,
    split: str,
    size: tuple[int, int],
    seed: int,
    difficulty: Difficulty,
    filming: Filming,
    job: tuple[int, int],
) -> dict:
    """Render and save one picture; every picture or video has a random stream of its own, so that order does not matter."""
    number, num_people = job
    cv2.setNumThreads(0)
    video, frame = divmod(number - 1, filming.frames)
    seeds = [seed, SPLITS.index(split), video + 1]
    if filming.frames > 1:
        scene = Video(seeds, size, filming.frames, num_people, filming.speed, difficulty).frame(frame)
    else:
        scene = render_scene(np.random.default_rng(seeds), size, num_people, writer.DETAILED, writer.FOCUS, difficulty)
    path = writer.image_path(split, number)
    with whole_file(path) as unfinished:
        if not cv2.imwrite(str(unfinished), scene.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]):
            raise InputError(f'{path}: cannot be written')
    records = [person_record(scene, person) for person in scene.people]
    return dict(number=number, width=size[0], height=size[1], people=[r for r in records if r is not None])
