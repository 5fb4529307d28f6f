"""Formats of whole people: Halpe, COCO-WholeBody, and PoseTrack18, whose people walk through videos."""

from pathlib import Path

import numpy as np

from ..datasets.meta import keypoint_names
from .formats import Writer, dump, flat_keypoints

WHOLE_BODY_SIZE = 640, 512


class HalpeWriter(Writer):
    """Halpe-FullBody, 136 keypoints: ``annotations/halpe_{split}_v1.json``, pictures where Halpe's two sources have them."""

    META, SIZE, DETAILED = 'halpe', WHOLE_BODY_SIZE, True
    VERSION = 2

    def image_path(self, split, number):
        """Where picture ``number`` (from 1) belongs."""
        if split == 'train':
            return self.root / 'hico_20160224_det/images/train2015' / f'HICO_train2015_{number:08d}.jpg'
        return self.root / 'val2017' / f'{number:012d}.jpg'

    def annotation_files(self, split):
        """The files that ``write`` makes."""
        return [self.root / 'annotations' / f'halpe_{split}_v1.json']

    def write(self, split, pictures, info):
        """Write the annotations of a split; arguments as for ``coco_content``."""
        dump(self.annotation_files(split)[0], self.coco_content(split, pictures, info))


class CocoWholeBodyWriter(Writer):
    """COCO-WholeBody, 133 keypoints: ``annotations/coco_wholebody_{split}_v1.0.json`` and ``{split}2017/``."""

    META, SIZE, DETAILED = 'coco', WHOLE_BODY_SIZE, True
    VERSION = 2

    def __init__(self, root):
        super().__init__(root)
        whole = keypoint_names('coco_wholebody')
        cuts = np.split(np.array(whole), [17, 23, 91, 112])[1:]
        self.parts = dict(zip(('foot', 'face', 'lefthand', 'righthand'), (list(cut) for cut in cuts)))

    def image_path(self, split, number):
        """Where picture ``number`` (from 1) belongs."""
        return self.root / f'{split}2017' / f'{number:012d}.jpg'

    def annotation_files(self, split):
        """The files that ``write`` makes."""
        return [self.root / 'annotations' / f'coco_wholebody_{split}_v1.0.json']

    def complete(self, annotation, person):
        """Points, box and validity of each part. A part is valid if half of its points can be seen."""
        for part, names in self.parts.items():
            flags = [person['visibility'][name] for name in names]
            valid = annotation['num_keypoints'] > 0 and 2 * flags.count(2) >= len(flags)
            flags = flags if valid else [0] * len(flags)
            annotation[f'{part}_valid'] = valid
            annotation[f'{part}_kpts'] = [float(v) for v in flat_keypoints(person, names, flags)]
            if part != 'foot':
                annotation[f'{part}_box'] = part_box(person, names) if valid else [0.0] * 4
        left, top, width, height = annotation['bbox']  # the evaluation reads an outline
        annotation['segmentation'] = [[left, top, left + width, top, left + width, top + height, left, top + height]]
        return annotation

    def write(self, split, pictures, info):
        """Write the annotations of a split; arguments as for ``coco_content``."""
        dump(self.annotation_files(split)[0], self.coco_content(split, pictures, info))


def part_box(person, names, margin=0.1):
    """Left, top, width, height around some keypoints, with a margin as a fraction of the larger side."""
    points = np.array([person['joints'][name] for name in names])
    low, high = points.min(0), points.max(0)
    pad = margin * (high - low).max()
    return [round(float(v), 2) for v in (*(low - pad), *(high - low + 2 * pad))]


class PoseTrack18Writer(Writer):
    """PoseTrack18: ``annotations/posetrack18_{split}.json`` and ``images/{split}/VIDEO/``.

    A video has eight pictures, in which people keep their identities and walk on.
    """

    META = 'posetrack18'
    VERSION = 2
    FRAMES = 8  # of a video

    def __init__(self, root):
        super().__init__(root)
        self.names = ['upper_neck' if name == 'head_bottom' else name for name in self.names]

    def image_path(self, split, number):
        """Where picture ``number`` (from 1) belongs: video by video."""
        video, frame = divmod(number - 1, self.FRAMES)
        return self.root / 'images' / split / f'{video + 1:06d}_synthetic' / f'{frame:06d}.jpg'

    def annotation_files(self, split):
        """What ``write`` makes: a file of all videos, and a folder with one a video, which PoseTrack's evaluation reads."""
        return [self.root / 'annotations' / f'posetrack18_{split}.json', self.root / 'annotations' / split]

    def prefix(self, split):
        """File names begin at the root."""
        return '.'

    def flags(self, person):
        """PoseTrack's are 1 and 0."""
        return [min(flag, 1) for flag in super().flags(person)]

    def complete(self, annotation, person):
        """Identity and head box; PoseTrack's people have no area."""
        del annotation['area']
        left, top, right, bottom = person['head_box']
        annotation['bbox_head'] = [round(v, 2) for v in (left, top, right - left, bottom - top)]
        annotation['track_id'] = person['identity']
        annotation['scores'] = []
        return annotation

    def write(self, split, pictures, info):
        """Write the annotations of a split; arguments as for ``coco_content``."""
        content = self.coco_content(split, pictures, info)
        for image in content['images']:
            video, frame = divmod(image['id'] - 1, self.FRAMES)
            image.update(vid_id=f'{video + 1:06d}', frame_id=frame, nframes=self.FRAMES, is_labeled=True)
        whole, folder = self.annotation_files(split)
        for name in sorted({Path(image['file_name']).parent.name for image in content['images']}):
            images = [image for image in content['images'] if Path(image['file_name']).parent.name == name]
            ids = {image['id'] for image in images}
            annotations = [a for a in content['annotations'] if a['image_id'] in ids]
            dump(
                folder / f'{name}.json', dict(images=images, annotations=annotations, categories=content['categories'])
            )
        dump(whole, content)
