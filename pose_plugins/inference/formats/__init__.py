"""Formats of predictions, by name: each is written as people come, and can be read back."""

from .alphapose import AlphaPoseFormat, CmuFormat, OpenFormat
from .base import Format
from .coco import CocoFormat
from .mot import MotFormat
from .openpose import OpenPoseFormat
from .own import OwnFormat
from .posetrack18 import PoseTrack18Format
from .table import CsvFormat

FORMATS: dict[str, type[Format]] = {
    'json': OwnFormat,
    'coco': CocoFormat,
    'alphapose': AlphaPoseFormat,
    'alphapose-cmu': CmuFormat,
    'alphapose-open': OpenFormat,
    'openpose': OpenPoseFormat,
    'posetrack18': PoseTrack18Format,
    'mot': MotFormat,
    'csv': CsvFormat,
}

__all__ = ['FORMATS', 'Format']
