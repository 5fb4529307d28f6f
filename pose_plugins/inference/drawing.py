"""Draws people into their pictures: skeletons, boxes, ids and scores, in lines as thick as the people are large."""

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from .results import People

FONT = cv2.FONT_HERSHEY_SIMPLEX
THIN = 90  # pixels of a person's longer side for each pixel of a line
SIDES = 'left', 'right'
LINE, MARGIN, SMALL = 20, 4, 0.38  # of the legend: height and margin in pixels, size of its letters
# of tracks, BGR; told apart by most people who see few colours
TRACKS = (
    (180, 119, 31),
    (14, 127, 255),
    (44, 160, 44),
    (189, 103, 148),
    (207, 190, 23),
    (34, 189, 188),
    (194, 119, 227),
)


def draw_people(picture: np.ndarray, people: People, meta: Mapping[str, Any], threshold: float = 0.3) -> np.ndarray:
    """Draw people.

    Args:
        picture: (h, w, 3), BGR, uint8.
        people: In it.
        meta: The description of the keypoints: links and colours.
        threshold: Keypoints with lower scores are not drawn.

    Returns:
        A copy with the people, and a strip with the legend below, (h + strip, w, 3).
    """
    drawn = np.ascontiguousarray(picture).copy()
    for person in people:
        left, top, right, bottom = person.boxes[0]
        width = max(1, round(float(max(right - left, bottom - top)) / THIN))
        draw_skeleton(drawn, person.keypoints[0], person.scores[0] >= threshold, meta, width)
        _draw_box(drawn, person, width)
    return np.vstack([drawn, _legend(drawn.shape[1], people, meta, threshold)])


def draw_skeleton(
    picture: np.ndarray, keypoints: np.ndarray, shown: np.ndarray, meta: Mapping[str, Any], width: int = 2
) -> None:
    """Draw links and keypoints into a picture.

    Args:
        picture: (h, w, 3), BGR, uint8; it is changed.
        keypoints: In its pixels, (K, 2).
        shown: Which are drawn, (K,).
        meta: The description of the keypoints: links and colours.
        width: Of lines, in pixels.
    """
    places = np.clip(np.round(keypoints), -(1 << 20), 1 << 20).astype(int)
    for (first, second), colour in zip(meta['skeleton_links'], meta['skeleton_link_colors']):
        if shown[first] and shown[second]:
            cv2.line(picture, places[first].tolist(), places[second].tolist(), bgr(colour), width, cv2.LINE_AA)
    for place, colour, seen in zip(places, meta['keypoint_colors'], shown):
        if seen:
            cv2.circle(picture, place.tolist(), width + 1, bgr(colour), -1, cv2.LINE_AA)


def bgr(colour: Sequence[int]) -> list[int]:
    """A colour of a description, which has RGB, as OpenCV takes it."""
    return [int(part) for part in colour][::-1]


def track_colour(identity: int) -> tuple[int, int, int]:
    """The colour of a track, BGR; grey for -1, which is none."""
    return TRACKS[identity % len(TRACKS)] if identity >= 0 else (128, 128, 128)


def _draw_box(picture: np.ndarray, person: People, width: int) -> None:
    """Box, and above it id and score."""
    identity = int(person.ids[0])
    colour = track_colour(identity)
    left, top, right, bottom = np.round(person.boxes[0]).astype(int).tolist()
    cv2.rectangle(picture, (left, top), (right, bottom), colour, max(1, width // 2))
    text = ' '.join([*([f'#{identity}'] if identity >= 0 else []), f'{float(person.person_scores[0]):.2f}'])
    scale = 0.35 + 0.1 * width
    (length, height), _ = cv2.getTextSize(text, FONT, scale, 1)
    x = min(max(left, 0), max(0, picture.shape[1] - length))
    y = max(top, height + 4)
    cv2.rectangle(picture, (x, y - height - 4), (x + length, y), colour, -1)
    cv2.putText(picture, text, (x, y - 3), FONT, scale, (255, 255, 255), 1, cv2.LINE_AA)


def _colours_of_sides(names: Sequence[str], meta: Mapping[str, Any]) -> list[list[int]]:
    """Of the left and the right, of the first keypoint that has one for each; none where they look the same."""
    colours = dict(zip(names, map(bgr, meta['keypoint_colors'])))
    left, right = SIDES
    for name in names:
        other = name.replace(left, right, 1)
        if name.startswith(left) and colours.get(other, colours[name]) != colours[name]:
            return [colours[name], colours[other]]
    return []


def _legend(width: int, people: People, meta: Mapping[str, Any], threshold: float) -> np.ndarray:
    """Lines that tell what is drawn, as many as the picture's width needs, (20 * lines, width, 3)."""
    parts: list[tuple[list[int] | None, str]] = [  # colour of a dot, and words
        *zip(_colours_of_sides(people.names, meta), SIDES)
    ]
    tracks = '#id, ' if (people.ids >= 0).any() else ''
    count = f'{len(people)} {"person" if len(people) == 1 else "people"}'
    parts += [(None, text) for text in (count, f'box: {tracks}score', f'points above {threshold:g}')]
    lines, x = [np.full((LINE, max(width, 1), 3), 255, np.uint8)], MARGIN
    for colour, text in parts:
        (length, _), _ = cv2.getTextSize(text, FONT, SMALL, 1)
        dot = 0 if colour is None else 14
        if x > MARGIN and x + dot + length > width:
            lines.append(np.full_like(lines[0], 255))
            x = MARGIN
        if colour is not None:
            cv2.circle(lines[-1], (x + 4, LINE // 2), 4, colour, -1, cv2.LINE_AA)
        cv2.putText(lines[-1], text, (x + dot, LINE - 6), FONT, SMALL, (0, 0, 0), 1, cv2.LINE_AA)
        x += dot + length + 12
    return np.vstack(lines)
