"""Write a trained model as an ONNX file that takes crops of people and gives keypoints and scores."""

import argparse
import sys

from mmpose.utils import register_all_modules

from pose_plugins.inference.export import OPSETS, TOLERANCE, check_export, differences, export_onnx
from pose_plugins.inference.model import load_model
from pose_plugins.utils.errors import one_line_errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('model', help='its name or config')
    parser.add_argument('out', help='the file, which ends in .onnx')
    parser.add_argument('--checkpoint', help='its weights; the package brings those of its own models')
    parser.add_argument(
        '--check', action='store_true', help='compare it in onnxruntime with the model; 1 if it differs'
    )
    parser.add_argument('--opset', type=int, default=OPSETS[0], help='version of the operators, 18 to 20')
    parser.add_argument(
        '--flip', action='store_true', help="with the config's flip test inside: better, twice the time"
    )
    args = parser.parse_args()
    check_export(args.out, args.opset)
    register_all_modules()
    model = load_model(args.model, args.checkpoint, 'cpu')
    export_onnx(model, args.out, args.opset, args.flip)
    print(f'wrote {args.out}')
    if args.check:
        pixels, scores = differences(model, args.out, args.flip)
        print(f'largest difference over 100 crops: {pixels:.2g} pixels, score {scores:.2g}')
        if not (pixels <= TOLERANCE and scores <= TOLERANCE):  # NaN is neither
            sys.exit(f'error: {args.out}: differs from the model by more than {TOLERANCE}')


if __name__ == '__main__':
    with one_line_errors():
        main()
