"""Models with Halpe's 136 keypoints, evaluated on several data sets, each with its own keypoints and metrics."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.evaluator import BaseMetric
from mmengine.structures import BaseDataElement
from mmpose.evaluation.evaluators import MultiDatasetEvaluator
from mmpose.registry import DATASETS, EVALUATORS

from ..datasets.halpe_keypoints import CONVERTIBLE, halpe_mapping
from ..datasets.meta import dataset_meta
from ..utils.errors import InputError
from .predictions import check_finite


@EVALUATORS.register_module()
class HalpeJointEvaluator(MultiDatasetEvaluator):
    """MMPose's ``MultiDatasetEvaluator`` with any number of metrics a data set, for a model of Halpe's 136 keypoints.

    A metric sees predictions, and a truth that ``HalpeConverter`` has converted, as the data set's own keypoints in their
    order. Metrics of the same name need a ``prefix``.

    Args:
        metrics: For each data set one metric or several.
        datasets: Configs of the data sets; of each only its ``type`` is looked at.

    Raises:
        InputError: If there are not as many of the one as of the other, or a data set is there twice or has keypoints that
            are not among Halpe's.
    """

    def __init__(self, metrics: Sequence[dict | Sequence[dict]], datasets: Sequence[dict]) -> None:
        if len(metrics) != len(datasets):
            raise InputError(f'HalpeJointEvaluator: metrics of {len(metrics)} data sets, but {len(datasets)} data sets')
        groups = [group if isinstance(group, (list, tuple)) else [group] for group in metrics]
        self.own_keypoints: dict[str, list[int]] = {}  # by the data set's name, as the metrics
        self.metrics_of: dict[str, list[BaseMetric]] = defaultdict(list)
        for data in datasets:
            cls = DATASETS.get(data['type'])
            description = Path(cls.METAINFO.get('from_file', '')).stem if cls else None
            if description not in CONVERTIBLE:
                raise InputError(
                    f'HalpeJointEvaluator: {data["type"]}: must be a data set of {", ".join(CONVERTIBLE)}, whose '
                    "keypoints are among Halpe's"
                )
            name = dataset_meta(description)['dataset_name']
            if name in self.own_keypoints:
                raise InputError(
                    f'HalpeJointEvaluator: {data["type"]}: is there twice, its samples could not be told apart'
                )
            self.own_keypoints[name] = [halpe for _, halpe in sorted(halpe_mapping(description))]
        super().__init__(sum(map(list, groups), []), [data for data, group in zip(datasets, groups) for _ in group])
        for metric in self.metrics:
            self.metrics_of[metric.dataset_meta['dataset_name']].append(metric)

    def process(self, data_samples: Sequence[dict | BaseDataElement], data_batch: Any = None) -> None:
        """Hand every sample to the metrics of its data set; arguments as in mmengine's ``Evaluator``.

        Raises:
            InputError: If a prediction is not finite, or a sample does not say of which data set it is.
        """
        check_finite(data_samples)
        samples: dict[str, list[dict]] = defaultdict(list)
        for sample in data_samples:
            if isinstance(sample, BaseDataElement):
                sample = sample.to_dict()
            if 'dataset_name' not in sample:
                raise InputError("HalpeJointEvaluator: PackPoseInputs: meta_keys must have 'dataset_name'")
            own = self.own_keypoints[sample['dataset_name']]
            for key in ('pred_instances', 'gt_instances'):
                if sample[key]['keypoints'].shape[1] == 136:
                    sample[key] = {
                        name: value[:, own] if name.startswith('keypoint') else value
                        for name, value in sample[key].items()
                    }
            samples[sample['dataset_name']].append(sample)
        for name, group in samples.items():
            for metric in self.metrics_of[name]:
                metric.process(data_batch, group)
