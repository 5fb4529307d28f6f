"""CLEAR MOT and IDF1: cases worked out by hand, and motmetrics on random tracks of boxes."""

import motmetrics
import numpy as np
import pytest

from pose_plugins.evaluation.clear_mot import ClearMot, Counts, Identities
from pose_plugins.utils.assignment import matched

FAR = np.inf


def counted(*frames):
    """Counts of frames of (truth, tracks, distances)."""
    mot = ClearMot()
    for truth, tracks, distances in frames:
        mot.update(truth, tracks, np.array(distances, float).reshape(len(truth), len(tracks)))
    return mot.counts


def test_a_switch():
    """Three frames of one person, whose track is another one from the second on."""
    counts = counted(([7], [1], [[0.1]]), ([7], [2], [[0.2]]), ([7], [2], [[0.3]]))
    assert counts == Counts(objects=3, found=3, wrong=0, switches=1, distance=pytest.approx(0.6))
    assert counts.mota == pytest.approx(100 * (1 - 1 / 3))
    assert counts.motp == pytest.approx(100 * (1 - 0.6 / 3))
    assert (counts.precision, counts.recall) == (100, 100)


def test_a_gap_is_missed_but_no_switch():
    counts = counted(([7], [1], [[0]]), ([7], [], []), ([7], [1], [[0]]))
    assert counts == Counts(objects=3, found=2)
    assert counts.mota == pytest.approx(200 / 3) and counts.recall == pytest.approx(200 / 3)


def test_a_switch_after_a_gap():
    assert counted(([7], [1], [[0]]), ([7], [], []), ([7], [5], [[0]])).switches == 1


def test_two_who_exchange_their_tracks():
    together, apart = [[0, FAR], [FAR, 0]], [[FAR, 0], [0, FAR]]
    counts = counted(([7, 8], [1, 2], together), ([7, 8], [1, 2], apart))
    assert counts == Counts(objects=4, found=4, switches=2)
    assert counts.mota == 50


def test_who_was_matched_stays_matched_though_another_is_nearer():
    counts = counted(([7], [1], [[0]]), ([7], [1, 2], [[0.4, 0.1]]))
    assert counts == Counts(objects=2, found=2, wrong=1, distance=pytest.approx(0.4))


def test_a_track_that_two_had_goes_to_one_of_them():
    """The second took it while the first was away; both are near it now."""
    counts = counted(([7], [1], [[0]]), ([8], [1], [[0]]), ([7, 8], [1], [[0], [0]]))
    assert counts == Counts(objects=4, found=3, switches=0)


def test_nobody_and_nothing():
    nothing = counted(([], [], []), ([], [4], []))
    assert nothing == Counts(wrong=1)
    assert np.isnan([nothing.mota, nothing.recall]).all() and nothing.precision == 0
    assert np.isnan(Counts().precision) and Counts(objects=2).motp == 0
    assert np.isnan(Identities().idf1)


def test_as_many_pairs_as_can_be_then_the_nearest():
    assert matched(np.array([[0.1, 0.2], [0.15, FAR]])) == [(0, 1), (1, 0)]
    assert matched(np.array([[0.1, 0.2], [0.15, 0.9]]), most=0.5) == [(0, 1), (1, 0)]
    assert matched(np.array([[0.6]]), most=0.5) == [] and matched(np.zeros((0, 3))) == []
    assert matched(-np.array([[3.0, 2], [2, 0]])) == [(0, 1), (1, 0)]


def random_video(seed):
    """Frames of random people and tracks, which mostly follow somebody and now and then somebody else."""
    draw = np.random.default_rng(seed)
    people = draw.uniform(0, 100, (6, 2))
    follows = {track: int(draw.integers(6)) for track in range(8)}
    for _ in range(60):
        people = people + draw.normal(0, 2, people.shape)
        for track in follows:
            if draw.random() < 0.05:
                follows[track] = int(draw.integers(6))
        truth = np.flatnonzero(draw.random(6) < 0.85)
        tracks = np.flatnonzero(draw.random(8) < 0.7)
        places = np.array([people[follows[track]] for track in tracks]).reshape(-1, 2)
        places = places + draw.normal(0, 3, places.shape)
        distances = np.linalg.norm(people[truth][:, None] - places[None], axis=-1) / 20
        yield truth.tolist(), tracks.tolist(), np.where(distances <= 0.5, distances, np.inf)


@pytest.mark.parametrize('seed', range(8))
def test_figures_are_those_of_motmetrics(seed):
    mot, identities, reference = ClearMot(), Identities(), motmetrics.MOTAccumulator(auto_id=True)
    for truth, tracks, distances in random_video(seed):
        mot.update(truth, tracks, distances)
        identities.update(truth, tracks, distances)
        reference.update(truth, tracks, np.where(np.isfinite(distances), distances, np.nan))
    names = ['num_objects', 'num_detections', 'num_false_positives', 'num_switches', 'mota', 'motp', 'idf1']
    expected = motmetrics.metrics.create().compute(reference, metrics=names, return_dataframe=False)
    counts = mot.counts
    assert (counts.objects, counts.found, counts.wrong) == tuple(expected[name] for name in names[:3])
    assert counts.switches == expected['num_switches'] > 5
    assert counts.mota == pytest.approx(100 * expected['mota'])
    assert counts.motp == pytest.approx(100 - 100 * expected['motp'])
    assert identities.idf1 == pytest.approx(100 * expected['idf1'])
