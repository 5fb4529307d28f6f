"""The surroundings of people: the place, their shadows, what stands before them, and the camera's faults."""

from dataclasses import replace

import cv2
import numpy as np

from .body import SIDES
from .canvas import OCCLUDER, Canvas
from .difficulty import Difficulty
from .materials import Material, Outfit, bgr, sample_cloth, sample_skin
from .person import Person


def background(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
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


def blended(rng: np.random.Generator, outfit: Outfit, place: np.ndarray, often: float) -> Outfit:
    """An outfit, at times with top and bottom in colours that the place (H, W, 3), BGR, has."""
    height, width = place.shape[:2]

    def found() -> Material:
        colour = place[rng.integers(height), rng.integers(width)]
        return Material(colour + rng.normal(0, 8, 3).astype(np.float32))

    top, bottom = found(), found()
    return replace(outfit, top=top, bottom=bottom) if rng.random() < often else outfit


def cast_shadow(canvas: Canvas, person: Person) -> None:
    """Darken the floor under the feet."""
    feet = np.array([person.joints[f'{side}_{end}'] for side in SIDES for end in ('heel', 'toe')])
    shadow = np.zeros(canvas.depth.shape, np.float32)
    centre = feet[:, 0].mean(), feet[:, 1].max() + 0.02 * person.scale
    axes = 0.12 * person.scale + np.ptp(feet[:, 0]) / 2, 0.06 * person.scale
    cv2.ellipse(shadow, [int(v) for v in centre], [int(v) for v in axes], 0, 0, 360, 0.5, -1)
    canvas.image *= 1 - cv2.blur(shadow, (9, 9))[..., None]


def sample_light(rng: np.random.Generator) -> np.ndarray:
    """The directed part of the light, (3,), as ``Canvas`` takes it."""
    directed = rng.uniform(0.25, 0.75)
    light = np.array([rng.uniform(-1, 1), rng.uniform(-1, 0.2), rng.uniform(0.4, 1)])
    return directed * light / np.linalg.norm(light)


def paint_occluders(rng: np.random.Generator, canvas: Canvas, difficulty: Difficulty) -> None:
    """Paint what stands between the people and the viewer."""
    often, times = difficulty.occluders
    for _ in range(times):
        if rng.random() < often:
            _paint_occluder(canvas, rng)


def _paint_occluder(canvas: Canvas, rng: np.random.Generator) -> None:
    """A post, a rail or a bush."""
    height, width = canvas.depth.shape
    near, material = 1e5, sample_cloth(rng)
    kind = rng.random()
    if kind < 0.4:
        x = rng.uniform(0, width)
        canvas.solid(
            (x, -20, near),
            (x + rng.normal(0, 15), height + 20, near),
            [rng.uniform(3, max(3, 0.035 * width))],
            material,
            OCCLUDER,
        )
    elif kind < 0.7:
        y = rng.uniform(0.45, 0.95) * height
        canvas.solid(
            (-20, y, near),
            (width + 20, y + rng.normal(0, 10), near),
            [rng.uniform(2, max(2, 0.03 * height))],
            material,
            OCCLUDER,
        )
    else:
        root = np.array([rng.uniform(0, width), height + 5, near])
        leaf = Material(bgr(rng.uniform(70, 140), rng.uniform(0.3, 0.8), rng.uniform(0.2, 0.7)))
        for _ in range(rng.integers(4, 10)):
            tip = root + (rng.normal(0, 0.06 * width), -rng.uniform(0.15, 0.45) * height, 0)
            canvas.solid(root, tip, (2, 5, 1), leaf, OCCLUDER)


def photograph(
    rng: np.random.Generator, image: np.ndarray, difficulty: Difficulty, grain: np.random.Generator | None = None
) -> np.ndarray:
    """Light as a camera takes it.

    Args:
        rng: Source of exposure, tint, blur, pixels and of how strong the noise is.
        image: (H, W, 3), BGR in [0, 255].
        difficulty: How bad the camera is.
        grain: Source of the noise itself, which in a video is another in each frame; ``rng`` by default.

    Returns:
        uint8 (H, W, 3), BGR.
    """
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
    image = image.astype(np.float32) + rng.uniform(0, difficulty.noise) * (grain or rng).standard_normal(
        out=noise, dtype=np.float32
    )
    return np.clip(image, 0, 255).astype(np.uint8)
