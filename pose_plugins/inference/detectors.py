"""Finds people: torchvision's detectors, any of mmdet, and one of OpenCV's that needs no file."""

from pathlib import Path

import cv2
import numpy as np
import torch

from ..checkpoints import check_fit, read_checkpoint, read_source, weights_of
from ..checkpoints.download import cached_path, fetch
from ..config import load_config
from ..utils.arguments import fraction
from ..utils.errors import InputError, similar
from .media import Frame
from .people import FindPeople, Found, found

DEFAULT = 'fasterrcnn_mobilenet_v3_large_320_fpn'
HOG = 'hog'
AROUND = f'or take --detector {HOG}, which needs no file, boxes that you have (--boxes FILE), or --whole'


def build_detector(
    name: str = DEFAULT, weights: str | Path | None = None, threshold: float = 0.5, device: str = 'cpu'
) -> FindPeople:
    """A detector of people.

    Args:
        name: One of torchvision's, such as ``DEFAULT``; the config of one of mmdet's; or ``HOG``.
        weights: Its weights. mmdet's need them; torchvision's are had from its own host if they are not in the cache.
        threshold: People with lower scores are left out, 0 to 1.
        device: Where it runs.

    Returns:
        The detector.

    Raises:
        InputError: If there is none of that name, or its weights cannot be had; the line names the ways around.
    """
    fraction(threshold=threshold)
    if name == HOG:
        if weights is not None:
            raise InputError(f'{HOG}: takes no weights')
        return HogDetector(threshold)
    if name.endswith('.py'):
        if weights is None:
            raise InputError(f'{name}: a detector of mmdet needs its weights; give them, {AROUND}')
        return MmdetDetector(name, weights, threshold, device)
    return TorchvisionDetector(name, weights, threshold, device)


class HogDetector:
    """OpenCV's people detector: histograms of gradients (Dalal and Triggs 2005), for people who stand.

    Args:
        threshold: People with lower scores are left out. A score is 1 / (1 + exp(-d)), d the distance from the border of the
            support vector machine, above 0.5 for all that it finds.
    """

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self._detector = cv2.HOGDescriptor()
        self._detector.setSVMDetector(np.array(cv2.HOGDescriptor.getDefaultPeopleDetector()))

    def __call__(self, frame: Frame) -> Found:
        """The people in a frame."""
        width, height = self._detector.winSize
        picture = frame.picture
        if frame.size[0] < width or frame.size[1] < height:  # it would read outside of it
            return found(np.zeros((0, 4)), np.zeros(0))
        corners, distances = self._detector.detectMultiScale(picture, winStride=(8, 8), padding=(16, 16), scale=1.05)
        boxes = np.array(corners, float).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        scores = 1 / (1 + np.exp(-np.array(distances, float).reshape(-1)))
        kept = scores >= self.threshold
        return found(boxes[kept], scores[kept])


class TorchvisionDetector:
    """One of torchvision's detectors that were trained on COCO.

    Args:
        name: Its name in ``torchvision.models.detection``.
        weights: A file; None takes torchvision's own.
        threshold: People with lower scores are left out.
        device: Where it runs.

    Raises:
        InputError: If torchvision has none of that name, or the weights cannot be had or do not fit.
    """

    def __init__(
        self, name: str = DEFAULT, weights: str | Path | None = None, threshold: float = 0.5, device: str = 'cpu'
    ) -> None:
        from torchvision import models  # takes a while

        known = models.list_models(models.detection)
        if name not in known:
            raise InputError(f'{name}: is no detector{similar(name, known) or ": " + ", ".join([HOG, *known])}')
        default = models.get_model_weights(name).DEFAULT
        if weights is None:
            weights = cached_path(default.url)
            try:
                fetch(default.url, weights)
            except InputError as error:
                raise InputError(f'{error}; {AROUND}') from None
        self.threshold, self.device = threshold, device
        self._person = default.meta['categories'].index('person')
        with torch.random.fork_rng():
            self._model = models.get_model(name, weights=None, weights_backbone=None, box_score_thresh=threshold)
        state = weights_of(read_checkpoint(weights))
        check_fit(self._model, state, weights)
        self._model.load_state_dict(state)
        self._model.eval().to(device)

    def __call__(self, frame: Frame) -> Found:
        """The people in a frame."""
        picture = torch.from_numpy(np.ascontiguousarray(frame.picture[..., ::-1])).to(self.device)  # (h, w, 3), RGB
        with torch.inference_mode():
            (result,) = self._model([picture.permute(2, 0, 1) / 255])
        kept = (result['labels'] == self._person) & (result['scores'] >= self.threshold)
        return found(result['boxes'][kept].cpu().numpy(), result['scores'][kept].cpu().numpy())


class MmdetDetector:
    """A detector of mmdet.

    Args:
        config: Its config.
        weights: A file, or an address as in ``init_cfg``.
        threshold: People with lower scores are left out.
        device: Where it runs.

    Raises:
        InputError: If config or weights cannot be read, do not fit, or it knows no person.
    """

    def __init__(self, config: str, weights: str | Path, threshold: float = 0.5, device: str = 'cpu') -> None:
        from mmdet.apis import init_detector  # takes a while

        cfg = load_config(config)
        content = read_source(weights)
        self.threshold = threshold
        self._model = init_detector(cfg, None, device=device)
        state = weights_of(content)
        check_fit(self._model, state, weights)
        self._model.load_state_dict(state, strict=False)
        meta = content.get('meta') or {}
        classes = (meta.get('dataset_meta') or {}).get('classes') or meta.get('CLASSES')
        self._model.dataset_meta = dict(classes=classes or self._model.dataset_meta['classes'])
        if 'person' not in self._model.dataset_meta['classes']:
            raise InputError(f'{config}: knows no class "person"')
        self._person = list(self._model.dataset_meta['classes']).index('person')

    def __call__(self, frame: Frame) -> Found:
        """The people in a frame."""
        from mmdet.apis import inference_detector

        instances = inference_detector(self._model, frame.picture).pred_instances.cpu().numpy()
        kept = (instances.labels == self._person) & (instances.scores >= self.threshold)
        return found(instances.bboxes[kept], instances.scores[kept])
