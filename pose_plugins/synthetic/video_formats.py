"""Formats of videos, through which people walk: PoseTrack18."""

from collections.abc import Sequence
from pathlib import Path

from ..utils.files import write_json
from .formats import Writer


class PoseTrack18Writer(Writer):
    """PoseTrack18: ``annotations/posetrack18_{split}.json`` and ``images/{split}/VIDEO/``.

    People keep their identities through a video.
    """

    META = 'posetrack18'
    VERSION = 4
    FRAMES = 30

    def __init__(self, root: str | Path) -> None:
        super().__init__(root)
        self.names = ['upper_neck' if name == 'head_bottom' else name for name in self.names]

    def image_path(self, split: str, number: int) -> Path:
        """Where picture ``number`` (from 1) belongs: video by video."""
        video, frame = divmod(number - 1, self.frames)
        return self.root / 'images' / split / f'{video + 1:06d}_synthetic' / f'{frame:06d}.jpg'

    def annotation_files(self, split: str) -> list[Path]:
        """A file of all videos, and a folder with one for each video, which PoseTrack's evaluation reads."""
        return [self.root / 'annotations' / f'posetrack18_{split}.json', self.root / 'annotations' / split]

    def prefix(self, split: str) -> str:
        """File names begin at the root."""
        return '.'

    def flags(self, person: dict) -> list[int]:
        """PoseTrack's are 1 and 0."""
        return [min(flag, 1) for flag in super().flags(person)]

    def complete(self, annotation: dict, person: dict) -> dict:
        """Identity and head box; PoseTrack's people have no area."""
        del annotation['area']
        left, top, right, bottom = person['head_box']
        annotation['bbox_head'] = [round(v, 2) for v in (left, top, right - left, bottom - top)]
        annotation['track_id'] = person['identity']
        annotation['scores'] = []
        return annotation

    def write(self, split: str, pictures: Sequence[dict], info: dict) -> None:
        """Write the videos' own files first: the one of all of them tells that the split is whole."""
        content = self.coco_content(split, pictures, info)
        for image in content['images']:
            video, frame = divmod(image['id'] - 1, self.frames)
            image.update(vid_id=f'{video + 1:06d}', frame_id=frame, nframes=self.frames, is_labeled=True)
        whole, folder = self.annotation_files(split)
        for name in sorted({Path(image['file_name']).parent.name for image in content['images']}):
            images = [image for image in content['images'] if Path(image['file_name']).parent.name == name]
            ids = {image['id'] for image in images}
            annotations = [a for a in content['annotations'] if a['image_id'] in ids]
            own = dict(images=images, annotations=annotations, categories=content['categories'])
            write_json(folder / f'{name}.json', own)
        write_json(whole, content)
