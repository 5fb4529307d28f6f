"""Who is at work on a training: on this machine by a lock, on others by a sign of life."""

import json
import os

import pytest

from pose_plugins.experiments import workers
from pose_plugins.experiments.workers import TakenError, at_work


def test_one_at_a_time_and_nothing_is_left(tmp_path):
    with at_work(tmp_path):
        with pytest.raises(TakenError, match=f'process {os.getpid()}'), at_work(tmp_path):
            pass
        assert (tmp_path / '.worker.json').exists()
    assert not (tmp_path / '.worker.json').exists()
    with at_work(tmp_path):
        pass


def test_another_machine_counts_while_it_gives_a_sign(tmp_path):
    note = tmp_path / '.worker.json'
    note.write_text(json.dumps(dict(host='node7', machine='node7 x', process=3)))
    with pytest.raises(TakenError, match='node7, process 3'), at_work(tmp_path):
        pass
    assert json.loads(note.read_text())['host'] == 'node7'
    old = note.stat().st_mtime - workers.SILENT - 1
    os.utime(note, (old, old))
    with at_work(tmp_path):
        assert json.loads(note.read_text())['process'] == os.getpid()
    assert {path.name for path in tmp_path.iterdir()} <= {'.worker.lock'}


def test_this_machine_after_a_crash(tmp_path):
    note = tmp_path / '.worker.json'
    with at_work(tmp_path):
        mine = json.loads(note.read_text())
    note.write_text(json.dumps({**mine, 'process': 1}))  # fresh, but nobody holds the lock
    with at_work(tmp_path):
        pass
    note.write_text('torn')
    old = note.stat().st_mtime - workers.SILENT - 1
    os.utime(note, (old, old))
    with at_work(tmp_path):
        pass


def test_a_sign_is_given_again_and_again(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, 'BEAT', 0.01)
    note = tmp_path / '.worker.json'
    with at_work(tmp_path):
        os.utime(note, (1, 1))
        for _ in range(500):
            if note.stat().st_mtime > 1:
                break
            workers.threading.Event().wait(0.01)
        assert note.stat().st_mtime > 1
