"""A training ends at the first loss that is not finite, and says whose labels are to blame."""

import logging

import numpy as np
import pytest
import torch
from mmengine.dataset import BaseDataset
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample
from mmpose.utils import register_all_modules

from pose_plugins.utils.errors import DivergedError


class Labelled(BaseDataset):
    """Four samples, some labels of which are replaced."""

    wrong: dict = {}

    def load_data_list(self):
        return [{} for _ in range(4)]

    def prepare_data(self, idx):
        sample = PoseDataSample(metainfo=dict(img_path=f'a/{idx}.jpg', id=10 + idx))
        labels = torch.ones(1, 3, 2)
        labels[0, 1] = self.wrong.get(idx, 1.0)
        sample.gt_instance_labels = InstanceData(keypoint_labels=labels, keypoint_weights=torch.ones(1, 3))
        sample.gt_instances = InstanceData(bboxes=np.ones((1, 4), np.float32), keypoints=labels.numpy())
        return dict(inputs=torch.zeros(3, 4, 4, dtype=torch.uint8), data_samples=sample)


class Mean(BaseModel):
    """Learns the mean of the labels; its accuracy is NaN."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))

    def forward(self, inputs, data_samples, mode='tensor'):
        labels = torch.stack([sample.gt_instance_labels.keypoint_labels for sample in data_samples])
        return dict(
            acc_pose=torch.tensor(float('nan')), loss_kpt=((labels - self.weight) ** 2).mean(), loss_b=self.weight * 0
        )


@pytest.fixture
def train(tmp_path, monkeypatch):
    """Train for two epochs of two batches, and save after every iteration."""
    register_all_modules()

    def call(wrong=None, lr=0.1, **hooks):
        monkeypatch.setattr(Labelled, 'wrong', wrong or {})
        runner = Runner(
            model=dict(type=Mean),
            work_dir=str(tmp_path),
            train_dataloader=dict(
                batch_size=2,
                num_workers=0,
                sampler=dict(type='DefaultSampler', shuffle=False),
                dataset=dict(type=Labelled),
            ),
            train_cfg=dict(by_epoch=True, max_epochs=2),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=lr)),
            default_hooks=dict(checkpoint=dict(type='CheckpointHook', interval=1, by_epoch=False), **hooks),
            custom_hooks=[dict(type='FiniteHook')],
            default_scope='mmpose',
            log_level=logging.ERROR,
        )
        runner.train()
        return runner

    return call


def test_an_accuracy_that_is_nan_is_no_loss(train):
    assert train().iter == 4


@pytest.mark.parametrize('number', [float('nan'), float('inf')])
@pytest.mark.parametrize('hooks', [{}, dict(runtime_info=None)], ids=['logged', 'not logged'])
def test_the_labels_are_named(train, tmp_path, number, hooks):
    """The batch with them is the second of the first epoch; nothing of what it did is saved."""
    line = (
        rf'^iteration 2, epoch 1: loss={number}, loss_kpt={number}: not finite are a/3.jpg, annotation 13 '
        r'\(gt_instance_labels.keypoint_labels, gt_instances.keypoints\)$'
    )
    with pytest.raises(DivergedError, match=line):
        train({3: number}, **hooks)
    assert [path.name for path in tmp_path.glob('*.pth')] == ['iter_1.pth']


def test_with_finite_labels_the_learning_rate_is_named(train):
    line = (
        r'^iteration 2, epoch 1: loss=inf, loss_kpt=inf: labels and pictures are finite, so the training has diverged: '
        r'a learning rate of 1e\+30 may be too high$'
    )
    with pytest.raises(DivergedError, match=line):
        train(lr=1e30)
