"""Renders whole data sets of synthetic people."""

import json
import multiprocessing
import os
from collections.abc import Sequence
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
LARGEST = 8192  # pixels of a side, so that a picture and its layers fit into memory


def generate(
    root: str | Path,
    format: str = 'coco',
    people: tuple[int, int] = (5000, 300),
    size: tuple[int, int] | None = None,
    seed: int = 0,
    workers: int | None = None,
    difficulty: str = 'easy',
) -> None:
    """Render a data set and write it in an official format; what is there already and is the same is left alone.

    Args:
        root: Folder of the data set, the ``data_root`` of a config.
        format: One of ``WRITERS``.
        people: How many for training and for validation, at least 1 each.
        size: Width and height of the pictures in pixels, 64 to ``LARGEST`` each; None takes the format's own, 320x256 for
            bodies, larger where faces and hands are annotated.
        seed: At least 0; the same seed gives the same files.
        workers: Processes; None takes one a core.
        difficulty: 'easy', 'medium' or 'hard': from people who stand and walk to people in any position, crowded, hidden and
            badly photographed. Formats of faces and hands alone have one difficulty.

    Raises:
        InputError: If an argument is out of range, ``root`` holds other data, another command works there, or a file
            cannot be written.
    """
    workers = os.cpu_count() or 1 if workers is None else workers
    one_of(WRITERS, format=format)
    one_of(DIFFICULTIES, difficulty=difficulty)
    writer = WRITERS[format](root)
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
    recipe = dict(format=format, people=list(people), size=[width, height], seed=seed, version=writer.VERSION)
    if difficulty != 'easy':
        recipe['difficulty'] = difficulty
    info = dict(description='synthetic people of pose_plugins', **recipe)
    _refuse_foreign(writer.root, recipe)
    with only_user(writer.root):
        _refuse_foreign(writer.root, recipe)  # what another command may have made meanwhile
        # from here on the folder says whose it is, so that an interrupted generation goes on
        write_json(writer.root / STAMP, recipe)
        for split, count in zip(SPLITS, people):
            if not all(path.exists() for path in writer.annotation_files(split)):
                writer.write(
                    split,
                    _make_pictures(writer, split, count, (width, height), seed, workers, DIFFICULTIES[difficulty]),
                    info,
                )


def _refuse_foreign(root: Path, recipe: dict) -> None:
    """Leave a folder alone that holds other data."""
    stamp = root / STAMP
    if stamp.exists():
        found = stamp.read_text()
        if found != json.dumps(recipe):
            raise InputError(f'{root} holds other synthetic data ({found}): give another folder or remove it')
    elif root.is_dir() and any(not path.name.startswith('.') for path in root.iterdir()):
        raise InputError(f'{root} is not empty and holds no synthetic data: give another folder')


def _make_pictures(
    writer: Writer, split: str, count: int, size: tuple[int, int], seed: int, workers: int, difficulty: Difficulty
) -> list[dict]:
    """Render and save the pictures of a split, in several processes; what they show, as ``Writer.coco_content`` takes it."""
    rng = np.random.default_rng([seed, SPLITS.index(split)])
    crowds = [1] * count if writer.FOCUS else _crowds(rng, count, difficulty.crowd, writer.FRAMES)
    work = partial(_make_picture, writer, split, size, seed, difficulty)
    pictures = []
    with (
        multiprocessing.get_context('fork').Pool(workers, initializer=end_with_parent) as pool,
        tqdm(total=count, desc=f'synthetic {split}', unit='person') as progress,
    ):
        for picture in pool.imap(work, enumerate(crowds, start=1), chunksize=4):
            pictures.append(picture)
            progress.update(crowds[picture['number'] - 1])
    return pictures


def _crowds(rng: np.random.Generator, count: int, often: Sequence[float], frames: int = 1) -> list[int]:
    """How many people each picture shows, the same for all frames of a video; they sum to ``count``, or to a little more
    where the last video would be cut."""
    crowds: list[int] = []
    while count:
        people = int(min(1 + rng.choice(len(often), p=often), count))
        crowds += [people] * frames
        count -= min(people * frames, count)
    return crowds


def _make_picture(
    writer: Writer, split: str, size: tuple[int, int], seed: int, difficulty: Difficulty, job: Sequence[int]
) -> dict:
    """Render and save one picture; every picture has a random stream of its own, so that order does not matter."""
    number, num_people = job
    cv2.setNumThreads(0)
    video, moment = divmod(number - 1, writer.FRAMES)
    rng = np.random.default_rng([seed, SPLITS.index(split), video + 1])
    scene = render_scene(rng, size, num_people, writer.DETAILED, writer.FOCUS, moment, difficulty)
    path = writer.image_path(split, number)
    with whole_file(path) as unfinished:
        if not cv2.imwrite(str(unfinished), scene.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]):
            raise InputError(f'{path}: cannot be written')
    records = [person_record(scene, person) for person in scene.people]
    return dict(number=number, width=size[0], height=size[1], people=[r for r in records if r is not None])
