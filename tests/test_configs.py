"""Every config builds, says what its name says, and follows the published recipe."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import ROOT
from merged_configs import hashes, noted_hashes, read_config
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.models import build_pose_estimator
from mmpose.registry import DATASETS, KEYPOINT_CODECS
from mmpose.utils import register_all_modules

CONFIGS = sorted(p for p in (ROOT / 'configs').rglob('*.py') if '_base_' not in p.parts)
NAME = re.compile(
    r'td-(hm|reg)_[\w-]+?_(?:\w+_)?\d+xb(?P<batch>\d+)-(?P<epochs>\d+)e_(?P<dataset>[a-z0-9-]+?)-(?P<size>\d+x\d+)'
)


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_name_tells_the_truth(path):
    cfg = read_config(path)
    name = NAME.fullmatch(path.stem)
    assert name, path.stem
    assert cfg.train_dataloader.batch_size == int(name['batch'])
    assert cfg.train_cfg.max_epochs == int(name['epochs'])
    height, width = map(int, name['size'].split('x'))
    assert tuple(cfg.codec.input_size) == (width, height)
    assert cfg.custom_imports.imports == ['pose_plugins']
    schedule = max(s.end for s in cfg.param_scheduler if s.by_epoch)
    assert schedule == cfg.train_cfg.max_epochs


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_checkpoints_outlive_interruptions(path):
    assert read_config(path).default_hooks.checkpoint.type == 'WholeCheckpointHook'


def test_merged_configs_are_as_noted():
    """How recipes are shared among files changes no config. This stands until a recipe is changed on purpose."""
    noted, now = noted_hashes(), hashes()
    changed = sorted(name for name in {*noted, *now} if noted.get(name) != now.get(name))
    assert not changed, f'changed: {changed}; if on purpose, run `python tests/merged_configs.py --write`'


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_model_gives_a_keypoint_for_each_of_the_data_set(path):
    register_all_modules()
    cfg = read_config(path)
    cfg.model.backbone.init_cfg = None
    if 'ablations' in path.parts:  # whose backbone and data are those of the config above
        assert build_pose_estimator({**cfg.model, 'backbone': dict(type='AlexNet')}).head.out_channels == 17
        return
    model = build_pose_estimator(cfg.model).eval()
    width, height = cfg.codec.input_size
    with torch.no_grad():
        output = model(torch.zeros(1, 3, height, width), None, mode='tensor')
    data = NAME.fullmatch(path.stem)['dataset'].removeprefix('synthetic-')
    keypoints = {'lsp': 14, 'mpii': 16, 'halpe26': 26, 'coco-wholebody': 133, 'halpe': 136, 'halpe-joint': 136}.get(
        data, 17
    )
    dataset = cfg.val_dataloader.dataset  # several data sets together have their own list of keypoints
    metainfo = dataset.get('metainfo') or DATASETS.get(dataset.type).METAINFO
    assert parse_pose_metainfo(metainfo)['num_keypoints'] == keypoints
    if cfg.model.head.type == 'RLEHead':
        assert output.shape == (1, keypoints, 4)
        return
    if cfg.model.head.type == 'PoseurHead':
        layers = cfg.model.head.num_layers
        assert output['coarse_keypoints'].shape == output['coarse_sigmas'].shape == (1, keypoints, 2)
        assert output['keypoints'].shape == output['sigmas'].shape == (layers, 1, keypoints, 2)
        return
    if cfg.model.head.type == 'TFPoseHead':
        assert output['keypoints'].shape == (cfg.model.head.num_layers, 1, keypoints, 2)
        return
    if cfg.model.head.type == 'SIKRHead':
        assert output['keypoints'].shape == (1, keypoints, 2)
        output = output['heatmaps']
    assert output.shape == (1, keypoints, height // 4, width // 4)


def plain(pipeline):
    """A pipeline without the scope that mmengine notes in what is inherited."""
    return [{key: value for key, value in t.items() if key != '_scope_'} for t in pipeline]


@pytest.mark.parametrize('path', CONFIGS, ids=lambda p: p.stem)
def test_parts_fit_each_other(path):
    """A file shows what is trained and tested, and learning rates scale by the batch in its name."""
    cfg = read_config(path)
    gpus = int(re.search(r'_(\d+)xb', path.name)[1])
    if 'posetrack18' not in path.name:  # MMPose's own
        assert cfg.auto_scale_lr.base_batch_size == gpus * cfg.train_dataloader.batch_size
    shown = cfg.train_pipeline
    assert plain(cfg.train_dataloader.dataset.pipeline) == plain(shown)
    tested = cfg.test_dataloader.dataset.pipeline
    for pipeline in (shown, tested):
        (affine,) = (t for t in pipeline if t.type == 'TopdownAffine')
        assert tuple(affine.input_size) == tuple(cfg.codec.input_size)
    assert len({t.get('use_udp', False) for t in (*shown, *tested) if t.type == 'TopdownAffine'}) == 1
    (encoder,) = (t.encoder for t in shown if t.type == 'GenerateTarget')
    for codec in (encoder, cfg.model.head.decoder):
        # of a score, encoding does not ask
        assert plain([{**codec, 'score': None}]) == plain([{**cfg.codec, 'score': None}])
    for hook in cfg.get('custom_hooks', ()):
        if hook.type == 'InsertTransformHook':
            assert [t.type for t in shown].count(hook.before) == 1
    sampler = cfg.train_dataloader.sampler
    if sampler.type == 'ExactMultiSourceSampler':
        assert sampler.batch_size == cfg.train_dataloader.batch_size
        assert [round(1 / ratio) for ratio in sampler.source_ratio] == [3, 3, 9, 9, 9]


def test_weights_come_from_hosts_that_answer():
    """OpenMMLab's does not; what is fine-tuned starts from a local file or from the package."""
    for path in CONFIGS:
        cfg = read_config(path)
        init_cfg = cfg.model.backbone.get('init_cfg') or {}
        if init_cfg:
            assert init_cfg.checkpoint.split('://')[0] in ('timm', 'torchvision'), path.name
        assert '://' not in (cfg.get('load_from') or '').removeprefix('pose_plugins://'), path.name


def test_ablations_differ_in_what_their_names_say():
    for path in CONFIGS:
        head = read_config(path).model.head
        if 'ablations' not in path.parts or '_coco-' not in path.name or head.type not in ('PoseurHead', 'TFPoseHead'):
            continue
        layers = re.search(r'-(\d)(enc|dec)_', path.name)
        assert head.num_layers == (int(layers[1]) if layers and layers[2] == 'dec' else 6), path.name
        if head.type == 'PoseurHead':
            assert head.decoder.score == ('rle' if 'rle-score' in path.name else 'integral')
            assert (head.noise is None) == ('no-noise' in path.name)
        else:
            assert head.num_encoder_layers == (int(layers[1]) if layers and layers[2] == 'enc' else 6), path.name
            assert head.get('auxiliary', True) == ('no-auxiliary' not in path.name)


@pytest.mark.parametrize(
    'token, variant',  # layers, d, feed-forward, heads
    [
        ('r-a3', (3, 256, 1024, 8)),
        ('r-a4', (4, 256, 1024, 8)),
        ('h-s', (4, 64, 128, 1)),
        ('h-a4', (4, 96, 192, 1)),
        ('h-a6', (6, 96, 192, 1)),
    ],
)
def test_transpose_variants(configs, token, variant):
    for path in (configs / 'transpose').glob(f'*_transpose-{token}_*'):
        head = read_config(path).model.head
        assert (head.num_layers, head.embed_dims, head.feedforward_channels, head.num_heads) == variant, path.name


def test_transpose_sizes_are_the_published_ones(configs):
    """Parameters in millions, with the position encoding that the authors count."""
    register_all_modules()
    for token, published in (('r-a3', 5.2), ('r-a4', 6.0), ('h-s', 8.0), ('h-a4', 17.3), ('h-a6', 17.5)):
        (path,) = (configs / 'transpose').glob(f'*_transpose-{token}_*_coco-256x192.py')
        cfg = read_config(path)
        cfg.model.backbone.init_cfg = None
        model = build_pose_estimator(cfg.model)
        count = sum(p.numel() for p in model.parameters()) + model.head.sine.numel()
        assert round(count / 1e6, 1) == published


def test_alphapose_losses(configs):
    """The published weights: body and feet twice, or as heatmaps; face and hands, or the hands ten times."""

    def weights_of(token):
        (path,) = (configs / 'alphapose').glob(f'td-reg_{token}')
        cfg = read_config(path)
        cfg.model.backbone.init_cfg = None
        head = build_pose_estimator(cfg.model).head
        return head, head.group_weights.tolist()

    register_all_modules()
    for data, body in (('coco-wholebody', 23), ('halpe', 26)):
        head, weights = weights_of(f'fastpose-res50_sikr_*_{data}-256x192*')
        assert not head.groups.heatmap and weights == [2] * body + [1] * 110
        assert head.amplitude == 2 and head.loss_module.loss_weight == 1
        head, weights = weights_of(f'fastpose-res50_combined_*_{data}-256x192*')
        assert head.groups.heatmap == list(range(body)) and set(weights) == {1}
        assert (head.heatmap_loss_module.loss_weight, head.loss_module.loss_weight) == (50, 0.01)
    head, weights = weights_of('fastpose-res50-dcn_combined-hands_*_halpe-256x192*')
    assert weights == [1] * 94 + [10] * 42


@pytest.mark.parametrize('path', [p for p in CONFIGS if '_synthetic-' in p.name], ids=lambda p: p.stem)
def test_a_few_steps_lower_the_loss(path, synthetic_coco, five_sets):
    register_all_modules()
    cfg = read_config(path)
    torch.manual_seed(0)
    for part in cfg.train_dataloader.dataset.get('datasets', [cfg.train_dataloader.dataset]):
        part.data_root = str(synthetic_coco if part.type == 'CocoDataset' else five_sets / Path(part.data_root).name)
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    model = build_pose_estimator(cfg.model).train()
    optim_wrapper = build_optim_wrapper(model, {**cfg.optim_wrapper, 'type': 'OptimWrapper'})
    batch = pseudo_collate([dataset[i] for i in range(0, len(dataset), len(dataset) // 8)])  # of combined sets, all
    losses = [model.train_step(batch, optim_wrapper)['loss'].item() for _ in range(12)]
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.parametrize('path', [p for p in CONFIGS if '_lsp-' in p.name], ids=lambda p: p.stem)
def test_a_few_steps_on_lsp_lower_the_loss(path, lsp_and_lspet):
    """From random weights; ImageNet's are not fetched."""
    register_all_modules()
    cfg = read_config(path)
    torch.manual_seed(0)
    np.random.seed(0)  # of the transforms
    cfg.model.backbone.init_cfg = None
    for part in cfg.train_dataloader.dataset.datasets:
        part = part.get('dataset', part)  # LSP's is repeated
        part.data_root = str(lsp_and_lspet / Path(part.data_root).name)
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    assert len(dataset) == 2 * 4 + 6
    model = build_pose_estimator(cfg.model).train()
    optim_wrapper = build_optim_wrapper(model, {**cfg.optim_wrapper, 'type': 'OptimWrapper'})
    batch = pseudo_collate([dataset[i] for i in range(4, 12)])  # of both
    losses = [model.train_step(batch, optim_wrapper)['loss'].item() for _ in range(12)]
    assert losses[-1] < losses[0] - 0.1 * abs(losses[0])


def test_small_heatmaps_keep_subpixels(configs):
    """Encode and decode: at 96x128 the plain codec loses what the unbiased one keeps."""
    register_all_modules()
    (path,) = (configs / 'hrnet').glob('*_synthetic-*.py')
    codec = dict(read_config(path).codec)
    keypoints = np.random.default_rng(0).uniform((8, 8), (88, 120), (40, 17, 2)).astype(np.float32)
    errors = {}
    for unbiased in (True, False):
        coder = KEYPOINT_CODECS.build({**codec, 'unbiased': unbiased})
        decoded = [coder.decode(coder.encode(person[None])['heatmaps'])[0][0] for person in keypoints]
        errors[unbiased] = np.linalg.norm(np.array(decoded) - keypoints, axis=-1).mean()  # pixels of the input
    assert errors[True] < 0.1 and errors[False] > 1
    assert codec['unbiased']


def test_metafiles_name_configs_that_exist(repo):
    import yaml

    index = yaml.safe_load((repo / 'model-index.yml').read_text())
    for metafile in index['Import']:
        content = yaml.safe_load((repo / metafile).read_text())
        for model in content['Models']:
            assert (repo / model['Config']).stem == model['Name']
            assert (repo / model['Config']).is_file()
            assert model['Results']
            # what was measured with a file of this package is never among what others published
            origin = '(measured)' if str(model.get('Weights')).startswith('pose_plugins://') else '(published)'
            assert all(origin in result['Task'] for result in model['Results'])
