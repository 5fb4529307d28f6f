"""A command writes over its own files and no others."""

import pytest

from pose_plugins.experiments.written import WrittenFiles
from pose_plugins.utils.errors import InputError


def write(folder, text='ours', name='results.json'):
    with WrittenFiles(folder).writing([name, 'figures/curves.png']):
        (folder / 'figures').mkdir(exist_ok=True)
        (folder / 'figures/curves.png').write_text(text)
        (folder / name).write_text(text)


def test_its_own_are_written_again(tmp_path):
    write(tmp_path)
    write(tmp_path, 'again')
    write(tmp_path, 'others', 'variants.md')
    write(tmp_path, 'a third time')
    (tmp_path / 'results.json').unlink()
    write(tmp_path, 'a fourth time')
    assert (tmp_path / 'results.json').read_text() == 'a fourth time'


@pytest.mark.parametrize(
    'kind', ['new', 'changed', 'link', 'link to nowhere', 'folder', 'note lost', 'note damaged', 'note odd']
)
def test_others_are_refused(tmp_path, kind):
    path = tmp_path / 'results.json'
    if kind != 'new':
        write(tmp_path)
    if kind in ('new', 'changed'):
        path.write_text('months of work')
    if kind.startswith('link'):
        path.rename(tmp_path / 'moved')
        path.symlink_to(tmp_path / ('moved' if kind == 'link' else 'nowhere'))
    if kind == 'folder':
        path.unlink()
        path.mkdir()
    note = tmp_path / '.written.json'
    if kind.startswith('note'):
        note.write_text(dict(lost='{}', damaged='{"results.json": nu', odd='[1]')[kind.split()[-1]])
    before = path.read_text() if path.is_file() else None
    with pytest.raises(InputError, match=r'results.json: is not as a command of this kind wrote it') as error:
        write(tmp_path, 'lost')
    assert '\n' not in str(error.value) and (path.read_text() if path.is_file() else None) == before


def test_what_an_interruption_left_is_written_again(tmp_path):
    write(tmp_path)
    with pytest.raises(KeyboardInterrupt), WrittenFiles(tmp_path).writing(['results.json']):
        (tmp_path / 'results.json').write_text('new')
        raise KeyboardInterrupt  # before it is noted what was written
    write(tmp_path, 'again')
    assert (tmp_path / 'results.json').read_text() == 'again'
