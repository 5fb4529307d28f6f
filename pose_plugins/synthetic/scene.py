"""One synthetic picture: a cluttered place, people in it, things before them, and the camera's faults."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from .body import SIDES, sample_body
from .canvas import OCCLUDER, Canvas
from .difficulty import EASY, Difficulty
from .extremities import extremity_points, is_hand
from .materials import Material, Outfit, bgr, sample_cloth, sample_skin
from .person import Person

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
    moment: int = 0,
    difficulty: Difficulty = EASY,
) -> Scene:
    """Render one picture.

    Args:
        rng: Source of all randomness.
        size: Width and height in pixels.
        num_people: Number of people.
        detailed: Whether people have fingers, and points of face, hands and feet.
        focus: 'face', 'right_hand' or 'hands': a close picture of that part of one detailed person; None shows whole people.
        moment: Of a video whose pictures are rendered with equal ``rng``: people have walked on so many steps, of which eight
            are two paces.
        difficulty: How hard the people are to read.

    Returns:
        Picture, people and canvas.
    """
    directed = rng.uniform(0.25, 0.75)
    light = np.array([rng.uniform(-1, 1), rng.uniform(-1, 0.2), rng.uniform(0.4, 1)])
    canvas = Canvas(_background(rng, size), directed * light / np.linalg.norm(light))
    people = (
        _place_people(rng, size, num_people, detailed, moment, difficulty)
        if focus is None
        else [_place_part(rng, size, focus)]
    )
    if difficulty.blending:
        people = [_blended(rng, person, canvas, difficulty.blending) for person in people]
    for person in people:
        _cast_shadow(canvas, person)
    for person in people:
        person.paint(canvas)
    often, times = difficulty.occluders
    for _ in range(times):
        if rng.random() < often:
            _paint_occluder(canvas, rng)
    return Scene(_photograph(rng, canvas.image, difficulty), people, canvas)


def _background(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Wall, floor and clutter: (H, W, 3) float32, BGR."""
    width, height = size
    image = np.empty((height, width, 3), np.float32)
    horizon = int(rng.uniform(0.3, 0.9) * height)
    for area in (np.s_[:horizon], np.s_[horizon:]):
        image[area] = bgr(rng.uniform(0, 360), rng.uniform(0, 0.5), rng.uniform(0.2, 0.95))
    for cells in (3, 9, 30):  # unevenness at three scales
        noise = rng.normal(0, 9, (cells, cells, 1)) + rng.normal(0, 4, (cells, cells, 3))
        image += cv2.resize(noise.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    canvas = Canvas(image, (0, -0.3, 0.4))
    for _ in range(rng.poisson(6)):
        material = sample_skin(rng) if rng.random() < 0.15 else sample_cloth(rng)
        if rng.random() < 0.5:  # a box-like thing: window, poster, crate
            corner = rng.uniform(-0.2, 1, 2) * size
            extent = rng.lognormal(-1.9, 0.6, 2) * size
            rectangle = cv2.boxPoints((tuple(corner + extent / 2), tuple(extent), rng.normal(0, 8)))
            cv2.fillPoly(canvas.image, [np.int32(rectangle)], material.base.tolist(), cv2.LINE_AA)
            if rng.random() < 0.5:
                cv2.polylines(
                    canvas.image,
                    [np.int32(rectangle)],
                    True,
                    material.second.tolist() if material.second is not None else (30, 30, 30),
                    int(rng.integers(1, 5)),
                    cv2.LINE_AA,
                )
        else:  # a round thing: pole, pipe, branch, ball; at times as long and thick as a limb
            start = np.append(rng.uniform(0, 1, 2) * size, -1000)
            direction = rng.normal(0, 1, 2)
            end = start + np.append(direction / np.linalg.norm(direction) * rng.lognormal(4, 0.6), 0)
            canvas.solid(start, end, rng.lognormal(2, 0.5, rng.integers(1, 4)), material, OCCLUDER)
    return canvas.image


def _place_people(
    rng: np.random.Generator,
    size: tuple[int, int],
    num_people: int,
    detailed: bool,
    moment: int,
    difficulty: Difficulty,
) -> list[Person]:
    """Draw people and where they are; those in front stand lower and are larger, and nobody is wholly hidden."""
    width, height = size
    people: list[Person] = []
    later = []
    base = height * rng.uniform(*difficulty.metre)  # pixels a metre
    across, along = difficulty.centre
    for index in range(num_people):
        before = copy.deepcopy(rng)
        body, outfit = sample_body(rng, difficulty=difficulty), Outfit.sample(rng)
        scale = base * (1 + 0.12 * index) * rng.uniform(0.9, 1.1)
        points = np.array([p[:2] * (1, -1) for p in body.joints.values()]) * scale  # (J, 2) around the pelvis
        for _ in range(20):
            # the body's centre lies in the picture, its ends may be cut off
            centre = (rng.uniform(*across) * width, rng.uniform(*along) * height)
            origin = np.subtract(centre, (points.min(0) + points.max(0)) / 2)
            if all(_overlap(points + origin, other) < difficulty.overlap for other in people):
                break
        # streams of their own, so that a seed gives the same people with fingers and without, and at every moment
        fingers, walk = rng.spawn(2)
        extremities = extremity_points(fingers, body) if detailed else None
        people.append(Person(index, body, outfit, (*origin, 2000 * index), scale, extremities))
        moved = origin + walk.normal(0, 0.012, 2) * (1, 0.3) * moment * width
        later.append(partial(_walk_on, people[-1], before, moved, fingers, moment, difficulty))
    return [walk_on() for walk_on in later] if moment else people


def _walk_on(
    person: Person,
    rng: np.random.Generator,
    origin: np.ndarray,
    fingers: np.random.Generator,
    moment: int,
    difficulty: Difficulty,
) -> Person:
    """The same person some steps later; ``rng`` is as it was when the body was drawn."""
    body = sample_body(rng, 18 * np.sin(2 * np.pi * moment / 8), difficulty)
    extremities = extremity_points(fingers, body) if person.detailed else None
    depth = 2000 * person.index
    return Person(person.index, body, person.outfit, (*origin, depth), person.scale, extremities)


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


def _blended(rng: np.random.Generator, person: Person, canvas: Canvas, often: float) -> Person:
    """The same person, at times in clothes of colours that the place has; the same at every moment of a video."""
    height, width = canvas.depth.shape

    def found() -> Material:
        colour = canvas.image[rng.integers(height), rng.integers(width)]
        return Material(colour + rng.normal(0, 8, 3).astype(np.float32))

    top, bottom = found(), found()
    return person.dressed(replace(person.outfit, top=top, bottom=bottom)) if rng.random() < often else person


def _cast_shadow(canvas: Canvas, person: Person) -> None:
    """Darken the floor under the feet."""
    feet = np.array([person.joints[f'{side}_{end}'] for side in SIDES for end in ('heel', 'toe')])
    shadow = np.zeros(canvas.depth.shape, np.float32)
    centre = feet[:, 0].mean(), feet[:, 1].max() + 0.02 * person.scale
    axes = 0.12 * person.scale + np.ptp(feet[:, 0]) / 2, 0.06 * person.scale
    cv2.ellipse(shadow, [int(v) for v in centre], [int(v) for v in axes], 0, 0, 360, 0.5, -1)
    canvas.image *= 1 - cv2.blur(shadow, (9, 9))[..., None]


def _paint_occluder(canvas: Canvas, rng: np.random.Generator) -> None:
    """A post, a rail or a bush between the people and the viewer."""
    height, width = canvas.depth.shape
    near, material = 1e5, sample_cloth(rng)
    kind = rng.random()
    if kind < 0.4:
        x = rng.uniform(0, width)
        canvas.solid(
            (x, -20, near),
            (x + rng.normal(0, 15), height + 20, near),
            [rng.uniform(3, 0.035 * width)],
            material,
            OCCLUDER,
        )
    elif kind < 0.7:
        y = rng.uniform(0.45, 0.95) * height
        canvas.solid(
            (-20, y, near),
            (width + 20, y + rng.normal(0, 10), near),
            [rng.uniform(2, 0.03 * height)],
            material,
            OCCLUDER,
        )
    else:
        root = np.array([rng.uniform(0, width), height + 5, near])
        leaf = Material(bgr(rng.uniform(70, 140), rng.uniform(0.3, 0.8), rng.uniform(0.2, 0.7)))
        for _ in range(rng.integers(4, 10)):
            tip = root + (rng.normal(0, 0.06 * width), -rng.uniform(0.15, 0.45) * height, 0)
            canvas.solid(root, tip, (2, 5, 1), leaf, OCCLUDER)


def _photograph(rng: np.random.Generator, image: np.ndarray, difficulty: Difficulty) -> np.ndarray:
    """Light as a camera takes it: exposure, tint, blur, pixels and noise; uint8 (H, W, 3)."""
    image = image * rng.uniform(*difficulty.light) * (1 + rng.normal(0, 0.05, 3))
    blur = rng.random()
    if blur < 0.2:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.3))
    elif blur < 0.3:  # the camera moved
        length, angle = rng.uniform(2, 6), rng.uniform(0, np.pi)
        kernel = np.zeros((9, 9), np.float32)
        step = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        cv2.line(kernel, tuple(np.int32(4 - step).tolist()), tuple(np.int32(4 + step).tolist()), 1.0, 1, cv2.LINE_AA)
        image = cv2.filter2D(image, -1, kernel / kernel.sum())
    often, least = difficulty.coarse
    if often and rng.random() < often:
        share = rng.uniform(least, 1)
        small = cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    noise = np.empty(image.shape, np.float32)
    image = image.astype(np.float32) + rng.uniform(0, difficulty.noise) * rng.standard_normal(
        out=noise, dtype=np.float32
    )
    return np.clip(image, 0, 255).astype(np.uint8)
