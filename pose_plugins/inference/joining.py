"""One pose for each person that was found several times."""

from dataclasses import replace

from ..evaluation.pose_nms import PoseNMS, pose_nms
from .results import People


def joined(people: People, settings: PoseNMS) -> People:
    """Join poses of the same person.

    Args:
        people: Of a picture.
        settings: When poses are one.

    Returns:
        Those that are left, best first, each with the box, its score and the id of the pose that it was gathered around.
    """
    merged = pose_nms(people.keypoints, people.scores, people.boxes, settings)
    return replace(people[merged.leaders], keypoints=merged.keypoints, scores=merged.scores)
