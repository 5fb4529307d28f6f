"""The keypoints of other data sets among Halpe's 136, by their names in MMPose's descriptions of the data sets."""

from .meta import keypoint_names

# how the names of each data set are written in Halpe's
_RULES = {
    'halpe': [('', '')],
    'coco_wholebody': [('', '')],
    '300w': [('kpt-', 'face-')],
    # FreiHand shows right hands only
    'freihand2d': [('wrist', 'right_hand_root'), ('', 'right_')],
    'interhand3d': [('left_wrist', 'left_hand_root'), ('right_wrist', 'right_hand_root'), ('', '')],
}
CONVERTIBLE = tuple(_RULES)


def halpe_mapping(dataset: str) -> list[tuple[int, int]]:
    """Where the keypoints of a data set belong, for MMPose's ``KeypointConverter(num_keypoints=136, mapping=...)``.

    A keypoint of Halpe's that is not in it has no label: the converter gives it the weight 0.

    Args:
        dataset: One of ``CONVERTIBLE``, which are files of MMPose's ``configs/_base_/datasets``; 'interhand3d' is
            InterHand2.6M with both hands.

    Returns:
        Of each keypoint its index in the data set and its index in Halpe's 136.
    """
    targets = {name: index for index, name in enumerate(keypoint_names('halpe'))}
    return [(index, targets[halpe_name(dataset, name)]) for index, name in enumerate(keypoint_names(dataset))]


def halpe_name(dataset: str, name: str) -> str:
    """Halpe's name of a data set's keypoint; arguments as for ``halpe_mapping``."""
    for theirs, ours in _RULES[dataset]:
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    raise KeyError(f'{dataset}: {name}')
