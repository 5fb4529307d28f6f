"""Show what a config's network sees: MMPose's tool, with all its options."""

from pose_plugins.training.launch import browse
from pose_plugins.utils.errors import one_line_errors

if __name__ == '__main__':
    with one_line_errors():
        browse()
