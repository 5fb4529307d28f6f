"""Hashes of the configs, merged with their bases, by which a change of ``configs/`` tells of each config that it changes.

``python tests/merged_configs.py --write`` notes the hashes of today, when a config was changed on purpose.
"""

import copy
import hashlib
import inspect
import json
import re
import sys
from functools import cache
from pathlib import Path

from mmengine.config import Config
from mmengine.runner import Runner

from pose_plugins.utils.files import write_text

ROOT = Path(__file__).resolve().parent.parent
HASHES = ROOT / 'tests/data/merged_configs.json'
# other names of a merged config are those by which its files take parts from each other
READ = {*inspect.signature(Runner).parameters, 'custom_imports', 'codec'}


@cache
def _merged(path):
    return Config.fromfile(path)


def read_config(path):
    """A config of the package merged with its bases, a copy that may be changed; each file is merged once."""
    return copy.deepcopy(_merged(Path(path)))


def merged_hash(cfg):
    """SHA-256 of what is read of a merged config; the order in its dicts does not count."""
    content = {name: value for name, value in cfg.to_dict().items() if name in READ}
    text = re.sub(r'"[^"]*/configs/_base_/', '"configs/_base_/', json.dumps(content, sort_keys=True))  # in any clone
    return hashlib.sha256(text.encode()).hexdigest()


def noted_hashes():
    """Hash by config, as noted in ``tests/data``."""
    return json.loads(HASHES.read_text())


def hashes():
    """Hash by config, as the files are."""
    folder = ROOT / 'configs'
    paths = [path for path in sorted(folder.rglob('*.py')) if '_base_' not in path.parts]
    return {path.relative_to(folder).as_posix(): merged_hash(read_config(path)) for path in paths}


if __name__ == '__main__':
    if sys.argv[1:] != ['--write']:
        sys.exit(__doc__)
    write_text(HASHES, json.dumps(hashes(), indent=1) + '\n')
