"""A user's own data, drawn: desk lamps with five keypoints, in COCO's format as annotation tools export it."""

import json

import cv2
import numpy as np

NAMES = ['base', 'elbow', 'neck', 'shade_left', 'shade_right']
SKELETON = [[1, 2], [2, 3], [3, 4], [3, 5]]  # counted from 1
SIZE = 160, 128  # width and height of a picture


def draw_lamps(folder, train=32, val=8, seed=0):
    """Draw one lamp a picture: ``train.json``, ``val.json`` and ``images/``."""
    rng = np.random.default_rng(seed)
    (folder / 'images').mkdir(parents=True)
    number = 0
    for split, count in (('train', train), ('val', val)):
        images, annotations = [], []
        for _ in range(count):
            number += 1
            picture, points = draw_lamp(rng)
            name = f'{number:04d}.png'
            cv2.imwrite(str(folder / 'images' / name), picture)
            images.append(dict(id=number, file_name=name, width=SIZE[0], height=SIZE[1]))
            annotations.append(lamp_annotation(number, number, points))
        content = dict(images=images, annotations=annotations, categories=[lamp_category()])
        (folder / f'{split}.json').write_text(json.dumps(content))
    return folder


def lamp_category(**changed):
    """The category as CVAT and others write it."""
    return {**dict(id=1, name='lamp', supercategory='', keypoints=NAMES, skeleton=SKELETON), **changed}


def lamp_annotation(id, image_id, points, **changed):
    """An annotation with all keypoints seen and a box around them."""
    low, high = points.min(0) - 6, points.max(0) + 6
    keypoints = [value for x, y in points.round(2).tolist() for value in (x, y, 2)]
    width, height = (high - low).round(2).tolist()
    record = dict(
        id=id, image_id=image_id, category_id=1, bbox=[*low.round(2).tolist(), width, height], area=width * height / 2,
        iscrowd=0, num_keypoints=len(points), keypoints=keypoints,
    )  # fmt: skip
    return {**record, **changed}


def draw_lamp(rng):
    """A picture (h, w, 3) and the places of its keypoints (5, 2), pixels."""
    picture = rng.integers(90, 166, (8, 10, 3)).astype(np.uint8)
    picture = cv2.resize(picture, SIZE, interpolation=cv2.INTER_CUBIC)
    angles = rng.uniform([-2.2, -1.2, 0.2], [-1.4, -0.2, 1.2])
    steps = np.stack([np.cos(angles), np.sin(angles)], -1) * rng.uniform([28, 24, 16], [38, 34, 22])[:, None]
    base = np.array([rng.uniform(35, 70), rng.uniform(95, 112)])
    elbow = base + steps[0]
    neck = elbow + steps[1]
    across = np.array([-steps[2][1], steps[2][0]]) * 0.6
    ends = np.array([neck + steps[2] + across, neck + steps[2] - across])
    left, right = ends[np.argsort(ends[:, 0])]  # as seen
    points = np.array([base, elbow, neck, left, right])
    metal, shade = rng.integers(0, 70, 3).tolist(), rng.integers(180, 256, 3).tolist()

    def pixels(*places):
        return np.round(places).astype(np.int32)

    cv2.polylines(picture, [pixels(base, elbow, neck)], False, metal, 4, cv2.LINE_AA)
    cv2.ellipse(picture, (pixels(base)[0].tolist(), (24, 8), 0), metal, -1, cv2.LINE_AA)
    cv2.fillPoly(picture, [pixels(neck, *ends)], shade, cv2.LINE_AA)
    return picture, points
