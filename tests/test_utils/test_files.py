"""Files are written whole or not at all."""

import os

import numpy as np
import pytest

from pose_plugins.utils.errors import InputError
from pose_plugins.utils.files import file_names, told_when_unwritable, whole_file, write_image, write_json, write_text


def test_folders_are_made_and_nothing_else_stays(tmp_path):
    write_json(tmp_path / 'a/b/c.json', dict(x=[1, 2]))
    assert (tmp_path / 'a/b/c.json').read_text() == '{"x": [1, 2]}'
    write_image(tmp_path / 'a/b/d.png', np.zeros((2, 3, 3), np.uint8))
    assert sorted(path.name for path in (tmp_path / 'a/b').iterdir()) == ['c.json', 'd.png']


def test_an_interruption_leaves_what_was_there(tmp_path):
    path = tmp_path / 'table.md'
    write_text(path, 'old')
    with pytest.raises(KeyboardInterrupt), whole_file(path) as partial:
        partial.write_text('ne')
        raise KeyboardInterrupt
    assert path.read_text() == 'old' and list(tmp_path.iterdir()) == [path]


def test_what_must_last_is_on_the_disk_before_it_takes_its_place(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, 'fsync', lambda descriptor: seen.append(sorted(path.name for path in tmp_path.iterdir())))
    (tmp_path / 'a.pth').write_text('old')
    with whole_file(tmp_path / 'a.pth', durable=True) as partial:
        partial.write_text('new')
    assert seen == [['.a.partial.pth', 'a.pth'], ['a.pth']] and (tmp_path / 'a.pth').read_text() == 'new'


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='needs a device that is always full')
def test_a_full_disk_is_told_in_one_line(tmp_path):
    (tmp_path / '.big.partial.json').symlink_to('/dev/full')
    with pytest.raises(InputError, match=r'big.json: cannot be written: No space left on device$'):
        write_text(tmp_path / 'big.json', 'x' * 100_000)
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written_are_told_in_one_line(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match=r'file/x.md: cannot be written: (Not a directory|File exists)$'):
        write_text(tmp_path / 'file/x.md', '')
    with pytest.raises(InputError, match=r'x.xyz: cannot be written: OpenCV has no format for ".xyz"'):
        write_image(tmp_path / 'x.xyz', np.zeros((2, 3, 3), np.uint8))
    with pytest.raises(InputError, match=r'^folder: cannot be written: Permission denied$'):
        with told_when_unwritable('folder'):
            raise PermissionError(13, 'Permission denied')


def test_names_of_files_are_safe_and_differ():
    names = [
        'nose',
        'tail/base',
        'tail-base',
        '../x',
        '..',
        '',
        'a\0b',
        'Nose',
        'ear' * 99,
        'ohr' * 99,
        'é' * 80,
        'l (2)',
    ]
    found = file_names(names)
    assert list(found) == names and found['nose'] == 'nose' and found['l (2)'] == 'l (2)'
    assert len({name.casefold() for name in found.values()}) == len(names)
    for name in found.values():
        assert name and '/' not in name and '\0' not in name and name[0] not in '.-' and len(name.encode()) < 130
    assert file_names(reversed(names)).keys() == found.keys()
