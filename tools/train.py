"""Train a model: python tools/train.py CONFIG [options], the options of MMPose's tool."""

from pose_plugins.errors import one_line_errors
from pose_plugins.launch import train

if __name__ == '__main__':
    with one_line_errors():
        train()
