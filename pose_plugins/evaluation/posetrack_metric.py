"""PoseTrack's metric: average precision of keypoints in videos, and how well people are tracked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmpose.registry import METRICS

from ..utils.arguments import at_least, one_of
from ..utils.errors import InputError
from ..utils.files import file_names, write_json
from .clear_mot import Counts
from .pck_metric import grouped_keypoints
from .person_score import PersonScore, corners
from .posetrack import FoundFrame, PoseTrackFigures
from .posetrack18_file import EARS, MOST, annotation, categories
from .posetrack_truth import SCALES, check_people, labelled_videos, true_frame
from .trackers import TRACKERS

READINGS = 'poseval', 'frames'
# as MMPose's PoseTrack18Metric calls them
POSETRACK_GROUPS = {
    'Head': ['nose', 'head_bottom', 'head_top'],
    'Shou': ['left_shoulder', 'right_shoulder'],
    'Elb': ['left_elbow', 'right_elbow'],
    'Wri': ['left_wrist', 'right_wrist'],
    'Hip': ['left_hip', 'right_hip'],
    'Knee': ['left_knee', 'right_knee'],
    'Ankl': ['left_ankle', 'right_ankle'],
}


@METRICS.register_module()
class PoseTrackMetric(PersonScore):
    """The official figures of PoseTrack, without another package.

    'Total AP' and that of each group of keypoints, 'Head AP', 'Shou AP' and so on, as in MMPose's configs; with a tracker
    also 'Total MOTA' and that of groups, 'MOTP', 'Precision', 'Recall' and 'Switches'. All but switches are percentages,
    means over the keypoints.

    Args:
        ann_file: Annotations after COCO, whose pictures have ``vid_id`` (or ``video_id``) and ``frame_id``, and people
            ``track_id``. PoseTrack18's ``ignore_regions_x`` and ``_y`` are left out, as are pictures with ``is_labeled``
            false.
        tracker: Config of a tracker, such as ``dict(type='PoseTracker')``, which gives people ids. Without one there is AP
            alone.
        reading: As in ``PoseTrackFigures``: 'poseval' for figures that compare with published ones, 'frames' for ones in
            which every frame counts.
        scale: 'head', PCKh by ``bbox_head``, or 'oks', by keypoint similarity, for data sets without head boxes.
        track_score_thr: Keypoints that score lower have no part in tracks (0.4 in HRNet's paper).
        per_joint: Whether to give the figures of each keypoint, as ``joint/NAME AP``.
        **shared: ``PersonScore``'s. Where ``outfile_prefix`` is given, each video's people are written beside it as
            PoseTrack18 takes them.

    Raises:
        InputError: If an argument is none of its choices, or the annotations lack something.
    """

    default_prefix = 'posetrack18'
    of_videos = True  # it checks the truth itself, which need not be that of COCO's evaluation

    def __init__(
        self,
        ann_file: str,
        tracker: dict[str, Any] | None = None,
        reading: str = 'poseval',
        scale: str = 'head',
        track_score_thr: float = 0.4,
        per_joint: bool = False,
        **shared: Any,
    ) -> None:
        one_of(READINGS, reading=reading)
        one_of(SCALES, scale=scale)
        at_least(0, track_score_thr=track_score_thr)
        self.tracker, self.reading, self.scale = tracker, reading, scale
        self.track_score_thr, self.per_joint = track_score_thr, per_joint
        super().__init__(ann_file=ann_file, **shared)
        self._videos = labelled_videos(self.coco.dataset['images'], ann_file)
        self._files = _file_names(self._videos)
        check_people(self.coco.dataset.get('annotations', []), ('track_id', SCALES[scale]), ann_file)
        if tracker is not None:  # refuses before hours of work, not after
            TRACKERS.build(dict(type='VideoTracker', tracker=tracker))

    @property
    def _names(self) -> list[str]:
        """Of the keypoints."""
        return [self.dataset_meta['keypoint_id2name'][k] for k in range(self.dataset_meta['num_keypoints'])]

    @property
    def _groups(self) -> dict[str, list[str]]:
        """PoseTrack's groups of keypoints, if the data set has them all; its ears are not evaluated then."""
        known = {name for members in POSETRACK_GROUPS.values() for name in members} <= set(self._names)
        return POSETRACK_GROUPS if known else {}

    @property
    def _counting(self) -> list[int]:
        """Which keypoints are evaluated."""
        return [k for k, name in enumerate(self._names) if not (self._groups and name in EARS)]

    def only_images(self, images: set) -> None:
        """Evaluate some pictures alone, as a rehearsal does: videos of which there is none are left out."""
        kept = {video: [of for of in several if of['id'] in images] for video, several in self._videos.items()}
        self._videos = {video: several for video, several in kept.items() if several}

    def possible_names(self) -> list[str]:
        """Of all figures that it gives where every keypoint is labelled of somebody."""
        names = [self._names[k] for k in self._counting]
        joints = [f'joint/{name}' for name in names] if self.per_joint else []
        groups = [*grouped_keypoints(names, self._groups), 'Total', *joints]
        tracks = [] if self.tracker is None else [*(f'{group} MOTA' for group in groups), *TRACKING, 'Switches']
        return [*(f'{group} AP' for group in groups), *tracks]

    def process(self, data_batch: Sequence[dict], data_samples: Sequence[dict]) -> None:
        """As ``CocoMetric``, with the pictures' files."""
        known = len(self.results)
        super().process(data_batch, data_samples)
        for (predicted, _), sample in zip(self.results[known:], data_samples):
            predicted['img_path'] = sample.get('img_path')

    def compute_metrics(self, results: list) -> dict[str, float]:
        """As ``CocoMetric``."""
        self._paths = {predicted['img_id']: predicted['img_path'] for predicted, _ in results}
        return super().compute_metrics(results)

    def results2json(self, keypoints: dict[int, list[dict[str, Any]]], outfile_prefix: str) -> str:
        """Track the people of each video, and write them if somebody wants them."""
        keypoints = self.left(keypoints)
        self._found = {
            video: self._tracked(images, [keypoints.get(image['id'], []) for image in images])
            for video, images in self._videos.items()
        }
        if self.outfile_prefix is not None:
            for video, images in self._videos.items():
                self._write(images, self._found[video], Path(outfile_prefix).with_name(self._files[video]))
        return outfile_prefix

    def _tracked(self, images: Sequence[dict], people: Sequence[list[dict[str, Any]]]) -> list[FoundFrame]:
        """The people of a video, frame by frame."""
        known = self.dataset_meta['num_keypoints']
        found = []
        for those in people:
            poses = np.array([person['keypoints'] for person in those], float).reshape(len(those), known, 3)
            found.append(FoundFrame(poses[..., :2], poses[..., 2], np.full(len(those), -1)))
        if self.tracker is None:
            return found
        boxes = [np.array([corners(person) for person in those], float).reshape(-1, 4) for those in people]
        scores = [np.array([person['bbox_score'] for person in those], float) for those in people]
        sigmas = self.dataset_meta.get('sigmas')
        track = TRACKERS.build(dict(type='VideoTracker', tracker=self.tracker, sigmas=sigmas))
        ids = track(
            dict(
                path=self._path(image, images),
                frame=image['frame_id'],
                size=(image.get('width', 0), image.get('height', 0)),
                names=self._names,
                keypoints=frame.keypoints,
                scores=frame.scores,
                boxes=box,
                box_scores=score,
            )
            for image, frame, box, score in zip(images, found, boxes, scores)
        )
        return [FoundFrame(frame.keypoints, frame.scores, own) for frame, own in zip(found, ids)]

    def _path(self, image: Mapping[str, Any], video: Sequence[dict]) -> str:
        """A picture's file; of one in which nobody was found it is told by the others of its video, or of any."""
        for other in (image, *video):
            if path := self._paths.get(other['id']):
                return str(Path(path).parent / Path(image['file_name']).name)
        for known, path in self._paths.items():
            name = self.coco.imgs.get(known, {}).get('file_name')
            if path and name and path.endswith(name):
                return path.removesuffix(name) + image['file_name']
        return image['file_name']

    def _write(self, images: Sequence[dict], frames: Sequence[FoundFrame], path: Path) -> None:
        """A video's file; without tracks people are numbered in each frame, as MMPose does."""
        most = max((int(frame.ids.max(initial=-1)) for frame in frames), default=-1)
        if most > MOST:
            raise InputError(
                f'video {images[0]["file_name"]}: has {most + 1} tracks, PoseTrack18 takes ids of 0 to {MOST}; track with '
                'other arguments, or a shorter video'
            )
        annotations = [
            annotation(image['id'], int(identity), keypoints, scores, self._names)
            for image, frame in zip(images, frames)
            for identity, keypoints, scores in zip(
                frame.ids if self.tracker else range(len(frame.ids)), frame.keypoints, frame.scores
            )
            if identity >= 0
        ]
        shown = [dict(id=image['id'], file_name=image['file_name']) for image in images]
        write_json(path, dict(images=shown, categories=categories(self._names), annotations=annotations))

    def _do_python_keypoint_eval(self, outfile_prefix: str) -> list[tuple[str, float]]:
        """Compare with the truth."""
        counting, meta = self._counting, self.dataset_meta
        of_truth = meta['num_keypoints'], counting, np.array(meta['sigmas']) if self.scale == 'oks' else None
        videos = (
            [
                (true_frame(image, self.coco.imgToAnns[image['id']], *of_truth), frame.only(counting))
                for image, frame in zip(images, self._found[video])
                if image.get('is_labeled', True)
            ]
            for video, images in self._videos.items()
        )
        figures = PoseTrackFigures(videos, self.reading, self.track_score_thr, len(counting))
        names = [self._names[k] for k in counting]
        groups = grouped_keypoints(names, self._groups)
        tables = {'AP': figures.precision}
        if self.tracker is not None:
            tables['MOTA'] = np.array([counts.mota for counts in figures.counts])
        result = []
        for figure, values in tables.items():
            for group, members in groups.items():
                if known := [values[k] for k in members if not np.isnan(values[k])]:
                    result.append((f'{group} {figure}', float(np.mean(known))))
            result.append((f'Total {figure}', _mean(values)))
            if self.per_joint:
                result += [(f'joint/{name} {figure}', float(v)) for name, v in zip(names, values) if not np.isnan(v)]
        if self.tracker is not None:
            result += tracking_figures([c for c in figures.counts if c.objects])
        return result


TRACKING = 'MOTP', 'Precision', 'Recall'


def tracking_figures(counts: Sequence[Counts]) -> list[tuple[str, float]]:
    """MOTP, precision and recall, means over the keypoints with objects, and the sum of switches."""
    means = {name: _mean(np.array([getattr(each, name.lower()) for each in counts])) for name in TRACKING}
    return [*means.items(), ('Switches', float(sum(each.switches for each in counts)))]


def _file_names(videos: Mapping[Any, Sequence[dict]]) -> dict[Any, str]:
    """A name for each video's file: that of its folder, with its id where several folders have the name."""
    folders = {video: Path(images[0]['file_name']).parent.name or str(video) for video, images in videos.items()}
    several = [name for name, count in Counter(folders.values()).items() if count > 1]
    wanted = {video: f'{name}-{video}' if name in several else name for video, name in folders.items()}
    safe = file_names(wanted.values())
    return {video: f'{safe[name]}.json' for video, name in wanted.items()}


def _mean(values: np.ndarray) -> float:
    """Mean of those that are known, NaN if none is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float('nan')
