"""Small valid files in COCO's format, which tests change in one place."""

import json

NAMES = [f'joint_{i}' for i in range(40)]


def coco_content(people=12, keypoints=5, first_id=1):
    """A valid annotation file of people of different places and sizes, two of each picture.

    Args:
        people: How many.
        keypoints: Of each.
        first_id: Of pictures and annotations.
    """
    images = [
        dict(id=first_id + i, file_name=f'{i:03d}.jpg', width=200 + 10 * (i % 3), height=150)
        for i in range((people + 1) // 2)
    ]
    annotations = []
    for i in range(people):
        left, top, width, height = 5 + 9 * (i % 11), 4 + 7 * (i % 6), 60 + i % 7, 80 + i % 5
        points = [
            value
            for k in range(keypoints)
            for value in (left + 5 + (13 * k + i) % (width - 10), top + 5 + (17 * k + i) % (height - 10), 2 - k % 2)
        ]
        annotations.append(
            dict(
                id=first_id + i,
                image_id=first_id + i // 2,
                category_id=1,
                iscrowd=0,
                bbox=[left, top, width, height],
                area=width * height // 2,
                num_keypoints=keypoints,
                keypoints=points,
            )
        )
    categories = [dict(id=1, name='person', keypoints=NAMES[:keypoints], skeleton=[])]
    return dict(images=images, annotations=annotations, categories=categories)


def description(keypoints=5, **changes):
    """A valid description of so many keypoints, the first two of which are each other's swap."""
    info = {i: dict(name=name, type='upper', swap='', color=[255, 0, 0]) for i, name in enumerate(NAMES[:keypoints])}
    info[0]['swap'], info[1]['swap'] = NAMES[1], NAMES[0]
    links = {0: dict(link=(NAMES[0], NAMES[1]), color=[0, 255, 0])}
    numbers = dict(joint_weights=[1.0] * keypoints, sigmas=[0.05] * keypoints)
    return dict(dataset_name='mine', keypoint_info=info, skeleton_info=links, **numbers, **changes)


def write(path, content):
    """Write it as JSON; returns the path as text."""
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)
