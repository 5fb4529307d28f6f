"""PoseTrack's figures: a switch, a gap, a swap and an ignored region worked out by hand, in both readings."""

import numpy as np
import pytest

from pose_plugins.evaluation.posetrack import (
    FoundFrame,
    PoseTrackFigures,
    TrueFrame,
    average_precision,
    head_units,
    oks_units,
)

UNIT = 10.0  # pixels: a keypoint is found up to 5


def truth(people, **more):
    """A frame of people: id -> x of both keypoints, None where one is not annotated."""
    points = [[(x or 0, 0) for x in of] for of in people.values()]
    known = [[x is not None for x in of] for of in people.values()]
    return TrueFrame(
        np.array(list(people), int),
        np.array(points, float).reshape(-1, 2, 2),
        np.array(known, bool).reshape(-1, 2),
        np.full(len(people), UNIT),
        **more,
    )


def found(people, score=0.9):
    """A frame of tracks: id -> x of both keypoints, or these and their scores."""
    scores = [of[2] if len(of) == 3 else [score] * 2 for of in people.values()]
    points = [[(np.nan if x is None else x, 0) for x in of[:2]] for of in people.values()]
    return FoundFrame(
        np.array(points, float).reshape(-1, 2, 2), np.array(scores).reshape(-1, 2), np.array(list(people), int)
    )


def figures(*frames, reading='frames', least_score=0.4):
    return PoseTrackFigures([frames], reading, least_score, 2)


HERE = {0: (100, 200), 1: (400, 500)}


def test_all_right():
    got = figures((truth(HERE), found(HERE)), (truth(HERE), found({0: (103, 200), 1: (400, 500)})))
    np.testing.assert_array_equal(got.precision, [100, 100])
    assert [counts.mota for counts in got.counts] == [100, 100]
    assert got.counts[0].motp == pytest.approx(100 * (1 - 0.3 / 4)) and got.counts[1].motp == 100


def test_a_switch_and_a_swap():
    """Frame 2 gives a new id to the first, frame 3 exchanges both."""
    tracks = {0: HERE[0], 1: HERE[1]}, {5: HERE[0], 1: HERE[1]}, {5: HERE[1], 1: HERE[0]}
    got = figures(*((truth(HERE), found(of)) for of in tracks))
    for counts in got.counts:
        assert (counts.objects, counts.found, counts.wrong, counts.switches) == (6, 6, 0, 3)
        assert counts.mota == 50
    np.testing.assert_array_equal(got.precision, [100, 100])  # ids do not matter


def test_a_gap():
    got = figures((truth(HERE), found(HERE)), (truth(HERE), found({1: HERE[1]})), (truth(HERE), found(HERE)))
    for counts in got.counts:
        assert (counts.objects, counts.found, counts.wrong, counts.switches) == (6, 5, 0, 0)
        assert counts.mota == pytest.approx(500 / 6)
    np.testing.assert_allclose(got.precision, 500 / 6)


def test_nothing_counts_in_an_ignored_region():
    """It holds the second person, a keypoint of the first, and somebody who is not there."""
    region = np.array([[150, -50], [900, -50], [900, 50], [150, 50]])
    people = found({0: (100, 200), 7: (700, 800)})
    got = figures((truth(HERE, ignored=[region]), people))
    assert (got.counts[0].objects, got.counts[0].found, got.counts[0].wrong) == (1, 1, 0)
    assert got.counts[1].objects == got.counts[1].wrong == 0
    assert got.precision[0] == 100 and np.isnan(got.precision[1])
    without = figures((truth(HERE), people))
    assert (without.counts[0].objects, without.counts[0].found, without.counts[0].wrong) == (2, 1, 1)
    assert figures((truth({0: (150, 0)}, ignored=[region]), found({}))).counts[0].objects == 1  # the outline is outside


def test_precision_by_hand():
    """The best scored is somebody who is not there: precision 1/2 up to recall 1/2, then 2/3."""
    frame = found({4: (800, 900, [0.9] * 2), 0: (100, 200, [0.8] * 2), 1: (400, 500, [0.7] * 2)})
    np.testing.assert_allclose(figures((truth(HERE), frame)).precision, 100 * 2 / 3)
    assert average_precision(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), 4) == pytest.approx(
        100 * (1 / 4 + 2 / 3 / 4)
    )
    assert average_precision(np.zeros(0), np.zeros(0, bool), 2) == 0
    assert np.isnan(average_precision(np.array([0.5]), np.array([False]), 0))


def test_a_second_pose_of_a_person_is_wrong_in_precision():
    twice = found({0: (100, 200, [0.9] * 2), 2: (101, 290, [0.95] * 2)})
    got = figures((truth({0: (100, 200)}), twice))
    np.testing.assert_allclose(got.precision, [50, 50])  # the one with more keypoints counts, the other scores higher
    assert (got.counts[0].found, got.counts[0].wrong) == (1, 1)


def test_keypoints_with_a_low_score_have_no_part_in_tracks():
    people = found({0: (100, 200, [0.9, 0.3])})
    got = figures((truth({0: (100, 200)}), people))
    assert [counts.found for counts in got.counts] == [1, 0]
    np.testing.assert_array_equal(got.precision, [100, 100])
    assert [counts.found for counts in figures((truth({0: (100, 200)}), people), least_score=0.3).counts] == [1, 1]


def test_keypoints_that_are_not_found_or_not_annotated():
    got = figures((truth({0: (100, None)}), found({0: (None, 200)})))
    assert (got.counts[0].objects, got.counts[0].found, got.counts[0].wrong) == (1, 0, 0)
    assert (got.counts[1].objects, got.counts[1].wrong) == (0, 1)
    assert got.precision[0] == 0 and np.isnan(got.precision[1])


def test_people_without_a_track_are_in_precision_alone():
    frame = found({-1: (100, 200)})
    got = figures((truth({0: (100, 200)}), frame))
    assert got.counts[0].found == got.counts[0].wrong == 0 and got.precision[0] == 100


def test_readings():
    """Four frames: all right; nobody found; nobody annotated, but somebody found; all right."""
    empty = truth({}, annotated=False)
    frames = (
        (truth(HERE), found(HERE)),
        (truth(HERE), found({})),
        (empty, found({3: (0, 0)})),
        (truth(HERE), found(HERE)),
    )
    plain = figures(*frames).counts[0]
    assert (plain.objects, plain.found, plain.wrong) == (6, 4, 1)
    tool = figures(*frames, reading='poseval').counts[0]  # without the third, which has no annotation, and the last
    assert (tool.objects, tool.found, tool.wrong) == (2 + 1, 2, 0 + 1)  # of the second: one miss, one false positive
    assert figures(*frames).precision[0] < figures(*frames, reading='poseval').precision[0] == pytest.approx(400 / 6)


def test_each_video_has_tracks_of_its_own():
    """The same id is two people's, in two videos."""
    first = [(truth({0: (100, 200)}), found({3: (100, 200)}))]
    second = [(truth({0: (100, 200)}), found({4: (100, 200)}))]
    assert PoseTrackFigures([first, second], 'frames', 0.4, 2).counts[0].switches == 0
    assert PoseTrackFigures([first + second], 'frames', 0.4, 2).counts[0].switches == 1


def test_videos_of_one_frame_have_no_tracks_by_the_tool():
    got = figures((truth(HERE), found(HERE)), reading='poseval')
    assert [counts.objects for counts in got.counts] == [0, 0]
    np.testing.assert_array_equal(got.precision, [100, 100])
    nothing = PoseTrackFigures([], 'frames', 0.4, 2)
    assert np.isnan(nothing.precision).all() and len(nothing.counts) == 2


def test_units():
    np.testing.assert_allclose(head_units(np.array([[9, 9, 30, 40]])), [0.6 * 50])
    units = oks_units(np.array([900.0]), np.array([0.1, 0.05]))
    far = units[0, 0] / 2  # the limit, where the similarity is a half: exp(-d^2 / (2 area (2 sigma)^2))
    assert np.exp(-(far**2) / (2 * 900 * 0.2**2)) == pytest.approx(0.5)
    assert units[0, 1] == pytest.approx(units[0, 0] / 2)
