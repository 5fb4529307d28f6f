"""Several processes wait for a gradient of every parameter, unless the config says that some have none."""

import pytest
import torch
from lsp_models import CONFIGS, METHODS, a_sample
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS

from pose_plugins.config import load_config
from pose_plugins.experiments.suite_file import load_suite

CASES = {name: (CONFIGS / path, options) for name, (path, options) in METHODS.items()}
for method in ('transpose', 'alphapose', 'poseur', 'tfpose'):
    suite = load_suite(f'claims/{method}')
    for config in suite.configs.values():
        CASES |= {f'{method}, {name}': (config, options) for name, options in suite.settings.items() if options}


@pytest.mark.parametrize('name', CASES)
def test_every_parameter_has_a_gradient(name):
    path, options = CASES[name]
    config = load_config(path, options)
    config.model.backbone.init_cfg = None
    init_default_scope('mmpose')
    torch.manual_seed(0)
    model = MODELS.build(config.model).train()
    losses = model.loss(torch.rand(2, 3, 128, 96), [a_sample('cpu'), a_sample('cpu')])
    sum(loss for key, loss in losses.items() if 'loss' in key).backward()
    without = [key for key, parameter in model.named_parameters() if parameter.requires_grad and parameter.grad is None]
    assert bool(without) == bool(config.get('find_unused_parameters')), without
