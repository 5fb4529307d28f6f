"""Reads configs, and finds those that come with the package."""

from .reading import config_dir, load_config

__all__ = ['config_dir', 'load_config']
