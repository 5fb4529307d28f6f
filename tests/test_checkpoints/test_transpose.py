"""The authors' TransPose checkpoints: their heatmaps and their attention, to rounding."""

import numpy as np
import pytest
import torch
from mmpose.apis import init_model
from parity import load_case, reference_input, reference_weights

from pose_plugins.checkpoints.convert import convert_checkpoint
from pose_plugins.errors import InputError
from pose_plugins.models.layers import record_attention


@pytest.mark.parametrize('name, token', [('r_a4', 'r-a4'), ('h_a6', 'h-a6')])
def test_parity_with_the_authors_code(tmp_path, name, token):
    case = load_case(f'transpose_{name}_coco_256x192')
    torch.save(reference_weights(case), tmp_path / 'theirs.pth')
    config = convert_checkpoint(tmp_path / 'theirs.pth', tmp_path / 'ours.pth', 'transpose')
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
