"""The log of a training is read as it grows, over interruptions."""

import json

import numpy as np

from pose_plugins.experiments.logs import TrainingLog


def trained(step, loss, time):
    return json.dumps(dict(lr=0.1, loss=loss, time=time, iter=step, step=step)) + '\n'


def evaluated(step, **metrics):
    return json.dumps(dict(**metrics, data_time=1, time=9, step=step)) + '\n'


def test_read_as_it_grows(tmp_path):
    first = tmp_path / '20261125_100000/vis_data/scalars.json'
    log = TrainingLog(tmp_path)
    assert log.iteration == 0 and not len(log.steps) and log.curve('AP')[0].shape == (0,)
    first.parent.mkdir(parents=True)
    line = trained(20, 3.0, 0.25)
    first.write_text(trained(10, 4.0, 0.5) + line[:15])
    log.update()
    assert log.steps.tolist() == [10]
    with first.open('a') as file:
        file.write(line[15:] + evaluated(1, AP=0.1, PCK=0.2))
    log.update()
    assert log.steps.tolist() == [10, 20] and log.losses.tolist() == [4, 3]
    np.testing.assert_allclose(log.seconds, [5, 7.5])  # the time of an iteration is the mean since the line before
    assert log.evaluations == {20: dict(AP=0.1, PCK=0.2)}
    # interrupted after a line that was never finished; the resumed training does the last iterations again
    with first.open('a') as file:
        file.write('{"loss": 9')
    second = tmp_path / '20261125_110000/vis_data/scalars.json'
    second.parent.mkdir(parents=True)
    second.write_text(trained(20, 2.0, 1.0) + trained(30, 1.0, 1.0) + evaluated(2, AP=0.3))
    log.update()
    assert log.losses.tolist() == [4, 2, 1] and log.iteration == 30
    steps, values = log.curve('AP')
    assert steps.tolist() == [20, 30] and values.tolist() == [0.1, 0.3]
    assert TrainingLog(tmp_path).losses.tolist() == [4, 2, 1]


def start(folder, name, *lines):
    path = folder / name / 'vis_data/scalars.json'
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open('a') as file:
        file.write(''.join(lines))


def test_an_evaluation_with_which_a_start_begins(tmp_path):
    """It belongs to where the training went on from, whatever the interrupted one had done beyond that."""
    start(tmp_path, '1', trained(10, 4.0, 1.0), trained(20, 3.0, 1.0), trained(25, 2.5, 1.0))
    log = TrainingLog(tmp_path)
    start(tmp_path, '2', evaluated(2, AP=0.5))
    log.update()
    start(tmp_path, '2', trained(21, 3.0, 1.0), trained(30, 2.0, 1.0), evaluated(3, AP=0.6))
    log.update()
    start(tmp_path, '3', evaluated(3, AP=0.6))  # nothing was left to train
    log.update()
    assert log.evaluations == TrainingLog(tmp_path).evaluations == {20: dict(AP=0.5), 30: dict(AP=0.6)}


def test_starts_within_one_second_share_a_file(tmp_path):
    start(tmp_path, '1', trained(1, 4.0, 1.0), '{"loss": 3.0, "ti')
    start(tmp_path, '1', trained(2, 3.5, 1.0), '{"loss": 9.0', '\n', '\0\0\n', trained(3, 2.0, 1.0))
    assert TrainingLog(tmp_path).losses.tolist() == [4, 3.5, 2]


def test_trainings_by_iterations_and_metrics_called_loss(tmp_path):
    """mmengine notes the epoch with an evaluation, which stays 0 where iterations are counted."""
    path = tmp_path / 'a/vis_data/scalars.json'
    path.parent.mkdir(parents=True)
    path.write_text(trained(5, 4.0, 1.0) + evaluated(0, loss=0.9) + trained(10, 3.0, 1.0) + evaluated(0, loss=0.8))
    log = TrainingLog(tmp_path)
    assert log.losses.tolist() == [4, 3]
    assert log.curve('loss')[0].tolist() == [5, 10] and log.curve('loss')[1].tolist() == [0.9, 0.8]


def test_only_what_was_added_is_read(tmp_path, monkeypatch):
    path = tmp_path / 'a/vis_data/scalars.json'
    path.parent.mkdir(parents=True)
    path.write_text(trained(1, 1.0, 1.0) * 100)
    log = TrainingLog(tmp_path)
    parsed = []
    loads = json.loads
    monkeypatch.setattr(json, 'loads', lambda text: parsed.append(text) or loads(text))
    log.update()
    with path.open('a') as file:
        file.write(trained(2, 1.0, 1.0))
    log.update()
    assert len(parsed) == 1
