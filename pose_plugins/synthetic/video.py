"""A synthetic video: people come, walk, stop, hide each other and go, before a camera that pans and shakes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..utils.errors import InputError
from .body import ACTIVITIES, sample_body
from .canvas import Canvas
from .difficulty import Difficulty
from .materials import Outfit
from .person import Person
from .scene import Scene
from .surroundings import background, blended, cast_shadow, paint_occluders, photograph, sample_light

MOST_PEOPLE = 1000
RATE = 25  # frames a second
PACE = 1.3  # metres a second
STRIDE = 1.4  # metres of two steps
SWING = 20  # degrees by which arms and legs swing
STOPPING = 0.4  # how often somebody stops on the way
NEARER = 0.65  # how large people are, beside those of single pictures
DEPTH = 2000  # pixels between lanes, and between people of a lane a quarter: nobody cuts into somebody else


@dataclass(frozen=True)
class Walker:
    """Somebody who walks through a video, from side to side.

    Attributes:
        number: The identity, from 0.
        seed: Of build and pose.
        difficulty: What the walk is like.
        outfit: Clothes.
        depth: Pixels towards the viewer; those in front are larger and hide who is behind them.
        scale: Pixels a metre.
        facing: Degrees by which the walker is turned from the viewer; the sign is that of the direction.
        begin: Where the pelvis is at first, x and y in pixels of the place.
        phase: Radians of the step with which the walk begins, from 0 to 2 pi.
        pace: Pixels a frame, to the right if positive.
        enters: The first frame.
        leaves: The first frame in which the walker is gone.
        stops: Frame in which the walker stops, and for how many frames; 0 is none.
    """

    number: int
    seed: int
    difficulty: Difficulty
    outfit: Outfit
    depth: float
    scale: float
    facing: float
    begin: tuple[float, float]
    phase: float
    pace: float
    enters: int
    leaves: int
    stops: tuple[int, int]

    def at(self, frame: int) -> Person:
        """The walker in a frame, in pixels of the place."""
        since = frame - self.enters
        stop, length = self.stops
        walked = since - min(max(frame - stop, 0), length)  # frames without those of the stop
        way = self.pace * walked  # pixels
        swing = SWING * np.sin(self.phase + 2 * np.pi * way / (STRIDE * self.scale))
        body = sample_body(np.random.default_rng(self.seed), swing, self.difficulty, self.facing)
        x, y = self.begin
        return Person(self.number, body, self.outfit, (x + way, y, self.depth), self.scale)


class Video:
    """A video of which any frame can be rendered.

    Whoever is about to leave is followed by somebody else, so that there are about as many people at all times. The place is
    larger than the picture, which a pan shows other parts of.

    Args:
        seed: Numbers that name the video; equal ones give equal videos.
        size: Width and height of the pictures in pixels.
        frames: How many there are.
        walkers: How many people walk at a time.
        speed: Factor on the pace of a walk.
        difficulty: How hard the people are to read and the camera is to follow.

    Attributes:
        people: Those who walk, some of whom may never be in the picture.

    Raises:
        InputError: If they are more than ``MOST_PEOPLE``.
    """

    def __init__(
        self,
        seed: Sequence[int],
        size: tuple[int, int],
        frames: int,
        walkers: int,
        speed: float,
        difficulty: Difficulty,
    ) -> None:
        rng = np.random.default_rng(seed)
        self._size, self._seed, self._difficulty = size, list(seed), difficulty
        self._camera = _camera(rng, size[0], frames, difficulty)
        margin = int(np.abs(self._camera).max()) + 1  # pixels of the place on each side of the picture
        self._camera += margin
        self._light = sample_light(rng)
        self._place = background(rng, (size[0] + 2 * margin, size[1] + 2 * margin))
        self._before, self._lens = rng.integers(2**32, size=2).tolist()
        base = NEARER * size[1] * rng.uniform(*difficulty.metre)  # pixels a metre, of the farthest
        walking = replace(difficulty, activities={**dict.fromkeys(ACTIVITIES, 0.0), 'walk': 1.0}, turned=0.0)
        self.people: list[Walker] = []
        for lane in range(walkers):
            enters, turn = 0, 0
            while enters < frames:
                scale = base * (1 + 0.12 * lane) * rng.uniform(0.9, 1.1)
                depth = DEPTH * (lane + turn % 4 / 4)
                walker = self._walker(rng, walking, depth, scale, speed, enters, not turn, margin)
                self.people.append(walker)
                if len(self.people) > MOST_PEOPLE:
                    raise InputError(
                        f'a video of {frames} frames with {walkers} walkers at speed {speed:g} shows more people than '
                        f'PoseTrack18 has numbers for ({MOST_PEOPLE}): take fewer frames or walkers, or a lower speed'
                    )
                enters = walker.leaves - int(rng.uniform(0.1, 0.4) * (walker.leaves - enters))
                turn += 1

    def frame(self, number: int) -> Scene:
        """Render a frame, counted from 0."""
        canvas = Canvas(self._place, self._light)
        people = [walker.at(number) for walker in self.people if walker.enters <= number < walker.leaves]
        for person in people:
            cast_shadow(canvas, person)
        for person in people:
            person.paint(canvas)
        paint_occluders(np.random.default_rng(self._before), canvas, self._difficulty)
        left, top = self._camera[number].tolist()
        shown = canvas.window(left, top, *self._size)
        lens, grain = np.random.default_rng(self._lens), np.random.default_rng([*self._seed, number])
        image = photograph(lens, shown.image, self._difficulty, grain)
        return Scene(image, [person.moved(-left, -top) for person in people], shown)

    def _walker(
        self,
        rng: np.random.Generator,
        difficulty: Difficulty,
        depth: float,
        scale: float,
        speed: float,
        enters: int,
        inside: bool,
        margin: int,
    ) -> Walker:
        """Draw somebody who enters from a side, or is there already in the first frame."""
        side, seed = int(rng.choice([-1, 1])), int(rng.integers(2**32))
        facing = side * rng.uniform(60, 95)
        outfit = blended(rng, Outfit.sample(rng), self._place, difficulty.blending)
        body = sample_body(np.random.default_rng(seed), 0, difficulty, facing)
        points = np.array([point[:2] * (1, -1) for point in body.joints.values()]) * scale  # (J, 2) around the pelvis
        reach = np.abs(points[:, 0]).max() + 0.3 * scale  # to where an arm may swing
        width = self._place.shape[1]
        y = margin + rng.uniform(*difficulty.centre[1]) * self._size[1] - (points[:, 1].min() + points[:, 1].max()) / 2
        x = rng.uniform(0, width) if inside else -reach if side > 0 else width + reach
        pace = side * PACE * speed * scale / RATE * rng.uniform(0.8, 1.2)
        way = width + reach - x if side > 0 else x + reach
        walking = int(np.ceil(way / abs(pace)))  # frames without a stop
        stop, length = enters + int(rng.uniform(0.2, 0.8) * walking), int(rng.integers(8, 40))
        length = length if rng.random() < STOPPING else 0
        return Walker(
            number=len(self.people),
            seed=seed,
            difficulty=difficulty,
            outfit=outfit,
            depth=depth,
            scale=scale,
            facing=facing,
            begin=(float(x), float(y)),
            phase=rng.uniform(0, 2 * np.pi),
            pace=float(pace),
            enters=enters,
            leaves=enters + walking + length,
            stops=(stop, length),
        )


def _camera(rng: np.random.Generator, width: int, frames: int, difficulty: Difficulty) -> np.ndarray:
    """Where the picture is in the place, from the middle, in whole pixels, (frames, 2)."""
    pan, shake = (share * width for share in difficulty.camera)
    period, phase = rng.uniform(3, 6) * RATE, rng.uniform(0, 2 * np.pi)
    way = np.zeros((frames, 2))
    way[:, 0] = pan * np.sin(2 * np.pi * np.arange(frames) / period + phase)
    hand = np.array(list(_hand(rng, frames))).reshape(frames, 2)
    return np.round(way + shake * hand).astype(int)


def _hand(rng: np.random.Generator, frames: int) -> Iterator[np.ndarray]:
    """How a hand shakes: each frame (2,), of deviation 1, like the one before for some part."""
    place = rng.normal(0, 1, 2)
    for _ in range(frames):
        yield place
        place = 0.8 * place + 0.6 * rng.normal(0, 1, 2)
