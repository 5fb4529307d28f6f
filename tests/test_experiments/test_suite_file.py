"""Suite files: those of the package, and one line for each fault."""

import pytest
from mmpose.registry import MODELS
from mmpose.utils import register_all_modules

import pose_plugins  # noqa: F401
from pose_plugins.config import load_config
from pose_plugins.experiments.suite_file import check_data_folders, load_suite, suite_dir
from pose_plugins.utils.errors import InputError

CONFIG = 'hrnet/td-hm_hrnet-w16_1xb32-30e_lsp-128x96.py'
WHOLE = dict(title='a', configs={'HRNet': CONFIG}, data={}, metric='pck/PCK')


def write(path, **content):
    path.write_text('\n'.join(f'{name} = {value!r}' for name, value in content.items()) + '\n')
    return path


def test_the_packages(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    paths = sorted(suite_dir().rglob('*.py'))
    assert paths
    for path in paths:
        suite = load_suite(path)
        assert all(config.is_file() for config in suite.configs.values())
    assert load_suite('lsp') == load_suite('suites/lsp') == load_suite('suites/lsp.py')
    with pytest.raises(
        InputError, match='data/lsp: the data of lsp.py is missing; make it with: python tools/prepare_data'
    ):
        check_data_folders(load_suite('lsp'))


def test_all_settings_of_the_packages_claims_build():
    register_all_modules()
    paths = sorted(suite_dir().glob('claims/*.py'))
    assert {path.stem for path in paths} == {'hrnet', 'transpose', 'alphapose', 'poseur', 'tfpose'}
    for path in paths:
        suite = load_suite(path)
        assert suite.claims and {claim.better for claim in suite.claims} | {claim.worse for claim in suite.claims} >= (
            suite.settings.keys() | suite.retests.keys()
        )
        for config in suite.configs.values():
            for change in [*suite.settings.values(), *suite.retests.values()]:
                MODELS.build(load_config(config, {**suite.options, **change}).model)


@pytest.mark.parametrize(
    'change, line',
    [
        (dict(title=None), 'title is missing'),
        (dict(title=3), 'title is 3; it must be a text'),
        (dict(seed=3), 'seed is no part of a suite; similar ones: seeds'),
        (dict(configs={}), 'configs names none'),
        (
            dict(configs={'HRNet': CONFIG[:-4]}),
            'configs.HRNet: there is no config .*similar ones: hrnet/td-hm_hrnet-w16',
        ),
        (dict(seeds=[]), 'seeds is .*it must be a list of whole numbers'),
        (dict(seeds=[True]), 'seeds is .*it must be a list of whole numbers'),
        (dict(seeds=[0.5]), 'seeds is .*it must be a list of whole numbers'),
        (dict(samples=0), 'samples=0: must be at least 1'),
        (dict(samples='many'), "samples is 'many'; it must be a whole number"),
        (dict(claims=[dict(text='x')]), 'claims: each must have better, published, source, text, worse'),
        (
            dict(claims=[dict(text='x', source='y', published='z', better='HRNet', worse='none')]),
            'claims: none is none of',
        ),
    ],
)
def test_faults(tmp_path, change, line):
    content = {name: value for name, value in {**WHOLE, **change}.items() if value is not None}
    with pytest.raises(InputError, match=line):
        load_suite(write(tmp_path / 'mine.py', **content))


def test_no_such_suite():
    with pytest.raises(InputError, match='other: no such suite; there are .*lsp'):
        load_suite('other')
    with pytest.raises(InputError, match='elsewhere/lsp: no such suite'):
        load_suite('elsewhere/lsp')
