"""Fixtures that several tests share: one small synthetic data set, and models small enough for a CPU."""

import gc
import os
import warnings
from pathlib import Path

THREADS = 2 // int(os.environ.get('PYTEST_XDIST_WORKER_COUNT', 1)) or 1  # of two cores
os.environ.setdefault('OMP_NUM_THREADS', str(THREADS))  # of tests' own processes, too; torch reads it when imported

import mmengine.config.config  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402

import pose_plugins  # noqa: E402, F401

warnings.filterwarnings('ignore', message='pkg_resources is deprecated')
torch.set_num_threads(THREADS)
# what is imported stays; mmengine collects garbage for each data set, which takes it half a second without this
gc.freeze()
# laying out a config for log and work directory takes seconds of every runner's start, and is nothing that is tested here
mmengine.config.config.FormatCode = lambda text, **_: (text, True)
ROOT = Path(__file__).resolve().parent.parent
os.environ.pop('MOBILENETV2', None)  # names a file of weights in the configs


@pytest.fixture(scope='session')
def repo():
    """The repository."""
    return ROOT


@pytest.fixture(scope='session')
def configs():
    """The folder of configs."""
    return ROOT / 'configs'


@pytest.fixture(scope='session')
def synthetic_coco(tmp_path_factory):
    """Forty-eight people to train on and twelve held out, in COCO's format."""
    from pose_plugins.synthetic import generate

    root = tmp_path_factory.mktemp('synthetic') / 'coco'
    generate(root, 'coco', people=(48, 12), workers=1)
    return root


@pytest.fixture(scope='session')
def synthetic_mpii(tmp_path_factory):
    """The same in MPII's format."""
    from pose_plugins.synthetic import generate

    root = tmp_path_factory.mktemp('synthetic') / 'mpii'
    generate(root, 'mpii', people=(24, 12), workers=1)
    return root


@pytest.fixture(scope='session')
def five_sets(tmp_path_factory):
    """A few synthetic people, faces and hands in the formats of the five data sets of joint training."""
    from pose_plugins.synthetic import generate

    root = tmp_path_factory.mktemp('five')
    for seed, name in enumerate(('halpe', 'coco-wholebody', '300w', 'freihand', 'interhand')):
        generate(root / name, name, people=(12, 4), seed=seed, workers=1)
    return root


@pytest.fixture(scope='session')
def lsp_and_lspet(tmp_path_factory):
    """A folder with ``lsp`` and ``lspet``, six people each, as prepared; two of LSP's are for the test."""
    from lsp_files import write

    from pose_plugins.datasets.preparing import lsp, prepare_lsp, prepare_lspet

    root = tmp_path_factory.mktemp('lsp')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lsp, 'TRAINED', 4)
        prepare_lsp(write(root / 'official_lsp', 'occluded'), root / 'lsp')
    prepare_lspet(write(root / 'official_lspet', 'labelled', joints_first=True), root / 'lspet')
    return root


@pytest.fixture(scope='session')
def hrnet_synthetic(configs):
    """HRNet's synthetic config file."""
    (path,) = (configs / 'hrnet').glob('*_synthetic-*.py')
    return path
