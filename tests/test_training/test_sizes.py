"""Sizes of crop, codec and feature maps agree, or the config is refused before anything is trained or tested."""

from pathlib import Path

import mmpose
import pytest
import torch
from conftest import ROOT
from mmengine.config import Config
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules

from pose_plugins.training import sizes
from pose_plugins.training.checks import check_config
from pose_plugins.training.sizes import check_features, check_sizes, tell_alignment
from pose_plugins.utils.errors import InputError

LOOPS = 'train', 'val', 'test'
METHODS = 'alphapose', 'hrnet', 'poseur', 'tfpose', 'transpose'
STOCK = Path(mmpose.__file__).parent / '.mim/configs/body_2d_keypoint'


def small(method):
    """The synthetic config of a method: crops of 96x128, heatmaps of 24x32."""
    register_all_modules()
    (path,) = (ROOT / 'configs' / method).glob('*_synthetic-*.py')
    return Config.fromfile(path)


def resized(cfg, crop=None, codec=None, heatmap=None, loops=LOOPS, encoder=True, decoder=True):
    """Set sizes of a config anew."""
    codecs = [cfg.model.head.decoder] if decoder else []
    for loop in loops:
        for transform in cfg[f'{loop}_dataloader'].dataset.pipeline:
            if crop and transform.type == 'TopdownAffine':
                transform.input_size = crop
            if encoder and transform.type == 'GenerateTarget':
                codecs.append(transform.encoder)
    for part in codecs:
        part.input_size = codec or part.input_size
        if heatmap and 'heatmap_size' in part:
            part.heatmap_size = heatmap
    return cfg


def check(cfg, loops=LOOPS):
    """Check sizes and feature maps as the hook does, without a runner."""
    check_sizes(cfg, loops)
    check_features(build_pose_estimator(cfg.model), cfg, loops)


@pytest.mark.parametrize('method', METHODS)
def test_the_codec_is_for_the_crop(method):
    encoder, decoder = 'train_dataloader.dataset.pipeline.4.encoder', 'model.head.decoder'
    train, val, test = (f'{loop}_dataloader.dataset.pipeline.{3 if loop == "train" else 2}' for loop in LOOPS)
    for changed, keys in (
        (
            dict(crop=(192, 256), loops=['train']),
            rf'{encoder}.input_size=\(96, 128\) and {train}.input_size=\(192, 256\)',
        ),
        (dict(crop=(192, 256), loops=['val']), rf'{decoder}.input_size=\(96, 128\) and {val}.input_size=\(192, 256\)'),
        (
            dict(crop=(192, 256), loops=['test']),
            rf'{decoder}.input_size=\(96, 128\) and {test}.input_size=\(192, 256\)',
        ),
        (dict(codec=(192, 256), encoder=False), rf'{decoder}.input_size=\(192, 256\) and {val}.input_size=\(96, 128\)'),
        (
            dict(codec=(192, 256), decoder=False),
            rf'{encoder}.input_size=\(192, 256\) and {train}.input_size=\(96, 128\)',
        ),
    ):
        with pytest.raises(InputError, match=f'^{keys} must be the same'):
            check_config(resized(small(method), **changed), LOOPS)


def test_a_loop_that_is_not_run_is_not_looked_at():
    cfg = resized(small('hrnet'), crop=(192, 256), loops=['train'])
    check_sizes(cfg, ('val', 'test'))


def combined(inner, outer):
    """A data set of several with a pipeline of its own."""
    return dict(type='CombinedDataset', datasets=[dict(type='CocoDataset', pipeline=inner)], pipeline=outer)


@pytest.mark.parametrize('wrong', [True, False])
def test_pipelines_of_several_data_sets_and_of_the_last_epochs(wrong):
    def pipeline():
        transforms = small('hrnet').train_dataloader.dataset.pipeline
        transforms[3].input_size = (192, 256) if wrong else (96, 128)
        return list(transforms)

    load, rest = pipeline()[:1], pipeline()[1:]
    repeated = dict(type='RepeatDataset', times=2, dataset=dict(type='CocoDataset', pipeline=pipeline()))
    for dataset, key in (
        (combined(load, rest), 'train_dataloader.dataset.pipeline.3.encoder'),
        (combined(load + rest, []), 'train_dataloader.dataset.datasets.0.pipeline.4.encoder'),
        (repeated, 'train_dataloader.dataset.dataset.pipeline.4.encoder'),
        (None, 'custom_hooks.0.switch_pipeline.4.encoder'),
    ):
        cfg = small('hrnet')
        if dataset:
            cfg.train_dataloader.dataset = dataset
        else:
            cfg.custom_hooks = [dict(type='PipelineSwitchHook', switch_epoch=1, switch_pipeline=pipeline())]
        if wrong:
            with pytest.raises(InputError, match=f'^{key}.input_size='):
                check_sizes(cfg, ('train',))
        else:
            check_sizes(cfg, ('train',))


@pytest.mark.parametrize('method', METHODS)
def test_feature_maps_that_are_an_even_grid(method):
    cfg = small(method)
    check(cfg)
    cfg = resized(cfg, crop=(160, 192), codec=(160, 192), heatmap=(40, 48))
    if method == 'transpose':
        cfg.model.head.feature_size = (20, 24)
    check(cfg)


def test_larger_crops_in_the_test_than_in_training():
    check(resized(small('hrnet'), crop=(192, 256), codec=(192, 256), heatmap=(48, 64), loops=['val', 'test']))


@pytest.mark.parametrize(
    'method, heatmap, message',
    [
        (
            'alphapose',
            (72, 88),
            r'^train_dataloader.dataset.pipeline.3.input_size=\(260, 346\): width 260 is no multiple of the network.s '
            r'stride: its map of 72x88, each pixel of which is 4 of the crop, ends beyond it; use 256 or 288$',
        ),
        ('poseur', None, r'height 346 is no multiple of .* its map of 65x87, .* use 320 or 352$'),
        ('tfpose', None, r'^input_size\[0\]=260: must be a multiple of 32'),
        (
            'hrnet',
            (65, 87),
            r'^model.backbone.stage2.0 \(HRModule\) cannot take what it gets of .*input_size=\(260, 346\): RuntimeError: .*'
            r'; its sides are no multiples of 32$',
        ),
        ('transpose', (66, 88), r'width 260 is no multiple .* its map of 66x88, each pixel of which is 4 of the crop'),
    ],
)
def test_feature_maps_that_end_beyond_the_crop(method, heatmap, message):
    cfg = resized(small(method), crop=(260, 346), codec=(260, 346), heatmap=heatmap)
    if method == 'transpose':
        cfg.model.head.feature_size = (33, 44)
    with pytest.raises(InputError, match=message):
        check(cfg)


@pytest.mark.parametrize('method', ['alphapose', 'hrnet', 'transpose'])
def test_heatmaps_are_those_of_the_codecs(method):
    wrong = dict(heatmap=(48, 64))
    message = r"heatmap_size=\(48, 64\): the network's heatmaps are \(24, 32\) for a crop of \(96, 128\)"
    with pytest.raises(InputError, match=rf'^train_dataloader.dataset.pipeline.4.encoder.{message}'):
        check(resized(small(method), **wrong, decoder=False))
    with pytest.raises(InputError, match=rf'^model.head.decoder.{message}'):
        check(resized(small(method), **wrong, encoder=False))


@pytest.mark.parametrize(
    'method, key, value, message',
    [
        (
            'hrnet',
            'head.in_channels',
            32,
            r'^model.head.final_layer \(Conv2d\) cannot take what it gets of .* 16 channels',
        ),
        (
            'poseur',
            'neck.in_channels',
            [16, 32, 64, 9],
            r'^model.neck.convs.3.conv \(Conv2d\) cannot take what it gets',
        ),
        ('poseur', 'head.feature_levels', (0, 1, 5), r'^feature_levels=\(0, 1, 5\): the neck gives 4 feature maps'),
    ],
)
def test_a_network_that_cannot_take_the_crop(method, key, value, message):
    cfg = small(method)
    part, name = key.split('.')
    cfg.model[part][name] = value
    with pytest.raises(InputError, match=message):
        check(cfg)


def test_a_fault_of_ours_shows_its_traceback(monkeypatch):
    cfg = small('alphapose')
    model = build_pose_estimator(cfg.model)
    monkeypatch.setattr(type(model.head), 'regress', lambda self: None)  # one argument too few
    with pytest.raises(TypeError):
        check_features(model, cfg, LOOPS)


def test_the_network_is_as_before():
    cfg = small('alphapose')
    model = build_pose_estimator(cfg.model).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    check_features(model, cfg, LOOPS)
    assert torch.rand(1) == expected and model.training and model.head.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize(
    'name',
    [
        'topdown_heatmap/coco/td-hm_hrnet-w32_udp-8xb64-210e_coco-256x192',
        'topdown_heatmap/coco/td-hm_mspn50_8xb32-210e_coco-256x192',
        'topdown_heatmap/jhmdb/td-hm_cpm_8xb32-40e_jhmdb-sub1-368x368',
        'topdown_regression/coco/td-reg_res50_rle-8xb64-210e_coco-256x192',
        'integral_regression/coco/ipr_res50_dsnt-8xb64-210e_coco-256x256',
        'simcc/coco/simcc_mobilenetv2_wo-deconv-8xb64-210e_coco-256x192',
        'rtmpose/coco/rtmpose-t_8xb256-420e_coco-256x192',
    ],
)
def test_mmpose_configs_of_every_kind_pass(name):
    register_all_modules()
    cfg = Config.fromfile(STOCK / f'{name}.py')
    cfg.model.backbone.init_cfg = None
    check(cfg)


def test_simcc_bins_are_those_of_the_crop():
    register_all_modules()
    cfg = Config.fromfile(STOCK / 'simcc/coco/simcc_mobilenetv2_wo-deconv-8xb64-210e_coco-256x192.py')
    cfg.model.backbone.init_cfg = None
    cfg.model.head.decoder.simcc_split_ratio = 3.0
    message = r"decoder.simcc_split_ratio=3.0: makes \(576, 768\) bins of .*, the network's head gives \(384, 512\)"
    with pytest.raises(InputError, match=message):
        check(cfg)


def test_corner_pixels_are_aligned_in_all_or_none(monkeypatch):
    lines = []
    monkeypatch.setattr(sizes, 'print_log', lambda line, *others: lines.append(line))
    tell_alignment(small('hrnet'), LOOPS)
    assert not lines
    cfg = small('hrnet')
    cfg.train_dataloader.dataset.pipeline[3].use_udp = True
    tell_alignment(cfg, LOOPS)
    assert lines[0].startswith(
        'train_dataloader.dataset.pipeline.3.use_udp=True and train_dataloader.dataset.pipeline.4'
    )


def test_configs_of_ours_pass():
    for method in METHODS:  # those below inherit from these
        for path in sorted((ROOT / 'configs' / method).glob('*.py'))[::4]:
            check_sizes(Config.fromfile(path), LOOPS)
