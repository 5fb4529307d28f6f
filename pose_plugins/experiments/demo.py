"""Generate, train, evaluate, report: each step is skipped where its result stands, so that an interrupted job goes on."""

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner, find_latest_checkpoint
from tqdm import tqdm

from ..config import load_config
from ..inference.draw import draw_sheet
from ..synthetic import generate
from ..utils.errors import InputError
from .logs import read_log
from .measure import evaluate
from .report import write_report

METHODS = ('hrnet', 'transpose', 'alphapose', 'poseur', 'tfpose')
# keeps memory that is freed for the next tensor of that size: a small network trains about a fifth faster on a CPU
MALLOC = dict(MALLOC_MMAP_THRESHOLD_=str(1 << 32), MALLOC_TRIM_THRESHOLD_=str(1 << 33))


@dataclass
class Method:
    """One method of the job.

    Attributes:
        name: One of ``METHODS``.
        config_file: Its ``synthetic`` config.
        cfg: That config as it is used, the options of the job merged in.
        work_dir: Where its training lives.
    """

    name: str
    config_file: Path
    cfg: Config
    work_dir: Path

    @property
    def result_file(self):
        """Holds the method's row of the report when it is done."""
        return self.work_dir / 'result.json'

    @property
    def iterations(self):
        """How many iterations the whole training has."""
        init_default_scope(self.cfg.default_scope)
        with contextlib.redirect_stdout(io.StringIO()):  # the annotation files' readers tell how long they took
            return self.cfg.train_cfg.max_epochs * len(Runner.build_dataloader(self.cfg.train_dataloader, seed=0))


def run_demo(configs, work_dir, data_root='data/synthetic/coco', people=(5000, 300), methods=None, options=None):
    """Do the main job.

    Args:
        configs (Path): The folder of configs; each ``METHOD/*_synthetic-*.py`` in it is trained.
        work_dir (Path): Where trainings and the report go.
        data_root (str | Path): Where the synthetic people are or will be.
        people (tuple[int, int]): How many to generate for training and for testing.
        methods (list[str] | None): Only these; None takes all that have a config.
        options (dict | None): Settings merged into every config, as ``--cfg-options``.

    Returns:
        Path: The report.

    Raises:
        InputError: If there is no such method, or the data folder holds something else.
    """
    start = time.time()
    work_dir = Path(work_dir)
    options = {
        **(options or {}),
        **{f'{loader}_dataloader.dataset.data_root': f'{Path(data_root)}/' for loader in ('train', 'val', 'test')},
    }
    chosen = [
        Method(name, path, _config(path, options), work_dir / name)
        for name, path in find_methods(Path(configs), methods).items()
    ]
    print(f'1/3 people: {people[0]} to train on and {people[1]} held out, in {data_root}', flush=True)
    generate(data_root, 'coco', people)
    print(f'2/3 training and evaluating {", ".join(method.name for method in chosen)}', flush=True)
    train_all(chosen)
    print('3/3 report', flush=True)
    rows = [json.loads(method.result_file.read_text())['row'] for method in chosen]
    report = write_report(work_dir, rows, {method.name: read_log(method.work_dir) for method in chosen})
    print(f'done in {(time.time() - start) / 60:.1f} min: {report}', flush=True)
    return report


def find_methods(configs, wanted=None):
    """The synthetic config of each method, in the order of ``METHODS``.

    Args:
        configs (Path): Folder with one folder a method.
        wanted (list[str] | None): Only these.

    Returns:
        dict[str, Path]: Method -> config file.

    Raises:
        InputError: If a wanted method is unknown or has no such config, or one has several.
    """
    found = {}
    for name in METHODS:
        paths = sorted((configs / name).glob('*_synthetic-*.py'))
        if len(paths) > 1:
            raise InputError(
                f'{configs / name} has several synthetic configs: {", ".join(p.name for p in paths)}; '
                'variants belong in a folder below'
            )
        if paths:
            found[name] = paths[0]
    missing = [name for name in wanted or () if name not in found]
    if missing or not found:
        raise InputError(
            f'no synthetic config of {", ".join(missing) or "any method"} in {configs}: there is '
            f'{", ".join(found) or "none"}'
        )
    return {name: path for name, path in found.items() if not wanted or name in wanted}


def _config(path, options):
    cfg = load_config(path)
    cfg.merge_from_dict(options)
    return cfg


def _fingerprint(method):
    """Changes when the config or the data do, upon which a training starts anew."""
    dataset = method.cfg.train_dataloader.dataset
    texts = [method.cfg.pretty_text]
    for part in dataset.get('datasets', [dataset]):
        stamp = Path(part.data_root) / 'synthetic.json'
        if not stamp.is_file():
            raise InputError(
                f'{stamp.parent}: no synthetic people there; make them with tools/make_synthetic_data.py {stamp.parent}, and '
                f'the --format that {part.type} reads'
            )
        texts.append(stamp.read_text())
    return hashlib.sha256(''.join(texts).encode()).hexdigest()


def train_all(methods):
    """Train and evaluate one method after the other under one progress bar; what is done stays, what has begun goes on.

    Args:
        methods (list[Method]): What to train.

    Raises:
        InputError: If a training fails.
    """
    fingerprints = {method.name: _fingerprint(method) for method in methods}
    for method in methods:
        stamp = method.work_dir / 'fingerprint'
        if method.work_dir.exists() and (not stamp.exists() or stamp.read_text() != fingerprints[method.name]):
            print(f'{method.name}: config or data have changed, training starts anew', flush=True)
            shutil.rmtree(method.work_dir)
        method.work_dir.mkdir(parents=True, exist_ok=True)
        stamp.write_text(fingerprints[method.name])
    lengths = {method.name: method.iterations for method in methods}
    with tqdm(
        total=sum(lengths.values()),
        unit='it',
        mininterval=5 if not sys.stderr.isatty() else 0.2,
        bar_format='{desc} |{bar:20}| {percentage:3.0f} %, {elapsed} gone, {remaining} left{postfix}',
    ) as bar:
        finished = 0
        for number, method in enumerate(methods, start=1):
            bar.set_description_str(f'[{number}/{len(methods)}] {method.name}')
            # what an earlier start did counts as done, not as speed
            done = lengths[method.name] if method.result_file.exists() else (read_log(method.work_dir).steps or [0])[-1]
            bar.initial += done
            bar.update(finished + done - bar.n)
            if not method.result_file.exists():
                _train(method, bar, finished)
                _write_result(method)
            finished += lengths[method.name]
            bar.update(finished - bar.n)


def _train(method, bar, finished):
    """Run ``tools/train.py`` on a method and show how far it is."""
    config = method.work_dir / method.config_file.name
    method.cfg.dump(config)
    log_file = method.work_dir / 'train.log'
    command = [
        sys.executable,
        '-c',
        'from pose_plugins.training.launch import train; train()',
        str(config),
        '--work-dir',
        str(method.work_dir),
        '--resume',
    ]
    with log_file.open('a') as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **MALLOC})
        try:
            while process.poll() is None:
                time.sleep(1)
                log = read_log(method.work_dir)
                if log.steps:
                    bar.set_postfix_str(
                        f'loss {log.losses[-1]:.4g}' + (f', AP {log.scores[-1]:.2f}' if log.scores else ''),
                        refresh=False,
                    )
                    bar.update(finished + log.steps[-1] - bar.n)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        reason = (log_file.read_text().strip().splitlines() or ['it said nothing'])[-1]
        raise InputError(f'training {method.name} failed: {reason} (the whole log is {log_file})')


def _write_result(method):
    """Evaluate the last checkpoint, draw its predictions and write the method's row."""
    checkpoint = find_latest_checkpoint(str(method.work_dir))
    row, samples, dataset_meta = evaluate(method.cfg, checkpoint)
    draw_sheet(samples, dataset_meta, method.work_dir / 'predictions.jpg')
    log = read_log(method.work_dir)
    people_seen = log.steps[-1] * method.cfg.train_dataloader.batch_size
    row = dict(
        method=method.name,
        config=method.config_file.name,
        **row,
        epochs=method.cfg.train_cfg.max_epochs,
        training_seconds=log.seconds[-1],
        training_images_per_second=people_seen / log.seconds[-1],
    )
    partial = method.result_file.with_suffix('.partial')
    partial.write_text(json.dumps(dict(row=row), indent=1))
    partial.replace(method.result_file)
