"""Whole data sets of synthetic people."""

import json
import multiprocessing
import os
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from ..utils.errors import InputError
from .formats import CocoWriter, MpiiWriter, person_record
from .part_formats import Face300WWriter, FreiHandWriter, InterHandWriter
from .scene import CROWD, render_scene
from .whole_body_formats import CocoWholeBodyWriter, HalpeWriter, PoseTrack18Writer

SPLITS = ('train', 'val')
WRITERS = {
    'coco': CocoWriter,
    'mpii': MpiiWriter,
    'coco-wholebody': CocoWholeBodyWriter,
    'halpe': HalpeWriter,
    '300w': Face300WWriter,
    'freihand': FreiHandWriter,
    'interhand': InterHandWriter,
    'posetrack18': PoseTrack18Writer,
}


def generate(root, format='coco', people=(5000, 300), size=None, seed=0, workers=None):
    """Render a data set and write it in an official format; what is there already and is the same is left alone.

    Args:
        root (str | Path): Folder of the data set, the ``data_root`` of a config.
        format (str): One of ``WRITERS``.
        people (tuple[int, int]): People for training and for validation.
        size (tuple[int, int] | None): Width and height of the pictures in pixels; None takes the format's own, 320x256 for
            bodies, larger where faces and hands are annotated. Default: None.
        seed (int): The same seed gives the same files.
        workers (int | None): Processes; None takes one a core.

    Raises:
        InputError: If an argument is out of range, or ``root`` holds other data.
    """
    if format not in WRITERS:
        raise InputError(f'unknown format {format!r}: choose from {", ".join(WRITERS)}')
    if min(people) < 1:
        raise InputError(f'people must be at least 1 for training and for validation, not {people[0]} and {people[1]}')
    own = WRITERS[format].SIZE
    size = own if size is None else size
    if not WRITERS[format].ANY_SIZE and tuple(size) != own:
        raise InputError(f'{format}: pictures are {own[0]} x {own[1]} pixels, its readers take that for granted')
    if min(size) < 64:
        raise InputError(f'pictures must be at least 64 x 64 pixels, not {size[0]} x {size[1]}')
    if seed < 0:
        raise InputError(f'the seed must be 0 or more, not {seed}')
    root = Path(root)
    recipe = dict(format=format, people=list(people), size=list(size), seed=seed, version=WRITERS[format].VERSION)
    writer = WRITERS[format](root)
    stamp = root / 'synthetic.json'
    if stamp.exists():
        found = json.loads(stamp.read_text())
        if found != recipe:
            raise InputError(f'{root} holds other synthetic data ({found}): give another folder or remove it')
    elif root.exists() and any(root.iterdir()):
        raise InputError(f'{root} is not empty and holds no synthetic data: give another folder')
    root.mkdir(parents=True, exist_ok=True)
    # from here on the folder says whose it is, so that an interrupted run goes on
    stamp.write_text(json.dumps(recipe))
    for split, count in zip(SPLITS, people):
        if all(path.exists() for path in writer.annotation_files(split)):
            continue
        _generate_split(
            writer,
            split,
            count,
            size,
            seed,
            workers or os.cpu_count(),
            dict(description='synthetic people of pose_plugins', **recipe),
        )


def _generate_split(writer, split, count, size, seed, workers, info):
    rng = np.random.default_rng([seed, SPLITS.index(split)])
    crowds = [1] * count if writer.FOCUS else _crowds(rng, count, writer.FRAMES)
    work = partial(_make_picture, writer, split, size, seed)
    pictures = []
    with (
        multiprocessing.get_context('fork').Pool(workers) as pool,
        tqdm(total=count, desc=f'synthetic {split}', unit='person') as progress,
    ):
        for picture in pool.imap(work, enumerate(crowds, start=1), chunksize=4):
            pictures.append(picture)
            progress.update(crowds[picture['number'] - 1])
    writer.write(split, pictures, info)


def _crowds(rng, count, frames=1):
    """How many people each picture shows, the same for all frames of a video; they sum to ``count``, or to a little more
    where the last video would be cut."""
    crowds = []
    while count:
        people = int(min(1 + rng.choice(len(CROWD), p=CROWD), count))
        crowds += [people] * frames
        count -= min(people * frames, count)
    return crowds


def _make_picture(writer, split, size, seed, job):
    """Render and save one picture; every picture has a random stream of its own, so that order does not matter."""
    number, num_people = job
    cv2.setNumThreads(0)
    video, moment = divmod(number - 1, writer.FRAMES)
    rng = np.random.default_rng([seed, SPLITS.index(split), video + 1])
    scene = render_scene(rng, size, num_people, writer.DETAILED, writer.FOCUS, moment)
    path = writer.image_path(split, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), scene.image, [cv2.IMWRITE_JPEG_QUALITY, 92]):
        raise OSError(f'cannot write {path}')
    records = [person_record(scene, person) for person in scene.people]
    return dict(number=number, width=size[0], height=size[1], people=[r for r in records if r is not None])
