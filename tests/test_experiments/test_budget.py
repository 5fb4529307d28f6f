"""A budget of samples, worked out by hand."""

import pytest
from mmengine.config import Config

from pose_plugins.experiments.budget import within_budget
from pose_plugins.utils.errors import InputError


def config(**content):
    return Config(
        dict(
            train_cfg=dict(max_epochs=30, val_interval=5),
            train_dataloader=dict(batch_size=10),
            param_scheduler=[
                dict(type='LinearLR', begin=0, end=100, by_epoch=False),
                dict(type='MultiStepLR', begin=0, end=30, milestones=[18, 27], by_epoch=True),
            ],
            custom_hooks=[dict(type='InsertTransformHook', epoch=24), dict(type='EMAHook')],
            **content,
        )
    )


def test_epochs_are_scaled():
    cfg = config()
    half = within_budget(cfg, samples=15_200, per_epoch=1000)
    assert half.train_cfg == dict(max_epochs=15, val_interval=2)
    assert half.param_scheduler[0].end == 100
    assert half.param_scheduler[1] == dict(type='MultiStepLR', begin=0, end=15, milestones=[9, 14], by_epoch=True)
    assert half.custom_hooks[0].epoch == 12
    assert cfg.train_cfg.max_epochs == 30  # a copy
    assert within_budget(cfg, samples=30_000, per_epoch=1000).to_dict() == cfg.to_dict()


def test_bad_budgets():
    with pytest.raises(InputError, match='samples=0: must be at least 1'):
        within_budget(config(), 0, 1000)
    with pytest.raises(InputError, match='a budget of 1000 samples is 100 iterations, of which LinearLR takes 100'):
        within_budget(config(), 1000, 1000)
    with pytest.raises(InputError, match='train_cfg.max_epochs is missing'):
        within_budget(Config(dict(train_cfg=dict(max_iters=10))), 1000, 1000)
