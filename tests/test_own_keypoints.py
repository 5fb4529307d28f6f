"""A user's own keypoints, as docs/own_keypoints.md goes: described, checked, trained, tested with all five methods."""

import json
import re
import runpy
import sys

import pytest
import torch
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from own_lamps import NAMES, draw_lamps

from pose_plugins.datasets.describing import describe_keypoints
from pose_plugins.training import launch
from pose_plugins.utils.errors import InputError

METHODS = 'hrnet', 'transpose', 'alphapose', 'poseur', 'tfpose'
QUICK = 'alphapose', 'transpose'


@pytest.fixture(scope='module')
def page(repo):
    return (repo / 'docs/own_keypoints.md').read_text()


@pytest.fixture(scope='module')
def place(tmp_path_factory, repo):
    """A folder with the lamps, and the configs as in the repository."""
    folder = tmp_path_factory.mktemp('own')
    draw_lamps(folder / 'data/lamps', train=16, val=4)
    (folder / 'configs').symlink_to(repo / 'configs')
    return folder


def tool(repo, name, *arguments):
    """Run a command line in this process; its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, 'argv', [name, *map(str, arguments)])
        try:
            runpy.run_path(str(repo / f'tools/{name}.py'), run_name='__main__')
        except SystemExit as end:
            return end.code or 0
    return 0


@pytest.fixture(scope='module')
def described(place, repo):
    """The lamps' description, by the page's first command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        assert tool(repo, 'describe_keypoints', 'data/lamps/train.json', '--out', 'data/lamps/lamp.py') == 0
    return place / 'data/lamps/lamp.py'


def test_the_description(described):
    meta = parse_pose_metainfo(dict(from_file=str(described)))
    assert [meta['keypoint_id2name'][i] for i in range(5)] == NAMES
    assert meta['flip_indices'] == [0, 1, 2, 4, 3]
    assert meta['skeleton_links'] == [(0, 1), (1, 2), (2, 3), (2, 4)]
    assert meta['sigmas'].tolist() == pytest.approx([0.05] * 5)


def test_nothing_is_written_over(described, repo, capsys):
    before = described.read_text()
    train = described.with_name('train.json')
    assert 'lamp.py: is there already' in tool(repo, 'describe_keypoints', train, '--out', described)
    assert described.read_text() == before


@pytest.mark.parametrize(
    'method', [pytest.param(each, marks=() if each in QUICK else pytest.mark.slow) for each in METHODS]
)
def test_page(page, place, described, repo, monkeypatch, capsys, method):
    """The page's config, with each method's base, passes the check, is trained for an epoch, and tested."""
    monkeypatch.chdir(place)
    first, *_ = re.findall(r'```python\n(_base_.*?)```', page, re.S)
    small = re.search(rf'`(configs/{method}/\S*synthetic\S*\.py)`', page)[1]
    config = place / f'lamp_{method}.py'
    config.write_text(re.sub(r"_base_ = '.*'", f"_base_ = '{small}'", first))
    capsys.readouterr()
    assert tool(repo, 'check_data', config) == 0
    screen = capsys.readouterr().out
    assert all(name in screen for name in NAMES)
    options = ['train_cfg.max_epochs=1', 'train_dataloader.batch_size=8', 'default_hooks.logger.interval=1']
    work = place / 'work' / method
    monkeypatch.setattr(sys, 'argv', ['train', str(config), '--work-dir', str(work), '--cfg-options', *options])
    launch.train()
    arguments = [
        str(config),
        str(work / 'epoch_1.pth'),
        '--work-dir',
        str(work / 'test'),
        '--out',
        str(work / 'out.json'),
    ]
    monkeypatch.setattr(sys, 'argv', ['test', *arguments])
    launch.test()
    assert 0 <= json.loads((work / 'out.json').read_text())['coco/AP'] <= 1


def test_published_configs_take_the_same_lines(page, place, described, monkeypatch):
    """With those that the page adds: built, they give five keypoints."""
    from mmpose.models import build_pose_estimator

    from pose_plugins.config import load_config
    from pose_plugins.training.checks import check_config

    monkeypatch.chdir(place)
    first, more, *_ = re.findall(r'```python\n(.*?)```', page, re.S)
    for method in METHODS:
        base = re.search(rf'`(configs/{method}/\S*coco-256x192\.py)`', page)[1]
        config = place / f'published_{method}.py'
        config.write_text(re.sub(r"_base_ = '.*'", f"_base_ = '{base}'", first) + more)
        cfg = load_config(config)
        check_config(cfg, ('train', 'val', 'test'))
        cfg.model.backbone.init_cfg = None
        model = build_pose_estimator(cfg.model).eval()
        with torch.no_grad():
            out = model(torch.zeros(1, 3, 256, 192), None, mode='tensor')
        keypoints = out if isinstance(out, torch.Tensor) else out['keypoints'] if isinstance(out, dict) else out[0]
        assert 5 in keypoints.shape, method


@pytest.mark.parametrize(
    'change, arguments, message',
    [
        (lambda c: c['categories'][0].pop('keypoints'), {}, 'does not name its 5 keypoints: give the names'),
        (lambda c: c['categories'].clear(), {}, 'categor'),
        (lambda c: None, dict(names=['a', 'b']), '--names: 2 names, .* has 5 keypoints'),
        (lambda c: None, dict(category='cat'), 'cat'),
        (lambda c: None, dict(sigma=-1), 'sigma=-1: must be positive'),
        (lambda c: c['annotations'][0].update(keypoints=[1, 2]), {}, 'three numbers'),
    ],
)
def test_what_cannot_be_described(place, tmp_path, change, arguments, message):
    content = json.loads((place / 'data/lamps/train.json').read_text())
    change(content)
    (tmp_path / 'a.json').write_text(json.dumps(content))
    with pytest.raises(InputError, match=message) as error:
        describe_keypoints(tmp_path / 'a.json', **arguments)
    assert '\n' not in str(error.value)
