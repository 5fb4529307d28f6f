"""How far off a config's decoding is on ideal heatmaps: what a perfect network would lose."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmpose.datasets.transforms import TopdownAffine
from mmpose.models.utils.tta import flip_heatmaps
from mmpose.registry import KEYPOINT_CODECS, TRANSFORMS

from ..utils.arguments import positive
from ..utils.errors import InputError
from ..utils.tables import Rows

CODECS = ('MSRAHeatmap', 'UDPHeatmap')
PADDING = 1.25  # of a crop around the person's box, in which keypoints lie


def decoding_table(cfgs: Sequence[Config], aligned: bool) -> Rows:
    """Errors of several configs, without and with their flip test.

    Args:
        cfgs: The configs.
        aligned: As in ``decoding_errors``.

    Returns:
        A row each, with the mean and the largest error in pixels of the input.

    Raises:
        InputError: As ``decoding_errors``.
    """
    rows = [['config', 'mean', 'largest', 'mean, flip test', 'largest, flip test']]
    for cfg in cfgs:
        errors = [decoding_errors(cfg, aligned, flip) for flip in (False, True)]
        rows.append([Path(cfg.filename).stem, *(f'{value:.3f}' for of in errors for value in (of.mean(), of.max()))])
    return rows


def decoding_errors(cfg: Config, aligned: bool, flip: bool = True, count: int = 500, seed: int = 0) -> np.ndarray:
    """Decode ideal heatmaps of keypoints as a config's test does it.

    Keypoints anywhere in a person's box are cropped, with a quarter more around it, by the config's ``TopdownAffine``; a
    heatmap is a Gaussian around the keypoint, not rounded to a pixel; the config's codec decodes it, and the result is put
    back into the picture as MMPose does.

    Args:
        cfg: A config whose head has a codec of heatmaps.
        aligned: How the network was trained: True where the corner pixels of crop and heatmap lie on each other, as
            TransPose's, False where a heatmap's pixel is as many of the crop as it is smaller.
        flip: Whether heatmaps are averaged with those of a mirrored crop, as the config's ``test_cfg`` says.
        count: How many keypoints.
        seed: Of the keypoints.

    Returns:
        (count,), the distances between decoded and true keypoints in pixels of the input.

    Raises:
        InputError: If the head has no codec of Gaussian heatmaps, or the validation does not crop once.
    """
    generator = np.random.default_rng(seed)
    decoder = cfg.get('model', {}).get('head', {}).get('decoder') or {}
    if decoder.get('type') not in CODECS or decoder.get('heatmap_type', 'gaussian') != 'gaussian':
        raise InputError(
            f'{cfg.filename}: model.head.decoder is {decoder.get("type", "missing")}, ideal heatmaps are known for the '
            f'Gaussians of {" and ".join(CODECS)}'
        )
    positive(sigma=decoder.get('sigma', 2))
    codec = KEYPOINT_CODECS.build(decoder)
    affine = _crop(cfg)
    size, heatmap_size = np.array(codec.input_size), np.array(codec.heatmap_size)
    scale = 1.7 * size  # of a person's box in the picture, with the input's aspect ratio
    centre = generator.uniform(300, 400, 2)
    truth = centre + generator.uniform(-0.5, 0.5, (1, count, 2)) * scale / PADDING
    crop = dict(bbox_center=centre[None], bbox_scale=scale[None], img=np.zeros((8, 8, 3), np.uint8))
    cropped = affine(dict(crop, keypoints=truth))['transformed_keypoints'][0]  # (count, 2), pixels of the input
    stride = (size - 1) / (heatmap_size - 1) if aligned else size / heatmap_size
    heatmaps = gaussians(cropped / stride, heatmap_size, codec.sigma)  # (count, h, w)
    test_cfg = cfg.model.get('test_cfg') or {}
    if flip and test_cfg.get('flip_test'):
        # column 0 of the crop is its mirror's last; where a heatmap's pixel is four of the crop, that lies 3/4 of one beyond
        # the heatmap's last, of which MMPose's shift by one leaves a quarter
        mirrored = gaussians(((size[0] - 1, 0) + cropped * (-1, 1)) / stride, heatmap_size, codec.sigma)
        shift = test_cfg.get('shift_heatmap', False)
        back = flip_heatmaps(torch.from_numpy(mirrored)[None], shift_heatmap=shift)[0].numpy()
        heatmaps = (heatmaps + back) / 2
    decoded, _ = codec.decode(heatmaps)
    in_picture = decoded[0] / size * scale + centre - scale / 2
    return np.linalg.norm((in_picture - truth[0]) * size / scale, axis=-1)


def _crop(cfg: Config) -> TopdownAffine:
    """The transform that crops in the config's validation."""
    pipeline = cfg.get('val_dataloader', {}).get('dataset', {}).get('pipeline') or ()
    crops = [TRANSFORMS.build(dict(t)) for t in pipeline if t['type'] == 'TopdownAffine']
    if len(crops) != 1:
        raise InputError(f'{cfg.filename}: val_dataloader.dataset.pipeline has {len(crops)} TopdownAffine, not one')
    return crops[0]


def gaussians(centres: np.ndarray, size: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussians of height 1 around centres (n, 2), x and y in pixels: (n, h, w) for a size of (w, h)."""
    columns, rows = np.arange(size[0]), np.arange(size[1])[:, None]
    x, y = centres[:, 0, None, None], centres[:, 1, None, None]
    return np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2)).astype(np.float32)
