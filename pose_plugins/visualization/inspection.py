"""Attention of a trained model on pictures and on a data set, as files (``tools/inspect_attention.py``)."""

import json
from pathlib import Path

import cv2
import numpy as np
from mmpose.registry import DATASETS
from tqdm import tqdm

from ..errors import InputError
from ..launch import load_config, load_model
from .attention import inspect_people, inspect_samples
from .attention_figures import AREAS, draw_area, draw_person
from .attention_statistics import AttentionStatistics, draw_statistics


def inspect_pictures(
    config, checkpoint, images, out, boxes=None, layers=(-1,), keypoints=None, threshold=None, device=None
):
    """Draw the attention of every person in some pictures.

    Writes ``PICTURE_personI_layerL.jpg``, the contact sheet, and below ``PICTURE_personI_layerL/`` one file for each keypoint
    and area, ``KEYPOINT_dependency.jpg`` and ``KEYPOINT_affected.jpg``.

    Args:
        config (str | Path): The model's config.
        checkpoint (str | Path): Its weights.
        images (list[str | Path]): The pictures.
        out (str | Path): The folder to write to; it is made if need be.
        boxes (str | Path | None): Annotations in COCO's format whose boxes are the people; None takes each picture as one
            person. Default: None.
        layers (list[int]): Encoder layers from 0; negative ones count from the last. Default: the last.
        keypoints (list[str] | None): Names of those to draw; None draws all. Default: None.
        threshold (float | None): Attention below it is not shown; None takes 1 / (number of places). Default: None.
        device (str | None): As in ``load_model``.

    Returns:
        list[Path]: The contact sheets.

    Raises:
        InputError: Before anything is written, if a picture, a box, a layer or a keypoint is not there, or two pictures have
            one name; if config and checkpoint do not fit.
    """
    model = load_model(config, checkpoint, device)
    all_names = list(model.dataset_meta['keypoint_id2name'].values())
    names = keypoints or all_names
    unknown = [name for name in names if name not in all_names]
    if unknown:
        raise InputError(f'keypoints: there is no {", ".join(unknown)}; choose from {", ".join(all_names)}')
    boxes_of = _read_boxes(boxes, images) if boxes else {}
    people = {}
    for image in tqdm(images, desc='predicting', unit='picture', leave=False):
        stem = Path(image).stem
        if stem in people:
            raise InputError(
                f'{image}: another picture is called {stem} as well, their results would overwrite each other'
            )
        people[stem] = inspect_people(model, image, boxes_of.get(Path(image).name))
    layers = _layers(layers, model.head)
    out = _folder(out)
    sheets = []
    work = [(stem, i, person, layer) for stem in people for i, person in enumerate(people[stem]) for layer in layers]
    for stem, i, person, layer in tqdm(work, desc='drawing', unit='sheet', leave=False):
        folder = out / f'{stem}_person{i}_layer{layer}'
        folder.mkdir(exist_ok=True)
        for name in names:
            for area in AREAS:
                _write(folder / f'{name}_{area}.jpg', draw_area(person, layer, all_names.index(name), area, threshold))
        sheets.append(out / f'{folder.name}.jpg')
        _write(sheets[-1], draw_person(person, layer, {all_names.index(name): name for name in names}, threshold))
    return sheets


def inspect_dataset(config, checkpoint, dataset_config, out, max_people=None, device=None):
    """Take the statistics of attention over a data set.

    Writes ``statistics.json`` (``AttentionStatistics.result``) and its plots.

    Args:
        config (str | Path): The model's config.
        checkpoint (str | Path): Its weights.
        dataset_config (str | Path): A config whose ``test_dataloader`` names the data; pictures go through the model's own
            pipeline.
        out (str | Path): The folder to write to; it is made if need be.
        max_people (int | None): Stop after so many. Default: None.
        device (str | None): As in ``load_model``.

    Returns:
        Path: ``statistics.json``.

    Raises:
        InputError: If config and checkpoint do not fit, the data is not there, or its keypoints are others than the model's.
    """
    model = load_model(config, checkpoint, device)
    data = load_config(dataset_config).get('test_dataloader')
    if not data:
        raise InputError(f'{dataset_config}: has no test_dataloader, which would name the data')
    try:
        dataset = DATASETS.build({**data.dataset, 'pipeline': model.cfg.test_dataloader.dataset.pipeline})
    except (FileNotFoundError, AssertionError) as error:
        raise InputError(f'{dataset_config}: its data cannot be read: {" ".join(str(error).split())}') from None
    names = list(model.dataset_meta['keypoint_id2name'].values())
    if dataset.metainfo['num_keypoints'] != len(names):
        raise InputError(
            f'{dataset_config}: its data has {dataset.metainfo["num_keypoints"]} keypoints, the model has {len(names)}'
        )
    statistics = AttentionStatistics(names)
    count = min(len(dataset), max_people or len(dataset))
    if not count:
        raise InputError(f'{dataset_config}: its data holds nobody')
    for index in tqdm(range(count), desc='statistics', unit='person'):
        (person,), _ = inspect_samples(model, [dataset[index]])
        statistics.add(person)
    result = statistics.result()
    out = _folder(out)
    draw_statistics(result, out)
    path = out / 'statistics.json'
    partial = path.with_suffix('.partial')
    partial.write_text(json.dumps(result, indent=1))
    return partial.replace(path)


def _layers(layers, head):
    """Layer indices from 0."""
    count = len(head.encoder.layers)
    for layer in layers:
        if not -count <= layer < count:
            raise InputError(f'layer {layer}: the model has encoder layers 0 to {count - 1}')
    return list(dict.fromkeys(layer % count for layer in layers))


def _read_boxes(path, images):
    """Boxes (people, 4), left, top, right, bottom, of each picture by its file name."""
    try:
        content = json.loads(Path(path).read_text())
        ids = {Path(entry['file_name']).name: entry['id'] for entry in content['images']}
        found = {}
        for image in images:
            name = Path(image).name
            people = [a['bbox'] for a in content['annotations'] if a['image_id'] == ids.get(name)]
            if not people:
                raise InputError(f'{path}: has no boxes for {name}')
            boxes = np.array(people, np.float32)
            boxes[:, 2:] += boxes[:, :2]
            found[name] = boxes
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror}') from None
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path}: is not an annotation file in COCO's format, which has images and annotations"
        ) from None
    return found


def _folder(path):
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise InputError(f'{path}: cannot be made a folder: {error.strerror}') from None
    return path


def _write(path, image):
    if not cv2.imwrite(str(path), image):
        raise InputError(f'{path}: cannot be written')
