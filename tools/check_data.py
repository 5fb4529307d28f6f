"""Check the data of a config: what there is of it, and what is wrong: python tools/check_data.py CONFIG.

Annotations, detected boxes and descriptions of keypoints are looked at as before every training and test, and every picture
is opened. Ends with exit code 1 if something would change results.
"""

import argparse
import sys

from mmpose.utils import register_all_modules

from pose_plugins.config import OptionsAction, load_config
from pose_plugins.datasets.survey import Survey
from pose_plugins.utils.errors import InputError, one_line_errors

LOOPS = 'train', 'val', 'test'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='a config file')
    parser.add_argument('--cfg-options', nargs='+', action=OptionsAction, help='settings merged into the config')
    parser.add_argument('--quick', action='store_true', help='open no pictures')
    args = parser.parse_args()
    register_all_modules()
    cfg = load_config(args.config, args.cfg_options)
    loops = [loop for loop in LOOPS if cfg.get(f'{loop}_dataloader')]
    if not loops:
        raise InputError(f'{args.config}: has no data loader')
    survey = Survey(cfg, loops, pictures=not args.quick)
    print(survey)
    sys.exit(survey.wrong)


if __name__ == '__main__':
    with one_line_errors():
        main()
