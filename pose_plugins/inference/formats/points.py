"""Keypoints by name, whatever model they come from; a few that other data sets lack are had from their neighbours."""

from collections.abc import Sequence

import numpy as np

from ..results import People

# what stands in for a keypoint that a model lacks: another name of it, or two that it lies between
STAND_INS: dict[str, tuple[tuple[str, ...], ...]] = {
    'neck': (('head_bottom',), ('left_shoulder', 'right_shoulder')),
    'mid_hip': (('hip',), ('left_hip', 'right_hip')),
    'head_bottom': (('neck',), ('left_shoulder', 'right_shoulder')),
    'head_top': (('head',),),
    'left_hand_root': (('left_wrist',),),
    'right_hand_root': (('right_wrist',),),
}
FINGERS = ('thumb', 'forefinger', 'middle_finger', 'ring_finger', 'pinky_finger')
FACE = tuple(f'face-{number}' for number in range(68))


def hand(side: str) -> tuple[str, ...]:
    """Names of a hand's 21 keypoints, from the wrist on."""
    return f'{side}_hand_root', *(f'{side}_{finger}{number}' for finger in FINGERS for number in range(1, 5))


def points_of(people: People, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints of a layout.

    Args:
        people: N of them.
        names: The layout's keypoints, n of them.

    Returns:
        Keypoints (N, n, 2) and scores (N, n). What a model has under another name, or lies midway between two that it has, is
        taken from there (``STAND_INS``), with the mean of their scores; what it does not have at all is 0, 0, its score 0.
    """
    keypoints = np.zeros((len(people), len(names), 2), np.float32)
    scores = np.zeros((len(people), len(names)), np.float32)
    for number, name in enumerate(names):
        for choice in ((name,), *STAND_INS.get(name, ())):
            if set(choice) <= set(people.names):
                found, found_scores = people.at(choice)
                keypoints[:, number], scores[:, number] = found.mean(1), found_scores.mean(1)
                break
    return keypoints, scores


def flat(keypoints: np.ndarray, scores: np.ndarray) -> list[float]:
    """x, y, score, x, y, score, ... of one person's keypoints (n, 2) and scores (n,)."""
    three = np.concatenate([keypoints, scores[:, None]], 1)  # (n, 3)
    return [round(float(value), 4) for value in three.ravel()]


def extent(keypoints: np.ndarray) -> np.ndarray:
    """The box around keypoints (N, n, 2) of formats that hold none, (N, 4); those at 0, 0 are taken as missing."""
    known = np.where((keypoints == 0).all(-1, keepdims=True), np.nan, keypoints)
    if not known.shape[1]:
        return np.zeros((len(known), 4), np.float32)
    missing = np.isnan(known).all((1, 2))
    known[missing] = 0
    return np.concatenate([np.nanmin(known, 1), np.nanmax(known, 1)], 1).astype(np.float32)
