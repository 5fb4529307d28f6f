"""People of sticks who walk through a video: true boxes, poses and identities."""

from dataclasses import dataclass
from itertools import repeat

import cv2
import numpy as np

from pose_plugins.inference.media import Frame
from pose_plugins.inference.results import People

SIZE = 640, 480
NAMES = tuple(f'point_{number}' for number in range(13))
# shares of the height from the middle: head, shoulders, elbows, wrists, hips, knees, ankles
BODY = np.array(
    [[0, -0.45], [-0.1, -0.32], [0.1, -0.32], [-0.13, -0.16], [0.13, -0.16], [-0.13, 0], [0.13, 0]]
    + [[-0.07, 0.02], [0.07, 0.02], [-0.07, 0.26], [0.07, 0.26], [-0.07, 0.5], [0.07, 0.5]]
)
SWING = np.array([0, 0, 0, 0.03, -0.03, 0.08, -0.08, 0, 0, -0.06, 0.06, -0.12, 0.12])


@dataclass
class Walker:
    """Somebody who walks from ``place`` (middle, pixels) at ``speed`` (pixels a frame), ``height`` pixels tall."""

    place: tuple[float, float]
    speed: tuple[float, float]
    height: float = 120.0
    phase: float = 0.0

    def at(self, frame):
        """Keypoints (13, 2) and box (4,) in a frame."""
        middle = np.array(self.place) + frame * np.array(self.speed)
        pose = BODY.copy()
        pose[:, 0] += SWING * np.sin(0.3 * frame + self.phase)
        points = middle + self.height * pose
        return points, np.concatenate([points.min(0) - 4, points.max(0) + 4])


def crowd(count, seed):
    """Walkers who cross each other's ways."""
    draw = np.random.default_rng(seed)
    for number in range(count):
        side = 1 if number % 2 else -1
        x = draw.uniform(0, 200) if side > 0 else draw.uniform(440, 640)
        yield Walker(
            (x, draw.uniform(180, 300)),
            (side * draw.uniform(1.5, 4), draw.uniform(-0.2, 0.2)),
            draw.uniform(90, 150),
            draw.uniform(0, 6),
        )


def frames(walkers, count, noise=0.0, dropped=0.0, gaps=0, seed=0, fps=None):
    """People of each frame and their true identities, some of them missed at random, or for up to ``gaps`` frames."""
    draw = np.random.default_rng(seed)
    walkers, missing = list(walkers), {}
    for frame in range(count):
        rows, identities = [], []
        for number, walker in enumerate(walkers):
            points, box = walker.at(frame)
            if not (0 <= box[:2].min() and box[2] < SIZE[0] and box[3] < SIZE[1]):
                continue
            if gaps and draw.random() < 0.02:
                missing[number] = frame + int(draw.integers(1, gaps + 1))
            if missing.get(number, 0) > frame or draw.random() < dropped:
                continue
            rows.append((points + draw.normal(0, noise, points.shape), box + draw.normal(0, noise, 4)))
            identities.append(number)
        order = draw.permutation(len(rows))
        points = np.array([rows[each][0] for each in order], np.float32).reshape(-1, len(NAMES), 2)
        boxes = np.array([rows[each][1] for each in order], np.float32).reshape(-1, 4)
        scores = np.ones(points.shape[:2], np.float32), np.ones(len(boxes), np.float32)
        time = None if fps is None else frame / fps
        people = People('walk.mp4', frame, SIZE, NAMES, points, scores[0], boxes, scores[1], time=time)
        yield people, [identities[each] for each in order]


def switches(tracker, shown, shots=None):
    """How often a walker's id changes, how often one is given to somebody else, and how many ids there are in all."""
    own, owner, changes, stolen = {}, {}, 0, 0
    for (people, identities), picture in zip(shown, shots or repeat(None)):
        for identity, each in zip(identities, tracker.update(picture, people).tolist()):
            changes += own.get(identity, each) != each
            stolen += owner.get(each, identity) != identity
            own[identity], owner[each] = each, identity
    return changes, stolen, len(owner)


def pictures(walkers, count):
    """Pictures (480, 640, 3) in which each walker is a board with a pattern of its own."""
    draw = np.random.default_rng(0)

    def pattern(height, width):
        coarse = draw.integers(0, 256, (height // 6 + 1, width // 6 + 1, 3), np.uint8)
        return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)

    background, boards = pattern(SIZE[1], SIZE[0]), [pattern(200, 100) for _ in walkers]
    for frame in range(count):
        picture = background.copy()
        for walker, board in zip(walkers, boards):
            left, top, right, bottom = np.round(walker.at(frame)[1]).astype(int)
            inside = np.s_[max(top, 0) : bottom, max(left, 0) : right]
            shown = cv2.resize(board, (right - left, bottom - top))[max(-top, 0) :, max(-left, 0) :]
            picture[inside] = shown[: picture[inside].shape[0], : picture[inside].shape[1]]
        yield Frame('walk.mp4', frame, picture, time=frame / 30)
