"""Pictures that are missing or damaged, told of in one line."""

from typing import Any

import cv2
import numpy as np
from mmpose.datasets.transforms import LoadImage
from mmpose.registry import TRANSFORMS

from ...utils.errors import InputError
from ..explain import bad_record


@TRANSFORMS.register_module()
class CheckedLoadImage(LoadImage):
    """MMPose's ``LoadImage``; of a picture that cannot be read it tells which annotation asks for it.

    Args:
        skip_bad: Whether that goes to the log and another sample is taken, instead of ending the training.
        blank_bad: Whether that goes to the log and a black picture is taken, as validation must, where every sample counts.
        **kwargs: Those of ``LoadImage``.

    Raises:
        InputError: If both are asked for or, unless one is, if a picture is missing or damaged.
    """

    def __init__(self, skip_bad: bool = False, blank_bad: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if skip_bad and blank_bad:
            raise InputError('skip_bad=True, blank_bad=True: choose one of them')
        self.skip_bad, self.blank_bad = skip_bad, blank_bad

    def transform(self, results: dict) -> dict | None:
        """Load the picture.

        Args:
            results: Of the pipeline.

        Returns:
            The same; None, upon which mmengine draws another sample, if it is skipped.
        """
        try:
            return super().transform(results)
        except FileNotFoundError:
            reason = 'no such picture'
        except OSError as error:
            reason = f'the picture cannot be read: {error.strerror or error}'
        except (AssertionError, cv2.error):  # mmcv's where OpenCV decodes nothing; OpenCV's of an empty file
            reason = 'is damaged, or no picture'
        if not self.blank_bad:
            bad_record(results, reason, self.skip_bad)
            return None
        bad_record(results, reason, go_on=True, instead='taken as a black picture')
        results['img'] = np.zeros((1, 1, 3), np.uint8)  # padding around it is black, too
        return super().transform(results)
