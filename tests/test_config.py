"""Configs that cannot be read, and settings that do not fit, in one line."""

import pytest

from pose_plugins.config import load_config
from pose_plugins.utils.errors import InputError


@pytest.mark.parametrize(
    'name, content, message',
    [
        ('a.py', 'x = dict(', 'SyntaxError'),
        ('a.py', 'x = y', "NameError: name 'y' is not defined"),
        ('a.py', "custom_imports = dict(imports=['nowhere'])", 'ImportError: Failed to import .*nowhere'),
        ('a.py', "_base_ = 'nowhere.py'", 'FileNotFoundError'),
        ('a.py', "_base_ = 'a.py'", 'RecursionError'),
        ('a.py', "_base_ = 'mmpose::nowhere.py'", 'ValueError'),
        ('a.py', 'x = _base_.nothing', 'nothing'),
        ('a.yaml', 'x: [1', 'ParserError'),
        ('a.json', '{"x": ', 'JSONDecodeError'),
        ('a.py', 'x = "\xff"', 'UnicodeDecodeError'),
        ('a.txt', 'x = 1', 'Only py/yml/yaml/json type are supported'),
    ],
)
def test_what_cannot_be_read(name, content, message, tmp_path):
    (tmp_path / name).write_text(content, encoding='latin-1')
    with pytest.raises(InputError, match=f'{name}: cannot be read as a config: .*{message}') as error:
        load_config(tmp_path / name)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('options', [{'x.9.a': 1}, {'x.1.y': 1}, {'title.y': 1}, {'x.y': 1}])
def test_settings_that_do_not_fit(options, tmp_path):
    (tmp_path / 'a.py').write_text("x = [dict(a=1), 2]\ntitle = 'a'\n")
    with pytest.raises(InputError, match='a.py: cannot take the settings') as error:
        load_config(tmp_path / 'a.py', options)
    assert '\n' not in str(error.value)
    assert load_config(tmp_path / 'a.py', {'x.0.a': 5}).x == [dict(a=5), 2]


def test_settings_stay_as_they_were(tmp_path):
    """mmengine takes `_delete_` out of what it merges: the next config would keep what the first one lost."""
    (tmp_path / 'a.py').write_text('x = dict(a=1, b=2)\n')
    options = {'x': dict(_delete_=True, a=5)}
    for _ in range(2):
        assert load_config(tmp_path / 'a.py', options).x == dict(a=5)


def test_no_such_file(tmp_path):
    with pytest.raises(InputError, match='none.py: no such config file'):
        load_config(tmp_path / 'none.py')
