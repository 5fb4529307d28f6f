"""Test a checkpoint: python tools/test.py CONFIG CHECKPOINT [options], the options of MMPose's tool."""

from pose_plugins.training.launch import test
from pose_plugins.utils.errors import one_line_errors

if __name__ == '__main__':
    with one_line_errors():
        test()
