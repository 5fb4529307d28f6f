"""A training goes on from its last whole checkpoint, wherever that is and whatever lies beside it."""

import os

import pytest
import torch

from pose_plugins.training.resume import latest_checkpoint
from pose_plugins.utils.errors import InputError


@pytest.fixture
def folder(tmp_path):
    """A work directory in which files can be put, each a little newer than the one before."""

    class Folder:
        path = tmp_path
        time = 1_000_000_000

        def put(self, name, content=None):
            path = tmp_path / name
            if content is None:
                torch.save(dict(state_dict=dict(weight=torch.ones(1000))), path)
            else:
                path.write_bytes(content)
            Folder.time += 10
            os.utime(path, (Folder.time, Folder.time))
            return path

        def cut(self, name):
            path = self.put(name)
            path.write_bytes(path.read_bytes()[:2000])

        def note(self, name):
            (tmp_path / 'last_checkpoint').write_text(str(name))

        def latest(self):
            found = latest_checkpoint(tmp_path)
            return found and os.path.relpath(found, tmp_path)

    return Folder()


def test_none(folder, tmp_path):
    assert folder.latest() is None and latest_checkpoint(tmp_path / 'nowhere') is None
    folder.put('best_coco_AP_epoch_9.pth')
    folder.put('notes.txt', b'x')
    (tmp_path / 'epoch_3.pth').mkdir()
    assert folder.latest() is None
    folder.note('epoch_7.pth')
    assert folder.latest() is None


@pytest.mark.parametrize(
    'noted', [None, '', 'epoch_99.pth', '/moved/away/epoch_10.pth', 'best_coco_AP_epoch_9.pth', 'Unfug', '\0']
)
def test_numbers_count_where_the_note_is_of_no_use(folder, noted):
    for name in ('epoch_9.pth', 'epoch_10.pth', 'best_coco_AP_epoch_12.pth', 'epoch_10-abcdef01.pth'):
        folder.put(name)
    if noted is not None:
        folder.note(noted)
    assert folder.latest() == 'epoch_10.pth'


def test_the_note_counts_where_it_is_right(folder, tmp_path):
    folder.put('epoch_10.pth')  # of an earlier training, which went further
    folder.put('epoch_2.pth')
    folder.note(tmp_path / 'epoch_2.pth')
    assert folder.latest() == 'epoch_2.pth'
    folder.put('epoch_3.pth')  # the training was killed before it noted this one
    assert folder.latest() == 'epoch_3.pth'


def test_names_of_ones_own(folder):
    for name in ('mine_v2_0007.pt', 'mine_v2_0008.pt', 'epoch_100.pth'):
        folder.put(name)
    folder.note('mine_v2_0007.pt')
    assert folder.latest() == 'mine_v2_0008.pt'
    folder.note('mine_v2_0010.pt')
    assert folder.latest() == 'mine_v2_0008.pt'


def test_iterations_or_epochs_whichever_is_newer(folder):
    folder.put('epoch_9.pth')
    folder.put('iter_500.pth')
    assert folder.latest() == 'iter_500.pth'
    folder.put('epoch_10.pth')
    assert folder.latest() == 'epoch_10.pth'


@pytest.mark.parametrize('content', [b'', b'PK\x03\x04 and no more', None], ids=['empty', 'garbage', 'cut'])
def test_a_damaged_one_is_passed_over_and_told(folder, monkeypatch, content):
    lines = []
    monkeypatch.setattr('pose_plugins.training.resume.print_log', lambda text, **_: lines.append(text))
    folder.put('epoch_1.pth')
    folder.put('epoch_2.pth')
    folder.cut('epoch_3.pth') if content is None else folder.put('epoch_3.pth', content)
    folder.note('epoch_3.pth')
    assert folder.latest() == 'epoch_2.pth'
    assert len(lines) == 1 and 'epoch_3.pth: damaged' in lines[0] and lines[0].endswith('epoch_2.pth is taken instead')


def test_all_damaged(folder):
    folder.put('epoch_1.pth', b'')
    folder.put('epoch_2.pth', b'')
    with pytest.raises(InputError, match='epoch_2.pth: damaged.*epoch_1.pth: damaged.*no other to go on from') as error:
        folder.latest()
    assert '\n' not in str(error.value)


def test_a_moved_folder_and_one_beside(folder, tmp_path):
    elsewhere = tmp_path / 'elsewhere'
    elsewhere.mkdir()
    torch.save(dict(state_dict={}), elsewhere / 'epoch_4.pth')
    folder.note(elsewhere / 'epoch_4.pth')  # default_hooks.checkpoint.out_dir
    assert folder.latest() == 'elsewhere/epoch_4.pth'
    folder.put('epoch_4.pth')
    assert folder.latest() == 'epoch_4.pth'
