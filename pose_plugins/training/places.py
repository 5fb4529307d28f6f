"""Tells as what the dicts of a config are built, by where they stand."""

from dataclasses import dataclass, replace

from mmengine.registry import Registry
from mmpose.registry import (
    DATASETS,
    HOOKS,
    KEYPOINT_CODECS,
    LOOPS,
    METRICS,
    MODELS,
    OPTIMIZERS,
    TASK_UTILS,
    TRANSFORMS,
    VISBACKENDS,
    WEIGHT_INITIALIZERS,
)

from ..evaluation.trackers import TRACKERS


@dataclass(frozen=True)
class Place:
    """Tells as what a dict of a config is built.

    Attributes:
        registry: In which its type is looked for first; None looks in all.
        only: Whether it is looked for nowhere else.
        given: Arguments that its builder adds, or takes out.
        exact: Whether the builder hands on all others as they are.
        complete: Whether the builder adds nothing else, so that what is missing is missing.
    """

    registry: Registry | None = None
    only: bool = False
    given: frozenset[str] = frozenset()
    exact: bool = False
    complete: bool = False


def built(registry: Registry, *given: str, complete: bool = True) -> Place:
    """A place of which the builder is known: it looks in that registry only, and adds what is ``given``."""
    return Place(registry, True, frozenset(given), True, complete)


LOOP = built(LOOPS, 'runner', 'dataloader', 'evaluator')
METRIC, HOOK = built(METRICS), built(HOOKS, 'priority')
LOSS, CODEC, TRANSFORM = Place(MODELS, exact=True), Place(KEYPOINT_CODECS, exact=True), built(TRANSFORMS)
LAYER, TASK = Place(MODELS, only=True), Place(TASK_UTILS, exact=True)
# by the key, or its end, wherever it stands
PLACES = {
    'act_cfg': LAYER,
    'assigner': TASK,
    'backbone': Place(MODELS, exact=True),
    'conv_cfg': LAYER,
    'data_preprocessor': built(MODELS, complete=False),
    'dataset': built(DATASETS, complete=False),
    'datasets': built(DATASETS, complete=False),
    'decoder': CODEC,
    'encoder': CODEC,
    'head': Place(MODELS, exact=True),
    'init_cfg': Place(WEIGHT_INITIALIZERS),
    'loss': LOSS,
    'metrics': METRIC,
    'neck': Place(MODELS, exact=True),
    'norm_cfg': LAYER,
    'optimizer': built(OPTIMIZERS, 'params'),
    'pipeline': TRANSFORM,
    'prior_generator': TASK,
    'tracker': built(TRACKERS, 'sigmas'),
    'transform': TRANSFORM,
    'transforms': TRANSFORM,
    'vis_backends': built(VISBACKENDS, 'save_dir'),
}
# keys of what is read as data, with a meaning of `type` of its own
DATA = {'dataset_info', 'keypoint_info', 'metainfo', 'paramwise_cfg', 'skeleton_info', 'test_cfg', 'train_cfg'}


def place_of(key: str, above: Place) -> Place:
    """As what a dict is built, by its key and by what it stands in."""
    if key == 'encoder' and above.registry is TRANSFORMS:
        return replace(CODEC, only=True)
    if key.startswith('loss_'):
        return LOSS
    for end in ('loss', 'pipeline', 'transform'):
        if key.endswith(f'_{end}'):
            return PLACES[end]
    return PLACES.get(key, Place(above.registry))
