"""Half precision: autocast in training and test, and models whose weights are half as long."""

import copy

import numpy as np
import pytest
import torch
from half_types import HALF_TYPES
from lsp_models import CONFIGS, METHODS, a_sample
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData
from mmpose.registry import MODELS

from pose_plugins.config import load_config

OURS = [name for name in METHODS if name != 'HRNet']  # MMPose's own head cannot: NumPy knows no bfloat16


@pytest.fixture(params=OURS)
def model(request):
    path, options = METHODS[request.param]
    config = load_config(CONFIGS / path, options)
    config.model.backbone.init_cfg = None
    init_default_scope('mmpose')
    torch.manual_seed(0)
    return MODELS.build(config.model)


def people():
    samples = [a_sample('cpu'), a_sample('cpu')]
    for sample in samples:
        frame = dict(input_size=(96, 128), input_center=np.array([48.0, 64.0]), input_scale=np.array([96.0, 128.0]))
        sample.set_metainfo(dict(frame, flip_indices=list(range(14))))
        sample.gt_instances = InstanceData(bboxes=np.ones((1, 4)), bbox_scores=np.ones(1))
    return samples


@pytest.mark.parametrize('dtype', HALF_TYPES)
def test_autocast_learns_and_predicts(model, dtype):
    inputs, samples = torch.rand(2, 3, 128, 96), people()
    with torch.autocast('cpu', dtype=dtype):
        losses = model.train()(inputs, samples, mode='loss')
    sum(loss for name, loss in losses.items() if 'loss' in name).backward()
    assert all(gradient.isfinite().all() for p in model.parameters() if (gradient := p.grad) is not None)
    model.eval()
    with torch.no_grad():
        exact = [of.pred_instances.keypoints for of in model(inputs, samples, mode='predict')]
        with torch.autocast('cpu', dtype=dtype):
            lowered = [of.pred_instances.keypoints for of in model(inputs, samples, mode='predict')]
    assert np.isfinite(lowered).all() and np.shape(lowered) == np.shape(exact)


@pytest.mark.parametrize('dtype', HALF_TYPES)
def test_weights_of_half_precision(model, dtype):
    model.eval()
    inputs = torch.rand(2, 3, 128, 96)
    lowered = copy.deepcopy(model).to(dtype)
    with torch.no_grad():
        assert lowered(inputs.to(dtype), None, mode='tensor') is not None
        features = [
            torch.randn_like(feature) for feature in model.extract_feat(inputs)
        ]  # of an untrained net they are tiny
        exact, close = (of.head(f) for of, f in ((model, features), (lowered, [f.to(dtype) for f in features])))
    names = ('keypoints', 'coarse_keypoints', 'sigmas') if isinstance(exact, dict) else ()
    if getattr(model.head, 'groups', None) and model.head.groups.heatmap:
        names = ()  # keypoints at the highest pixel of noise are anywhere
    for name in names:
        if name in exact:
            assert close[name].dtype == torch.float  # a float16 would be a tenth of a pixel off
            torch.testing.assert_close(close[name], exact[name], rtol=0, atol=0.02)
