"""Find people and their poses in pictures, videos or a camera: python tools/predict.py SOURCE ... --model NAME --whole"""

import argparse
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice

import cv2
import torch
from tqdm import tqdm

from pose_plugins.evaluation.pose_nms import PoseNMS, published_nms
from pose_plugins.inference.boxes import read_boxes
from pose_plugins.inference.detectors import DEFAULT, HOG, build_detector
from pose_plugins.inference.drawing import draw_people
from pose_plugins.inference.drawings import Drawings
from pose_plugins.inference.estimator import FAST, PLAIN, Estimator, largest_difference
from pose_plugins.inference.formats import FORMATS
from pose_plugins.inference.media import found_sources, frames
from pose_plugins.inference.model import check_device, load_model
from pose_plugins.inference.onnx_estimator import OnnxEstimator
from pose_plugins.inference.people import FindPeople, inside, whole_picture
from pose_plugins.inference.pose_estimator import PoseEstimator
from pose_plugins.inference.predict import AHEAD, check_boxes, estimated
from pose_plugins.inference.tracking import KINDS, Tracker, build_tracker
from pose_plugins.utils.arguments import at_least
from pose_plugins.utils.errors import InputError, one_line_errors
from pose_plugins.utils.files import printable
from pose_plugins.utils.memory import keep_freed_memory
from pose_plugins.utils.threads import Behind, ahead

DEFAULT_MODEL = 'small-person'
THRESHOLD = 0.5


def main() -> None:
    args = parse_args()
    at_least(1, **{'--batch': args.batch})
    keep_freed_memory()
    sources = found_sources(args.source)
    estimator = estimator_of(args)
    people = people_of(args, args.device or ('cuda:0' if torch.cuda.is_available() else 'cpu'))
    check_boxes(people, sources)
    nms = nms_of(args, len(estimator.names))
    tracker = tracker_of(args, estimator)
    if args.check and isinstance(estimator, Estimator):
        check(estimator, sources, people, args.batch)
    with ExitStack() as stack:
        sinks = []
        if args.draw:
            drawn = Drawings(args.draw, estimator.dataset_meta, args.draw_threshold, args.trails, sources)
            sinks.append(stack.enter_context(drawn).write)
        if args.out:
            writer = stack.enter_context(FORMATS[args.format or 'json'](args.out))
            sinks.append(lambda frame, found: writer.write(found))
        behind = stack.enter_context(Behind(lambda pair: [sink(*pair) for sink in sinks], AHEAD))
        start, count, pictures = time.perf_counter(), 0, 0
        told = sources[0].handle if len(sources) == 1 and hasattr(sources[0], 'handle') else None
        bar = stack.enter_context(tqdm(total=None if told is not None else len(sources), unit='picture', disable=None))
        try:
            for frame, found in estimated(ahead(frames(sources), AHEAD), estimator, people, args.batch, nms, tracker):
                behind.put((frame, found))
                pictures, count = pictures + 1, count + len(found)
                if told is not None:
                    bar.total = frame.frames
                bar.set_postfix_str(f'{count / (time.perf_counter() - start):.1f} people/s', refresh=False)
                bar.update()
                if args.show and shown(draw_people(frame.picture, found, estimator.dataset_meta, args.draw_threshold)):
                    break
                if not (args.out or args.draw or args.show):
                    print_people(found)
        except KeyboardInterrupt:
            tqdm.write('interrupted; what was found until now is written', file=sys.stderr)
    seconds = time.perf_counter() - start
    print(f'{count} people in {pictures} pictures, {seconds:.1f} s', file=sys.stderr)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'source', nargs='+', help='pictures, folders, patterns, videos, addresses of streams, or camera:N'
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument('--model', default=DEFAULT_MODEL, help='its name or config (default: %(default)s)')
    which.add_argument('--onnx', metavar='FILE', help='a file of tools/export_onnx.py instead, run by onnxruntime')
    parser.add_argument('--checkpoint', help='its weights; the package brings those of its own models')
    where = parser.add_mutually_exclusive_group()
    where.add_argument('--whole', action='store_true', help='each picture is one person')
    where.add_argument('--boxes', help='people from a file: COCO JSON, MOT text, CSV')
    where.add_argument(
        '--detector', default=DEFAULT, help=f"torchvision's, {HOG}, or a config of mmdet (default: %(default)s)"
    )
    parser.add_argument('--detector-weights', help='a file')
    parser.add_argument('--threshold', type=float, help=f'of people that a detector finds (default: {THRESHOLD})')
    parser.add_argument('--pose-nms', action='store_true', help='join poses of the same person as AlphaPose does')
    parser.add_argument(
        '--pose-nms-size',
        type=float,
        metavar='PIXELS',
        help="its distances by the person's size, whose box's longer side is taken as so many (default: in pixels)",
    )
    parser.add_argument('--track', choices=KINDS, help='give people ids that stay through a video')
    parser.add_argument(
        '--appearance',
        type=float,
        metavar='SHARE',
        help="of --track pose: know people again by the backbone's features at their keypoints as well, to such a share",
    )
    parser.add_argument('--batch', type=int, default=32, help='people in a batch (default: 32)')
    parser.add_argument('--device', help="such as 'cpu'; a GPU by default where there is one")
    parser.add_argument('--out', help='file of the results, or folder for openpose; they are printed without it')
    parser.add_argument('--format', choices=FORMATS, help='of --out (default: json)')
    parser.add_argument('--draw', help='folder for drawn pictures and videos')
    parser.add_argument('--draw-threshold', type=float, default=0.3, help='of keypoints (default: 0.3)')
    parser.add_argument('--trails', type=int, default=0, metavar='FRAMES', help='draw where tracked people were')
    parser.add_argument('--show', action='store_true', help='show what is drawn in a window; q ends')
    parser.add_argument('--no-flip', action='store_true', help='without the flip test of the config: twice as fast')
    parser.add_argument('--bfloat16', action='store_true', help='less precision, faster where the processor has it')
    parser.add_argument('--compile', action='store_true', help='torch.compile: the first batch takes a minute')
    parser.add_argument(
        '--plain', action='store_true', help="MMPose's own decoding, without fused batch norms and channels-last"
    )
    parser.add_argument('--check', action='store_true', help='tell how far the first batch is from the plain network')
    args = parser.parse_args()
    of_networks = ('checkpoint', 'no_flip', 'bfloat16', 'compile', 'plain', 'check')
    given = [name for name in of_networks if getattr(args, name)]
    if args.onnx and given:
        parser.error(f'--{given[0].replace("_", "-")}: is for models of PyTorch, not for --onnx')
    if args.pose_nms_size is not None and not args.pose_nms:
        parser.error('--pose-nms-size: is of --pose-nms')
    if args.appearance is not None and (args.track != 'pose' or args.onnx):
        parser.error('--appearance: is of --track pose, and of models of PyTorch')
    if args.format and not args.out:
        parser.error('--format: is of --out')
    if (args.whole or args.boxes) and (args.threshold is not None or args.detector_weights):
        parser.error('--threshold and --detector-weights: are of a detector, and --whole or --boxes take its place')
    if args.trails and not args.draw:
        parser.error('--trails: is of --draw')
    return args


def estimator_of(args: argparse.Namespace) -> PoseEstimator:
    """The model or the exported file."""
    if args.onnx:
        return OnnxEstimator(args.onnx)
    speed = replace(
        PLAIN if args.plain else FAST,
        bfloat16=args.bfloat16,
        compile=args.compile,
        flip=False if args.no_flip else None,
    )
    return Estimator(load_model(args.model, args.checkpoint, args.device), speed, bool(args.appearance))


def tracker_of(args: argparse.Namespace, estimator: PoseEstimator) -> Tracker | None:
    """The tracker, if people are to be tracked."""
    if not args.track:
        return None
    config = dict(type=KINDS[args.track].__name__)
    if args.appearance is not None:
        config['appearance'] = args.appearance
    return build_tracker(config, estimator.dataset_meta.get('sigmas'))


def people_of(args: argparse.Namespace, device: str) -> FindPeople:
    """Where people are."""
    if args.whole:
        return whole_picture
    if args.boxes:
        return read_boxes(args.boxes)
    check_device(device)
    threshold = THRESHOLD if args.threshold is None else args.threshold
    return build_detector(args.detector, args.detector_weights, threshold, device)


def nms_of(args: argparse.Namespace, keypoints: int) -> PoseNMS | None:
    """When poses are one."""
    return replace(published_nms(keypoints), size=args.pose_nms_size) if args.pose_nms else None


def check(estimator: Estimator, sources: list, people: FindPeople, batch: int) -> None:
    """Tell how far the first batch is from the plain network."""
    crops: list = []
    for frame in islice(frames(sources), batch):
        crops += [estimator.crop(frame, box) for box in inside(people(frame), frame).boxes]
        if len(crops) >= batch:
            break
    if crops:
        print(f'largest difference to the plain network: {largest_difference(estimator, crops[:batch]):.2g} pixels')


def shown(picture) -> bool:
    """Show a picture; whether the user wants to end."""
    try:
        cv2.imshow('people', picture)
        return cv2.waitKey(1) & 0xFF == ord('q')
    except cv2.error:
        raise InputError(
            '--show: there is no display, or OpenCV was built without windows; take --draw FOLDER'
        ) from None


def print_people(people) -> None:
    """The people of a picture on the screen."""
    print(f'{printable(people.source)}, frame {people.frame}: {len(people)} people')
    for person in people:
        points = ', '.join(f'{name} {x:.0f} {y:.0f}' for name, (x, y) in zip(person.names, person.keypoints[0]))
        print(f'  {float(person.person_scores[0]):.2f}: {points}')


if __name__ == '__main__':
    with one_line_errors():
        main()
