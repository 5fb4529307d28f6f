"""Keys of a record that a class of data sets reads."""

from dataclasses import dataclass

import mmpose.datasets.datasets as classes
from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.evaluation.metrics import CocoWholeBodyMetric as Parts


@dataclass(frozen=True)
class Fields:
    """The keys of an annotation that are read.

    Attributes:
        keypoints: Keys whose keypoints, one after the other, are a person's; none where they are not looked at.
        counts: Keypoints of each key, where the class fixes it.
        box: Key of the box; None where none is read.
        needed: Other keys that every annotation must have.
        skips: Whether an annotation without box or keypoints is left out, instead of ending the training.
        sizes: Whether width and height of the picture are read.
        bare: Whether boxes are all that is asked for: annotations may lack keypoints, and an id.
    """

    keypoints: tuple[str, ...] = ('keypoints',)
    counts: tuple[int, ...] = ()
    box: str | None = 'bbox'
    needed: tuple[str, ...] = ()
    skips: bool = False
    sizes: bool = True
    bare: bool = False


_FACE = Fields(box=None, needed=('center', 'scale', 'num_keypoints', 'iscrowd'), sizes=False)
# by the class whose parse_data_info reads the annotation
_FIELDS = {
    BaseCocoStyleDataset: Fields(needed=('category_id',), skips=True),
    classes.CocoWholeBodyDataset: Fields(
        keypoints=('keypoints', 'foot_kpts', 'face_kpts', 'lefthand_kpts', 'righthand_kpts'),
        counts=(Parts.body_num, Parts.foot_num, Parts.face_num, Parts.left_hand_num, Parts.right_hand_num),
        needed=('num_keypoints', 'iscrowd', 'segmentation', 'category_id'),
    ),
    classes.HumanArt21Dataset: Fields(keypoints=('keypoints_21',), needed=('category_id',)),
    classes.JhmdbDataset: Fields(),
    classes.PanopticHand2DDataset: Fields(needed=('iscrowd', 'segmentation', 'head_size')),
    classes.PoseTrack18VideoDataset: Fields(needed=('num_keypoints',), skips=True),
    classes.FreiHandDataset: Fields(box=None, needed=('iscrowd', 'segmentation'), sizes=False),
    classes.LocustDataset: Fields(box=None, needed=('num_keypoints', 'iscrowd'), sizes=False),
    classes.ZebraDataset: Fields(box=None, needed=('num_keypoints', 'iscrowd'), sizes=False),
    classes.AFLWDataset: _FACE,
    classes.Face300VWDataset: _FACE,
    classes.Face300WDataset: _FACE,
    classes.WFLWDataset: _FACE,
}
# of a class that reads annotations in a way of its own: what xtcocotools' index needs
_RECORDS = Fields(keypoints=(), box=None, sizes=False)
# of a file whose pictures and boxes are all that is read
BOXES = Fields(sizes=False, bare=True)


def fields_of(cls: type | None) -> Fields | None:
    """The keys that a class of data sets reads.

    Args:
        cls: One of MMPose's or a user's; None is none that is known.

    Returns:
        None where the file need not be one in COCO's format.
    """
    if cls is None or not issubclass(cls, BaseCocoStyleDataset):
        return None
    for method in ('load_data_list', '_load_annotations'):
        if getattr(cls, method) is not getattr(BaseCocoStyleDataset, method):
            return None
    reader = next(base for base in cls.__mro__ if 'parse_data_info' in vars(base))
    return _FIELDS.get(reader, _RECORDS)
