"""Show what a config's network sees: MMPose's tool, with all its options."""

from pose_plugins.errors import one_line_errors
from pose_plugins.launch import browse

if __name__ == '__main__':
    with one_line_errors():
        browse()
