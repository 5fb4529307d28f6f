"""Pictures of what the queries of a decoder did (Poseur, figure 5; TFPose, figures 3 and 4)."""

from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from ..utils.files import whole_file
from ..utils.sheets import captioned, contact_sheet
from .queries import PersonQueries

COLOURS = ((255, 200, 0), (0, 220, 0), (0, 160, 255), (60, 60, 255))  # BGR of the levels, from the finest
LINKS = {'bone': (0, 220, 0), 'mirror': (0, 140, 255), 'other': (200, 200, 200)}  # BGR


def draw_points(person: PersonQueries, layer: int, keypoint: int, level: int | None = None) -> np.ndarray:
    """Draw where a keypoint's query reads.

    Args:
        person: The person.
        layer: Index of the decoder layer; negative counts from the last.
        keypoint: Index of the keypoint.
        level: Index of the level whose points are drawn; None draws those of all.

    Returns:
        The view in grey, a dot for each point in its level's colour, its area the point's weight; the layer's
        prediction is a white ring, the truth, if it is known, a yellow cross. BGR, uint8.
    """
    height, width = person.view.shape[:2]
    image = cv2.cvtColor(cv2.cvtColor(person.view, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    points = person.points[layer, keypoint] * (width, height)  # (heads, levels, points, 2)
    weights = person.weights[layer, keypoint]
    for i in range(points.shape[1]) if level is None else [level]:
        colour = COLOURS[i % len(COLOURS)]
        for (x, y), weight in zip(points[:, i].reshape(-1, 2), weights[:, i].ravel()):
            if -width < x < 2 * width and -height < y < 2 * height:
                radius = 1 + 8 * np.sqrt(weight)
                cv2.circle(image, (round(float(x)), round(float(y))), round(float(radius)), colour, -1, cv2.LINE_AA)
    centre = tuple(int(v) for v in np.round(person.keypoints[layer, keypoint] * (width, height)))
    cv2.circle(image, centre, 7, (0, 0, 0), 4, cv2.LINE_AA)
    cv2.circle(image, centre, 7, (255, 255, 255), 2, cv2.LINE_AA)
    if person.truth is not None and np.isfinite(person.truth[keypoint]).all():
        place = tuple(int(v) for v in np.round(person.truth[keypoint] * (width, height)))
        for colour, thickness in (((0, 0, 0), 4), ((0, 255, 255), 2)):
            cv2.drawMarker(image, place, colour, cv2.MARKER_TILTED_CROSS, 12, thickness, cv2.LINE_AA)
    return image


def draw_queries(
    person: PersonQueries, layer: int, names: dict[int, str], level: int | None = None, columns: int = 6
) -> np.ndarray:
    """A contact sheet of ``draw_points``.

    Args:
        person: The person.
        layer: Index of the decoder layer.
        names: Index of each keypoint to draw -> its name.
        level: As in ``draw_points``.
        columns: How many in a row.

    Returns:
        The sheet, BGR, uint8. Captions give the prediction's score and each level's share of the weights.
    """
    tiles = []
    for keypoint, name in names.items():
        shares = person.weights[layer, keypoint].sum((0, 2)) / person.weights.shape[2]
        levels = 'levels ' + ' '.join(f'{share:.2f}' for share in shares)
        tiles.append(
            captioned(draw_points(person, layer, keypoint, level), f'{name} {person.scores[keypoint]:.2f}', levels)
        )
    return contact_sheet(tiles, min(columns, len(tiles)))


def draw_query_attention(person: PersonQueries, layer: int, names: dict[int, str], path: Path) -> None:
    """Plot which queries attend to which.

    Args:
        person: The person.
        layer: Index of the decoder layer.
        names: Index of each keypoint to show as a query -> its name.
        path: The picture to write.
    """
    size = 2.5 + 0.28 * len(names)
    figure = Figure(figsize=(size + 1, size), layout='constrained')
    axes = figure.subplots()
    chosen = list(names)
    image = axes.imshow(person.attention[layer][np.ix_(chosen, chosen)], cmap='viridis', vmin=0)
    axes.set_xticks(range(len(names)), names.values(), rotation=90)
    axes.set_yticks(range(len(names)), names.values())
    axes.set(xlabel='query attended to', ylabel='query')
    figure.colorbar(image, label='attention, mean over heads; a row sums to 1')
    with whole_file(path) as partial:
        figure.savefig(partial, dpi=100)


def draw_query_lines(
    person: PersonQueries,
    layer: int,
    names: dict[int, str],
    skeleton: list[tuple[int, int]],
    flip_indices: list[int],
    strongest: int = 2,
) -> np.ndarray:
    """Draw whom the queries attend to as lines over the picture.

    Args:
        person: The person.
        layer: Index of the decoder layer.
        names: Index of each keypoint to show as a query -> its name.
        skeleton: Pairs of keypoints that a bone links.
        flip_indices: The mirror keypoint of each.
        strongest: How many others of each query.

    Returns:
        The view in grey, enlarged; a line from each query to the others that it attends to most, as thick as the
        attention: green along a bone, orange to the mirror keypoint, else grey. BGR, uint8.
    """
    image = cv2.cvtColor(cv2.cvtColor(person.view, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    image = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) // 2
    height, width = image.shape[:2]
    places = [tuple(int(v) for v in np.round(place * (width, height))) for place in person.keypoints[layer]]
    bones = {frozenset(bone) for bone in skeleton}
    count = {link: 0 for link in LINKS}
    for query in names:
        weights = person.attention[layer, query].copy()
        weights[query] = 0  # what it attends to itself is not a line
        for other in np.argsort(weights)[::-1][:strongest]:
            link = (
                'mirror' if flip_indices[query] == other else 'bone' if frozenset((query, other)) in bones else 'other'
            )
            count[link] += 1
            thickness = max(1, round(float(12 * weights[other])))
            cv2.line(image, places[query], places[other], LINKS[link], thickness, cv2.LINE_AA)
    for query in names:
        cv2.circle(image, places[query], 5, (255, 255, 255), -1, cv2.LINE_AA)
    lines = [f'{link}: {number}' for link, number in count.items()]
    return captioned(image, f'strongest {strongest} of each query', ', '.join(lines))
