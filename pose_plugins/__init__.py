"""Five methods of 2D human pose estimation for MMPose.

Importing this package enters its parts into OpenMMLab's registries, lets checkpoints with mmengine's training state be loaded
with ``weights_only``, and takes the place of mmengine's loaders of weights (``checkpoints.pretrained``); it has no other
effect. In a config:
``custom_imports = dict(imports=['pose_plugins'], allow_failed_imports=False)``.

To use a model: ``model = pose_plugins.load_model('small-person')``, then ``pose_plugins.predict('photo.jpg', model)``;
``pose_plugins.list_models()`` tells the names.
"""

from importlib import import_module
from typing import Any

from .compatibility import check_packages

check_packages()

from . import codecs, datasets, evaluation, models, training  # noqa: E402, F401
from .checkpoints import allow_training_state, register_sources  # noqa: E402
from .version import __version__  # noqa: E402

allow_training_state()
register_sources()

__all__ = ['__version__', 'list_models', 'load_model', 'predict']

# imported when they are asked for first, so that a training does not wait for them
LATER = {'list_models': 'checkpoints.models', 'load_model': 'inference.model', 'predict': 'inference.predict'}


def __getattr__(name: str) -> Any:
    if name in LATER:
        return getattr(import_module(f'.{LATER[name]}', __name__), name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
