"""Attention of a trained model on pictures and on a data set, as files (``tools/inspect_attention.py``)."""

import json
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import cv2
from mmpose.registry import DATASETS
from tqdm import tqdm

from ..config import load_config
from ..inference.model import load_model
from ..inference.sources import read_people, read_picture
from ..models.layers import Encoder
from ..utils.errors import InputError
from .pixel_figures import AREAS, draw_area, draw_person
from .pixel_statistics import AttentionStatistics, draw_statistics
from .pixels import inspect_people, inspect_samples
from .queries import inspect_queries, reads_with_queries
from .query_figures import draw_queries, draw_query_attention, draw_query_lines


def inspect_pictures(
    config, checkpoint, images, out, boxes=None, layers=(-1,), keypoints=None, threshold=None, level=None, device=None
):
    """Draw the attention of every person in some pictures.

    For a decoder whose queries read features (Poseur, TFPose): ``PICTURE_personI_layerL_points.jpg``, where they read, and
    ``PICTURE_personI_layerL_queries.png`` and ``..._lines.jpg``, which of each other they attend to. For an encoder over
    pixels (TransPose): ``PICTURE_personI_layerL.jpg``, the contact sheet, and below ``PICTURE_personI_layerL/`` one file for
    each keypoint and area, ``KEYPOINT_dependency.jpg`` and ``KEYPOINT_affected.jpg``.

    Args:
        config (str | Path): The model's config.
        checkpoint (str | Path): Its weights.
        images (list[str | Path]): The pictures.
        out (str | Path): The folder to write to; it is made if need be.
        boxes (str | Path | None): Annotations in COCO's format whose boxes, but those of crowds, are the people; None takes
            each picture as one person. If they have the model's keypoints, these are drawn where queries read. Default: None.
        layers (list[int]): Encoder layers from 0; negative ones count from the last. Default: the last.
        keypoints (list[str] | None): Names of those to draw; None draws all. Default: None.
        threshold (float | None): Attention below it is not shown; None takes 1 / (number of places). Default: None.
        level (int | None): Index of the level whose points are drawn; None draws those of all. Default: None.
        device (str | None): As in ``load_model``.

    Returns:
        list[Path]: The contact sheets.

    Raises:
        InputError: Before anything is written, if a picture, box, layer, level or keypoint is not there, or two pictures have
            one name; if config and checkpoint do not fit; if a result cannot be written.
    """
    model = load_model(config, checkpoint, device)
    indices = {name: index for index, name in model.dataset_meta['keypoint_id2name'].items()}
    unknown = [name for name in keypoints or () if name not in indices]
    if unknown:
        raise InputError(f'keypoints: there is no {", ".join(unknown)}; choose from {", ".join(indices)}')
    names = {indices[name]: name for name in keypoints or indices}
    layers = _layers(layers, model)
    stems = [Path(image).stem for image in images]
    for image, stem in zip(images, stems):
        read_picture(image)
        if stems.count(stem) > 1:
            raise InputError(f'{image}: two pictures are called {stem}, their results would overwrite each other')
    people_of = read_people(boxes, images, len(indices)) if boxes else {}
    queries = reads_with_queries(model)
    if queries and threshold is not None or not queries and level is not None:
        raise InputError(
            'a threshold is for encoders over pixels, a level for queries: this model has '
            + ('queries' if queries else 'such an encoder')
        )
    if queries:
        count = len(model.head.levels.levels)
        if level is not None and not 0 <= level < count:
            raise InputError(f'level {level}: the queries read levels 0 to {count - 1}')
        draw = partial(_draw_query_files, level=level, meta=model.dataset_meta)
    else:
        draw = partial(_draw_files, threshold=threshold)
    sheets = []
    with _writing(out) as out, tqdm(total=len(images), unit='picture', leave=False) as bar:
        for image, stem in zip(images, stems):
            boxes, truths = people_of.get(image, (None, None))
            people = inspect_queries(model, image, boxes, truths) if queries else inspect_people(model, image, boxes)
            for i, person in enumerate(people):
                for layer in layers:
                    sheets.append(draw(person, layer, names, out / f'{stem}_person{i}_layer{layer}'))
            bar.update()
    return sheets


def _draw_files(person, layer, names, folder, threshold):
    """The pictures of a person in a layer; returns the contact sheet's path."""
    folder.mkdir(exist_ok=True)
    for keypoint, name in names.items():
        for area in AREAS:
            _write(folder / f'{name}_{area}.jpg', draw_area(person, layer, keypoint, area, threshold))
    sheet = folder.with_name(folder.name + '.jpg')
    _write(sheet, draw_person(person, layer, names, threshold))
    return sheet


def _draw_query_files(person, layer, names, path, level, meta):
    """The three pictures of a person in a layer; returns the sheet's path."""
    sheet = path.with_name(f'{path.name}_points.jpg')
    _write(sheet, draw_queries(person, layer, names, level))
    draw_query_attention(person, layer, names, path.with_name(f'{path.name}_queries.png'))
    lines = draw_query_lines(person, layer, names, meta['skeleton_links'], meta['flip_indices'])
    _write(path.with_name(f'{path.name}_lines.jpg'), lines)
    return sheet


def inspect_dataset(config, checkpoint, dataset_config, out, max_people=None, device=None):
    """Take the statistics of attention over a data set.

    Writes ``statistics.json`` (``AttentionStatistics.result``) and its plots.

    Args:
        config (str | Path): The model's config.
        checkpoint (str | Path): Its weights.
        dataset_config (str | Path): A config whose ``test_dataloader`` names the data. Its annotated people are taken, not
            the boxes of a detector, and pictures go through the model's own pipeline.
        out (str | Path): The folder to write to; it is made if need be.
        max_people (int | None): Stop after so many, at least 1. Default: None.
        device (str | None): As in ``load_model``.

    Returns:
        Path: ``statistics.json``.

    Raises:
        InputError: If config and checkpoint do not fit, the data is not there, it has another number of keypoints than the
            model, or a result cannot be written.
    """
    if max_people is not None and max_people < 1:
        raise InputError(f'max_people={max_people}: must be at least 1')
    model = load_model(config, checkpoint, device)
    if not isinstance(getattr(model.head, 'encoder', None), Encoder):
        raise InputError(
            f'{_named(model)}: has no encoder over the pixels of its features, there are no statistics of it'
        )
    data = load_config(dataset_config).get('test_dataloader')
    if not data:
        raise InputError(f'{dataset_config}: has no test_dataloader, which would name the data')
    try:
        dataset = DATASETS.build(
            {**data.dataset, 'bbox_file': None, 'pipeline': model.cfg.test_dataloader.dataset.pipeline}
        )
    except (FileNotFoundError, AssertionError) as error:
        raise InputError(f'{dataset_config}: its data cannot be read: {" ".join(str(error).split())}') from None
    names = list(model.dataset_meta['keypoint_id2name'].values())
    if dataset.metainfo['num_keypoints'] != len(names):
        raise InputError(
            f'{dataset_config}: its data has {dataset.metainfo["num_keypoints"]} keypoints, the model has {len(names)}'
        )
    statistics = AttentionStatistics(names)
    for index in tqdm(range(min(len(dataset), max_people or len(dataset))), desc='statistics', unit='person'):
        (person,), _ = inspect_samples(model, [dataset[index]])
        statistics.add(person)
    result = statistics.result()
    with _writing(out) as out:
        path = out / 'statistics.json'
        partial = path.with_suffix('.partial')
        partial.write_text(json.dumps(result, indent=1))
        partial.replace(path)
        draw_statistics(result, out)
    return path


def _named(model):
    return f'{type(model.head).__name__} with {type(model.backbone).__name__}'


def _layers(layers, model):
    """Layer indices from 0."""
    stack = model.head if reads_with_queries(model) else getattr(model.head, 'encoder', None)
    if stack is None:
        raise InputError(
            f'{_named(model)}: has no encoder over the pixels of its features and no queries that read them, whose '
            'attention could be inspected'
        )
    count, kind = len(stack.layers), 'decoder' if stack is model.head else 'encoder'
    for layer in layers:
        if not -count <= layer < count:
            raise InputError(f'layer {layer}: the model has {kind} layers 0 to {count - 1}')
    return list(dict.fromkeys(layer % count for layer in layers))


@contextmanager
def _writing(folder):
    """Make a folder, and tell in one line if it or something in it cannot be written."""
    try:
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    except OSError as error:
        raise InputError(f'{error.filename or folder}: cannot be written: {error.strerror}') from None


def _write(path, image):
    if not cv2.imwrite(str(path), image):
        raise InputError(f'{path}: cannot be written')
