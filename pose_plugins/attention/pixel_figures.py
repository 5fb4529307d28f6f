"""Attention as heat over the picture."""

import cv2
import numpy as np

from ..utils.errors import InputError
from ..utils.sheets import captioned, contact_sheet
from .pixels import PersonAttention

AREAS = {'dependency': 'depends on', 'affected': 'affects'}


def draw_area(
    person: PersonAttention, layer: int, keypoint: int, area: str, threshold: float | None = None
) -> np.ndarray:
    """Draw which places a keypoint's prediction depends on, or which its place affects.

    Args:
        person: With a view.
        layer: Index of the encoder layer; negative counts from the last.
        keypoint: Index of the keypoint.
        area: 'dependency' or 'affected'.
        threshold: Attention below it is not shown; None takes 1 / N, what each of the N places would get
            if all were attended to alike.

    Returns:
        The view in grey with the heat over it and the prediction marked, BGR, uint8. The heat's brightest
        colour is the area's maximum.
    """
    if person.view is None:
        raise InputError('a person without a view: there is nothing to draw on')
    attention = getattr(person, f'{area}_area')(layer, keypoint)  # (h, w)
    threshold = 1 / attention.size if threshold is None else threshold
    height, width = person.view.shape[:2]
    shown = np.where(attention >= threshold, attention, 0)
    heat = cv2.resize(shown / max(shown.max(), 1e-12), (width, height), interpolation=cv2.INTER_LINEAR)
    # the codec has a heatmap's pixel at its corner, where the resizing has its middle
    shift = -0.5 * np.array([width, height]) / person.heatmap_size
    heat = cv2.warpAffine(
        heat, np.hstack([np.eye(2), shift[:, None]]), (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    colours = cv2.applyColorMap(np.uint8(np.round(255 * heat)), cv2.COLORMAP_INFERNO)
    opacity = np.sqrt(heat)[..., None] * 0.85
    grey = cv2.cvtColor(cv2.cvtColor(person.view, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    image = np.uint8(np.round(grey * (1 - opacity) + colours * opacity))
    centre = tuple(int(v) for v in np.round(person.keypoints[keypoint] * (width, height)))
    cv2.circle(image, centre, 6, (255, 255, 255), 3, cv2.LINE_AA)
    cv2.circle(image, centre, 6, (0, 160, 0), 2, cv2.LINE_AA)
    return image


def draw_person(
    person: PersonAttention, layer: int, names: dict[int, str], threshold: float | None = None, columns: int = 4
) -> np.ndarray:
    """A contact sheet: both areas of each keypoint in one layer.

    Args:
        person: With a view.
        layer: Index of the encoder layer.
        names: Index of each keypoint to draw -> its name.
        threshold: As in ``draw_area``.
        columns: How many keypoints in a row.

    Returns:
        The sheet, BGR, uint8. Captions give the prediction's score and each area's maximum.
    """
    columns = min(columns, len(names))
    tiles = []
    for keypoint, name in names.items():
        pair = []
        for area, verb in AREAS.items():
            maximum = getattr(person, f'{area}_area')(layer, keypoint).max()
            title = f'{name} {person.scores[keypoint]:.2f}' if area == 'dependency' else ''
            image = draw_area(person, layer, keypoint, area, threshold)
            pair.append(captioned(image, title, f'{verb}, up to {maximum:.3f}'))
        tiles.append(np.hstack(pair))
    return contact_sheet(tiles, columns)
