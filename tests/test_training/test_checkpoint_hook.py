"""Checkpoints outlive what ends a training; old ones go afterwards, and nothing that is not the training's."""

import json
import os
import shutil

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import CheckpointHook
from small_training import Scores, runner, train

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.training import WholeCheckpointHook
from pose_plugins.training.checkpoint_hook import ADDED, use_whole_checkpoints
from pose_plugins.utils.errors import InputError

BEST = dict(max_keep_ckpts=1, save_best='score', rule='greater')


def checkpoints(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix == '.pth' or '.partial' in path.name)


def changed(path, **changes):
    """Write a checkpoint again with other runtime information, or another thing that the hook added."""
    content = torch.load(path)
    for key, value in changes.items():
        (content[ADDED] if key in content[ADDED] else content['message_hub']['runtime_info'])[key] = value
        content['message_hub']['resumed_keys'][key] = True
    torch.save(content, path)


def test_old_ones_go(tmp_path):
    train(tmp_path, scores=[0.1, 0.3, 0.2], hook=BEST)
    assert checkpoints(tmp_path) == ['best_score_epoch_2.pth', 'epoch_3.pth']
    assert (tmp_path / 'last_checkpoint').read_text() == str(tmp_path / 'epoch_3.pth')
    assert read_checkpoint(tmp_path / 'epoch_3.pth')['message_hub']['runtime_info']['best_score'] == 0.3


@pytest.mark.parametrize('failing', range(4))
def test_a_disk_that_fills_up_takes_nothing(tmp_path, monkeypatch, failing):
    """The checkpoint of the first epoch, the best one, the first again with what is best, and the second."""
    written = []
    sync = os.fsync

    def full(descriptor):
        name = os.readlink(f'/proc/self/fd/{descriptor}')
        if name.endswith('.partial.pth'):
            written.append(name)
            if len(written) == failing + 1:
                raise OSError(28, 'No space left on device')
        sync(descriptor)

    if not os.path.exists('/proc/self/fd'):
        pytest.skip('asks Linux for the name of an open file')
    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(InputError, match=r'epoch_[12].pth: cannot be written: No space left on device$'):
        train(tmp_path, scores=[0.1, 0.2, 0.3], hook=BEST)
    left = [[], ['epoch_1.pth'], ['best_score_epoch_1.pth', 'epoch_1.pth'], ['best_score_epoch_1.pth', 'epoch_1.pth']]
    assert checkpoints(tmp_path) == left[failing]
    for name in left[failing]:
        read_checkpoint(tmp_path / name)


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match=r'file/work: cannot be written: Not a directory$'):
        train(tmp_path / 'work', hook=dict(out_dir=str(tmp_path / 'file')))
    loop = tmp_path / 'out/work'
    loop.parent.mkdir()
    loop.symlink_to(loop)
    with pytest.raises(InputError, match=r'out/work: cannot be written: File exists$'):
        train(tmp_path / 'work', hook=dict(out_dir=str(loop.parent)))


def test_a_resumed_training_is_that_which_was_not_interrupted(tmp_path):
    scores = [0.1, 0.3, 0.2, 0.5]
    whole = train(tmp_path / 'whole', 4, scores=scores, hook=BEST)
    for epochs in (1, 2, 3):
        work = tmp_path / str(epochs)
        train(work, epochs, scores=scores, hook=BEST)
        left = (
            scores[epochs:] if epochs != 3 else scores[2:]
        )  # after the third there was nothing to save: it is done again
        parts = train(work, 4, scores=left, hook=BEST, resume=True, load_from=str(work / f'epoch_{epochs}.pth'))
        assert not Scores.left
        for key, value in whole.items():
            assert torch.equal(parts[key], value)
        assert checkpoints(work) == checkpoints(tmp_path / 'whole') == ['best_score_epoch_4.pth', 'epoch_4.pth']


def test_an_evaluation_that_an_interruption_took_is_made_up_for(tmp_path):
    """Killed between a checkpoint and the evaluation after it, which finds the best model of all."""

    class Killed(BaseException):
        pass

    class Unlucky(list):
        def pop(self, index):
            if len(self) == 2:
                raise Killed
            return super().pop(index)

    made = runner(tmp_path, 4, scores=[0.1, 0.9, 0.2, 0.3], hook=BEST)
    Scores.left = Unlucky([0.1, 0.4, 0.9, 0.2])
    with pytest.raises(Killed):
        made.train()
    assert checkpoints(tmp_path) == ['best_score_epoch_2.pth', 'epoch_3.pth']
    train(tmp_path, 4, scores=[0.9, 0.2], hook=BEST, resume=True, load_from=str(tmp_path / 'epoch_3.pth'))
    assert checkpoints(tmp_path) == ['best_score_epoch_3.pth', 'epoch_4.pth']


def test_what_an_interruption_left_is_cleared_away(tmp_path):
    """Old checkpoints that should have gone, and files that were not finished; nothing else."""
    train(tmp_path, 2, scores=[0.1, 0.2], hook=BEST)
    changed(tmp_path / 'epoch_2.pth', replaced=['epoch_1.pth', 'best_score_epoch_1.pth'])
    ours = ['epoch_1.pth', 'best_score_epoch_1.pth', '.epoch_3.partial.pth', '.best_score_epoch_3.partial.pth']
    others = ['.notes.partial.pth', '.epoch_3.partial.txt', 'best.pth', '.report.partial.md']
    for name in ours + others:
        (tmp_path / name).touch()
    train(tmp_path, 2, scores=[], hook=BEST, resume=True, load_from=str(tmp_path / 'epoch_2.pth'))
    assert not [name for name in ours if (tmp_path / name).exists()]
    assert all((tmp_path / name).exists() for name in others)


@pytest.mark.parametrize(
    'change',
    [
        dict(best_ckpt='{theirs}', best_score=-1.0),
        dict(best_ckpt='{theirs}/../theirs', best_score=-1.0),
        dict(best_ckpt=5, best_score=-1.0),
        dict(keep_ckpt_ids=['../theirs', '../../theirs/epoch_1']),
        dict(keep_ckpt_ids=5),
        dict(keep_ckpt_ids=[-1, True, None]),
        dict(replaced=['../theirs', '{theirs}', 'notes.txt', '..']),
        dict(replaced='notes.txt'),
        dict(replaced=[['notes.txt'], None]),
    ],
    ids=str,
)
def test_a_file_names_nothing_that_is_removed(tmp_path, change):
    """Old checkpoints that a file names are of its own folder, and have the names of checkpoints, or they do not count."""
    theirs, work = tmp_path / 'theirs', tmp_path / 'work'
    theirs.mkdir()
    (theirs / 'epoch_1.pth').write_text('months of work')
    train(work, 1, scores=[0.1], hook=BEST)
    (work / 'notes.txt').touch()
    text = json.loads(json.dumps(change).replace('{theirs}', str(theirs / 'epoch_1.pth')))
    changed(work / 'epoch_1.pth', **text)
    train(work, 3, scores=[0.2, 0.3], hook=BEST, resume=True, load_from=str(work / 'epoch_1.pth'))
    assert (theirs / 'epoch_1.pth').read_text() == 'months of work' and (work / 'notes.txt').exists()
    assert 'epoch_3.pth' in checkpoints(work)


def test_a_folder_that_was_resumed_into_keeps_its_files(tmp_path):
    """The numbers in a checkpoint from elsewhere are not those of this folder's files."""
    train(tmp_path / 'old', 1, scores=[0.1], hook=BEST)
    new = tmp_path / 'new'
    new.mkdir()
    for name in ('epoch_1.pth', 'best_score_epoch_1.pth'):
        (new / name).write_text('of another training')
    train(new, 2, scores=[0.2], hook=BEST, resume=True, load_from=str(tmp_path / 'old/epoch_1.pth'))
    assert checkpoints(new) == ['best_score_epoch_1.pth', 'best_score_epoch_2.pth', 'epoch_1.pth', 'epoch_2.pth']
    assert checkpoints(tmp_path / 'old') == ['best_score_epoch_1.pth', 'epoch_1.pth']


def test_a_folder_that_was_moved_is_gone_on_in(tmp_path):
    train(tmp_path / 'old', 1, scores=[0.1], hook=BEST)
    shutil.move(tmp_path / 'old', tmp_path / 'new')
    train(tmp_path / 'new', 2, scores=[0.2], hook=BEST, resume=True, load_from=str(tmp_path / 'new/epoch_1.pth'))
    assert checkpoints(tmp_path / 'new') == ['best_score_epoch_2.pth', 'epoch_2.pth']
    assert not (tmp_path / 'old').exists()


@pytest.mark.parametrize(
    'arguments', [dict(backend_args=dict(backend='local')), dict(file_client_args=dict(backend='disk'))]
)
def test_what_names_the_local_disk_is_local(tmp_path, arguments):
    made = runner(tmp_path, 1, hook=arguments)
    made.train()
    (hook,) = (hook for hook in made.hooks if isinstance(hook, WholeCheckpointHook))
    assert hook.backend_args == dict(backend='whole') and checkpoints(tmp_path) == ['epoch_1.pth']


def test_published_files(tmp_path):
    train(tmp_path, 1, scores=[0.1], hook=dict(**BEST, published_keys=['meta', 'state_dict']))
    names = [name for name in checkpoints(tmp_path) if '-' in name]
    assert len(names) == 2
    for name in names:
        assert read_checkpoint(tmp_path / name).keys() == {'meta', 'state_dict'}


def test_several_best_ones_and_other_names(tmp_path):
    hook = dict(save_best=['score', 'loss'], rule=['greater', 'less'], max_keep_ckpts=2, filename_tmpl='my-{:03d}.pth')
    train(tmp_path, 4, scores=[0.1, 0.3, 0.2, 0.4], hook=hook)
    assert checkpoints(tmp_path) == ['best_loss_my-001.pth', 'best_score_my-004.pth', 'my-003.pth', 'my-004.pth']


@pytest.mark.parametrize(
    'arguments, told',
    [
        (dict(max_keep_ckpt=1), "WholeCheckpointHook: has no argument 'max_keep_ckpt'; similar ones: max_keep_ckpts"),
        (dict(colour=1), "WholeCheckpointHook: has no argument 'colour'"),
        (dict(save_best=5), 'WholeCheckpointHook: "save_best" should be a str or list of str or None'),
        (dict(save_best='coco/AP'), 'WholeCheckpointHook: Cannot infer the rule for key coco/AP'),
        (dict(save_best='coco/AP', rule='more'), 'rule must be greater, less or None'),
        (dict(save_begin=-1), 'WholeCheckpointHook: '),
        (dict(interval='often'), "WholeCheckpointHook: interval='often': must be a whole number"),
    ],
)
def test_wrong_arguments(arguments, told):
    with pytest.raises(InputError, match=f'^.*{told}') as error:
        WholeCheckpointHook(**arguments)
    assert '\n' not in str(error.value)


def test_metrics_that_there_are_not(tmp_path):
    hook = WholeCheckpointHook(save_best='coco/APP', rule='greater')
    with pytest.raises(InputError) as error:
        hook.check_metrics(['coco/AP', 'coco/AR'])
    assert str(error.value) == (
        "default_hooks.checkpoint.save_best='coco/APP': the evaluators give no such metric; similar ones: coco/AP, "
        'coco/AR; they give coco/AP, coco/AR'
    )
    WholeCheckpointHook(save_best=['coco/AP'], rule='greater').check_metrics(['coco/AP', 'coco/AR'])
    WholeCheckpointHook().check_metrics(['coco/AP'])
    WholeCheckpointHook(save_best='auto', rule='greater').check_metrics(['coco/AP'])
    with pytest.raises(InputError, match="'auto' takes coco/AP: rule='greater' or rule='less' must say"):
        WholeCheckpointHook(save_best='auto').check_metrics(['coco/AP'])
    with pytest.raises(
        InputError,
        match="save_best='scored': the evaluators give no such metric; similar ones: score; they give score, loss",
    ):
        train(tmp_path, scores=[0.1], hook=dict(save_best='scored', rule='greater'))


@pytest.mark.parametrize(
    'hooks',
    [
        None,
        dict(logger=dict(type='LoggerHook')),
        dict(checkpoint=dict(type='CheckpointHook', interval=10)),
        dict(checkpoint=dict(type='mmengine.CheckpointHook', interval=10)),
        dict(checkpoint=dict(type=CheckpointHook, interval=10)),
    ],
)
def test_other_configs_get_the_hook(hooks):
    cfg = Config(dict(default_hooks=hooks, custom_hooks=[dict(type='CheckpointHook'), dict(type='EMAHook')]))
    use_whole_checkpoints(cfg)
    wanted = 10 if 'checkpoint' in (hooks or {}) else 1
    assert cfg.default_hooks.checkpoint == dict(type='mmpose.WholeCheckpointHook', interval=wanted)
    assert [hook.type for hook in cfg.custom_hooks] == ['mmpose.WholeCheckpointHook', 'EMAHook']


def test_no_hook_stays_none_and_anothers_stays_theirs():
    for checkpoint in (None, dict(type='MyCheckpointHook', interval=1)):
        cfg = Config(dict(default_hooks=dict(checkpoint=checkpoint)))
        use_whole_checkpoints(cfg)
        assert cfg.default_hooks.checkpoint == checkpoint
