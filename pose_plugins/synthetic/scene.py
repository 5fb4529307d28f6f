"""One synthetic picture: a cluttered place, people in it, things before them, and the camera's faults."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .body import sample_body
from .canvas import Canvas
from .difficulty import EASY, Difficulty
from .extremities import extremity_points, is_hand
from .materials import Outfit
from .person import Person
from .surroundings import background, blended, cast_shadow, paint_occluders, photograph, sample_light

PART_OF_FOCUS: dict[str, Callable[[str], bool]] = {
    'face': lambda name: name.startswith('face-'),
    'right_hand': lambda name: is_hand(name, 'right'),
    'hands': lambda name: is_hand(name, 'left') or is_hand(name, 'right'),
}


@dataclass(frozen=True)
class Scene:
    """A rendered picture and the truth about it.

    Attributes:
        image: uint8 (H, W, 3), BGR.
        people: The persons, the farthest first.
        canvas: The canvas before the camera's faults; its owner map says what each pixel shows.
    """

    image: np.ndarray
    people: list[Person]
    canvas: Canvas


def render_scene(
    rng: np.random.Generator,
    size: tuple[int, int],
    num_people: int,
    detailed: bool = False,
    focus: str | None = None,
    difficulty: Difficulty = EASY,
) -> Scene:
    """Render one picture.

    Args:
        rng: Source of all randomness.
        size: Width and height in pixels.
        num_people: Number of people.
        detailed: Whether people have fingers, and points of face, hands and feet.
        focus: 'face', 'right_hand' or 'hands': a close picture of that part of one detailed person; None shows whole people.
        difficulty: How hard the people are to read.

    Returns:
        Picture, people and canvas.
    """
    light = sample_light(rng)
    canvas = Canvas(background(rng, size), light)
    people = (
        _place_people(rng, size, num_people, detailed, difficulty) if focus is None else [_place_part(rng, size, focus)]
    )
    if difficulty.blending:
        people = [person.dressed(blended(rng, person.outfit, canvas.image, difficulty.blending)) for person in people]
    for person in people:
        cast_shadow(canvas, person)
    for person in people:
        person.paint(canvas)
    paint_occluders(rng, canvas, difficulty)
    return Scene(photograph(rng, canvas.image, difficulty), people, canvas)


def _place_people(
    rng: np.random.Generator, size: tuple[int, int], num_people: int, detailed: bool, difficulty: Difficulty
) -> list[Person]:
    """Draw people and where they are; those in front stand lower and are larger, and nobody is wholly hidden."""
    width, height = size
    people: list[Person] = []
    base = height * rng.uniform(*difficulty.metre)  # pixels a metre
    across, along = difficulty.centre
    for index in range(num_people):
        body, outfit = sample_body(rng, difficulty=difficulty), Outfit.sample(rng)
        scale = base * (1 + 0.12 * index) * rng.uniform(0.9, 1.1)
        points = np.array([p[:2] * (1, -1) for p in body.joints.values()]) * scale  # (J, 2) around the pelvis
        for _ in range(20):
            # the body's centre lies in the picture, its ends may be cut off
            centre = (rng.uniform(*across) * width, rng.uniform(*along) * height)
            origin = np.subtract(centre, (points.min(0) + points.max(0)) / 2)
            if all(_overlap(points + origin, other) < difficulty.overlap for other in people):
                break
        fingers, _ = rng.spawn(2)  # a stream of its own, so that a seed gives the same people with fingers and without
        extremities = extremity_points(fingers, body) if detailed else None
        people.append(Person(index, body, outfit, (*origin, 2000 * index), scale, extremities))
    return people


def _place_part(rng: np.random.Generator, size: tuple[int, int], focus: str) -> Person:
    """Draw a person so near that a part fills about half of the picture; it faces the viewer, more or less."""
    for _ in range(50):
        body, outfit = sample_body(rng), Outfit.sample(rng)
        extremities = extremity_points(rng, body)
        points = np.array([point for name, point in extremities.items() if PART_OF_FOCUS[focus](name)])
        towards = body.head[2, 2] if focus == 'face' else 1 - np.ptp(points[:, 2]) / np.ptp(points, axis=0).max()
        if towards > 0.3:
            break
    extent = max(np.ptp(points[:, 0]) / size[0], np.ptp(points[:, 1]) / size[1])  # metres for the whole picture
    scale = rng.uniform(0.4, 0.65) / extent
    centre = rng.uniform(0.45, 0.55, 2) * size
    origin = centre - (points.min(0) + points.max(0))[:2] / 2 * (scale, -scale)
    return Person(0, body, outfit, (*origin, 0), scale, extremities)


def _overlap(points: np.ndarray, other: Person) -> float:
    """How much of another person's extent a set of joints (J, 2) covers, as a fraction of the smaller extent."""
    theirs = np.array([p[:2] for p in other.joints.values()])
    low, high = np.maximum(points.min(0), theirs.min(0)), np.minimum(points.max(0), theirs.max(0))
    areas = [np.prod(np.ptp(p, axis=0)) for p in (points, theirs)]
    return np.prod(np.maximum(high - low, 0)) / max(min(areas), 1)
