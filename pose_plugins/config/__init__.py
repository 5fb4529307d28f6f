"""Reads configs, finds those that come with the package, and tells why one cannot be built."""

from .failures import failures_explained
from .reading import config_dir, load_config

__all__ = ['config_dir', 'failures_explained', 'load_config']
