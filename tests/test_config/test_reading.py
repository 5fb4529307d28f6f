"""Configs that cannot be read, and settings that do not fit or change nothing, in one line."""

from types import FunctionType

import pytest

from pose_plugins.config import config_dir, load_config, parse_options
from pose_plugins.utils import tables
from pose_plugins.utils.errors import InputError

CIRCLE = r'its bases turn in a circle: \S+/a.py -> \S+/b.py -> \S+/a.py'


def bug():
    """A mistake in code that the test puts into this package."""
    raise KeyError('a bug')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Files beside the config that is read."""
    folder = tmp_path_factory.mktemp('config')
    files = {
        'base.py': 'x = dict(a=[1], b=dict(c=[1]))\n',
        'other.py': 'x = 1\n',
        'wrong.py': 'x = 1\ny = z\n',
        'b.py': "_base_ = 'a.py'\n",
        'picture.py': b'\x89PNG\r\n',
        'a_module_that_fails.py': 'x = 1\nimport a_package_that_is_not_there\n',
        'a_module_with_a_slip.py': 'x = (\n',
    }
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.mark.parametrize(
    'name, content, message',
    [
        ('a.py', 'x = dict(', "line 1: SyntaxError: '\\(' was never closed"),
        ('a.py', 'x = 1\nmodle = 2\ny = model', "line 3: NameError: name 'model' is not defined; similar ones: modle"),
        ('a.py', 'x = 1 / 0', 'line 1: ZeroDivisionError'),
        ('a.py', '', 'it sets nothing'),
        ('a.py', 'model: 1', 'it sets nothing'),  # YAML, and Python as well
        ('a.py', '{"model": 1}', 'it sets nothing'),  # JSON
        ('a.py', b'\x89PNG\r\n', 'it is not text'),
        ('a.py', b'PK\x03\x04\0\0', 'null bytes'),
        ('a.py', "_base_ = 'bas.py'", r'its _base_ \S+/bas.py: no such file; similar ones: base.py'),
        ('a.py', "_base_ = 'a.py'", r'its bases turn in a circle: \S+/a.py -> \S+/a.py'),
        ('a.py', "_base_ = 'b.py'", CIRCLE),
        ('a.py', "_base_ = 'wrong.py'", r"in its base \S+/wrong.py: line 2: NameError: name 'z'"),
        ('a.py', "_base_ = 'picture.py'", r'in its base \S+/picture.py: .*it is not text'),
        ('a.py', '_base_ = 5', 'its _base_ 5: must be the path of a file'),
        ('a.py', "_base_ = 'mmpose::nowhere.py'", 'its _base_ mmpose::nowhere.py: cannot be found'),
        ('a.py', "_base_ = 'mmpose::_base_/nowhere.py'", 'its _base_ mmpose::_base_/nowhere.py: cannot be found'),
        ('a.py', "_base_ = ['base.py', 'other.py']", 'two of its bases set x'),
        ('a.py', "_base_ = 'base.py'\ny = _base_.xx", "line 2: .*no attribute 'xx'; similar ones: x"),
        ('a.py', "_base_ = 'base.py'\nx = dict(b=dict(c=dict(d=1)))", 'x.b.c is a dict here and none in the base'),
        ('a.py', "custom_imports = dict(imports=['nowhere'])", 'custom_imports: nowhere cannot .* into PYTHONPATH'),
        (
            'a.py',
            "custom_imports = dict(imports='a_module_that_fails')",
            r"a_module_that_fails cannot be imported: .*'a_package_that_is_not_there' \(\S+fails.py, line 2\)$",
        ),
        (
            'a.py',
            "custom_imports = dict(imports=['a_module_with_a_slip'])",
            r'a_module_with_a_slip cannot be imported: SyntaxError: .* \(\S+slip.py, line 1\)',
        ),
        ('a.yaml', 'x: [1', 'ParserError'),
        ('a.yaml', '- 1', 'it holds no dict of settings'),
        ('a.yaml', '', 'it holds no dict of settings'),
        ('a.json', '{"x": ', 'JSONDecodeError'),
        ('a.json', '[1]', 'it holds no dict of settings'),
        ('a.txt', 'x = 1', 'its name ends in none of .py'),
    ],
)
def test_what_cannot_be_read(name, content, message, folder, monkeypatch):
    monkeypatch.syspath_prepend(folder)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=f'{name}: cannot be read as a config: .*{message}') as error:
        load_config(folder / name)
    assert '\n' not in str(error.value)
    assert str(error.value).count(f'/{name}: ') == 1


def test_no_such_file(folder):
    with pytest.raises(InputError, match='bsae.py: no such config file; similar ones: base.py'):
        load_config(folder / 'bsae.py')
    with pytest.raises(InputError, match='is a folder, not a config file'):
        load_config(folder)


def test_a_bug_of_this_package_is_not_the_configs_fault(folder, monkeypatch):
    monkeypatch.setattr('pose_plugins.utils.tables.markdown_table', FunctionType(bug.__code__, vars(tables)))
    (folder / 'calls.py').write_text("x = __import__('pose_plugins.utils.tables').utils.tables.markdown_table()\n")
    with pytest.raises(KeyError, match='a bug'):
        load_config(folder / 'calls.py')


@pytest.mark.parametrize(
    'options, message',
    [
        ({'x.9.a': 1}, '--cfg-options x.9.a: x is a list, its entries are 0 to 1'),
        ({'x.y': 1}, '--cfg-options x.y: x is a list, its entries are 0 to 1'),
        ({'x.1.y': 1}, '--cfg-options x.1.y: x.1 is 2, which has no y'),
        ({'title.y': 1}, "--cfg-options title.y: title is 'a', which has no y"),
        ({'pair.0': 1}, '--cfg-options pair.0: pair is a tuple'),
        ({'x..a': 1}, '--cfg-options x..a: a name is missing'),
        ({'x': dict(y=1)}, 'cannot take the settings of x'),
    ],
)
def test_settings_that_do_not_fit(options, message, tmp_path):
    (tmp_path / 'a.py').write_text("x = [dict(a=1), 2]\ntitle = 'a'\npair = (1, 2)\n")
    with pytest.raises(InputError, match=f'a.py: .*{message}') as error:
        load_config(tmp_path / 'a.py', options)
    assert '\n' not in str(error.value)
    assert load_config(tmp_path / 'a.py', {'x.0.a': 5}).x == [dict(a=5), 2]


@pytest.mark.parametrize(
    'key, message',
    [
        ('optim_wraper.optimizer.lr', 'there is no optim_wraper; similar ones: optim_wrapper'),
        (
            'data_root',
            'would change nothing, .* set train_dataloader.dataset.data_root, val_dataloader.dataset.data_root',
        ),
        (
            'train_pipeline.3.rotate_factor',
            'would change nothing, .* set train_dataloader.dataset.pipeline.3.rotate_factor',
        ),
        ('codec.sigma', 'would change nothing, .* set model.head.decoder.sigma'),
        ('train_dataloader.dataset.pipeline.30.x', 'train_dataloader.dataset.pipeline is a list, its entries are 0 to'),
        ('model.test_cfg.flip_test.x', 'model.test_cfg.flip_test is True, which has no x'),
    ],
)
def test_settings_that_change_nothing(key, message, hrnet_synthetic):
    with pytest.raises(InputError, match=f'synthetic-128x96.py: --cfg-options {key}: {message}'):
        load_config(hrnet_synthetic, {key: 1})


def test_settings_that_the_runner_reads(hrnet_synthetic):
    """Also those that the config does not have yet."""
    options = {
        'load_from': 'a.pth',
        'resume': True,
        'work_dir': 'w',
        'randomness.seed': 3,
        'auto_scale_lr.enable': True,
        'log_level': 'DEBUG',
        'sync_bn': 'torch',
        'find_unused_parameters': True,
        'model.backbone.init_cfg': None,
        'train_dataloader.dataset.indices': 5,
    }
    cfg = load_config(hrnet_synthetic, options)
    assert cfg.randomness.seed == 3 and cfg.sync_bn == 'torch' and cfg.train_dataloader.dataset.indices == 5


def test_settings_stay_as_they_were(tmp_path):
    """mmengine takes `_delete_` out of what it merges: the next config would keep what the first one lost."""
    (tmp_path / 'a.py').write_text('x = dict(a=1, b=2)\n')
    options = {'x': dict(_delete_=True, a=5)}
    for _ in range(2):
        assert load_config(tmp_path / 'a.py', options).x == dict(a=5)


def test_the_configs_are_found(configs):
    assert config_dir().resolve() == configs.resolve() or (config_dir() / 'hrnet').is_dir()


def test_options_of_the_command_line():
    assert parse_options(['a=1', 'b=[1,(2, 3)]', 'c=my runs/best.pth', 'd="x y"', 'e=None', 'f=1,2', 'g=']) == dict(
        a=1, b=[1, (2, 3)], c='my runs/best.pth', d='x y', e=None, f=[1, 2], g=''
    )
    with pytest.raises(InputError, match='best.pth: must be KEY=VALUE'):
        parse_options(['load_from=my', 'best.pth'])
    with pytest.raises(InputError, match=r'a=\[1,\(2\]: has brackets that do not fit'):
        parse_options(['a=[1,(2]'])
