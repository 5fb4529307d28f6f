"""Test a checkpoint: python tools/test.py CONFIG CHECKPOINT [options], the options of MMPose's tool."""

from pose_plugins.errors import one_line_errors
from pose_plugins.launch import test

if __name__ == '__main__':
    with one_line_errors():
        test()
