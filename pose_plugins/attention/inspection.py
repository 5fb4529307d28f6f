"""Writes the attention of a trained model on pictures and on a data set as files (``tools/inspect_attention.py``)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mmpose.models import TopdownPoseEstimator
from mmpose.registry import DATASETS
from tqdm import tqdm

from ..config import failures_explained, load_config
from ..inference.model import load_model
from ..inference.sources import read_people
from ..models.layers import Encoder
from ..utils.arguments import at_least
from ..utils.destinations import check_folder
from ..utils.errors import InputError
from ..utils.files import file_names, told_when_unwritable, write_image, write_json
from ..utils.picture_files import read_picture
from .pixel_figures import AREAS, draw_area, draw_person
from .pixel_statistics import AttentionStatistics, draw_statistics
from .pixels import PersonAttention, inspect_people, inspect_samples
from .queries import PersonQueries, inspect_queries, reads_with_queries
from .query_figures import draw_queries, draw_query_attention, draw_query_lines


def inspect_pictures(
    config: str | Path,
    checkpoint: str | Path | None,
    images: list[str | Path],
    out: str | Path,
    boxes: str | Path | None = None,
    layers: Sequence[int] = (-1,),
    keypoints: list[str] | None = None,
    threshold: float | None = None,
    level: int | None = None,
    device: str | None = None,
) -> list[Path]:
    """Draw the attention of every person in some pictures.

    For a decoder whose queries read features (Poseur, TFPose): ``PICTURE_personI_layerL_points.jpg``, where they read, and
    ``PICTURE_personI_layerL_queries.png`` and ``..._lines.jpg``, which of each other they attend to. For an encoder over
    pixels (TransPose): ``PICTURE_personI_layerL.jpg``, the contact sheet, and below ``PICTURE_personI_layerL/`` one file for
    each keypoint and area, ``KEYPOINT_dependency.jpg`` and ``KEYPOINT_affected.jpg``. What cannot stand in a file's name is
    left out of it (see ``file_names``).

    Args:
        config: The model's config.
        checkpoint: Its weights; a packaged model has its own.
        images: The pictures.
        out: The folder to write to; it is made if need be.
        boxes: Annotations in COCO's format whose boxes, but those of crowds, are the people; None takes
            each picture as one person. If they have the model's keypoints, these are drawn where queries read.
        layers: Encoder layers from 0; negative ones count from the last.
        keypoints: Names of those to draw; None draws all.
        threshold: Attention below it is not shown; None takes 1 / (number of places).
        level: Index of the level whose points are drawn; None draws those of all.
        device: As in ``load_model``.

    Returns:
        The contact sheets.

    Raises:
        InputError: Before anything is written, if a picture, box, layer, level or keypoint is not there, or two pictures have
            one name; if config and checkpoint do not fit; if a result cannot be written.
    """
    check_folder(out)
    if threshold is not None:
        at_least(0, threshold=threshold)
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
    safe = file_names(stems)
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
        draw: Callable[..., Path] = partial(_draw_query_files, level=level, meta=model.dataset_meta)
    else:
        draw = partial(_draw_files, threshold=threshold)
    sheets = []
    with told_when_unwritable(out):
        Path(out).mkdir(parents=True, exist_ok=True)
    with tqdm(total=len(images), unit='picture', leave=False) as bar:
        for image, stem in zip(images, stems):
            around, truths = people_of.get(image, (None, None))
            people = inspect_queries(model, image, around, truths) if queries else inspect_people(model, image, around)
            for i, person in enumerate(people):
                for layer in layers:
                    sheets.append(draw(person, layer, names, Path(out, f'{safe[stem]}_person{i}_layer{layer}')))
            bar.update()
    return sheets


def _draw_files(
    person: PersonAttention, layer: int, names: dict[int, str], folder: Path, threshold: float | None
) -> Path:
    """The pictures of a person in a layer; returns the contact sheet's path."""
    safe = file_names(names.values())
    for keypoint, name in names.items():
        for area in AREAS:
            write_image(folder / f'{safe[name]}_{area}.jpg', draw_area(person, layer, keypoint, area, threshold))
    sheet = folder.with_name(folder.name + '.jpg')
    write_image(sheet, draw_person(person, layer, names, threshold))
    return sheet


def _draw_query_files(
    person: PersonQueries, layer: int, names: dict[int, str], path: Path, level: int | None, meta: dict
) -> Path:
    """The three pictures of a person in a layer; returns the sheet's path."""
    sheet = path.with_name(f'{path.name}_points.jpg')
    write_image(sheet, draw_queries(person, layer, names, level))
    draw_query_attention(person, layer, names, path.with_name(f'{path.name}_queries.png'))
    lines = draw_query_lines(person, layer, names, meta['skeleton_links'], meta['flip_indices'])
    write_image(path.with_name(f'{path.name}_lines.jpg'), lines)
    return sheet


def _annotated(dataset: Mapping[str, Any], pipeline: list) -> dict[str, Any]:
    """A data set's config with a model's pipeline, and with annotated people instead of a detector's."""
    if 'datasets' not in dataset:
        return {**dataset, 'bbox_file': None, 'pipeline': pipeline}
    inner = [{**each, 'bbox_file': None} if each.get('bbox_file') else each for each in dataset['datasets']]
    return {**dataset, 'datasets': inner, 'pipeline': pipeline}


def inspect_dataset(
    config: str | Path,
    checkpoint: str | Path | None,
    dataset_config: str | Path,
    out: str | Path,
    max_people: int | None = None,
    device: str | None = None,
) -> Path:
    """Take the statistics of attention over a data set.

    Writes ``statistics.json`` (``AttentionStatistics.result``) and its plots.

    Args:
        config: The model's config.
        checkpoint: Its weights; a packaged model has its own.
        dataset_config: A config whose ``test_dataloader`` names the data. Its annotated people are taken, not
            the boxes of a detector, and pictures go through the model's own pipeline.
        out: The folder to write to; it is made if need be.
        max_people: Stop after so many, at least 1.
        device: As in ``load_model``.

    Returns:
        ``statistics.json``.

    Raises:
        InputError: If config and checkpoint do not fit, the data is not there, it has another number of keypoints than the
            model, or a result cannot be written.
    """
    if max_people is not None and max_people < 1:
        raise InputError(f'max_people={max_people}: must be at least 1')
    check_folder(out)
    model = load_model(config, checkpoint, device)
    if not isinstance(getattr(model.head, 'encoder', None), Encoder):
        raise InputError(
            f'{_named(model)}: has no encoder over the pixels of its features, there are no statistics of it'
        )
    data = load_config(dataset_config).get('test_dataloader')
    if not data:
        raise InputError(f'{dataset_config}: has no test_dataloader, which would name the data')
    settings = _annotated(data.dataset, model.cfg.test_dataloader.dataset.pipeline)
    with failures_explained():
        try:
            dataset = DATASETS.build(settings)
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
    path = Path(out, 'statistics.json')
    write_json(path, result, indent=1)
    draw_statistics(result, path.parent)
    return path


def _named(model: TopdownPoseEstimator) -> str:
    return f'{type(model.head).__name__} with {type(model.backbone).__name__}'


def _layers(layers: Sequence[int], model: TopdownPoseEstimator) -> list[int]:
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
