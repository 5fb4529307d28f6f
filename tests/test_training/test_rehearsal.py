"""Failures of a first validation, or of the end of a test, come before the first batch."""

import itertools
import json
import random
import threading

import numpy as np
import pytest
import torch
from mmengine.evaluator import BaseMetric
from mmengine.hooks import CheckpointHook, Hook
from mmpose.datasets.transforms import PackPoseInputs
from mmpose.registry import METRICS

from pose_plugins.config import load_config
from pose_plugins.datasets.explain import records_explained
from pose_plugins.training import RehearsalHook, checks, rehearsal
from pose_plugins.training.launch import build_runner
from pose_plugins.utils.errors import DivergedError, InputError

TRUTH = 'annotations/person_keypoints_val2017.json'
NUMBERS = itertools.count()


class Reached(Exception):
    """Training or testing has begun."""


class Stop(Hook):
    """Ends before the first batch."""

    def before_train_iter(self, *args, **kwargs):
        raise Reached

    before_test_iter = before_train_iter


@pytest.fixture
def cfg(hrnet_synthetic, synthetic_coco, tmp_path):
    """HRNet's synthetic config, for the forty-eight people."""
    options = {'train_dataloader.batch_size': 8, 'log_level': 'ERROR', 'work_dir': str(tmp_path / 'work')}
    roots = {f'{loop}_dataloader.dataset.data_root': f'{synthetic_coco}/' for loop in ('train', 'val', 'test')}
    return load_config(hrnet_synthetic, {**options, **roots})


def begin(cfg, loop='train', prepared=lambda runner: None):
    """Train or test until the first batch.

    Each has a name of its own: runners of one name that are built within one second share their message hub.
    """
    cfg.experiment_name = f'rehearsal_{next(NUMBERS)}'
    with records_explained():
        runner = build_runner(cfg, ('test',) if loop == 'test' else ('train', 'val'), exact=False)
        runner.register_hook(Stop())
        prepared(runner)
        with pytest.raises(Reached):
            getattr(runner, loop)()
    return runner


def refused(cfg, message, loop='train'):
    """That it ends in one line before it begins."""
    with pytest.raises(InputError, match=message) as error:
        begin(cfg, loop)
    assert '\n' not in str(error.value)


def changed(cfg, tmp_path, change):
    """Path of the validation's annotations with a change."""
    content = json.loads((tmp_path / TRUTH).read_text()) if (tmp_path / TRUTH).exists() else None
    content = content or json.loads(open(f'{cfg.val_dataloader.dataset.data_root}{TRUTH}').read())
    change(content)
    path = tmp_path / 'changed.json'
    path.write_text(json.dumps(content))
    return str(path)


def test_what_works_begins(cfg):
    begin(cfg)
    begin(cfg, 'test')


@pytest.mark.parametrize('lost', ['id', 'img_id', 'input_center', 'flip_indices'])
def test_meta_that_is_packed_in_training_only(cfg, lost):
    keys = tuple(key for key in PackPoseInputs().meta_keys if key != lost)
    cfg.val_dataloader.dataset.pipeline[-1].meta_keys = cfg.test_dataloader.dataset.pipeline[-1].meta_keys = keys
    line = f"cannot work: .*'{lost}' is missing; is it among PackPoseInputs' meta_keys"
    refused(cfg, f'^validation {line}')
    refused(cfg, f'^the test {line}', 'test')


def without(key):
    """A change that takes a key from every annotation."""
    return lambda content: [annotation.pop(key) for annotation in content['annotations']]


def renumbered(content):
    """Other ids than those of the data."""
    for image in content['images']:
        image['id'] += 1000
    for annotation in content['annotations']:
        annotation['image_id'] += 1000


def shortened(content):
    """Fifteen keypoints."""
    for annotation in content['annotations']:
        annotation['keypoints'] = annotation['keypoints'][:45]


@pytest.mark.parametrize(
    'change, reason',
    [
        (without('area'), "'area' is missing"),
        (without('keypoints'), "'keypoints' is missing"),
        (lambda content: content.pop('categories'), "'categories' is missing"),
        (renumbered, "its annotations lack pictures of the loop's data"),
        (shortened, r'ValueError: operands could not be broadcast together with shapes \(17,\) \(15,\)'),
    ],
)
def test_an_evaluator_with_another_truth(cfg, tmp_path, change, reason, monkeypatch):
    """As where the check of files does not know the metric."""
    monkeypatch.setattr(checks, 'check_data', lambda *_: None)
    truth = changed(cfg, tmp_path, change)
    cfg.val_evaluator = cfg.test_evaluator = dict(type='CocoMetric', ann_file=truth)
    refused(cfg, f'^validation cannot work: val_evaluator: CocoMetric \\({truth}\\): {reason}')
    refused(cfg, f'^the test cannot work: test_evaluator: CocoMetric \\({truth}\\): {reason}', 'test')


@pytest.mark.parametrize(
    'metric, reason',
    [
        (dict(type='PCKAccuracy', norm_item='head'), 'val_evaluator: PCKAccuracy: AssertionError: .*"head_size"'),
        (dict(type='CocoWholeBodyMetric'), "val_evaluator: CocoWholeBodyMetric: 'foot_kpts' is missing"),
        (dict(type='NME', norm_mode='keypoint_distance'), 'val_evaluator: NME: KeyError: .*keypoint_indices'),
        (dict(type='HalpeMetric'), 'HalpeMetric: the data set has 17 keypoints, Halpe has 136'),
    ],
)
def test_a_metric_for_other_data(cfg, metric, reason):
    cfg.val_evaluator = metric
    refused(cfg, f'^validation cannot work: {reason}')


def test_two_metrics_of_one_name(cfg):
    cfg.val_evaluator = [dict(type='CocoMetric'), dict(type='CocoMetric')]
    refused(
        cfg, '^validation cannot work: val_evaluator: ValueError: There are multiple evaluation results with the same'
    )


@pytest.mark.parametrize(
    'lost, reason', [(0, "TopdownAffine: 'img' is missing"), (1, "TopdownAffine: 'bbox_scale' is mis")]
)
def test_a_pipeline_that_lacks_a_transform(cfg, lost, reason):
    cfg.val_dataloader.dataset.pipeline.pop(lost)
    refused(cfg, f'^validation cannot work: val_dataloader.dataset.pipeline: {reason}')


def test_a_picture_that_is_not_there(cfg, tmp_path, monkeypatch):
    monkeypatch.setattr(checks, 'check_data', lambda *_: None)

    def rename(content):
        for image in content['images']:
            image['file_name'] = 'none.jpg'

    cfg.val_dataloader.dataset.ann_file = changed(cfg, tmp_path, rename)
    refused(cfg, r'^validation cannot work: .*none.jpg: the picture cannot be read')


def test_a_flip_mode_that_there_is_not(cfg):
    cfg.model.test_cfg.flip_mode = 'heatmaps'
    line = r'cannot work: model.head \(HeatmapHead\): ValueError: Invalid flip_mode value "heatmaps"$'
    refused(cfg, f'^validation {line}')
    refused(cfg, f'^the test {line}', 'test')


def test_monitored_metrics_are_given(cfg):
    cfg.default_hooks.checkpoint.save_best = 'coco/APP'
    refused(
        cfg, "save_best='coco/APP': the evaluators give no such metric; similar ones: coco/AP, .*; they give coco/AP, "
    )
    cfg.default_hooks.checkpoint.save_best = ['coco/AP', 'score_rank/ratio']
    begin(cfg)
    cfg.custom_hooks.append(dict(type='EarlyStoppingHook', monitor='coco/ap', rule='greater'))
    refused(cfg, "^EarlyStoppingHook: monitor='coco/ap': the evaluators give no such metric; similar ones: coco/A")


def test_a_checkpoint_hook_may_check_by_itself(cfg):
    told = []

    def prepare(runner):
        (hook,) = (hook for hook in runner.hooks if isinstance(hook, CheckpointHook))
        hook.check_metrics = told.append

    begin(cfg, prepared=prepare)
    assert 'coco/AP' in told[0]


def test_a_metric_that_gives_nothing_of_two_samples_may_give_it_of_all(cfg, tmp_path):
    def hide(content):
        for annotation in content['annotations'][:2]:
            annotation['keypoints'][2::3] = [0] * 16 + [2]

    cfg.val_dataloader.dataset.ann_file = changed(cfg, tmp_path, hide)
    cfg.default_hooks.checkpoint.save_best = 'score_rank/spearman'
    cfg.default_hooks.checkpoint.rule = 'less'
    begin(cfg)


@pytest.mark.parametrize(
    'metric',
    [
        dict(type='CocoMetric'),
        dict(type='CocoMetric', use_area=False, nms_mode='soft_oks_nms'),
        dict(type='PersonScoreCocoMetric', score_mode='alphapose'),
        dict(type='PCKAccuracy', norm_item=['bbox', 'torso']),
        dict(type='JhmdbPCKAccuracy'),
        dict(type='AUC'),
        dict(type='EPE'),
        dict(type='NME', norm_mode='use_norm_item', norm_item='bbox_size'),
        dict(type='NME', norm_mode='keypoint_distance', keypoint_indices=[1, 2]),
        dict(
            type='KeypointPartitionMetric', metric=dict(type='PCKAccuracy'), partitions=dict(face=[0, 1], legs=[13, 15])
        ),
        dict(type='ScoreRankMetric'),
        dict(type='PCKMetric', scale='nothing_of_this_name'),
    ],
    ids=str,
)
def test_people_without_a_visible_keypoint_are_no_reason(cfg, tmp_path, metric):
    def hide(content):
        for annotation in content['annotations'][:2]:
            annotation['keypoints'][2::3] = [0] * 17

    cfg.val_dataloader.dataset.ann_file = changed(cfg, tmp_path, hide)
    cfg.val_evaluator, cfg.default_hooks.checkpoint.save_best = metric, None
    begin(cfg)


def test_a_figure_of_keypoints_that_two_people_have_not(cfg, tmp_path):
    def change(content):
        for number, annotation in enumerate(content['annotations']):
            annotation['torso_size'] = 20.0
            if number < 2:
                annotation['keypoints'][3 * 9 + 2 :: 3] = [0] * 8  # none of wrists and below

    cfg.val_dataloader.dataset.ann_file = changed(cfg, tmp_path, change)
    cfg.val_evaluator = dict(type='PCKMetric', per_joint=True)
    for name in ('pck/wrist', 'pck/joint/left_wrist'):
        cfg.default_hooks.checkpoint.save_best = name
        begin(cfg)
    cfg.default_hooks.checkpoint.save_best = 'pck/tail'
    with pytest.raises(InputError, match="save_best='pck/tail': the evaluators give no such metric"):
        begin(cfg)


@METRICS.register_module()
class WantsThree(BaseMetric):
    """A user's metric that needs three samples."""

    def process(self, data_batch, data_samples):
        self.results += data_samples

    def compute_metrics(self, results):
        assert len(results) > 2, 'three at least'
        return dict(number=1.0)


def test_a_metric_of_the_users_own_may_need_more_samples(cfg, monkeypatch):
    lines = []
    monkeypatch.setattr(rehearsal, 'print_log', lambda line, *others: lines.append(line))
    cfg.val_evaluator, cfg.default_hooks.checkpoint.save_best = dict(type='WantsThree'), None
    begin(cfg)
    assert lines[0].startswith('WantsThree fails on 2 samples: AssertionError: three at least')


@METRICS.register_module()
class Locked(WantsThree):
    """A user's metric that cannot be copied."""

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()


def test_a_metric_that_cannot_be_copied_is_not_rehearsed(cfg):
    cfg.val_evaluator, cfg.default_hooks.checkpoint.save_best = dict(type='Locked'), 'anything/AP'
    begin(cfg)


def test_hooks_of_the_config_are_there_once(cfg):
    del cfg.default_hooks.finite  # it is there all the same
    names = [type(hook).__name__ for hook in begin(cfg).hooks]
    assert [names.count(name) for name in ('FiniteHook', 'SizesHook', 'RehearsalHook')] == [1, 1, 1]


def test_an_untrained_network_may_give_anything(cfg):
    """Its numbers say nothing yet; those of the network that is tested do."""

    def spoil(runner):
        for parameter in runner.model.parameters():
            parameter.data.fill_(float('nan'))
        runner._init_model_weights = lambda: None

    begin(cfg, prepared=spoil)
    with pytest.raises(DivergedError, match=r'annotation \d+: the prediction is NaN or infinite \(keypoint_scores\)'):
        begin(cfg, 'test', spoil)


def test_a_fault_of_ours_shows_its_traceback(cfg, monkeypatch):
    from pose_plugins.evaluation import score_rank_metric

    monkeypatch.setattr(score_rank_metric, 'QUANTILES', '5')
    with pytest.raises(TypeError):
        begin(cfg)


def test_no_trace_is_left(cfg, tmp_path, capsys):
    """The first batch finds everything as it would be without."""
    cfg.val_evaluator[0].outfile_prefix = str(tmp_path / 'results/of')
    state = {}

    class Look(Hook):
        priority = 'LOWEST'

        def before_train(self, runner):
            metrics = runner.val_loop.evaluator.metrics
            state[name] = dict(
                random=(random.random(), np.random.rand(), torch.rand(1).item()),
                weights={key: value.clone() for key, value in runner.model.state_dict().items()},
                modes=[layer.training for layer in runner.model.modules()],
                hub=(sorted(runner.message_hub.log_scalars), sorted(runner.message_hub.runtime_info)),
                metrics=[(len(metric.results), getattr(metric, 'outfile_prefix', None)) for metric in metrics],
                truth=len(metrics[0].coco.anns),
            )

    def without_rehearsal(runner):
        runner._hooks = [hook for hook in runner.hooks if not isinstance(hook, RehearsalHook)]
        runner.register_hook(Look())

    cfg.randomness = dict(seed=3)
    printed = {}
    for name, prepare in (('without', without_rehearsal), ('with', lambda runner: runner.register_hook(Look()))):
        begin(cfg, prepared=prepare)
        printed[name] = capsys.readouterr().out.count('\n')
    weights = [state[name].pop('weights') for name in ('without', 'with')]
    assert all(torch.equal(value, weights[1][key]) for key, value in weights[0].items())
    assert state['without'] == state['with']
    assert printed['without'] == printed['with']
    assert not (tmp_path / 'results').exists()


def test_one_sample_of_each_of_several_data_sets():
    class Parts:
        datasets = [range(3), range(0), range(4)]

        def __len__(self):
            return 7

    assert rehearsal._indices(Parts()) == [0, 3]
    assert rehearsal._indices(range(5)) == [0, 1] and rehearsal._indices(range(1)) == [0]


def test_without_validation_nothing_is_rehearsed(cfg):
    cfg.val_dataloader = cfg.val_evaluator = cfg.val_cfg = None
    begin(cfg)


def test_a_validation_that_never_comes_is_not_rehearsed(cfg):
    cfg.val_evaluator = dict(type='HalpeMetric')
    cfg.train_cfg.val_begin = 100
    begin(cfg)


def test_a_batch_that_is_larger_than_the_data(cfg):
    cfg.train_dataloader.batch_size = 64
    refused(
        cfg, r'^train_dataloader: \d+ samples give no batch of batch_size=64 with drop_last=True; take a smaller batch$'
    )
    cfg.train_cfg = dict(type='IterBasedTrainLoop', max_iters=2, val_interval=2)
    cfg.train_dataloader.sampler = dict(type='InfiniteSampler')
    cfg.param_scheduler, cfg.log_processor.by_epoch = [], False
    begin(cfg)  # draws without end
