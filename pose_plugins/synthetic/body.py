"""Articulated bodies: proportions, poses, and where both put the joints.

Coordinates are metres in a right-handed frame: x towards the right of the picture, y up, z towards the viewer. A body at
rest faces the viewer, so its own left side has positive x.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation

from .difficulty import EASY, Difficulty

SIDES = {'left': 1.0, 'right': -1.0}

Range = tuple[float, float]


class Activity(NamedTuple):
    """The ranges in degrees that the angles of the joints are drawn from when people do something.

    Hip and shoulder flexion raise a limb forwards, abduction and ``arm_out`` raise it sideways, knee and elbow bend it. Both
    sides draw on their own, which is what makes a walk out of 'walk'.
    """

    lean: Range
    hip: Range
    abduction: Range
    knee: Range
    shoulder: Range
    arm_out: Range
    elbow: Range


ACTIVITIES = {
    'stand': Activity((-6, 12), (-6, 12), (0, 12), (0, 10), (-15, 30), (4, 25), (0, 60)),
    'walk': Activity((0, 15), (-25, 45), (-3, 8), (0, 60), (-30, 35), (3, 20), (5, 70)),
    'sit': Activity((-15, 25), (70, 100), (0, 30), (60, 105), (0, 70), (0, 30), (10, 110)),
    'reach': Activity((-10, 20), (-10, 25), (0, 25), (0, 30), (0, 170), (0, 60), (0, 90)),
    'sport': Activity((-15, 45), (-30, 95), (-5, 45), (0, 120), (-50, 170), (0, 120), (0, 130)),
}


@dataclass(frozen=True)
class Build:
    """Sizes of one body in metres.

    Attributes:
        height: Standing height.
        girth: Factor on the thickness of limbs and trunk, about 0.8 (thin) to 1.4 (stout).
        head: Radius of the head. It is larger in proportion on a child.
        shoulders: Half of the distance between the shoulder joints.
        hips: Half of the distance between the hip joints.
    """

    height: float
    girth: float
    head: float
    shoulders: float
    hips: float

    @classmethod
    def sample(cls, rng: np.random.Generator) -> 'Build':
        """A random build; one in eight is a child."""
        height = rng.uniform(1.05, 1.4) if rng.random() < 0.125 else rng.uniform(1.5, 1.95)
        return cls(
            height=height,
            girth=float(np.clip(rng.normal(1.0, 0.15), 0.75, 1.45)),
            head=0.07 + 0.022 * height * rng.uniform(0.92, 1.08),
            shoulders=height * rng.uniform(0.097, 0.118),
            hips=height * rng.uniform(0.05, 0.062),
        )


@dataclass(frozen=True)
class Body:
    """A posed body.

    Attributes:
        build: Its sizes.
        joints: Name -> position (3,), metres, the pelvis at the origin. The names are those of COCO's and MPII's
            keypoints, and ``left_hand``, ``left_heel``, ``left_toe`` and their like for the parts that are only drawn.
        trunk: Rotation of the trunk. Its columns are the body's left, up and front.
        head: Rotation of the head, likewise.
    """

    build: Build
    joints: dict[str, np.ndarray]
    trunk: np.ndarray
    head: np.ndarray


def euler(order: str, *degrees: float) -> np.ndarray:
    """Rotation matrix (3, 3) of intrinsic Euler angles, in degrees."""
    return Rotation.from_euler(order, degrees, degrees=True).as_matrix()


def sample_facing(rng: np.random.Generator, difficulty: Difficulty = EASY) -> float:
    """Degrees by which a body is turned from the viewer: some face the camera, others are seen from the side or from
    behind."""
    kind = rng.random()
    front, side = difficulty.facing
    if kind < front:
        return rng.normal(0, 16)
    if kind < side:
        return rng.choice([-90, 90]) + rng.normal(0, 10)
    return 180 + rng.normal(0, 16)


def sample_body(
    rng: np.random.Generator, swing: float = 0.0, difficulty: Difficulty = EASY, facing: float | None = None
) -> Body:
    """Draw a build and a pose.

    Args:
        rng: Source of all randomness.
        swing: Degrees by which the left arm and the right leg swing forwards, their opposites backwards.
        difficulty: How often people do what, and how they are turned.
        facing: Degrees by which the body is turned from the viewer, to the picture's right; drawn by default.

    Returns:
        The posed body.
    """
    build = Build.sample(rng)
    activities = list(ACTIVITIES.values())
    weights = np.array([difficulty.activities[name] for name in ACTIVITIES])
    activity = activities[rng.choice(len(activities), p=weights / weights.sum())]

    def draw(angle: str) -> float:
        return rng.uniform(*getattr(activity, angle))

    roll = rng.uniform(-180, 180) if rng.random() < difficulty.turned else rng.normal(0, 5)
    tilt = rng.normal(6, 8)  # the camera looks down a little, more often than up
    turn = sample_facing(rng, difficulty) if facing is None else facing
    root = euler('ZXY', roll, tilt, turn)  # (3, 3)
    trunk = root @ euler('YXZ', rng.normal(0, 8), draw('lean'), rng.normal(0, 6))
    head = trunk @ euler('YXZ', np.clip(rng.normal(0, 14), -60, 60), rng.normal(0, 8), rng.normal(0, 6))
    return Body(build, _joints(build, root, trunk, head, draw, rng, swing), trunk, head)


def _joints(
    build: Build,
    root: np.ndarray,
    trunk: np.ndarray,
    head: np.ndarray,
    draw: Callable[[str], float],
    rng: np.random.Generator,
    swing: float,
) -> dict[str, np.ndarray]:
    """Forward kinematics from the pelvis outwards."""
    height = build.height
    joints: dict[str, np.ndarray] = {'pelvis': np.zeros(3)}
    joints['thorax'] = trunk @ np.array([0, 0.285 * height, 0])
    joints['upper_neck'] = joints['thorax'] + trunk @ np.array([0, 0.035 * height, 0])
    skull = joints['upper_neck'] + head @ np.array([0, 1.0, 0.15]) * build.head
    joints['skull'] = skull
    joints['head_top'] = skull + head @ np.array([0, 1.32, 0]) * build.head
    joints['nose'] = skull + head @ np.array([0, -0.12, 1.08]) * build.head
    for side, sign in SIDES.items():
        joints[f'{side}_eye'] = skull + head @ np.array([sign * 0.38, 0.16, 0.88]) * build.head
        joints[f'{side}_ear'] = skull + head @ np.array([sign * 0.98, -0.02, -0.08]) * build.head

        shoulder = joints['thorax'] + trunk @ np.array([sign * build.shoulders, -0.02 * height, 0])
        upper_arm = trunk @ euler(
            'ZXY', sign * draw('arm_out'), -draw('shoulder') - sign * swing, sign * rng.uniform(-70, 30)
        )
        elbow = shoulder + upper_arm @ np.array([0, -0.17 * height, 0])
        forearm = upper_arm @ euler('X', -draw('elbow'))
        wrist = elbow + forearm @ np.array([0, -0.15 * height, 0])
        hand = wrist + forearm @ euler('X', rng.normal(0, 15)) @ np.array([0, -0.055 * height, 0])

        hip = root @ np.array([sign * build.hips, -0.01 * height, 0])
        thigh = root @ euler('ZXY', sign * draw('abduction'), -draw('hip') + sign * swing, sign * rng.normal(8, 10))
        knee = hip + thigh @ np.array([0, -0.245 * height, 0])
        shank = thigh @ euler('X', draw('knee'))
        ankle = knee + shank @ np.array([0, -0.235 * height, 0])
        foot = shank @ euler('X', rng.normal(0, 12))
        joints.update(
            {
                f'{side}_shoulder': shoulder,
                f'{side}_elbow': elbow,
                f'{side}_wrist': wrist,
                f'{side}_hand': hand,
                f'{side}_hip': hip,
                f'{side}_knee': knee,
                f'{side}_ankle': ankle,
                f'{side}_heel': ankle + foot @ np.array([0, -0.025, -0.01]) * height,
                f'{side}_toe': ankle + foot @ np.array([0, -0.03, 0.095]) * height,
            }
        )
    return joints
