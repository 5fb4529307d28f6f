"""A GPU works while the host goes on, as long as the host asks it for nothing and sends it nothing: every head, in forward
pass, losses and backward pass."""

import pytest
import torch
from half_types import HALF_TYPES
from lsp_models import CONFIGS, METHODS, a_sample
from mmengine.registry import init_default_scope
from mmpose.evaluation.functional import keypoint_pck_accuracy
from mmpose.registry import MODELS
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

from pose_plugins.config import load_config
from pose_plugins.models.heads.regression import keypoint_accuracy
from pose_plugins.models.layers.constants import kept


class Device(TorchDispatchMode):
    """Stands for a GPU: what would wait for it, or send it something, is an error. On a CPU lists are seen that become
    tensors, on meta tensors of the host."""

    WAITS = ('_local_scalar_dense', 'item', 'nonzero', 'bincount', 'lift_fresh', 'masked_select', 'unique')

    def __init__(self, device):
        super().__init__()
        self.device = device

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket._qualified_op_name.split('::')[-1]
        given = [of for of in tree_flatten((args, kwargs))[0] if isinstance(of, torch.Tensor)]
        waits = name in self.WAITS or name.startswith('index') and any(of.dtype == torch.bool for of in given[1:])
        assert not waits, f'{name} waits for the device, or sends it a list'
        result = func(*args, **(kwargs or {}))
        for tensor in [*given, *tree_flatten(result)[0]]:
            if isinstance(tensor, torch.Tensor):
                assert tensor.device.type == self.device, f'{name} takes or gives a tensor of the host'
        return result


@pytest.mark.parametrize('device', ['cpu', 'meta'])
@pytest.mark.parametrize('name', METHODS)
def test_no_waiting(name, device):
    if device == 'meta' and len(HALF_TYPES) < 2 and name in ('Poseur', 'TFPose'):
        pytest.skip('this torch has no embedding_bag on meta')
    path, options = METHODS[name]
    config = load_config(CONFIGS / path, options)
    config.model.backbone.init_cfg = None
    init_default_scope('mmpose')
    model = MODELS.build({**config.model, 'train_cfg': dict(compute_acc=False)}).to(device).train()
    inputs, samples = torch.rand(2, 3, 128, 96, device=device), [a_sample(device), a_sample(device)]
    for mode in (torch.enable_grad(), Device(device)):  # what depends on sizes is made in the first step
        with mode:
            losses = model.loss(inputs, samples)
            sum(loss for key, loss in losses.items() if 'loss' in key).backward()
    if name in ('Poseur', 'TFPose') or 'AlphaPose' in name:
        assert losses['acc_pose'].device.type == device


def test_the_mode_finds_what_waits():
    tensor = torch.ones(3)
    for waits in (
        lambda: tensor + tensor.new_tensor([1, 2, 3]),
        lambda: tensor[[0, 2]],
        lambda: bool((tensor > 0).all()),
        lambda: tensor[tensor > 0],
        lambda: tensor.int().bincount(),
    ):
        with pytest.raises(AssertionError, match='waits for the device'), Device('cpu'):
            waits()
    with pytest.raises(AssertionError, match='takes or gives a tensor of the host'), Device('meta'):
        tensor.to('meta')


def test_accuracy_is_that_of_mmpose():
    generator = torch.Generator().manual_seed(0)
    labels = torch.rand(6, 4, 2, generator=generator)
    keypoints = labels + 0.06 * torch.randn(6, 4, 2, generator=generator)
    weights = (torch.rand(6, 4, generator=generator) > 0.4).float()
    weights[:, 1] = 0  # of nobody
    for weight in (weights, torch.zeros(6, 4)):
        pair = keypoints.numpy(), labels.numpy()
        _, expected, _ = keypoint_pck_accuracy(*pair, weight.numpy() > 0, 0.05, torch.ones(6, 2).numpy())
        assert float(keypoint_accuracy(keypoints, labels, weight)) == pytest.approx(float(expected))


def test_constants_are_made_once():
    calls = []

    @kept
    def counted(size, device):
        calls.append(size)
        return torch.ones(size, device=device)

    with torch.inference_mode():
        first = counted(3, torch.device('cpu'))
    assert counted(3, torch.device('cpu')) is first and calls == [3]
    leaf = torch.ones(3, requires_grad=True)
    (leaf * first).sum().backward()  # not a tensor that only inference may use
    assert counted(3, torch.device('meta')).is_meta and calls == [3, 3]
