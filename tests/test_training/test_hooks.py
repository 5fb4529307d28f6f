"""The memory order changes no result."""

from types import SimpleNamespace

import torch

from pose_plugins.training import ChannelsLastHook


def test_same_numbers_in_another_order():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.Conv2d(8, 4, 3)).eval()
    image = torch.randn(2, 3, 16, 16)
    before = model(image)
    ChannelsLastHook().before_run(SimpleNamespace(model=model))
    assert model[0].weight.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(model(image), before)
