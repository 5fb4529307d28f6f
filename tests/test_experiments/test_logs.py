"""The log of a training is read as it grows, over interruptions."""

import json

import numpy as np

from pose_plugins.experiments.logs import TrainingLog


def line(**entry):
    return json.dumps(entry) + '\n'


def test_read_as_it_grows(tmp_path):
    first = tmp_path / '20261125_100000/vis_data/scalars.json'
    log = TrainingLog(tmp_path)
    assert log.iteration == 0 and not len(log.steps) and log.curve('AP')[0].shape == (0,)
    first.parent.mkdir(parents=True)
    first.write_text(line(loss=4.0, time=0.5, step=10) + '{"loss": 3.0, "ti')
    log.update()
    assert log.steps.tolist() == [10]
    first.write_text(
        first.read_text() + 'me": 0.25, "step": 20}\n' + line(AP=0.1, PCK=0.2, time=9, data_time=1, step=1)
    )
    log.update()
    assert log.steps.tolist() == [10, 20] and log.losses.tolist() == [4, 3]
    np.testing.assert_allclose(log.seconds, [5, 7.5])  # the time of an iteration is the mean since the line before
    assert log.evaluations == {1: dict(AP=0.1, PCK=0.2)}
    # interrupted after a line that was never finished; the resumed training does the last iterations again
    first.write_text(first.read_text() + '{"loss": 9')
    second = tmp_path / '20261125_110000/vis_data/scalars.json'
    second.parent.mkdir(parents=True)
    second.write_text(line(loss=2.0, time=1.0, step=20) + line(loss=1.0, time=1.0, step=30) + line(AP=0.3, step=2))
    log.update()
    assert log.losses.tolist() == [4, 2, 1] and log.iteration == 30
    epochs, values = log.curve('AP')
    assert epochs.tolist() == [1, 2] and values.tolist() == [0.1, 0.3]
    assert TrainingLog(tmp_path).losses.tolist() == [4, 2, 1]


def test_only_what_was_added_is_read(tmp_path, monkeypatch):
    path = tmp_path / 'a/vis_data/scalars.json'
    path.parent.mkdir(parents=True)
    path.write_text(line(loss=1.0, time=1.0, step=1) * 100)
    log = TrainingLog(tmp_path)
    parsed = []
    loads = json.loads
    monkeypatch.setattr(json, 'loads', lambda text: parsed.append(text) or loads(text))
    log.update()
    with path.open('a') as file:
        file.write(line(loss=1.0, time=1.0, step=2))
    log.update()
    assert len(parsed) == 1
