"""The authors' TransPose checkpoints: their heatmaps and their attention, to rounding."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpose.apis import init_model
from mmpose.models import build_pose_estimator
from mmpose.utils import register_all_modules
from parity import load_case, reference_input, reference_weights

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.checkpoints.convert import convert_checkpoint
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
