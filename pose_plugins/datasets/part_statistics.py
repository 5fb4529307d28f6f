"""Where faces and hands lie in people's boxes (AlphaPose, section 4.2), collected once and kept in a small file."""

import json
from pathlib import Path

import numpy as np

from ..utils.arguments import at_least
from ..utils.errors import InputError
from .annotations import read_annotations
from .meta import keypoint_names

FACE_AND_HANDS = ('face', 'left_hand', 'right_hand')
PACKAGED = Path(__file__).parent / 'part_statistics_synthetic.json'
FIELDS = ('x', 'y', 'width', 'height', 'aspect')


def part_indices(part: str) -> np.ndarray:
    """Indices of the keypoints of one of ``FACE_AND_HANDS`` among Halpe's 136, (68,) or (21,)."""
    side = part.removesuffix('_hand')
    names = keypoint_names('halpe')
    start = names.index('face-0' if part == 'face' else f'{side}_hand_root')
    return np.arange(start, start + (68 if part == 'face' else 21))


def collect_part_statistics(annotations: str | Path, most: int = 300, seed: int = 0) -> dict[str, list[list[float]]]:
    """Collect the boxes of parts, relative to the people's, from Halpe's annotations.

    A part counts where all of its keypoints are annotated and do not lie on a line along x or y.

    Args:
        annotations: A file in Halpe's format.
        most: Keep so many places of each part, at least 1, drawn at random.
        seed: Of the drawing.

    Returns:
        For each of ``FACE_AND_HANDS`` rows of ``FIELDS``: the offset of the part's centre from the person's, x and y, and the
        part's width and height, as fractions of the person's width and height; and the person's width / height.

    Raises:
        InputError: If the file cannot be read, it is no annotations of Halpe's 136 keypoints, or a part is nowhere whole.
    """
    at_least(1, most=most)
    places: dict[str, list[list[float]]] = {part: [] for part in FACE_AND_HANDS}
    indices = {part: part_indices(part) for part in FACE_AND_HANDS}
    for person in read_annotations(annotations)['annotations']:
        left, top, width, height = person['bbox']
        keypoints = np.array(person.get('keypoints', []), float).reshape(-1, 3)
        if not any(keypoints[:, 2] > 0) or width <= 0 or height <= 0:
            continue
        if len(keypoints) != 136:
            raise InputError(
                f'{annotations}: annotation {person.get("id")} has {len(keypoints)} keypoints, Halpe has 136'
            )
        for part in FACE_AND_HANDS:
            points = keypoints[indices[part]]
            if (points[:, 2] > 0).all():
                low, high = points[:, :2].min(0), points[:, :2].max(0)
                centre = ((low + high) / 2 - (left, top)) / (width, height) - 0.5
                place = np.round([*centre, *((high - low) / (width, height)), width / height], 4)
                if (place[2:] > 0).all():
                    places[part].append(place.tolist())
    rng = np.random.default_rng(seed)
    for part, found in places.items():
        if not found:
            raise InputError(f'{annotations}: no person has a whole {part}')
        chosen = sorted(rng.permutation(len(found))[:most])
        places[part] = [found[i] for i in chosen]
    return places


def read_part_statistics(path: str | Path | None = None) -> dict[str, np.ndarray]:
    """Read what ``collect_part_statistics`` gave.

    Args:
        path: Its file; None takes that of the synthetic people, which comes with the package.

    Returns:
        (places, 5) of each part.

    Raises:
        InputError: If the file cannot be read or a part is missing.
    """
    path = Path(path or PACKAGED)
    try:
        content = json.loads(path.read_text())
        statistics = {part: np.array(content[part], float) for part in FACE_AND_HANDS}
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror or error}') from None
    except (ValueError, KeyError, TypeError):
        raise InputError(f'{path}: is no part statistics; tools/collect_part_statistics.py makes them') from None
    for part, places in statistics.items():
        shaped = places.ndim == 2 and places.shape[1] == len(FIELDS) and len(places)
        if not shaped or not np.isfinite(places).all() or not (places[:, 2:] > 0).all():  # None becomes NaN
            raise InputError(f'{path}: {part}: must be rows of {", ".join(FIELDS)}, the last three positive')
    return statistics
