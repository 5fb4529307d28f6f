"""Files and folders that cannot be written are told of before the work is done."""

import os
import sys

import pytest

from pose_plugins.utils.destinations import check_file, check_folder
from pose_plugins.utils.errors import InputError


@pytest.fixture
def folder(tmp_path):
    """A folder with a file, and with links that lead nowhere."""
    (tmp_path / 'file').write_text('')
    (tmp_path / 'loop').symlink_to('loop')
    (tmp_path / 'dangling').symlink_to('nowhere')
    (tmp_path / 'inside').mkdir()
    (tmp_path / 'link').symlink_to('inside')
    return tmp_path


@pytest.mark.parametrize(
    'name, message',
    [
        ('file', 'file: is a file, and must be a folder'),
        ('file/a/b', 'file/a/b: .*/file is a file, and must be a folder'),
        ('loop', 'loop: is a link that leads nowhere'),
        ('loop/a', 'loop/a: cannot be written: '),
        ('dangling', 'dangling: is a link that leads nowhere'),
        ('a' * 300, 'cannot be written: .*too long'),
        ('a\0b', 'is not the name of a folder'),
    ],
)
def test_folders(folder, name, message):
    with pytest.raises(InputError, match=f'^--out: {folder}/.*{message}'):
        check_folder(f'{folder}/{name}', '--out')


def test_what_can_be_written(folder):
    before = sorted(folder.iterdir())
    for name in ('', 'inside', 'link/a', 'new/and/deeper'):
        check_folder(folder / name)
        check_file(folder / name / 'a.json', suffixes=('.json',))
    check_file(folder / 'file')
    assert sorted(folder.iterdir()) == before
    with pytest.raises(InputError):
        check_folder('')


def test_files(folder):
    with pytest.raises(InputError, match='a.txt: must end in .json or .pkl'):
        check_file(folder / 'a.txt', suffixes=('.json', '.pkl'))
    with pytest.raises(InputError, match='inside: is a folder, and must be a file'):
        check_file(folder / 'inside')
    with pytest.raises(InputError, match='--dump: .*/file/a.pkl: .*/file: is a file, and must be a folder'):
        check_file(folder / 'file/a.pkl', '--dump')


@pytest.mark.skipif(sys.platform == 'win32' or os.geteuid() == 0, reason='who is root may write anywhere')
def test_folders_of_others(folder):
    (folder / 'inside').chmod(0o500)
    with pytest.raises(InputError, match='inside: may not be written to'):
        check_folder(folder / 'inside')
