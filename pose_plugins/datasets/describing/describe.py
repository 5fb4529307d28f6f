"""Describes the keypoints of annotations as MMPose wants it: names, mirror images, skeleton, sigmas."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...utils.arguments import positive
from ...utils.errors import InputError
from ..annotations import read_annotations
from .categories import Category, check_names, read_category
from .names import Mirrored, body_halves, mirrored_pairs
from .sigmas import MIN_PAIRS, Agreement, annotators_sigmas

# MMPose's animals have sigmas of 0.025 (eyes) to 0.107 (hips), the mean of COCO's is 0.066
DEFAULT_SIGMA = 0.05
COLOURS = {'left': [0, 255, 0], 'right': [255, 128, 0], '': [51, 153, 255]}  # as in MMPose's descriptions


class Described(NamedTuple):
    """A description and what there is to tell of it.

    Attributes:
        description: MMPose's ``dataset_info``.
        source: What was described: the file's name and the category.
        labelled: (K,), how many objects have each keypoint.
        objects: How many objects there are.
        sigma_notes: Where the sigmas are from, a line each.
        notes: What was guessed, and what should be looked at, a line each.
    """

    description: dict[str, Any]
    source: str
    labelled: list[int]
    objects: int
    sigma_notes: list[str]
    notes: list[str]


def describe_keypoints(
    annotations: str | Path,
    category: str | None = None,
    names: Sequence[str] | None = None,
    dataset_name: str | None = None,
    sigma: float = DEFAULT_SIGMA,
) -> Described:
    """Describe the keypoints of an annotation file.

    Args:
        annotations: A file in COCO's format.
        category: Which one, where several have keypoints of different kinds.
        names: Of the keypoints, in their order, where the file has none or others are wanted; an empty list numbers them.
        dataset_name: MMPose's name of the data set; the category's if None.
        sigma: Of keypoints whose sigma cannot be estimated, positive, a share of the root of an object's area.

    Returns:
        The description and what was guessed for it.

    Raises:
        InputError: If the file cannot be read, or it does not tell what is to be described.
    """
    positive(sigma=sigma)
    if sigma == float('inf'):
        raise InputError(f'sigma={sigma}: must be finite')
    content = read_annotations(annotations)
    found = read_category(str(annotations), content, category)
    called = _called(annotations, found, names)
    mirrored = mirrored_pairs(called)
    halves = body_halves(called)
    agreement = annotators_sigmas(found.objects, len(called))
    sigmas = [sigma if np.isnan(s) else round(float(s), 4) or sigma for s in agreement.sigmas]
    keypoints = {
        i: dict(name=name, id=i, color=COLOURS[side], type=half, swap=swap)
        for i, (name, side, half, swap) in enumerate(zip(called, mirrored.sides, halves, mirrored.swaps))
    }
    sides = mirrored.sides
    links = {
        i: dict(link=(called[a], called[b]), id=i, color=COLOURS[_link_side(sides[a], sides[b])])
        for i, (a, b) in enumerate(found.links)
    }
    description = dict(
        dataset_name=dataset_name or found.name,
        keypoint_info=keypoints,
        skeleton_info=links,
        joint_weights=[1.0] * len(called),
        sigmas=sigmas,
    )
    labelled = [sum(one['keypoints'][3 * i + 2] > 0 for one in found.objects) for i in range(len(called))]
    return Described(
        description,
        f'{Path(annotations).name}, category {found.name!r}',
        labelled,
        len(found.objects),
        _sigma_notes(called, agreement, sigma),
        [*_skeleton_notes(found, called), *_guessed(mirrored, halves, called), *_count_notes(found, called, labelled)],
    )


def _called(path: str | Path, found: Category, names: Sequence[str] | None) -> list[str]:
    """The keypoints' names."""
    if names is None:
        if found.names is None:
            count = f'its {found.count} keypoints' if found.count else 'its keypoints'
            raise InputError(
                f'{path}: category {found.name!r} does not name {count}: give the names in their order, --names NAME NAME ..., '
                'or --names alone, which numbers them'
            )
        return found.names
    if not names:
        if not found.count:
            raise InputError(f'{path}: neither names nor annotations tell how many keypoints {found.name!r} has')
        return [f'keypoint_{i}' for i in range(1, found.count + 1)]
    if found.count and len(names) != found.count:
        raise InputError(f'--names: {len(names)} names, {path} has {found.count} keypoints')
    return check_names('--names', names)


def _link_side(first: str, second: str) -> str:
    """A link within one side, or from it to the middle, has its colour."""
    return first or second if not (first and second) or first == second else ''


def _skeleton_notes(found: Category, names: list[str]) -> list[str]:
    if not found.links:
        return ['skeleton: none in the file; links can be added to skeleton_info']
    base = '' if found.base else ' (counted from 0 in the file: it has a 0)'
    return [f'skeleton{base}: ' + ', '.join(f'{names[a]} - {names[b]}' for a, b in found.links)]


def _guessed(mirrored: Mirrored, halves: list[str], names: list[str]) -> list[str]:
    """What was guessed from names."""
    pairs = [f'{n} - {swap}' for n, swap, side in zip(names, mirrored.swaps, mirrored.sides) if side == 'left']
    notes = [f'left and right, guessed from names: {", ".join(pairs) or "none"}']
    if mirrored.alone:
        notes.append(f'no mirror image found for: {", ".join(mirrored.alone)}')
    if any(halves):
        lower = [name for name, half in zip(names, halves) if half == 'lower']
        notes.append(f'lower half of a body, guessed from names: {", ".join(lower)}; upper: all others')
    return notes


def _sigma_notes(names: list[str], agreement: Agreement, default: float) -> list[str]:
    guess = f'{default}, a guess: a keypoint off by {2 * default:g} of the root of the area has an OKS of 0.61'
    known = ~np.isnan(agreement.sigmas)
    if not known.any():
        notes = [f'sigmas: each {guess}']
        if agreement.pairs.any():
            notes.append(f'annotated twice: {agreement.pairs.max()} objects, {MIN_PAIRS} would give an estimate')
    else:
        pairs = ', '.join(f'{name} {n}' for name, n, ok in zip(names, agreement.pairs, known) if ok)
        notes = [
            'sigmas: root of the mean of d^2 / area, d the distance in pixels between two annotations of one object',
            f'pairs of annotations: {pairs}',
        ]
        if not known.all():
            notes.append(f'fewer than {MIN_PAIRS} pairs: {", ".join(n for n, ok in zip(names, known) if not ok)}: {guess}')
    if agreement.copies:
        notes.append(f'copied annotations, of no use for sigmas: {agreement.copies}')
    return notes


def _count_notes(found: Category, names: list[str], labelled: list[int]) -> list[str]:
    notes = []
    never = [name for name, count in zip(names, labelled) if not count]
    if never:
        notes.append(f'never labelled, and so never learned: {", ".join(never)}')
    if found.others:
        notes.append(
            f'other categories have {found.others} objects with keypoints, which MMPose would read as well: leave them out'
        )
    return notes
