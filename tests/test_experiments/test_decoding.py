"""Ideal heatmaps and what decoding loses on them, by hand; and the tool that prints it."""

import subprocess
import sys

import numpy as np
import pytest
from mmpose.utils import register_all_modules

from pose_plugins.config import load_config
from pose_plugins.experiments.decoding import decoding_errors, decoding_table, gaussians
from pose_plugins.utils.errors import InputError


def cfg_of(configs, pattern):
    register_all_modules()
    (path,) = configs.glob(pattern)
    return load_config(path)


def test_plain_decoding_by_hand(configs):
    """A peak is moved by a quarter of a pixel, which is four of the input: what is left is uniform in [-1, 1], in x and y."""
    cfg = cfg_of(configs, 'hrnet/*_hrnet-w32_*_coco-256x192.py')
    errors = decoding_errors(cfg, aligned=False, flip=False, count=4000)
    assert errors.max() < 2**0.5 + 0.01
    square = np.random.default_rng(0).uniform(-1, 1, (100000, 2))
    assert errors.mean() == pytest.approx(np.linalg.norm(square, axis=1).mean(), abs=0.02)


def test_transpose_needs_its_own(configs):
    own, other = (
        cfg_of(configs, p) for p in ('transpose/*r-a4_*_coco-256x192.py', 'hrnet/*_hrnet-w32_*_coco-256x192.py')
    )
    assert decoding_errors(own, aligned=True).max() < 0.01
    assert decoding_errors(other, aligned=True).mean() > 1.5
    own.model.test_cfg.shift_heatmap = True  # shifted by a pixel that is none too many without
    assert decoding_errors(own, aligned=True).mean() == pytest.approx(2, abs=0.3)
    heading, row = decoding_table([own], aligned=True)
    assert heading[0] == 'config' and 'r-a4' in row[0] and row[1:3] == ['0.000', '0.005'] and float(row[3]) > 1.5


def test_gaussians():
    (heatmap,) = gaussians(np.array([[2.0, 1.0]]), np.array([5, 4]), sigma=2)
    assert heatmap.shape == (4, 5) and heatmap[1, 2] == 1
    assert heatmap[1, 4] == pytest.approx(np.exp(-0.5)) and heatmap[3, 2] == pytest.approx(np.exp(-0.5))


def test_heads_without_heatmaps(configs):
    cfg = cfg_of(configs, 'poseur/*_poseur-res50_*_coco-256x192.py')
    with pytest.raises(InputError, match='model.head.decoder is RLELaplaceLabel'):
        decoding_errors(cfg, aligned=False)


@pytest.mark.slow
def test_the_tool(configs, repo):
    (path,) = configs.glob('transpose/*r-a4_*_coco-256x192.py')
    command = [sys.executable, 'tools/decoding_errors.py', str(path), '--aligned', '--csv']
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1] == f'{path.stem},0.000,0.005,0.000,0.005'
