"""Put a trained model into the package's data: python tools/package_model.py CONFIG CHECKPOINT NAME --description TEXT

Its card is the README beside the config.
"""

import argparse
from pathlib import Path

from pose_plugins.checkpoints import weights_of
from pose_plugins.checkpoints.packaged_models import add_packaged
from pose_plugins.config import config_dir
from pose_plugins.inference.model import load_model
from pose_plugins.utils.errors import InputError, one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('config', type=Path, help="one of the package's configs, as a file")
    parser.add_argument('checkpoint', help='of its training')
    parser.add_argument('name', help='by which it will be loaded')
    parser.add_argument('--description', required=True, help='a line that list_models shows')
    parser.add_argument('--out', type=Path, help="a folder instead of the package's")
    args = parser.parse_args()
    config = args.config.resolve()
    if not config.is_relative_to(config_dir().resolve()):
        raise InputError(f"{args.config}: must be one of the package's, in {config_dir()}")
    state = weights_of(load_model(args.config, args.checkpoint, 'cpu').state_dict())  # what fits the model, and no more
    place = config.relative_to(config_dir().resolve()).as_posix()
    path = add_packaged(args.name, args.description, place, state, args.out)
    print(f'{path}: {path.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    with one_line_errors():
        main()
