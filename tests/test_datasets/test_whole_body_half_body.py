"""Half of a person with face, hands and feet."""

import numpy as np
from mmpose.registry import TRANSFORMS

from pose_plugins.datasets.meta import dataset_meta


def halve(labelled, times=400, name='halpe', proposed=False, **arguments):
    """Boxes of a person, some of whose keypoints are labelled, as many times."""
    meta = dataset_meta(name)
    keypoints = np.random.default_rng(0).uniform(0, 100, (1, meta['num_keypoints'], 2)).astype(np.float32)
    visible = np.zeros((1, meta['num_keypoints']))
    visible[:, labelled] = 1
    np.random.seed(0)
    transform = TRANSFORMS.build(dict(type='WholeBodyHalfBody', **arguments))
    boxes = []
    for _ in range(times):
        results = dict(
            keypoints=keypoints,
            keypoints_visible=visible,
            bbox_center=np.full((1, 2), 7.0),
            bbox_scale=np.full((1, 2), 9.0),
            upper_body_ids=meta['upper_body_ids'],
            lower_body_ids=meta['lower_body_ids'],
            proposed=proposed,
        )
        results = transform(results)
        assert results['upper_body_ids'] == meta['upper_body_ids']  # of the data set, as it was
        boxes.append(tuple(np.concatenate([results['bbox_center'][0], results['bbox_scale'][0]]).round(3)))
    return keypoints[0], boxes


def box_of(points):
    return tuple(np.concatenate([points.mean(0), 1.5 * np.ptp(points, axis=0)]).round(3))


def test_face_and_hands_belong_to_the_lower_half():
    keypoints, boxes = halve(list(range(136)), min_upper_keypoints=3, upper_prioritized_prob=0.69)
    kinds = {box: boxes.count(box) / len(boxes) for box in set(boxes)}
    upper, lower, whole = box_of(keypoints[:11]), box_of(keypoints[11:]), (7, 7, 9, 9)
    assert len(kinds) == 3
    for box, share in ((whole, 0.7), (upper, 0.3 * 0.69), (lower, 0.3 * 0.31)):
        found = [known for known in kinds if np.allclose(known, box, atol=0.01)]
        assert found and abs(kinds[found[0]] - share) < 0.06


def test_a_part_without_a_person_stays():
    """A face alone, or a hand, whose crop PartGuidedProposal has placed."""
    for part in (range(26, 94), range(94, 115)):
        assert set(halve(list(part), prob=1, proposed=True)[1]) == {(7, 7, 9, 9)}
    _, boxes = halve([*range(26, 94), 5, 6], prob=1, min_upper_keypoints=3)
    assert len(set(boxes)) == 1 and boxes[0] != (7, 7, 9, 9)  # a person who shows face and shoulders: the lower half


def test_coco_wholebody():
    keypoints, boxes = halve(list(range(133)), name='coco_wholebody', prob=1, upper_prioritized_prob=0)
    assert all(np.allclose(box, box_of(keypoints[11:]), atol=0.01) for box in set(boxes))
