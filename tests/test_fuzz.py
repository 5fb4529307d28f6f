"""Readers of files, fed with damaged ones: a result or one line, never a traceback, a hang or a written half.

The examples are the same in every run, and as many as a minute or two allow.
"""

import faulthandler
import json
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from damage import bounded, damaged, damaged_bytes, damaged_lines
from hypothesis import given
from hypothesis import strategies as st

from pose_plugins.checkpoints import read_checkpoint
from pose_plugins.checkpoints.convert import SOURCES, convert_checkpoint
from pose_plugins.config import load_config
from pose_plugins.datasets.annotations import read_annotations
from pose_plugins.datasets.part_statistics import FACE_AND_HANDS, collect_part_statistics, read_part_statistics
from pose_plugins.inference.sources import read_people
from pose_plugins.utils.errors import InputError


@contextmanager
def a_result_or_one_line():
    """Neither a traceback, nor several lines, nor a hang, of which the process would die."""
    faulthandler.dump_traceback_later(30, exit=True)
    try:
        yield
    except InputError as error:
        assert str(error).strip()
        assert '\n' not in str(error)
    finally:
        faulthandler.cancel_dump_traceback_later()


def people(count=3, keypoints=17):
    """A small valid file in COCO's format."""
    rng = np.random.default_rng(0)
    images = [dict(id=i, file_name=f'{i}.jpg', width=64, height=48) for i in range(2)]
    annotations = [
        dict(
            id=i,
            image_id=i % 2,
            category_id=1,
            bbox=[4, 4, 40, 36],
            area=700.0,
            iscrowd=0,
            num_keypoints=keypoints,
            keypoints=[v for _ in range(keypoints) for v in (*rng.integers(5, 40, 2).tolist(), 2)],
        )
        for i in range(count)
    ]
    return dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')])


@bounded(400)
@given(content=damaged(people()))
def test_annotations(tmp_path, content):
    path = tmp_path / 'a.json'
    path.write_text(json.dumps(content))
    with a_result_or_one_line():
        read_annotations(path)
    with a_result_or_one_line():
        read_people(path, ['0.jpg', '1.jpg'], 17)


@bounded(100)
@given(content=damaged_bytes(json.dumps(people(1)).encode()))
def test_bytes_of_annotations(tmp_path, content):
    path = tmp_path / 'a.json'
    path.write_bytes(content)
    with a_result_or_one_line():
        read_annotations(path)


@bounded(100)
@given(content=damaged(people(2, 136)))
def test_annotations_of_parts(tmp_path, content):
    path = tmp_path / 'halpe.json'
    path.write_text(json.dumps(content))
    with a_result_or_one_line():
        collect_part_statistics(path)


@bounded(200)
@given(content=damaged({part: [[0.1, -0.2, 0.3, 0.2, 0.5], [0.2, 0.1, 0.4, 0.3, 0.5]] for part in FACE_AND_HANDS}))
def test_part_statistics(tmp_path, content):
    path = tmp_path / 'parts.json'
    path.write_text(json.dumps(content))
    with a_result_or_one_line():
        statistics = read_part_statistics(path)
        assert all(np.isfinite(places).all() for places in statistics.values())


def checkpoint():
    """As a training writes it, small."""
    layer = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return dict(
        meta=dict(epoch=1, iter=10, dataset_meta=dict(sigmas=np.ones(2), names=['a', 'b'])),
        state_dict={f'module.{name}': value for name, value in layer.state_dict().items()},
        optimizer=optimizer.state_dict(),
        message_hub=dict(log_scalars={}, runtime_info=dict(epoch=1), resumed_keys={}),
    )


@pytest.fixture(scope='module')
def checkpoint_bytes(tmp_path_factory):
    path = tmp_path_factory.mktemp('checkpoint') / 'a.pth'
    torch.save(checkpoint(), path)
    return path.read_bytes()


@bounded(150)
@given(data=st.data())
def test_bytes_of_checkpoints(tmp_path, checkpoint_bytes, data):
    path = tmp_path / 'a.pth'
    path.write_bytes(data.draw(damaged_bytes(checkpoint_bytes)))
    with a_result_or_one_line():
        read_checkpoint(path)


@bounded(100)
@given(content=damaged(checkpoint()), source=st.sampled_from(sorted(SOURCES)))
def test_content_of_checkpoints(tmp_path, content, source):
    path, result = tmp_path / 'a.pth', tmp_path / 'converted.pth'
    torch.save(content, path)
    with a_result_or_one_line():
        read_checkpoint(path)
    with a_result_or_one_line():
        convert_checkpoint(path, result, source)
    assert [file.name for file in tmp_path.iterdir()] == ['a.pth']  # it is none of theirs, and nothing was written


@bounded(150)
@given(data=st.data())
def test_text_of_configs(tmp_path, hrnet_synthetic, data):
    path = tmp_path / 'config.py'
    text = hrnet_synthetic.read_text().replace('../', f'{hrnet_synthetic.parent.parent}/')
    path.write_text(data.draw(damaged_lines(text)))
    with a_result_or_one_line():
        load_config(path)
