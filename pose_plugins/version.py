"""Version of pose_plugins."""

__version__ = '0.1.0'
