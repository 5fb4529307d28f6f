"""Reads names and skeleton of keypoints from the categories of an annotation file in COCO's format."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...utils.errors import InputError, similar


class Category(NamedTuple):
    """What is annotated.

    Attributes:
        name: Of the category, or of the first of several that are described alike.
        objects: Its annotations with keypoints.
        names: Of the keypoints, K; None if the file has none.
        links: Pairs of keypoints, counted from 0.
        count: K; None if neither names nor annotations tell.
        base: From which number the file's skeleton counts: 1, as COCO's does, or 0.
        others: Annotations with keypoints of other categories.
    """

    name: str
    objects: list[dict]
    names: list[str] | None
    links: list[tuple[int, int]]
    count: int | None
    base: int
    others: int


def read_category(path: str, content: Mapping[str, Any], wanted: str | None) -> Category:
    """Read the category whose keypoints are to be described.

    Args:
        path: Of the file, for messages.
        content: Of the file, as ``read_annotations`` gives it.
        wanted: Name of the category; None takes the only one with keypoints. Several with the same keypoints and skeleton,
            such as breeds, count as one.

    Returns:
        The category.

    Raises:
        InputError: If it is not clear which one, or what it says cannot be.
    """
    categories = content.get('categories', [])
    if not isinstance(categories, list) or not all(isinstance(one, dict) and 'id' in one for one in categories):
        raise InputError(f'{path}: categories must be a list of dicts, each with an id')
    with_keypoints = [one for one in content['annotations'] if one.get('keypoints')]
    used = {repr(one.get('category_id')) for one in with_keypoints}
    candidates = [one for one in categories if one.get('keypoints') or repr(one['id']) in used]
    if wanted is not None:
        named = [one for one in candidates if one.get('name') == wanted]
        if not named:
            known = [str(one.get('name')) for one in candidates]
            raise InputError(
                f'{path}: no category {wanted!r} with keypoints, there are {", ".join(known) or "none"}{similar(wanted, known)}'
            )
        candidates = named
    if not candidates:
        if not with_keypoints:
            raise InputError(
                f'{path}: has no keypoints, neither in categories nor in annotations: is it an export of boxes or outlines?'
            )
        candidates = [dict(id=one.get('category_id'), name='object') for one in with_keypoints[:1]]
        used_ids = used  # no categories in the file: all annotations are of one
    else:
        used_ids = {repr(one['id']) for one in candidates}
    first = candidates[0]
    for other in candidates[1:]:
        if any(other.get(key) != first.get(key) for key in ('keypoints', 'skeleton')):
            named = ', '.join(repr(one.get('name')) for one in candidates)
            raise InputError(
                f'{path}: the categories {named} have different keypoints: choose one with --category NAME; MMPose reads a file '
                'as one category, so that each needs a file of its own'
            )
    objects = [one for one in with_keypoints if repr(one.get('category_id')) in used_ids]
    name = first.get('name')
    name = name if isinstance(name, str) and name else 'object'
    place = f'{path}: category {name!r}'
    names = _names(place, first.get('keypoints'))
    count = len(names) if names else len(objects[0]['keypoints']) // 3 if objects else None
    for one in objects:
        if len(one['keypoints']) != 3 * (count or 0):
            raise InputError(
                f'{path}: annotation {one.get("id")} has {len(one["keypoints"]) // 3} keypoints, the '
                + (f'category {name!r} names {count}' if names else f'first one has {count}')
            )
    links, base = _links(place, first.get('skeleton'), count)
    return Category(name, objects, names, links, count, base, len(with_keypoints) - len(objects))


def check_names(place: str, names: Sequence[Any]) -> list[str]:
    """Refuse names of keypoints that cannot be.

    Args:
        place: Where they stand, for messages.
        names: Of the keypoints.

    Returns:
        The names.

    Raises:
        InputError: If one is no text, is empty or stands there twice.
    """
    for number, name in enumerate(names, start=1):
        if not isinstance(name, str) or not name.strip():
            raise InputError(f'{place}: keypoint {number} must have a name, not {name!r}')
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise InputError(f'{place}: several keypoints are called {twice[0]!r}; each must have a name of its own')
    return list(names)


def _names(place: str, names: Any) -> list[str] | None:
    """The names that a category gives, None if it gives none."""
    if names is None or names == []:
        return None
    if not isinstance(names, list):
        raise InputError(f'{place}: keypoints must be a list of names, not {names!r:.60}')
    return check_names(place, names)


def _links(place: str, skeleton: Any, count: int | None) -> tuple[list[tuple[int, int]], int]:
    """The links of a category counted from 0, and from which number the file counts."""
    if skeleton is None:
        skeleton = []
    if not isinstance(skeleton, list):
        raise InputError(f'{place}: skeleton must be a list of pairs of keypoints, not {skeleton!r:.60}')
    for number, link in enumerate(skeleton, start=1):
        whole = isinstance(link, list) and all(type(end) in (int, float) and end % 1 == 0 for end in link)
        if not whole or len(link) != 2:
            raise InputError(f'{place}: link {number} of skeleton must be two numbers of keypoints, not {link!r:.60}')
    base = 0 if any(0 in link for link in skeleton) else 1
    links = [(int(a) - base, int(b) - base) for a, b in skeleton]
    for number, (link, (a, b)) in enumerate(zip(skeleton, links), start=1):
        if not (0 <= min(a, b) and max(a, b) < (count or 0)):
            first = 'it has a 0 and so counts from 0' if base == 0 else 'it counts from 1'
            raise InputError(
                f'{place}: link {number} of skeleton is {link}, of which there is no such keypoint: {first}, and there are '
                f'{count or 0} keypoints'
            )
        if a == b:
            raise InputError(f'{place}: link {number} of skeleton joins keypoint {link[0]} with itself')
    return links, base
