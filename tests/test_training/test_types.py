"""Types and arguments that there are not, numbers that cannot be, and half a config, before anything is built."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

import mmpose
import pytest
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.model import BaseModule
from mmpose.registry import HOOKS, MODELS, TRANSFORMS

from pose_plugins.config import load_config
from pose_plugins.training.checks import check_config
from pose_plugins.training.signatures import signature_of
from pose_plugins.training.types import check_types
from pose_plugins.utils.errors import InputError

STOCK = Path(mmpose.__file__).parent / '.mim/configs'
# what is wrong with MMPose's own: the package has no such class, the class no such argument
STOCK_FAULTS = {'yoloxpose_tiny_4xb64-300e_coco-416.py', 'rtmpose-m_8xb256-210e_hand5-256x256.py'}


@pytest.fixture(scope='module')
def config(hrnet_synthetic):
    return load_config(hrnet_synthetic)


def changed(config: Config, options: dict) -> Config:
    """A config with settings merged in; a dict for an entry of a list takes its place."""
    result = deepcopy(config)
    for key, value in options.items():
        above, _, last = key.rpartition('.')
        if last.isdigit() and isinstance(value, dict):
            node = result
            for name in above.split('.'):
                node = node[name]
            node[int(last)] = value
        else:
            result.merge_from_dict({key: value})
    return result


TRAIN, PIPELINE = 'train_dataloader', 'train_dataloader.dataset.pipeline'


@pytest.mark.parametrize(
    'options, message',
    [
        (
            {'model.type': 'TopdownPoseEstimater'},
            'model.type: there is no model TopdownPose.*; similar ones: TopdownPoseEst',
        ),
        ({'model.backbone.type': 'HRNett'}, 'model.backbone.type: there is no model HRNett; similar ones: HRNet'),
        ({'model.backbone.type': 'Qqqq'}, 'model.backbone.type: there is no .* Qqqq; is its module in custom_imports?'),
        ({'model.backbone.type': 'mmpretrian.ViT'}, 'the package mmpretrian is not installed'),
        ({'model.backbone.xtra': 1}, 'model.backbone.xtra: HRNet takes no argument xtra; similar ones: extra'),
        ({'model.backbone.norm_cfg.type': 'BM'}, 'model.backbone.norm_cfg.type: there is no model BM'),
        (
            {'model.head.out_chanels': 17},
            'model.head.out_chanels: .* no argument out_chanels; similar ones: out_channels',
        ),
        ({'model.head.loss.use_weight': 1}, 'model.head.loss.use_weight: .* use_target_weight'),
        ({'model.head.decoder.sigme': 2}, 'model.head.decoder.sigme: .* similar ones: sigma'),
        ({'model.neck': dict(_delete_=True, type='FPN')}, 'model.neck._delete_: mmengine deletes nothing here'),
        ({'model.backbone.type': ['HRNet']}, r"model.backbone.type: is \['HRNet'\], and must be a name or a class"),
        (
            {f'{PIPELINE}.0.type': 'LoadImge'},
            f'{PIPELINE}.0.type: there is no transform LoadImge; similar ones: LoadImage',
        ),
        (
            {f'{PIPELINE}.0.colour_type': 1},
            f'{PIPELINE}.0.colour_type: LoadImage takes no argument colour_type; .*color_type',
        ),
        ({f'{PIPELINE}.3': dict(type='TopdownAffine')}, f'{PIPELINE}.3: TopdownAffine needs input_size'),
        (
            {f'{PIPELINE}.0': dict(_delete_=True, type='LoadImage')},
            f'{PIPELINE}.0._delete_: mmengine deletes nothing here',
        ),
        ({f'{PIPELINE}.3': dict(tpye='TopdownAffine')}, f'{PIPELINE}.3: has no type; similar ones: tpye'),
        ({f'{TRAIN}.dataset.type': 'CocoDatset'}, 'there is no dataset CocoDatset; similar ones: CocoDataset'),
        ({f'{TRAIN}.dataset.anno_file': 'a'}, 'CocoDataset takes no argument anno_file; similar ones: ann_file'),
        (
            {f'{TRAIN}.sampler.type': 'DefaultSampeler'},
            'there is no data sampler DefaultSampeler; similar ones: DefaultSampler',
        ),
        ({f'{TRAIN}.sampler.shufle': True}, f'{TRAIN}.sampler.shufle: .* similar ones: shuffle'),
        ({f'{TRAIN}.batchsize': 4}, f'{TRAIN}.batchsize: .* similar ones: batch_size'),
        ({'train_cfg.max_epoch': 5}, 'train_cfg.max_epoch: .* similar ones: max_epochs'),
        ({'train_cfg.type': 'EpochBasedTrainLoop'}, 'train_cfg: has a type and by_epoch'),
        ({'val_cfg.interval': 5}, 'val_cfg.interval: .* takes no argument interval'),
        (
            {'val_evaluator.0': dict(type='CocoMetrik')},
            'val_evaluator.0.type: there is no metric CocoMetrik; similar ones: CocoMetric',
        ),
        (
            {'val_evaluator.0': dict(type='PoseTrackMetric', ann_file='a', tracker=dict(type='PoseTrack'))},
            'val_evaluator.0.tracker.type: there is no tracker PoseTrack; similar ones: PoseTracker',
        ),
        ({'optim_wrapper.optimizer.type': 'Adamm'}, 'there is no optimizer Adamm; similar ones: Adam'),
        ({'optim_wrapper.optimizer.learning_rate': 1}, 'optim_wrapper.optimizer.learning_rate: .* takes no argument'),
        ({'optim_wrapper.clip_grads': {}}, 'optim_wrapper.clip_grads: .* similar ones: clip_grad'),
        (
            {'optim_wrapper.paramwise_cfg': dict(norm_decay=0)},
            'paramwise_cfg.norm_decay: .* similar ones: norm_decay_mult',
        ),
        ({'param_scheduler.0.type': 'LinearLr'}, 'there is no parameter scheduler LinearLr; similar ones: LinearLR'),
        ({'param_scheduler.0.start': 1}, 'param_scheduler.0.start: .* start_factor'),
        ({'param_scheduler.1': dict(type='MultiStepLR')}, 'param_scheduler.1: MultiStepLR needs milestones'),
        ({'default_hooks.checkpiont.interval': 1}, 'default_hooks.checkpiont: has no type; similar ones: checkpoint'),
        ({'default_hooks.logger.intervall': 1}, 'default_hooks.logger.intervall: .* similar ones: interval'),
        (
            {'custom_hooks': [dict(type='ChannelsLast')]},
            'custom_hooks.0.type: there is no hook ChannelsLast; .*LastHook',
        ),
        (
            {'visualizer.vis_backends': [dict(type='LocalBackend')]},
            'visualizer.vis_backends.0.type: there is no vis_?.backend',
        ),
        ({'randomness.sed': 1}, 'randomness.sed: .* similar ones: seed'),
        ({'auto_scale_lr.base_batchsize': 1}, 'auto_scale_lr.base_batchsize: .* similar ones: base_batch_size'),
        ({'env_cfg.cudnn_benchmrk': True}, 'env_cfg.cudnn_benchmrk: .* similar ones: cudnn_benchmark'),
        ({'env_cfg.mp_cfg.opencv_threads': 1}, 'env_cfg.mp_cfg.opencv_threads: .* similar ones: opencv_num_threads'),
        ({f'{TRAIN}.batch_size': 0}, f'{TRAIN}.batch_size=0: must be a whole number of at least 1'),
        ({f'{TRAIN}.batch_size': -4}, f'{TRAIN}.batch_size=-4: must be'),
        ({f'{TRAIN}.batch_size': '8'}, f"{TRAIN}.batch_size='8': must be"),
        ({'val_dataloader.batch_size': 2.5}, 'val_dataloader.batch_size=2.5: must be'),
        ({f'{TRAIN}.num_workers': -1}, f'{TRAIN}.num_workers=-1: must be'),
        (
            {f'{TRAIN}.num_workers': 0, f'{TRAIN}.persistent_workers': True},
            'set train_dataloader.persistent_workers=False',
        ),
        ({'train_cfg.max_epochs': 0}, 'train_cfg.max_epochs=0: must be at least 1'),
        ({'train_cfg.max_epochs': -1}, 'train_cfg.max_epochs=-1: must be'),
        ({'train_cfg.max_epochs': 'ten'}, "train_cfg.max_epochs: is 'ten', and EpochBasedTrainLoop takes a number"),
        ({'train_cfg.max_epochs': 1.5}, 'train_cfg.max_epochs=1.5: must be a whole number'),
        ({'train_cfg.max_epochs': float('inf')}, 'train_cfg.max_epochs=inf: must be a whole number'),
        ({'train_cfg.val_interval': 0}, 'train_cfg.val_interval=0: must be'),
        ({'optim_wrapper.optimizer.lr': float('nan')}, 'optim_wrapper.optimizer.lr=nan: must be a finite number'),
        ({'optim_wrapper.optimizer.lr': -1e-3}, 'optim_wrapper.optimizer.lr=-0.001: must be'),
        ({'optim_wrapper.optimizer.lr': '1e-3'}, "optim_wrapper.optimizer.lr='1e-3': must be a number"),
        ({'optim_wrapper.accumulative_counts': 0}, 'optim_wrapper.accumulative_counts=0: must be'),
        ({'randomness.seed': -1}, 'randomness.seed=-1: must be a whole number from 0'),
        ({'randomness.seed': 2**40}, 'randomness.seed=1099511627776: must be'),
        ({'model': None}, 'has no model'),
        ({'optim_wrapper': None}, 'has no optim_wrapper'),
        ({'val_evaluator': None}, 'has no val_evaluator'),
    ],
    ids=str,
)
def test_one_line(options, message, config):
    with pytest.raises(InputError, match=message) as error:
        check_config(changed(config, options), ('train', 'val'))
    assert str(error.value).startswith(f'{config.filename}: ') and '\n' not in str(error.value)


@pytest.mark.parametrize(
    'options',
    [
        {'default_hooks.timer': None},
        {'default_hooks.checkpoint': dict(type='CheckpointHook', interval=1, anything=2)},  # takes any argument
        {'train_cfg': dict(_delete_=True, type='IterBasedTrainLoop', max_iters=5, val_interval=5)},
        {'param_scheduler': []},
        {'custom_hooks': [dict(type='EMAHook', ema_type='ExpMomentumEMA', momentum=0.1, priority=49)]},
        {'train_dataloader.num_batch_per_epoch': 3, 'train_dataloader.pin_memory': True},
        {'optim_wrapper': dict(type='AmpOptimWrapper', loss_scale='dynamic')},
        {'test_dataloader.dataset.type': 'Nothing'},  # of a loop that is not run
        {'model.backbone.norm_cfg': dict(type='BN', eps=1e-3)},
        {'some_key_of_the_users': dict(type='anything')},
        {'visualizer': dict(type='PoseLocalVisualizer', vis_backends=[dict(type='TensorboardVisBackend')])},
        {'default_scope': 'mmpose', 'env_cfg.own': 1},
    ],
    ids=str,
)
def test_these_work(options, config):
    check_types(changed(config, options), ('train', 'val'))


def test_types_may_be_classes(config):
    from mmpose.models import HRNet

    lazy = changed(config, {'model.backbone.type': HRNet})
    check_types(lazy, ('train',))
    with pytest.raises(InputError, match='model.backbone.xtra: HRNet takes no argument xtra'):
        check_types(changed(lazy, {'model.backbone.xtra': 1}), ('train',))


def test_classes_of_the_users(config):
    """A class may do with its arguments as it likes: only what is certain is refused."""

    @TRANSFORMS.register_module(force=True)
    class OwnTransform(BaseTransform):
        def __init__(self, steps, **kwargs):
            self.steps, self.more = steps, kwargs

        def transform(self, results):
            return results

    @HOOKS.register_module(force=True)
    class OwnHook(Hook):
        def __init__(self, every=1):
            self.every = every

    @MODELS.register_module(force=True)
    class OwnBackbone(BaseModule):
        def __init__(self, depth, **kwargs):
            super().__init__(**kwargs)

    own = dict(type='OwnTransform', steps=[dict(type='a word of its own')], anything=1)
    check_types(changed(config, {f'{PIPELINE}.0': own}), ('train',))
    check_types(changed(config, {'model.backbone': dict(_delete_=True, type='OwnBackbone', depth=1)}), ('train',))
    for options, message in (
        ({'custom_hooks': [dict(type='OwnHook', evry=2)]}, 'custom_hooks.0.evry: OwnHook .* similar ones: every'),
        ({f'{PIPELINE}.0': dict(type='OwnTransform', a=1)}, 'OwnTransform needs steps'),
        (
            {'model.backbone': dict(_delete_=True, type='OwnBackbone', depth=1, wdth=1)},
            'OwnBackbone takes no argument wdth',
        ),
    ):
        with pytest.raises(InputError, match=message):
            check_types(changed(config, options), ('train',))


def test_signatures_are_looked_through():
    class Base:
        def __init__(self, a, b, c=1):
            pass

    class HandsOn(Base):
        def __init__(self, d, **kwargs):
            super().__init__(d, **kwargs)

    class Keeps(Base):
        def __init__(self, d, **kwargs):
            self.kwargs = kwargs
            super().__init__(d, **kwargs)

    found = signature_of(HandsOn)
    assert (found.names, found.required, found.open) == ({'a', 'b', 'c', 'd'}, {'d', 'b'}, False)
    assert signature_of(Keeps).open
    assert signature_of(lambda x, y=1: x).required == {'x'}


def stock_configs(every: int) -> Sequence[Path]:
    """MMPose's own, but for those of packages that are not installed and of what is known to be wrong."""
    paths = [path for path in sorted(STOCK.rglob('*.py')) if '_base_' not in path.parts and 'ViTPose' not in path.name]
    return [path for path in paths if path.name not in STOCK_FAULTS and 'read_base' not in path.read_text()][::every]


def check_stock(paths: Sequence[Path]) -> list[str]:
    wrong = []
    for path in paths:
        try:
            check_types(load_config(path), ('train', 'val', 'test'))
        except InputError as error:
            wrong.append(str(error))
    return wrong


def test_a_sample_of_mmposes_configs_passes():
    assert len(paths := stock_configs(every=12)) > 20
    assert not check_stock(paths)


@pytest.mark.slow
def test_mmposes_configs_pass():
    assert not check_stock(stock_configs(every=1))


@pytest.mark.parametrize(
    'key, near', [('flip_tst', 'flip_test'), ('flip_modes', 'flip_mode'), ('shift_heatmaps', 'shift_he')]
)
def test_misspelt_keys_of_test_cfg(hrnet_synthetic, key, near):
    cfg = load_config(hrnet_synthetic, {f'model.test_cfg.{key}': True})
    with pytest.raises(
        InputError, match=f'model.test_cfg.{key}: no head of MMPose or of this package reads it; {near}'
    ):
        check_config(cfg, ())
