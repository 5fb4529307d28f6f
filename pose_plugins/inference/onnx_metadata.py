"""Metadata of an exported file: how people are cropped for it, and what its keypoints are."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from mmengine.dataset import Compose
from mmpose.datasets.transforms import GetBBoxCenterScale, LoadImage, PackPoseInputs, TopdownAffine
from mmpose.models import TopdownPoseEstimator

from ..utils.errors import InputError
from .pose_estimator import names_of, test_pipeline

FORMAT = 'pose_plugins crops 2'  # what marks a file as one of ours
Pairs = tuple[tuple[int, int], ...]
Colors = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class OnnxMetadata:
    """Metadata of an exported file.

    Attributes:
        input_size: Width and height of a crop in pixels.
        padding: Factor on a person's box, as in MMPose's ``GetBBoxCenterScale``.
        use_udp: Whether crops are cut by the rule of unbiased data processing, as in ``TopdownAffine``.
        flip: Whether the file makes a flip test.
        keypoint_names: Names of the K keypoints in their order.
        flip_indices: The keypoint that each becomes in a mirror, (K,).
        skeleton_links: Pairs of keypoints that are drawn with a line.
        skeleton_link_colors: Of the lines, RGB.
        keypoint_colors: Of the keypoints, RGB.
    """

    input_size: tuple[int, int]
    padding: float
    use_udp: bool
    flip: bool
    keypoint_names: tuple[str, ...]
    flip_indices: tuple[int, ...]
    skeleton_links: Pairs
    skeleton_link_colors: Colors
    keypoint_colors: Colors

    @classmethod
    def of_model(cls, model: TopdownPoseEstimator, flip: bool) -> 'OnnxMetadata':
        """Of a model and its test pipeline.

        Args:
            model: As ``load_model`` gives it.
            flip: Whether its file makes a flip test.

        Raises:
            InputError: If the pipeline does more than to cut a person's box from the picture.
        """
        steps = Compose(test_pipeline(model)).transforms
        for step in steps:
            if type(step) not in (LoadImage, GetBBoxCenterScale, TopdownAffine, PackPoseInputs):
                raise InputError(
                    f'test pipeline: {type(step).__name__} cannot be exported: a file tells its users to cut boxes only'
                )
        box = next((step for step in steps if isinstance(step, GetBBoxCenterScale)), None)
        affine = next((step for step in steps if isinstance(step, TopdownAffine)), None)
        if box is None or affine is None:
            raise InputError('test pipeline: must have GetBBoxCenterScale and TopdownAffine')
        meta = model.dataset_meta
        width, height = affine.input_size
        return cls(
            input_size=(int(width), int(height)),
            padding=float(box.padding),
            use_udp=bool(affine.use_udp),
            flip=flip,
            keypoint_names=names_of(meta),
            flip_indices=tuple(map(int, meta['flip_indices'])),
            skeleton_links=tuple((int(a), int(b)) for a, b in meta['skeleton_links']),
            skeleton_link_colors=tuple((int(r), int(g), int(b)) for r, g, b in meta['skeleton_link_colors']),
            keypoint_colors=tuple((int(r), int(g), int(b)) for r, g, b in meta['keypoint_colors']),
        )

    def to_texts(self) -> dict[str, str]:
        """As an ONNX file holds them: texts by name, in JSON but for ``format``."""
        return dict(format=FORMAT, **{name: json.dumps(value) for name, value in asdict(self).items()})

    @classmethod
    def from_texts(cls, texts: Mapping[str, str], path: str | Path) -> 'OnnxMetadata':
        """Read them.

        Args:
            texts: As ``to_texts`` gives them.
            path: The file, for errors.

        Raises:
            InputError: If the file was not exported here, or its metadata are broken.
        """
        if texts.get('format') != FORMAT:
            raise InputError(f'{path}: has no metadata of pose_plugins: must be a file of tools/export_onnx.py')
        try:
            values = {field.name: json.loads(texts[field.name]) for field in fields(cls)}
            width, height = map(int, values['input_size'])
            count, links = len(values['keypoint_names']), values['skeleton_links']
            read = cls(
                input_size=(width, height),
                padding=float(values['padding']),
                use_udp=bool(values['use_udp']),
                flip=bool(values['flip']),
                keypoint_names=tuple(map(str, values['keypoint_names'])),
                flip_indices=tuple(map(int, values['flip_indices'])),
                skeleton_links=tuple((range(count)[a], range(count)[b]) for a, b in links),
                skeleton_link_colors=_colors(values['skeleton_link_colors'], len(links)),
                keypoint_colors=_colors(values['keypoint_colors'], count),
            )
            positive = min(width, height) > 0 and 0 < read.padding < float('inf')
            if not positive or sorted(read.flip_indices) != [*range(count)]:
                raise ValueError
            return read
        except (KeyError, IndexError, TypeError, ValueError):
            raise InputError(f'{path}: its metadata are broken; export it again') from None

    @property
    def dataset_meta(self) -> dict[str, Any]:
        """The facts that are known of the keypoints, under the names of MMPose's ``dataset_meta``."""
        return dict(
            num_keypoints=len(self.keypoint_names),
            keypoint_id2name=dict(enumerate(self.keypoint_names)),
            flip_indices=list(self.flip_indices),
            skeleton_links=list(self.skeleton_links),
            skeleton_link_colors=list(self.skeleton_link_colors),
            keypoint_colors=list(self.keypoint_colors),
        )


def _colors(values: Any, count: int) -> Colors:
    """Checked colours, ``count`` of them."""
    colors = tuple((int(r), int(g), int(b)) for r, g, b in values)
    if len(colors) != count:
        raise ValueError
    return colors
