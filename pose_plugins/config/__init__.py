"""Reads configs, finds those that come with the package, and tells why one cannot be built."""

from ..utils.package import config_dir
from .failures import failures_explained
from .options import OptionsAction, parse_options
from .reading import load_config

__all__ = ['OptionsAction', 'config_dir', 'failures_explained', 'load_config', 'parse_options']
