"""People a second: every way gives the people of the picture, in order, and the inferencer is given the same boxes."""

import pytest
from mmpose.utils import register_all_modules

import pose_plugins
from pose_plugins.experiments.throughput import INFERENCER, Throughput, measure_throughput, throughput_table
from pose_plugins.utils.errors import InputError


def test_ways_agree():
    register_all_modules()
    model = pose_plugins.load_model('small-person', device='cpu')
    rows = measure_throughput(model, people=5, repeats=1, onnx=False)
    ways = {row.way: row for row in rows}
    assert rows[0].way == INFERENCER and rows[0].difference == 0
    assert ways['plain network'].difference == 0
    assert ways['default'].difference < 0.01 and ways['without flip test'].difference < 0.01
    for row in rows[1:]:
        assert 0 < row.network < row.milliseconds
    with pytest.raises(InputError, match='people=0: must be at least 1'):
        measure_throughput(model, people=0)


def test_the_table_by_hand():
    rows = [Throughput('a', 500.0, None, 0.0), Throughput('b', 125.0, 100.0, 0.00018)]
    assert throughput_table(rows, people=10)[1:] == [
        ['a', '20.0', '1.00', '', '0.0000'],
        ['b', '80.0', '4.00', '0.25', '0.0002'],
    ]
