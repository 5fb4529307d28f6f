"""The memory order changes no result; a transform joins the pipeline when and where it should."""

from types import SimpleNamespace

import pytest
import torch
from mmcv.transforms import BaseTransform
from mmengine.dataset import BaseDataset
from mmengine.hooks import EMAHook
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmpose.utils import register_all_modules
from small_training import runner

from pose_plugins.training import ChannelsLastHook
from pose_plugins.utils.errors import InputError


def test_same_numbers_in_another_order():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.Conv2d(8, 4, 3)).eval()
    image = torch.randn(2, 3, 16, 16)
    before = model(image)
    ChannelsLastHook().before_run(SimpleNamespace(model=model))
    assert model[0].weight.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(model(image), before)


class Step(BaseTransform):
    """Adds its name to the steps that a sample has gone through."""

    def transform(self, results):
        results['steps'] = f'{results.get("steps", "")} {type(self).__name__}'.lstrip()
        return results


class Load(Step):
    """The first step."""


class Centre(Step):
    """The step before which another one is inserted."""


class Pack(Step):
    """The last step."""


class Jitter(Step):
    """The step that is inserted."""


class Four(BaseDataset):
    """Four empty samples."""

    def load_data_list(self):
        return [{} for _ in range(4)]


class Recorder(BaseModel):
    """Keeps the steps of each sample."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))
        self.seen = []

    def forward(self, steps, mode, **others):
        self.seen += steps
        return dict(loss=self.weight)


def single(*steps):
    """A data set with its pipeline."""
    return dict(type=Four, pipeline=[dict(type=step) for step in steps])


def combined(first, *steps):
    """Data sets with pipelines of their own, and one that they share."""
    return dict(
        type='CombinedDataset',
        metainfo=dict(from_file='configs/_base_/datasets/coco.py'),
        datasets=[single(first)],
        pipeline=[dict(type=step) for step in steps],
    )


@pytest.fixture
def train(tmp_path):
    """Train on one sample a batch, with ``Jitter`` before ``Centre`` after two epochs, and give the steps of each epoch."""
    register_all_modules()

    def call(dataset, max_epochs=4, workers=0, loop=None, **arguments):
        runner = Runner(
            model=dict(type=Recorder),
            work_dir=str(tmp_path),
            train_dataloader=dict(
                batch_size=1,
                num_workers=workers,
                persistent_workers=workers > 0,
                sampler=dict(type='DefaultSampler', shuffle=False),
                dataset=dataset,
            ),
            train_cfg=loop or dict(by_epoch=True, max_epochs=max_epochs),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
            custom_hooks=[dict(type='InsertTransformHook', transform=dict(type=Jitter), before='Centre', epoch=2)],
            default_scope='mmpose',
            **arguments,
        )
        runner.train()
        seen = runner.model.seen
        assert seen == [steps for steps in seen[::4] for _ in range(4)]  # in an epoch, all the same
        return seen[::4]

    return call


@pytest.mark.parametrize('dataset', [single, combined])
@pytest.mark.parametrize('workers', [0, 1])  # persistent, as in the configs
def test_a_transform_is_inserted_at_its_epoch(train, dataset, workers):
    without, with_it = 'Load Centre Pack', 'Load Jitter Centre Pack'
    assert train(dataset(Load, Centre, Pack), workers=workers) == [without, without, with_it, with_it]


def test_a_transform_is_inserted_when_training_is_resumed_later(train, tmp_path):
    dataset = single(Load, Centre, Pack)
    assert len(train(dataset, max_epochs=3)) == 3
    resumed = dict(load_from=str(tmp_path / 'epoch_3.pth'), resume=True)
    assert train(dataset, max_epochs=5, **resumed) == ['Load Jitter Centre Pack'] * 2


@pytest.mark.parametrize('wrap', [dict, lambda w: dict(model=w, epoch=1), lambda w: dict(state_dict=w)])
def test_weights_are_loaded_wherever_a_file_has_them(tmp_path, wrap):
    """Under 'model' none were, and without a name EMAHook failed."""
    weights = {'layer.weight': torch.full((2, 2), 3.0), 'layer.bias': torch.zeros(2)}
    torch.save(wrap(weights), tmp_path / 'a.pth')
    made = runner(
        tmp_path / 'work',
        scores=[0.0],
        guarded=True,
        load_from=str(tmp_path / 'a.pth'),
        custom_hooks=[dict(type='EMAHook', priority=49)],
    )
    made.call_hook('before_run')
    made.load_or_resume()
    assert torch.equal(made.model.layer.weight, weights['layer.weight'])
    (ema,) = (hook for hook in made.hooks if isinstance(hook, EMAHook))
    assert torch.equal(ema.ema_model.module.layer.weight, weights['layer.weight'])


def test_iterations_have_no_epoch_to_insert_at(train):
    with pytest.raises(InputError, match='epoch=2: IterBasedTrainLoop counts iterations and not epochs; take an Epoch'):
        train(single(Load, Centre, Pack), loop=dict(by_epoch=False, max_iters=8))


def test_a_training_that_ends_before_is_told_of(train, monkeypatch):
    told = []
    monkeypatch.setattr('pose_plugins.training.hooks.print_log', lambda line, *others: told.append(line))
    train(single(Load, Centre, Pack), max_epochs=2)
    assert told == [
        'InsertTransformHook: Jitter comes after epoch 2, and the training ends after 2: it is not inserted'
    ]


@pytest.mark.parametrize(
    'dataset, has',
    [
        (single(Load, Pack), 'Four, which has Load, Pack'),
        (combined(Centre, Pack), 'CombinedDataset, which has Pack'),
        (dict(type='RepeatDataset', times=1, dataset=single(Load, Centre)), 'RepeatDataset, which has none'),
    ],
    ids=['single', 'combined', 'no pipeline'],
)
def test_a_pipeline_without_the_place_is_refused_before_training(train, tmp_path, dataset, has):
    with pytest.raises(InputError, match=rf"^InsertTransformHook: before='Centre' is not in the pipeline of {has}$"):
        train(dataset)
    assert not list(tmp_path.glob('*.pth'))
