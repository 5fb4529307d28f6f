"""Five methods of 2D human pose estimation for MMPose.

Importing this package enters its parts into OpenMMLab's registries, lets checkpoints with mmengine's training state be loaded
with ``weights_only``, and takes the place of mmengine's loaders of weights (``checkpoints.pretrained``); it has no other
effect. In a config:
``custom_imports = dict(imports=['pose_plugins'], allow_failed_imports=False)``.
"""

from .compatibility import check_packages

check_packages()

from . import codecs, datasets, evaluation, models, training  # noqa: E402, F401
from .checkpoints import allow_training_state, register_sources  # noqa: E402
from .version import __version__  # noqa: E402

allow_training_state()
register_sources()

__all__ = ['__version__']
