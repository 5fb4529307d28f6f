"""The study of trackers: which videos, which people, and the tables of what came out."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..datasets.meta import dataset_meta
from ..inference.detectors import HOG, build_detector
from ..inference.formats import FORMATS
from ..inference.media import found_sources, frames
from ..inference.people import FindPeople, GivenBoxes, found
from ..inference.pose_estimator import PoseEstimator
from ..synthetic import DIFFICULTIES, generate
from ..utils.errors import InputError
from ..utils.files import whole_file
from ..utils.tables import csv_table, markdown_table
from .tracking import Figures, compare, drawn_videos, estimated_by, given_truth, mot_sequence

DROPPING = 1  # stream of what is missed, beside the videos' seeds
TABLE = 'tracking.csv'
OF_NETWORK = 'true boxes, network'


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        data: Difficulty of drawn videos, or a sequence's name.
        people: Where people and poses come from.
        tracker: Its name.
        seed: Of the videos; None for a sequence.
        figures: What came out.
    """

    data: str
    people: str
    tracker: str
    seed: int | None
    figures: Figures


def drawn_study(
    out: Path,
    difficulties: Sequence[str],
    seeds: Sequence[int],
    count: int,
    length: int,
    estimator: PoseEstimator | None,
) -> list[Row]:
    """Compare trackers on drawn videos.

    Args:
        out: Folder for the videos.
        difficulties: Of ``DIFFICULTIES``.
        seeds: A set of videos for each.
        count: Videos of a set.
        length: Frames of a video.
        estimator: A network that gives features as well, whose poses in true boxes are tracked too.

    Returns:
        The rows.
    """
    rows = []
    sigmas = dataset_meta('posetrack18')['sigmas']
    for difficulty in difficulties:
        people = count * length * DIFFICULTIES[difficulty].walkers
        for seed in seeds:
            root = out / f'{difficulty}_seed-{seed}'
            # a training split is written as well, of one video
            generate(root, 'posetrack18', (1, people), seed=1000 + seed, difficulty=difficulty, frames=length)
            videos = drawn_videos(root)
            kinds = {
                'true poses': [given_truth(video) for video in videos],
                'true poses, boxes missed': [
                    given_truth(video, np.random.default_rng([seed, DROPPING, number]))
                    for number, video in enumerate(videos)
                ],
            }
            if estimator is not None:
                kinds[OF_NETWORK] = [(given_truth(video)[0], estimated_by(estimator)) for video in videos]
            for kind, ways in tqdm(kinds.items(), desc=f'{difficulty}, seed {seed}', unit='kind', disable=None):
                figures = compare(videos, ways, sigmas, looks=kind == OF_NETWORK)
                rows += [Row(difficulty, kind, tracker, seed, each) for tracker, each in figures.items()]
    return rows


def mot_study(folder: Path, estimator: PoseEstimator, scores: float, hog: bool) -> list[Row]:
    """Compare trackers on a sequence of the MOT challenge.

    Args:
        folder: With ``img1``, ``gt/gt.txt`` and ``det/det.txt``.
        estimator: The network, which gives features as well.
        scores: By which those of ``det.txt`` are divided, to be at most about 1.
        hog: Whether to look for people with OpenCV's HOG as well.

    Returns:
        The rows.

    Raises:
        InputError: If something is missing.
    """
    pictures = list(frames(found_sources(folder / 'img1')))
    truth = list(FORMATS['mot'].read(folder / 'gt/gt.txt'))
    if truth and truth[-1].frame >= len(pictures):
        raise InputError(
            f'{folder}/gt/gt.txt: has frame {truth[-1].frame + 1}, {folder}/img1 has {len(pictures)} pictures'
        )
    video = mot_sequence(pictures, truth)
    finders: dict[str, FindPeople] = {
        'true boxes': GivenBoxes({shot.frame.index: found(shot.boxes, np.ones(len(shot.boxes))) for shot in video})
    }
    if (folder / 'det/det.txt').exists():
        detected = FORMATS['mot'].read(folder / 'det/det.txt')
        finders['its detections'] = GivenBoxes(
            {people.frame: found(people.boxes, np.clip(people.box_scores / scores, 0, 1)) for people in detected}
        )
    if hog:
        finders['HOG'] = build_detector(HOG)
    sigmas = estimator.dataset_meta['sigmas']
    rows = []
    for name, find in tqdm(finders.items(), desc=folder.name, unit='kind', disable=None):
        figures = compare([video], [(find, estimated_by(estimator))], sigmas, looks=True)
        rows += [Row(folder.name, name, tracker, None, each) for tracker, each in figures.items()]
    return rows


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """One line for each row, as CSV."""
    heading = ['data', 'people', 'tracker', 'seed', *(field.name for field in fields(Figures))]
    lines = [
        [row.data, row.people, row.tracker, '' if row.seed is None else str(row.seed)]
        + [f'{getattr(row.figures, field.name):.6g}' for field in fields(Figures)]
        for row in rows
    ]
    with whole_file(path) as partial:
        partial.write_text(csv_table([heading, *lines]))


def summary(rows: Sequence[Row]) -> str:
    """A Markdown table: means over seeds, and the range of MOTA."""
    heading = ['data', 'people', 'tracker', 'MOTA', 'of boxes', 'IDF1', 'switches', 'frames/s', 'without flow']
    lines = []

    def key(row: Row) -> tuple[str, str, str]:
        return row.data, row.people, row.tracker

    order = list(dict.fromkeys(map(key, rows)))
    for which in order:
        those = [row.figures for row in rows if key(row) == which]
        frame_count = sum(each.frames for each in those)
        seconds, flow = sum(each.seconds for each in those), sum(each.flow_seconds for each in those)
        lines.append(
            [
                *which,
                _spread([each.mota for each in those]),
                _spread([each.box_mota for each in those]),
                _spread([each.idf1 for each in those]),
                _spread([each.switches for each in those]),
                f'{frame_count / seconds:.0f}',
                f'{frame_count / max(seconds - flow, 1e-9):.0f}' if which[2] == 'flow' else '',
            ]
        )
    return markdown_table([heading, *lines])


def _spread(values: Sequence[float]) -> str:
    """Mean, and the least and the most where they differ; nothing where it is not known."""
    if np.isnan(values).any():
        return ''
    middle, low, high = np.mean(values), min(values), max(values)
    return f'{middle:.1f}' if len(values) == 1 else f'{middle:.1f} ({low:.1f} to {high:.1f})'
