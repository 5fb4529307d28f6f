"""The authors' TransPose checkpoints: their heatmaps and their attention, to rounding, and the way back."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpose.apis import init_model
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules
from own_models import assert_same, back_and_there, own_config, random_state, save_trained, there_and_back
from parity import load_case, reference_input, reference_weights

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.checkpoints.convert import convert_checkpoint, export_checkpoint
from pose_plugins.models.layers import record_attention, sine_position
from pose_plugins.utils.errors import InputError


@pytest.mark.parametrize('name, token', [('r_a4', 'r-a4'), ('h_a6', 'h-a6')])
def test_parity_with_the_authors_code(tmp_path, name, token):
    case = load_case(f'transpose_{name}_coco_256x192')
    torch.save(reference_weights(case), tmp_path / 'theirs.pth')
    (config,), _ = convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'transpose')
    assert f'transpose-{token}_' in config.name and 'coco-256x192' in config.name
    model = init_model(str(config), str(tmp_path / 'ours.pth'), device='cpu')
    image = reference_input(str(case['case']), case['input_shape'])
    with torch.no_grad():
        fused = model(image, None, mode='tensor')  # (1, 17, 64, 48)
        with record_attention(model) as records:
            recorded = model(image, None, mode='tensor')
    for heatmaps in (fused, recorded):
        np.testing.assert_allclose(heatmaps, case['heatmaps'], rtol=0, atol=1e-5 * np.abs(case['heatmaps']).max())
    assert len(records) == len(case['attention_rows'])
    for expected, (record,) in zip(case['attention_rows'], records.values()):
        rows = record['weights'][0, case['attention_query_index']]  # (3, tokens)
        np.testing.assert_allclose(rows, expected, rtol=0, atol=1e-5 * expected.max())


def as_published(configs, token):
    """Random weights of one of our configs under the names that the authors' files have."""
    register_all_modules()
    (path,) = (configs / 'transpose').glob(f'td-hm_transpose-{token}_*_coco-256x192.py')
    cfg = Config.fromfile(path)
    cfg.model.backbone.init_cfg = None
    model = build_pose_estimator(cfg.model)
    head = {
        key.replace('encoder.', 'global_encoder.').removeprefix('head.'): value
        for key, value in model.state_dict().items()
        if key.startswith('head.')
    }
    backbone = {
        key.removeprefix('backbone.'): v for key, v in model.state_dict().items() if key.startswith('backbone.')
    }
    position = sine_position(cfg.model.head.feature_size, cfg.model.head.embed_dims)
    return path, {**backbone, **head, 'pos_embedding': position[:, None]}


@pytest.mark.parametrize('token', ['r-a3', 'r-a4', 'h-s', 'h-a4', 'h-a6'])
def test_each_published_file_goes_to_its_config(configs, tmp_path, token):
    path, weights = as_published(configs, token)
    torch.save(weights, tmp_path / 'theirs.pth')
    assert convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'transpose').configs[0].name == path.name
    ours = read_checkpoint(tmp_path / 'ours.pth')['state_dict']
    assert len(ours) == len(weights) - 1  # the sine encoding is not stored
    assert torch.equal(ours['head.encoder.layers.2.linear1.bias'], weights['global_encoder.layers.2.linear1.bias'])


def test_other_weights_are_refused(configs, tmp_path):
    _, weights = as_published(configs, 'r-a3')

    def convert(**change):
        torch.save({**weights, **change}, tmp_path / 'theirs.pth')
        return convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'transpose')

    with pytest.raises(InputError, match='not a published checkpoint of transpose'):
        convert(pos_embedding=torch.randn(768, 1, 256))  # learned: to drop it would change what the model computes
    with pytest.raises(InputError, match='not a published checkpoint of transpose'):
        convert(**{'final_layer.weight': torch.zeros(16, 256, 1, 1)})
    with pytest.raises(InputError, match=r'1 unexpected \(backbone.layer3.0.conv1.weight\)'):
        convert(**{'layer3.0.conv1.weight': torch.zeros(1)})
    assert not (tmp_path / 'ours.pth').exists()


@pytest.fixture(scope='module')
def small(configs):
    """TransPose-R's synthetic config file: 17 keypoints, feature_size (12, 16), 48 channels, three layers."""
    (path,) = (configs / 'transpose').glob('*-small_*_synthetic-*.py')
    return path


@pytest.mark.parametrize('name, token', [('r_a4', 'r-a4'), ('h_a6', 'h-a6')])
def test_authors_file_of_own_keypoints_comes_back(configs, tmp_path, name, token):
    """The sine encoding, which our checkpoint lacks, is computed anew: the same to the last bit or nearly."""
    weights = reference_weights(load_case(f'transpose_{name}_coco_256x192'))
    weights.update({key: weights[key][:5] for key in ('final_layer.weight', 'final_layer.bias')})
    (base,) = (configs / 'transpose').glob(f'td-hm_transpose-{token}_*_coco-256x192.py')
    config = own_config(tmp_path / 'own.py', base, head=dict(out_channels=5))
    torch.save(weights, tmp_path / 'theirs.pth')
    convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'transpose', config)
    export_checkpoint(tmp_path / 'ours.pth', tmp_path / 'again.pth', 'transpose', config)
    again = read_checkpoint(tmp_path / 'again.pth')
    position, expected = again.pop('pos_embedding'), weights.pop('pos_embedding')
    assert position.shape == expected.shape and position.is_contiguous()
    torch.testing.assert_close(position, expected, rtol=0, atol=1e-6)
    assert_same(again, weights)


HEAD = dict(out_channels=5, num_layers=2, embed_dims=32, feedforward_channels=40, feature_size=(16, 20))


@pytest.mark.parametrize(
    'position, upsample', [('sine', 'bilinear'), ('learnable', 'deconv'), ('none', 'deconv'), ('learnable', 'bilinear')]
)
def test_own_sizes_of_r_go_there_and_back(tmp_path, small, position, upsample):
    head = dict(HEAD, position_encoding=position, upsample=upsample)
    theirs = there_and_back(own_config(tmp_path / 'own.py', small, head=head), 'transpose', tmp_path)
    names = set(map(str, load_case('transpose_r_a4_coco_256x192')['param_names']))
    assert theirs.keys() < names
    assert ('pos_embedding' in theirs) == (position != 'none')
    assert ('deconv_layers.0.weight' in theirs) == (upsample == 'deconv')
    if position == 'sine':
        assert torch.equal(theirs['pos_embedding'], sine_position((16, 20), 32)[:, None])
    if position == 'learnable':  # (1, channels, h, w) to (h * w, 1, channels), row by row
        ours = read_checkpoint(tmp_path / 'epoch_1.pth')['state_dict']['head.learnable.weight']
        assert theirs['pos_embedding'].shape == (320, 1, 32)
        assert torch.equal(theirs['pos_embedding'][3 * 16 + 11, 0], ours[0, :, 3, 11])


def test_own_sizes_of_h_go_there_and_back(configs, tmp_path):
    (base,) = (configs / 'transpose').glob('td-hm_transpose-h-s_*_coco-256x192.py')
    extra = dict(stage2=dict(num_channels=(18, 36)), stage3=dict(num_channels=(18, 36, 72), num_modules=2))
    head = dict(in_channels=18, out_channels=19, embed_dims=36, num_layers=1, feature_size=(72, 96))
    config = own_config(tmp_path / 'own.py', base, backbone=dict(extra=extra), head=head)
    theirs = there_and_back(config, 'transpose', tmp_path)
    assert theirs.keys() < set(map(str, load_case('transpose_h_a6_coco_256x192')['param_names']))
    assert theirs['pos_embedding'].shape == (72 * 96, 1, 36)


def test_authors_learnable_position_becomes_the_parameter(configs, tmp_path):
    weights = reference_weights(load_case('transpose_r_a4_coco_256x192'))
    weights['pos_embedding'] = torch.randn(768, 1, 256)
    (config,) = (configs / 'transpose/ablations').glob('*learnable-position_*.py')
    back_and_there(weights, config, 'transpose', tmp_path)
    model = init_model(str(config), str(tmp_path / 'ours.pth'), device='cpu')
    assert torch.equal(model.head.position(), weights['pos_embedding'][:, 0])


@pytest.fixture(scope='module')
def theirs(small, tmp_path_factory):
    """The small config's model as the authors' code reads it."""
    return there_and_back(small, 'transpose', tmp_path_factory.mktemp('theirs'))


@pytest.mark.parametrize(
    'encoding, position, told',
    [
        ('sine', sine_position((16, 12), 48)[:, None], 'sine with feature_size=(16, 12) in the file, sine with'),
        ('sine', sine_position((24, 32), 48)[:, None], 'sine with feature_size=(24, 32) in the file, sine with'),
        ('sine', torch.randn(192, 1, 48), 'learnable with 192 tokens (such as 12x16, 16x12, width x height) in the'),
        ('sine', torch.randn(193, 1, 48), 'learnable with 193 tokens (such as 193x1, width'),
        ('sine', torch.randn(192, 48), 'of the shape (192, 48), which is not (tokens, 1, channels), in'),
        ('sine', None, 'none in the file, sine with feature_size=(12, 16) in the config'),
        ('learnable', None, 'none in the file, learnable with'),
        ('learnable', torch.randn(768, 1, 50), 'learnable with 768 tokens (such as 24x32, 32x24, width x height) in'),
        ('none', sine_position((12, 16), 48)[:, None], 'sine with feature_size=(12, 16) in the file, none with'),
    ],
    ids=range(9),
)
def test_tells_of_another_position_encoding(tmp_path, small, theirs, encoding, position, told):
    others = {key: value for key, value in theirs.items() if key != 'pos_embedding'}
    torch.save(others if position is None else {**others, 'pos_embedding': position}, tmp_path / 'theirs.pth')
    config = own_config(tmp_path / 'own.py', small, head=dict(position_encoding=encoding))
    with pytest.raises(InputError) as error:
        convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'out.pth', 'transpose', config)
    misfit = f'{tmp_path / "theirs.pth"}: does not fit {config}: position encoding: '
    assert str(error.value).startswith(misfit + told)
    assert '\n' not in str(error.value) and not (tmp_path / 'out.pth').exists()


def test_a_sine_encoding_of_half_precision_is_one(tmp_path, small, theirs):
    torch.save({key: value.half() for key, value in theirs.items()}, tmp_path / 'half.pth')
    convert_checkpoint(tmp_path / 'half.pth', tmp_path / 'ours.pth', 'transpose', small)


def test_tells_in_which_settings_file_and_config_differ(configs, tmp_path, small, hrnet_synthetic):
    there_and_back(small, 'transpose', tmp_path)
    config = own_config(tmp_path / 'own.py', small, backbone=dict(depth=34), head={**HEAD, 'upsample': 'bilinear'})
    told = (
        'head.out_channels (keypoints): 17 in the file, 5 in the config; '
        'head.embed_dims: 48 in the file, 32 in the config; '
        'head.num_layers (of the encoder): 3 in the file, 2 in the config; '
        'head.feedforward_channels: 96 in the file, 40 in the config; '
        'head.upsample: deconv in the file, bilinear or none in the config; '
        'the number of units of backbone.layer1: 2 in the file, 3 in the config; '
        'the number of units of backbone.layer2: 2 in the file, 4 in the config'
    )
    position = 'sine with feature_size=(12, 16) in the file, sine with feature_size=(16, 20) in the config'
    with pytest.raises(InputError) as error:
        convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'out.pth', 'transpose', config)
    assert str(error.value).endswith(f'own.py: {told}; position encoding: {position}')
    with pytest.raises(InputError) as error:
        export_checkpoint(tmp_path / 'ours.pth', tmp_path / 'out.pth', 'transpose', config)
    assert str(error.value).endswith(f'own.py: {told}')

    save_trained(random_state(hrnet_synthetic), tmp_path / 'hrnet.pth')
    with pytest.raises(
        InputError, match=r'missing \(backbone.conv1.weight, .*unexpected \(backbone.backbone.conv1.weight'
    ):
        convert_checkpoint(tmp_path / 'hrnet.pth', tmp_path / 'out.pth', 'transpose', small)
    with pytest.raises(InputError, match='not a config for transpose: its head is HeatmapHead, not TransPoseHead'):
        convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'out.pth', 'transpose', hrnet_synthetic)


def test_a_learned_position_of_another_size_is_written_if_the_config_interpolates_it(tmp_path, small):
    config = own_config(tmp_path / 'own.py', small, head=dict(position_encoding='learnable'))
    save_trained(random_state(config), tmp_path / 'epoch_1.pth')
    head = dict(position_encoding='learnable', feature_size=(6, 8))
    smaller = own_config(tmp_path / 'other.py', small, head=head)
    with pytest.raises(
        InputError, match=r'learned its positions for feature_size=\(12, 16\).*set interpolate_position'
    ):
        export_checkpoint(tmp_path / 'epoch_1.pth', tmp_path / 'theirs.pth', 'transpose', smaller)
    interpolated = own_config(tmp_path / 'other.py', small, head={**head, 'interpolate_position': True})
    export_checkpoint(tmp_path / 'epoch_1.pth', tmp_path / 'theirs.pth', 'transpose', interpolated)
    assert read_checkpoint(tmp_path / 'theirs.pth')['pos_embedding'].shape == (48, 1, 48)
