"""Where faces and hands lie in people's boxes (AlphaPose, section 4.2), collected once and kept in a small file."""

import json
from pathlib import Path

import numpy as np

from ..utils.errors import InputError
from .meta import keypoint_names

PARTS = ('face', 'left_hand', 'right_hand')
PACKAGED = Path(__file__).parent / 'part_statistics_synthetic.json'
FIELDS = ('x', 'y', 'width', 'height', 'aspect')


def part_indices(part):
    """Indices of a part's keypoints among Halpe's 136: 'face', 'left_hand' or 'right_hand'."""
    side = part.removesuffix('_hand')
    names = keypoint_names('halpe')
    start = names.index('face-0' if part == 'face' else f'{side}_hand_root')
    return np.arange(start, start + (68 if part == 'face' else 21))


def collect_part_statistics(annotations, most=300, seed=0):
    """Collect the boxes of parts, relative to the people's, from Halpe's annotations.

    A part counts where all of its keypoints are annotated and do not lie on a line along x or y.

    Args:
        annotations (str | Path): A file in Halpe's format.
        most (int): Keep so many places of each part, drawn at random. Default: 300.
        seed (int): Of the drawing. Default: 0.

    Returns:
        dict[str, list[list[float]]]: For each of ``PARTS``: the offset of the part's centre from the person's, x and y, and
        the part's width and height, as fractions of the person's width and height; and the person's width / height.

    Raises:
        InputError: If the file cannot be read, or a part is nowhere whole.
    """
    try:
        people = json.loads(Path(annotations).read_text())['annotations']
    except OSError as error:
        raise InputError(f'{annotations}: cannot be read: {error.strerror}') from None
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{annotations}: is not an annotation file in Halpe's format") from None
    places = {part: [] for part in PARTS}
    indices = {part: part_indices(part) for part in PARTS}
    for person in people:
        try:
            keypoints = np.array(person['keypoints'], float).reshape(-1, 3)
            left, top, width, height = person['bbox']
        except (KeyError, TypeError, ValueError):
            raise InputError(
                f'{annotations}: annotation {person.get("id")}: must have a bbox of 4 numbers and keypoints of 3 numbers each'
            ) from None
        if not any(keypoints[:, 2] > 0) or width <= 0 or height <= 0:
            continue
        if len(keypoints) != 136:
            raise InputError(
                f'{annotations}: annotation {person.get("id")} has {len(keypoints)} keypoints, Halpe has 136'
            )
        for part in PARTS:
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


def read_part_statistics(path=None):
    """Read what ``collect_part_statistics`` gave.

    Args:
        path (str | Path | None): Its file; None takes that of the synthetic people, which comes with the package.

    Returns:
        dict[str, np.ndarray]: (places, 5) of each part.

    Raises:
        InputError: If the file cannot be read or a part is missing.
    """
    path = Path(path or PACKAGED)
    try:
        content = json.loads(path.read_text())
        statistics = {part: np.array(content[part], float) for part in PARTS}
    except OSError as error:
        raise InputError(f'{path}: cannot be read: {error.strerror}') from None
    except (ValueError, KeyError, TypeError):
        raise InputError(f'{path}: is no part statistics; tools/collect_part_statistics.py makes them') from None
    for part, places in statistics.items():
        if places.ndim != 2 or places.shape[1] != len(FIELDS) or not len(places) or not (places[:, 2:] > 0).all():
            raise InputError(f'{path}: {part}: must be rows of {", ".join(FIELDS)}, the last three positive')
    return statistics
