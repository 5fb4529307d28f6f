"""A posed body dressed and painted: the solids it is made of, and which of its keypoints can be seen."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .body import SIDES, Body
from .canvas import Canvas
from .extremities import FINGERS, NUM_FACE_POINTS, face_points
from .materials import Material, Outfit

# of a body: a pixel's owner tells them apart
SEGMENTS = ('trunk', 'head') + tuple(
    f'{side}_{segment}' for side in SIDES for segment in ('upper_arm', 'forearm', 'hand', 'thigh', 'shank', 'foot')
)

# the segments whose surface shows a joint that lies inside the body
SEGMENTS_OF_JOINT = {'pelvis': {'trunk'}, 'thorax': {'trunk'}, 'upper_neck': {'trunk', 'head'}, 'head_top': {'head'}}
SEGMENTS_OF_EXTREMITY = {'hip': {'trunk'}, 'neck': {'trunk', 'head'}, 'head': {'head'}}
for _side in SIDES:
    SEGMENTS_OF_JOINT.update(
        {
            f'{_side}_shoulder': {'trunk', f'{_side}_upper_arm'},
            f'{_side}_elbow': {f'{_side}_upper_arm', f'{_side}_forearm'},
            f'{_side}_wrist': {f'{_side}_forearm', f'{_side}_hand'},
            f'{_side}_hip': {'trunk', f'{_side}_thigh'},
            f'{_side}_knee': {f'{_side}_thigh', f'{_side}_shank'},
            f'{_side}_ankle': {f'{_side}_shank', f'{_side}_foot'},
        }
    )
    SEGMENTS_OF_EXTREMITY.update({f'{_side}_{toe}_toe': {f'{_side}_foot'} for toe in ('big', 'small')})
    SEGMENTS_OF_EXTREMITY[f'{_side}_heel'] = {f'{_side}_foot', f'{_side}_shank'}
    for _finger in FINGERS:
        SEGMENTS_OF_EXTREMITY.update({f'{_side}_{_finger}{i}': {f'{_side}_hand'} for i in range(1, 5)})
    SEGMENTS_OF_EXTREMITY[f'{_side}_hand_root'] = {f'{_side}_hand', f'{_side}_forearm'}
# joints that lie on the surface of the head: from the other side they are hidden by the head itself
SURFACE_JOINTS = {'nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear'}
SURFACE_EXTREMITIES = {f'face-{i}' for i in range(NUM_FACE_POINTS)}


class Person:
    """One person of a picture.

    Args:
        index: Number in the picture, 0 for the first.
        body: Build and pose.
        outfit: Clothes.
        origin: (3,) where the pelvis is: x, y in pixels and z, larger is nearer to the viewer. Persons whose z differ by more
            than their size do not cut into each other.
        scale: Pixels a metre.
        extremities: Of ``extremity_points``; with them fingers are painted.

    Attributes:
        joints: Name -> (3,) x, y and z in the picture, in pixels, extremities included.
        keypoints: Names of those whose visibility is known.
        detailed: Whether there are extremities.
    """

    def __init__(
        self,
        index: int,
        body: Body,
        outfit: Outfit,
        origin: ArrayLike,
        scale: float,
        extremities: dict[str, np.ndarray] | None = None,
    ) -> None:
        self.index, self.body, self.outfit, self.scale = index, body, outfit, scale
        self._origin = np.asarray(origin, float)
        self.detailed = extremities is not None
        self.keypoints = SEGMENTS_OF_JOINT.keys() | SURFACE_JOINTS
        if self.detailed:
            self.keypoints |= SEGMENTS_OF_EXTREMITY.keys() | SURFACE_EXTREMITIES
        self._extremities = extremities
        points = {**body.joints, **(extremities or {})}
        self.joints = {name: self._to_picture(point) for name, point in points.items()}

    def dressed(self, outfit: Outfit) -> 'Person':
        """The same person in other clothes."""
        return Person(self.index, self.body, outfit, self._origin, self.scale, self._extremities)

    def moved(self, right: float, down: float) -> 'Person':
        """The same person so many pixels elsewhere."""
        origin = self._origin + (right, down, 0)
        return Person(self.index, self.body, self.outfit, origin, self.scale, self._extremities)

    def _to_picture(self, point: ArrayLike) -> np.ndarray:
        """Metres (3,) to pixels: the picture's y points down."""
        return self._origin + np.asarray(point) * (self.scale, -self.scale, self.scale)

    def owner(self, segment: str) -> int:
        """Owner number of one segment."""
        return self.index * len(SEGMENTS) + SEGMENTS.index(segment)

    def owns(self, owner: np.ndarray) -> np.ndarray:
        """Mask of the pixels of an owner map (H, W) that show this person."""
        return owner // len(SEGMENTS) == self.index

    def visible(self, canvas: Canvas, name: str) -> bool:
        """Whether a joint can be seen: its own segments are what the picture shows at its place."""
        if name in SURFACE_JOINTS | SURFACE_EXTREMITIES:
            return canvas.visible(self.joints[name], {self.owner('head')}, 0.35 * self.body.build.head * self.scale)
        segments = SEGMENTS_OF_JOINT.get(name) or SEGMENTS_OF_EXTREMITY[name]
        return canvas.visible(self.joints[name], {self.owner(segment) for segment in segments})

    def paint(self, canvas: Canvas) -> None:
        """Paint all segments; the canvas sorts out what hides what."""
        self._paint_trunk(canvas)
        self._paint_head(canvas)
        if self.detailed:
            self._paint_face(canvas)
        for side in SIDES:
            self._paint_arm(canvas, side)
            self._paint_leg(canvas, side)

    def _solid(
        self,
        canvas: Canvas,
        segment: str,
        start: str | np.ndarray,
        end: str | np.ndarray,
        widths: ArrayLike,
        material: Material,
        flatness: float = 1.0,
    ) -> None:
        """A solid between two joints or points in pixels, with half widths in metres."""
        start, end = (self.joints[p] if isinstance(p, str) else p for p in (start, end))
        canvas.solid(start, end, np.multiply(widths, self.scale), material, self.owner(segment), flatness)

    def _place(self, frame: np.ndarray, anchor: str, offset: Sequence[float]) -> np.ndarray:
        """A point in pixels: offset in metres along a frame's left, up and front, from a joint."""
        return self._to_picture(self.body.joints[anchor] + frame @ np.asarray(offset))

    def _paint_trunk(self, canvas: Canvas) -> None:
        build, outfit, frame = self.body.build, self.outfit, self.body.trunk
        size = build.height
        # seen from the side, a trunk is two thirds as wide as from the front
        frontal = np.hypot(frame[2, 2], 0.62 * frame[0, 2])
        chest, waist, hips = np.array([0.098, 0.078, 0.088]) * size * build.girth * frontal
        self._solid(
            canvas,
            'trunk',
            self._place(frame, 'thorax', (0, -chest * 0.95, 0)),
            self._place(frame, 'pelvis', (0, 0.02 * size, 0)),
            (chest, waist, hips),
            outfit.top,
            0.66,
        )
        self._solid(
            canvas,
            'trunk',
            self._place(frame, 'pelvis', (build.hips * 0.6, 0, 0)),
            self._place(frame, 'pelvis', (-build.hips * 0.6, 0, 0)),
            [0.058 * size * build.girth],
            outfit.bottom,
        )
        self._solid(
            canvas,
            'trunk',
            'left_shoulder',
            'right_shoulder',
            np.array([0.034, 0.04, 0.034]) * size * build.girth,
            outfit.top,
        )
        self._solid(
            canvas,
            'trunk',
            self._place(frame, 'thorax', (0, -0.01 * size, 0)),
            'skull',
            [0.031 * size * np.sqrt(build.girth)],
            outfit.skin,
        )
        # the neckline and an emblem in front, and at times a backpack, tell front from back
        front = 0.6 * 0.098 * size * build.girth
        self._solid(
            canvas,
            'trunk',
            self._place(frame, 'thorax', (0, -0.005 * size, front * 0.62)),
            self._place(frame, 'thorax', (0, -0.05 * size, front)),
            np.array([0.034, 0.008]) * size,
            outfit.skin,
            0.5,
        )
        self._solid(
            canvas,
            'trunk',
            self._place(frame, 'thorax', (0.03 * size, -0.1 * size, front)),
            self._place(frame, 'thorax', (-0.03 * size, -0.1 * size, front)),
            [0.02 * size],
            outfit.extra,
            0.5,
        )
        if outfit.backpack:
            self._solid(
                canvas,
                'trunk',
                self._place(frame, 'thorax', (0, -0.07 * size, -front * 1.3)),
                self._place(frame, 'thorax', (0, -0.19 * size, -front * 1.3)),
                [0.075 * size],
                outfit.extra,
                0.7,
            )

    def _paint_head(self, canvas: Canvas) -> None:
        outfit, frame, r = self.outfit, self.body.head, self.body.build.head

        def at(left: float, up: float, front: float) -> np.ndarray:
            return self._place(frame, 'skull', (left * r, up * r, front * r))

        def blob(
            start: np.ndarray, end: np.ndarray, widths: Sequence[float], material: Material, flatness: float = 1.0
        ) -> None:
            self._solid(canvas, 'head', start, end, np.multiply(widths, r), material, flatness)

        dark, white = Material(np.array([25, 25, 30], np.float32)), Material(np.array([235, 238, 240], np.float32))
        lips = Material(outfit.skin.base * np.array([0.62, 0.55, 0.85], np.float32))
        blob(at(0, -0.42, 0.08), at(0, 0.36, 0), (0.78, 0.95), outfit.skin)
        blob(at(0, -0.02, 0.9), at(0, -0.22, 1.0), (0.1, 0.17), Material(outfit.skin.base * 0.9))
        blob(at(0.22, -0.6, 0.66), at(-0.22, -0.6, 0.66), (0.06, 0.11, 0.06), lips)
        for sign in SIDES.values():
            blob(at(sign * 0.36, 0.16, 0.76), at(sign * 0.4, 0.16, 0.74), [0.2], white)
            blob(at(sign * 0.36, 0.16, 0.86), at(sign * 0.38, 0.16, 0.86), [0.12], dark)
            blob(at(sign * 0.2, 0.42, 0.8), at(sign * 0.55, 0.42, 0.66), [0.08], outfit.hair)
            blob(at(sign * 0.94, 0.08, -0.08), at(sign * 0.94, -0.16, -0.04), [0.17], outfit.skin)
        blob(at(0, 0.5, -0.28), at(0, 0.1, -0.32), (0.98, 0.92), outfit.hair)
        if outfit.long_hair:
            blob(at(0, 0.1, -0.45), at(0, -1.5, -0.55), (0.85, 0.7), outfit.hair)
        if outfit.hat:
            blob(at(0, 0.75, -0.1), at(0, 0.8, 0), [0.92], outfit.extra, 0.9)
            blob(at(0, 0.6, 0.5), at(0, 0.52, 1.3), (0.5, 0.4), outfit.extra, 0.3)

    def _paint_face(self, canvas: Canvas) -> None:
        """Brows and lips where the face's points are, just above the skin."""
        r = self.body.build.head
        points = [self._place(self.body.head, 'skull', point * r) for point in face_points() + (0, 0, 0.12)]
        lips = Material(self.outfit.skin.base * np.array([0.55, 0.5, 0.95], np.float32))
        for curve, width, material in (
            ([*range(17, 22)], 0.05, self.outfit.hair),
            ([*range(22, 27)], 0.05, self.outfit.hair),
            ([*range(48, 60), 48], 0.045, lips),
        ):
            for i, j in zip(curve, curve[1:]):
                self._solid(canvas, 'head', points[i], points[j], [width * r], material, 0.6)

    def _paint_arm(self, canvas: Canvas, side: str) -> None:
        outfit, size = self.outfit, self.body.build.height * self.body.build.girth
        upper = outfit.top.until(outfit.sleeve, outfit.skin)
        lower = outfit.top.until(outfit.sleeve - 1, outfit.skin)
        self._solid(
            canvas,
            f'{side}_upper_arm',
            f'{side}_shoulder',
            f'{side}_elbow',
            np.array([0.033, 0.031, 0.024]) * size,
            upper,
        )
        self._solid(
            canvas, f'{side}_forearm', f'{side}_elbow', f'{side}_wrist', np.array([0.024, 0.026, 0.016]) * size, lower
        )
        if self.detailed:
            self._paint_fingers(canvas, side)
            return
        self._solid(
            canvas,
            f'{side}_forearm',
            f'{side}_wrist',
            f'{side}_hand',
            np.array([0.015, 0.023, 0.016]) * size,
            outfit.skin,
            0.6,
        )

    def _paint_fingers(self, canvas: Canvas, side: str) -> None:
        """A palm and five fingers; neighbours differ a little in tone, so that they can be told apart."""
        size, skin = self.body.build.height, self.outfit.skin
        segment, knuckles = f'{side}_hand', [f'{side}_{finger}1' for finger in FINGERS[1:]]
        for knuckle in knuckles:
            self._solid(canvas, segment, f'{side}_hand_root', knuckle, np.array([0.012, 0.009]) * size, skin, 0.8)
        for i, finger in enumerate(FINGERS):
            material = Material(skin.base * (1.0 if i % 2 else 0.88))
            width = (0.0085 if finger == 'thumb' else 0.0072) * size
            for j in range(1, 4):
                names = f'{side}_{finger}{j}', f'{side}_{finger}{j + 1}'
                self._solid(canvas, segment, *names, [width * (1.08 - 0.1 * j)], material)

    def _paint_leg(self, canvas: Canvas, side: str) -> None:
        outfit, size = self.outfit, self.body.build.height * self.body.build.girth
        upper = outfit.bottom.until(outfit.leg, outfit.skin)
        lower = outfit.bottom.until(outfit.leg - 1, outfit.skin)
        self._solid(
            canvas, f'{side}_thigh', f'{side}_hip', f'{side}_knee', np.array([0.053, 0.048, 0.033]) * size, upper
        )
        self._solid(
            canvas, f'{side}_shank', f'{side}_knee', f'{side}_ankle', np.array([0.032, 0.034, 0.02]) * size, lower
        )
        self._solid(canvas, f'{side}_foot', f'{side}_ankle', f'{side}_heel', [0.021 * size], outfit.shoes)
        self._solid(
            canvas, f'{side}_foot', f'{side}_heel', f'{side}_toe', np.array([0.022, 0.022, 0.018]) * size, outfit.shoes
        )
