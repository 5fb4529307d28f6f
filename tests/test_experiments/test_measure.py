"""A trained model is measured by finite predictions only."""

from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from pose_plugins.experiments import measure
from pose_plugins.utils.errors import DivergedError


def test_nan_is_not_measured(monkeypatch):
    sample = PoseDataSample(metainfo=dict(img_path='a/1.jpg', id=7))
    sample.pred_instances = InstanceData(keypoints=np.full((1, 17, 2), np.nan))

    class Batches(list):
        dataset = SimpleNamespace(metainfo={})

    model = SimpleNamespace(test_step=lambda batch: [sample])
    monkeypatch.setattr(measure, '_model_and_data', lambda run: (model, Batches([{}])))
    run = SimpleNamespace(config=SimpleNamespace(test_evaluator=[]))
    with pytest.raises(DivergedError, match='^a/1.jpg, annotation 7: the prediction is NaN or infinite'):
        measure.measure(run)
