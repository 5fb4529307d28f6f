"""Guesses from keypoints' names which lie on the left or right and which belong to an upper or lower body."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

SIDES = {'left': 'left', 'l': 'left', 'right': 'right', 'r': 'right'}
OPPOSITE = {'left': 'right', 'right': 'left'}
# words of a name: 'LeftEar', 'left_ear', 'L-ear', 'earL' and 'ear 2' fall into theirs
WORD = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+')
UPPER = set(
    'head nose eye ear mouth lip chin jaw face neck throat shoulder chest thorax elbow wrist arm hand finger thumb palm'.split()
)
LOWER = set('hip pelvis leg knee ankle foot feet heel toe tail'.split())
GLUED = '+'  # no word: marks a side that was read out of the beginning of one, which is the less sure way


class Mirrored(NamedTuple):
    """What names tell of left and right.

    Attributes:
        swaps: For each keypoint the name of its mirror image, '' where there is none.
        sides: For each keypoint 'left', 'right' or ''.
        alone: Names that have a side and no, or more than one, partner.
    """

    swaps: list[str]
    sides: list[str]
    alone: list[str]


def mirrored_pairs(names: Sequence[str]) -> Mirrored:
    """Find pairs of names that differ in nothing but left and right.

    Sides are words (left, right, l, r, of any case, anywhere in the name), or stand before a word without a gap (leftear,
    lwrist). A pair counts only where both are there.

    Args:
        names: Of the keypoints, each once.

    Returns:
        Pairs, sides, and names whose partner is missing.
    """
    readings = [_reading(name) for name in names]
    counts = Counter(readings)
    swaps, sides, alone = [], [], []
    for name, reading in zip(names, readings):
        mirror = tuple(OPPOSITE.get(word, word) for word in reading)
        paired = bool(reading) and counts[reading] == counts[mirror] == 1
        swaps.append(names[readings.index(mirror)] if paired else '')
        sides.append(next(word for word in reading if word in OPPOSITE) if paired else '')
        if reading and not paired and (GLUED not in reading or counts[mirror]):
            alone.append(name)
    return Mirrored(swaps, sides, alone)


def body_halves(names: Sequence[str]) -> list[str]:
    """Guess which keypoints belong to the upper and which to the lower half of a body, for crops to one of them.

    Args:
        names: Of the keypoints.

    Returns:
        'upper' or 'lower' of each, or '' of all unless every name tells: a crop to one half would cut off at random what
        belongs to none.
    """
    halves = []
    for name in names:
        words = {word.removesuffix('s') for word in (*_words(name), *_reading(name))}
        halves.append('lower' if words & LOWER else 'upper' if words & UPPER else '')
    return halves if {*halves} == {'upper', 'lower'} else [''] * len(halves)


def _words(name: str) -> list[str]:
    return [word.lower() for word in WORD.findall(name)]


def _reading(name: str) -> tuple[str, ...]:
    """The words of a name that has a side, with that spelt out; empty where it has none."""
    words = _words(name)
    if any(word in SIDES for word in words):
        return tuple(SIDES.get(word, word) for word in words)
    for prefix, side in SIDES.items():
        if words and words[0].startswith(prefix) and len(words[0]) >= len(prefix) + 3:
            return side, GLUED, words[0].removeprefix(prefix), *words[1:]
    return ()
