"""Pictures that are missing or damaged, told of in one line."""

import logging

import cv2
from mmengine.logging import print_log
from mmpose.datasets.transforms import LoadImage
from mmpose.registry import TRANSFORMS

from ...errors import InputError


@TRANSFORMS.register_module()
class CheckedLoadImage(LoadImage):
    """MMPose's ``LoadImage``; of a picture that cannot be read it tells which annotation asks for it.

    Args:
        skip_bad (bool): Whether that goes to the log and another sample is taken, instead of ending the training.
            Default: False.
        **kwargs: Those of ``LoadImage``.

    Raises:
        InputError: Unless ``skip_bad``, if the picture is missing or damaged.
    """

    def __init__(self, skip_bad=False, **kwargs):
        super().__init__(**kwargs)
        self.skip_bad = skip_bad

    def transform(self, results):
        """Load the picture.

        Args:
            results (dict): Of the pipeline.

        Returns:
            dict | None: The same; None, upon which mmengine draws another sample, if it is skipped.
        """
        try:
            return super().transform(results)
        except FileNotFoundError:
            reason = 'no such picture'
        except OSError as error:
            reason = f'the picture cannot be read: {error.strerror or error}'
        except (AssertionError, cv2.error):  # mmcv's where OpenCV decodes nothing; OpenCV's of an empty file
            reason = 'is damaged, or no picture'
        message = f'{results["img_path"]}, annotation {results.get("id")} of {results.get("dataset_name")}: {reason}'
        if not self.skip_bad:
            raise InputError(message)
        print_log(f'{message}: skipped', 'current', logging.ERROR)  # what processes other than the first tell, too
