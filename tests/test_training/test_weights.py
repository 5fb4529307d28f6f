"""A training that cannot have the weights it starts from ends in one line, before any data is read."""

import sys
from unittest.mock import Mock

import pytest
import torch
from mmengine.config import Config
from mmengine.model import PretrainedInit

from pose_plugins.checkpoints import download
from pose_plugins.training import launch
from pose_plugins.training.weights import check_pretrained, check_taken
from pose_plugins.utils.errors import InputError

URL = 'https://weights.invalid/hrnet.pth'


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """Without a network, and with an empty cache in ``tmp_path``."""

    def refuse(url):
        raise OSError('no network')

    monkeypatch.setattr(download, '_open', refuse)
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))


@pytest.fixture
def cannot_start(monkeypatch, hrnet_synthetic, synthetic_coco, tmp_path):
    """The line that ``tools/train.py`` ends with, for a config with something of its own."""

    def call(config, *arguments):
        file = tmp_path / 'td-hm_own.py'
        file.write_text(f"_base_ = '{hrnet_synthetic}'\n{config}\n")
        data = [f'{loader}_dataloader.dataset.data_root={synthetic_coco}/' for loader in ('train', 'val')]
        command = ['train.py', str(file), '--work-dir', str(tmp_path / 'work'), *arguments, '--cfg-options', *data]
        monkeypatch.setattr(sys, 'argv', command)
        monkeypatch.setattr(launch.Runner, 'from_cfg', lambda cfg: pytest.fail('the runner was built'))
        with pytest.raises(InputError) as error:
            launch.train()
        assert '\n' not in str(error.value) and not (tmp_path / 'work').exists()
        return str(error.value)

    return call


def initialised_from(source):
    return f"model = dict(backbone=dict(init_cfg=dict(type='Pretrained', checkpoint='{source}')))"


def test_weights_that_cannot_be_fetched(cannot_start, tmp_path):
    assert cannot_start(initialised_from(URL)) == (
        f'model.backbone.init_cfg: {URL}: cannot be fetched (no network); a file put by hand is looked for at '
        f'{tmp_path}/hub/checkpoints/hrnet.pth; without pretrained weights: --cfg-options model.backbone.init_cfg=None'
    )


def test_weights_that_there_are_not(cannot_start):
    assert cannot_start(initialised_from('foo://x')).startswith('model.backbone.init_cfg: foo://x: no such source')
    assert 'nowhere.pth: no such checkpoint file; without' in cannot_start(initialised_from('nowhere.pth'))


def test_the_way_around_names_each_place(tmp_path):
    there = dict(type=PretrainedInit, checkpoint=str(tmp_path / 'a.pth'))
    missing = dict(type='Pretrained', checkpoint='nowhere.pth')
    torch.save({}, tmp_path / 'a.pth')
    model = dict(
        type='Any',
        backbone=dict(init_cfg=[dict(type='Kaiming', layer='Conv2d'), there]),
        necks=[dict(init_cfg=None), dict(init_cfg=dict(type='Normal', override=[]))],
    )
    check_pretrained(Config(dict(model=model)))
    model['necks'][1]['parts'] = [dict(init_cfg=[missing])]
    with pytest.raises(InputError, match='--cfg-options model.necks.1.parts.0.init_cfg=None'):
        check_pretrained(Config(dict(model=model)))


def test_a_test_needs_no_pretrained_weights(monkeypatch, hrnet_synthetic, synthetic_coco):
    cfg = Config.fromfile(hrnet_synthetic)
    cfg.model.backbone.init_cfg = dict(type='Pretrained', checkpoint='nowhere.pth')
    cfg.test_dataloader.dataset.data_root = f'{synthetic_coco}/'
    runner = Mock(hooks=[])
    monkeypatch.setattr(launch.Runner, 'from_cfg', lambda cfg: runner)
    assert launch.build_runner(cfg, ('test',), exact=True) is runner


@pytest.mark.parametrize(
    'start, problem',
    [('nowhere.pth', 'nowhere.pth: no such checkpoint file; give'), (URL, f'{URL}: cannot be fetched (')],
)
def test_what_is_fine_tuned_says_how_to_get_it(cannot_start, start, problem):
    message = cannot_start(f"load_from = '{start}'")
    assert message.startswith(f'load_from: {problem}')
    assert message.endswith(
        'give a checkpoint of the same network with --cfg-options load_from=FILE: one trained with its COCO config, or the '
        "authors' file converted by tools/convert_checkpoint.py"
    )


def test_what_is_resumed_is_no_start(cannot_start):
    assert cannot_start('', '--resume', 'nowhere.pth') == 'nowhere.pth: no such checkpoint file'


@pytest.mark.parametrize('prefix', [None, 'backbone', 'backbone.'])
def test_weights_of_another_network_are_refused(tmp_path, prefix):
    """mmengine would begin at random; a part that the network has under another name is left to it."""
    path = str(tmp_path / 'a.pth')
    init_cfg = dict(type='Pretrained', checkpoint=path, **(dict(prefix=prefix) if prefix else {}))
    cfg = Config(dict(model=dict(backbone=dict(init_cfg=init_cfg), other=dict(init_cfg=init_cfg))))
    model = torch.nn.ModuleDict(dict(backbone=torch.nn.Conv2d(3, 8, 1)))
    start = 'module.backbone.' if prefix else 'module.'
    torch.save(dict(state_dict={f'{start}weight': torch.zeros(8, 3, 1, 1), f'{start}more': torch.zeros(1)}), path)
    check_taken(cfg, model)
    torch.save(dict(state_dict={f'{start}weight': torch.zeros(9, 3, 1, 1)}), path)
    with pytest.raises(InputError, match='^model.backbone.init_cfg: .*a.pth: has none of the weights of this model'):
        check_taken(cfg, model)


def test_a_training_does_not_begin_at_random(monkeypatch, hrnet_synthetic, synthetic_coco, tmp_path):
    torch.save(dict(a=torch.zeros(1)), tmp_path / 'a.pth')
    cfg = Config.fromfile(hrnet_synthetic)
    cfg.work_dir = str(tmp_path / 'work')
    cfg.model.backbone.init_cfg = dict(type='Pretrained', checkpoint=str(tmp_path / 'a.pth'))
    for loader in ('train', 'val'):
        cfg[f'{loader}_dataloader'].dataset.data_root = f'{synthetic_coco}/'
    with pytest.raises(InputError, match='model.backbone.init_cfg: .*a.pth: has none of the weights of this model'):
        launch.build_runner(cfg, ('train', 'val'), exact=False)
