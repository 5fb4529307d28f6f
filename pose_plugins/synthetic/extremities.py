"""Points that whole-body data sets annotate beyond the body: 68 of a face, 21 of each hand, three of each foot.

The names are those of Halpe's keypoints. Faces are numbered as 300W numbers them, from the body's right to its left.
"""

import numpy as np

from .body import SIDES, Body, euler

NUM_FACE_POINTS = 68
# along the hand, across it towards the thumb, of each finger's knuckle; its length; all as fractions of the body's height
_FINGERS = {
    'forefinger': (0.056, 0.0165, 0.043),
    'middle_finger': (0.058, 0.0055, 0.048),
    'ring_finger': (0.055, -0.005, 0.044),
    'pinky_finger': (0.05, -0.0155, 0.034),
}
_PHALANGES = (0.45, 0.3, 0.25)  # of a finger, from the knuckle, as fractions of its length
_THUMB = (0.024, 0.02, 0.016)  # its phalanges, as fractions of the body's height
FINGERS = ('thumb', *_FINGERS)


def is_hand(name: str, side: str) -> bool:
    """Whether a point of ``extremity_points`` is one of a hand's 21."""
    return name == f'{side}_hand_root' or any(name.startswith(f'{side}_{finger}') for finger in FINGERS)


def face_points() -> np.ndarray:
    """The face's points (68, 3): left, up and front of the head's centre, in radii of the head."""

    def line(count: int, *corners: tuple[float, float, float]) -> np.ndarray:
        """Points (count, 3) at equal steps of an open curve through three or more corners, by Lagrange's polynomial."""
        places, knots = np.linspace(0, 1, count), np.linspace(0, 1, len(corners))
        basis = [
            np.prod([(places - other) / (knot - other) for other in knots if other != knot], axis=0) for knot in knots
        ]
        return np.stack(basis, 1) @ np.array(corners, float)

    angle = np.radians(np.linspace(-85, 85, 17))
    jaw = np.stack([0.93 * np.sin(angle), 0.12 - 1.22 * np.cos(angle), 0.05 + 0.4 * np.cos(angle)], 1)
    brow = line(5, (-0.74, 0.36, 0.6), (-0.46, 0.5, 0.72), (-0.18, 0.42, 0.84))
    bridge = line(4, (0, 0.16, 0.86), (0, 0, 0.96), (0, -0.14, 1.08))
    nostrils = line(5, (-0.19, -0.28, 0.88), (0, -0.34, 1.0), (0.19, -0.28, 0.88))
    # from the outer corner over the upper lid to the inner corner, and back under it
    eye = np.array([(-0.57, 0), (-0.46, 0.09), (-0.31, 0.09), (-0.2, 0), (-0.31, -0.09), (-0.46, -0.09)])
    eye = np.concatenate([eye + (0, 0.16), np.full((6, 1), 0.8)], 1)
    upper = line(7, (-0.27, -0.6, 0.68), (0, -0.5, 0.8), (0.27, -0.6, 0.68))
    lower = line(7, (0.27, -0.6, 0.68), (0, -0.74, 0.78), (-0.27, -0.6, 0.68))[1:-1]
    inner_upper = line(5, (-0.22, -0.6, 0.7), (0, -0.58, 0.78), (0.22, -0.6, 0.7))
    inner_lower = line(5, (0.22, -0.6, 0.7), (0, -0.64, 0.78), (-0.22, -0.6, 0.7))[1:-1]
    mirror = np.array([-1, 1, 1])
    left_eye = (eye * mirror)[[3, 2, 1, 0, 5, 4]]  # begins at its inner corner
    return np.concatenate(
        [jaw, brow, (brow * mirror)[::-1], bridge, nostrils, eye, left_eye, upper, lower, inner_upper, inner_lower]
    )


def hand_points(rng: np.random.Generator, height: float, sign: float) -> dict[str, np.ndarray]:
    """A hand's 21 points in its own frame, which is where it lies if the arm hangs and the palm faces the thigh.

    Args:
        rng: Says how far the fingers bend.
        height: Of the body, in metres.
        sign: 1 for a left hand, -1 for a right one.

    Returns:
        ``hand_root`` and ``thumb1`` ... ``pinky_finger4``, (3,) each: left, up, front of the wrist.
    """
    points = {'hand_root': np.zeros(3)}
    curl = rng.uniform(0, 65)
    for finger, (along, across, length) in _FINGERS.items():
        place, bend = np.array([0, -along, across]), rng.uniform(-5, 10)
        points[f'{finger}1'] = place
        for number, phalanx in enumerate(_PHALANGES, start=2):
            bend += max(curl + rng.normal(0, 8), 0) * (0.5 if number == 2 else 0.8)
            place = place + euler('Z', -sign * bend) @ np.array([0, -phalanx * length, 0])
            points[f'{finger}{number}'] = place
    place, bend, spread = np.array([-0.002 * sign, -0.014, 0.018]), rng.uniform(0, 25), rng.uniform(20, 55)
    points['thumb1'] = place
    for number, phalanx in enumerate(_THUMB, start=2):
        place = place + euler('XZ', -spread, -sign * bend) @ np.array([0, -phalanx, 0])
        points[f'thumb{number}'] = place
        bend, spread = bend + rng.uniform(5, 25), spread * 0.8
    return {name: point * height for name, point in points.items()}


def extremity_points(rng: np.random.Generator, body: Body) -> dict[str, np.ndarray]:
    """All points of a body that are no joints of COCO's or MPII's.

    Args:
        rng: Says how far the fingers bend; the body stays as it is.
        body: The body.

    Returns:
        Name in Halpe's data set -> position (3,), metres, as ``Body.joints``.
    """
    joints, height = body.joints, body.build.height
    points = {'head': joints['head_top'], 'neck': joints['upper_neck'], 'hip': joints['pelvis']}
    skull = joints['skull']
    for number, place in enumerate(face_points()):
        points[f'face-{number}'] = skull + body.head @ place * body.build.head
    for side, sign in SIDES.items():
        down = joints[f'{side}_hand'] - joints[f'{side}_wrist']
        down = down / np.linalg.norm(down)
        for name, point in hand_points(rng, height, sign).items():
            points[f'{side}_{name}'] = joints[f'{side}_wrist'] + hand_frame(body, side, down) @ point
        toe, heel = joints[f'{side}_toe'], joints[f'{side}_heel']
        along = (toe - heel) / np.linalg.norm(toe - heel)
        outwards = np.cross([0, 1, 0], along) * sign
        outwards = outwards / max(float(np.linalg.norm(outwards)), 1e-6)
        points[f'{side}_big_toe'] = toe - 0.012 * height * outwards
        points[f'{side}_small_toe'] = toe + 0.016 * height * outwards - 0.02 * height * along
    return points


def hand_frame(body: Body, side: str, down: np.ndarray) -> np.ndarray:
    """Rotation (3, 3) whose columns are a hand's left, up and front: the thumb points where the trunk's front is, as far as
    the hand's direction ``down`` (3,) allows."""
    front = body.trunk[:, 2] - (body.trunk[:, 2] @ down) * down
    if np.linalg.norm(front) < 0.1:  # the hand points straight ahead or back: the thumb points up
        front = body.trunk[:, 1] - (body.trunk[:, 1] @ down) * down
    front = front / np.linalg.norm(front)
    return np.stack([np.cross(-down, front), -down, front], 1)
