"""tools/predict.py as a user runs it: results, drawn pictures, and one line for each source that is none."""

import importlib.util
import io
import json
import os
import sys
import zlib

import cv2
import numpy as np
import pytest
import torch
from mmpose.registry import MODELS
from mmpose.utils import register_all_modules
from PIL import Image

from pose_plugins.config import load_config
from pose_plugins.experiments.throughput import crowd
from pose_plugins.inference import detectors, media, onnx_estimator
from pose_plugins.inference.formats import FORMATS
from pose_plugins.inference.onnx_metadata import OnnxMetadata
from pose_plugins.utils.errors import InputError


@pytest.fixture(scope='module')
def run(repo, configs, tmp_path_factory):
    """Calls the tool's ``main`` with arguments; the model is a small random one."""
    spec = importlib.util.spec_from_file_location('predict_tool', repo / 'tools/predict.py')
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    (config,) = (configs / 'alphapose').glob('*_synthetic-*.py')
    register_all_modules()
    torch.manual_seed(0)
    weights = tmp_path_factory.mktemp('weights') / 'random.pth'
    torch.save(MODELS.build(load_config(config).model).state_dict(), weights)

    def call(*arguments, whole=True, model=('--model', str(config), '--checkpoint', str(weights))):
        with pytest.MonkeyPatch.context() as patch:
            words = ['predict.py', *map(str, arguments), *model]
            patch.setattr(sys, 'argv', [*words, *(['--whole'] if whole else [])])
            tool.main()

    return call


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / 'pictures'
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(3):
        cv2.imwrite(str(folder / f'{number}.png'), rng.integers(0, 255, (90, 70, 3), np.uint8))
    return folder


def test_poses_are_joined(run, tmp_path, capsys):
    picture, (box, *_) = crowd(1)
    (tmp_path / 'pictures').mkdir()
    cv2.imwrite(str(tmp_path / 'pictures/0.png'), picture)
    row = ','.join(['0', *map(str, box)])
    (tmp_path / 'boxes.csv').write_text('\n'.join(['frame,left,top,right,bottom', *[row] * 3]))
    counts = {}
    for name, options in (
        ('all', []),
        ('joined', ['--pose-nms']),
        ('by size', ['--pose-nms', '--pose-nms-size', '200']),
    ):
        words = [tmp_path / 'pictures', '--boxes', tmp_path / 'boxes.csv', '--out', tmp_path / 'out.json', *options]
        run(*words, whole=False, model=('--model', 'small-person'))
        counts[name] = [len(people) for people in FORMATS['json'].read(tmp_path / 'out.json')]
    assert counts == {'all': [3], 'joined': [1], 'by size': [1]}
    with pytest.raises(InputError, match='size=-1.0: must be positive'):
        run(tmp_path / 'pictures', '--pose-nms', '--pose-nms-size', '-1')
    for options, line in (
        (['--pose-nms-size', '9'], 'is of --pose-nms'),
        (['--trails', '9'], '--trails: is of --draw'),
    ):
        with pytest.raises(SystemExit):
            run(tmp_path / 'pictures', *options)
        assert line in capsys.readouterr().err


def test_results_and_pictures(run, pictures, tmp_path, capsys):
    run(pictures, '--out', tmp_path / 'out.json', '--draw', tmp_path / 'drawn', '--check')
    assert 'largest difference to the plain network: ' in capsys.readouterr().out
    people = list(FORMATS['json'].read(tmp_path / 'out.json'))
    assert [each.source for each in people] == [str(pictures / f'{number}.png') for number in range(3)]
    assert {path.name for path in (tmp_path / 'drawn').iterdir()} == {'0.jpg', '1.jpg', '2.jpg', 'index.html'}
    boxes = dict(
        images=[dict(id=i, file_name=f'{i}.png') for i in range(3)],
        annotations=[dict(id=i, image_id=1, bbox=[i, i, 40, 50], category_id=1) for i in range(5)],
        categories=[dict(id=1, name='person')],
    )
    (tmp_path / 'boxes.json').write_text(json.dumps(boxes))
    arguments = '--boxes', tmp_path / 'boxes.json', '--batch', 2, '--no-flip', '--plain'
    run(pictures, *arguments, '--out', tmp_path / 'boxed.csv', '--format', 'csv', whole=False)
    assert [len(each) for each in FORMATS['csv'].read(tmp_path / 'boxed.csv')] == [5]
    run(pictures / '0.png')
    assert '0.png, frame 0: 1 people' in capsys.readouterr().out


def test_people_of_a_detector(run, pictures, tmp_path, monkeypatch):
    run(pictures, '--detector', 'hog', '--out', tmp_path / 'out.json', whole=False)
    assert [len(each) for each in FORMATS['json'].read(tmp_path / 'out.json')] == [0, 0, 0]  # noise is nobody

    def unreachable(url, path):
        raise InputError(f'{url}: cannot be fetched')

    monkeypatch.setattr(detectors, 'fetch', unreachable)
    with pytest.raises(
        InputError, match='cannot be fetched; or take --detector hog, .* boxes that you have .*, or --whole'
    ):
        run(pictures, '--out', tmp_path / 'none.json', whole=False)
    with pytest.raises(InputError, match='fasterrcnn_resnet50: is no detector; similar ones: fasterrcnn_resnet50_fpn'):
        run(pictures, '--detector', 'fasterrcnn_resnet50', whole=False)
    with pytest.raises(InputError, match='x.py: a detector of mmdet needs its weights'):
        run(pictures, '--detector', 'x.py', whole=False)
    assert not (tmp_path / 'none.json').exists()


def test_what_is_done_before_an_interruption_is_written(run, pictures, tmp_path, monkeypatch):
    (pictures / '2.png').write_bytes(b'no picture')
    with pytest.raises(InputError, match='2.png: is damaged, or no picture that OpenCV can read'):
        run(pictures, '--out', tmp_path / 'out.json', '--batch', 1)
    assert [len(each) for each in FORMATS['json'].read(tmp_path / 'out.json')] == [1, 1]


def malformed(folder):
    """Sources of all kinds of trouble, by name: the path, and what is said; nothing where people come out."""
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 255, (60, 40, 3), np.uint8)
    jpeg, png = (cv2.imencode(suffix, picture)[1].tobytes() for suffix in ('.jpg', '.png'))
    files = {
        'empty.jpg': (b'', 'the file is empty'),
        'empty.mp4': (b'', 'the file is empty'),
        'cut.jpg': (jpeg[: len(jpeg) // 2], 'is cut off'),
        'cut.png': (png[:-20], 'is cut off'),
        'text.png': (b'hello', 'is damaged, or no picture'),
        'cut.mp4': (b'\0\0\0\x18ftypmp42', 'is no video that OpenCV can read'),
        'text.avi': (b'hello' * 100, 'is no video that OpenCV can read'),
        'zip.jpg': (b'PK\3\4' + bytes(100), 'is damaged, or no picture'),
        'tiny.png': (cv2.imencode('.png', picture[:1, :1])[1].tobytes(), None),
        'wide.png': (cv2.imencode('.png', np.zeros((2, 20_000, 3), np.uint8))[1].tobytes(), None),
        'high.png': (cv2.imencode('.png', np.zeros((20_000, 2, 3), np.uint8))[1].tobytes(), None),
        'grey.png': (cv2.imencode('.png', picture[..., 0])[1].tobytes(), None),
        'deep.png': (cv2.imencode('.png', picture.astype(np.uint16) * 257)[1].tobytes(), None),
        'clear.png': (cv2.imencode('.png', np.dstack([picture, picture[..., :1]]))[1].tobytes(), None),
        'name with spaces ä.png': (png, None),
        'wrong_suffix.txt': (png, None),
        'turned.jpg': (_turned(jpeg), None),
        'web.webp': (cv2.imencode('.webp', picture)[1].tobytes(), None),
    }
    colours = Image.fromarray(picture)
    for name, mode in (('cmyk.jpg', 'CMYK'), ('palette.png', 'P'), ('grey_alpha.png', 'LA'), ('bits.png', '1')):
        files[name] = (_saved(colours.convert(mode), name), None)
    files['pages.tiff'] = (_saved(colours, 'x.tiff', save_all=True, append_images=[colours]), None)
    files['progressive.jpg'] = (_saved(colours, 'x.jpg', progressive=True), None)
    files['cut_progressive.jpg'] = (files['progressive.jpg'][0][:-300], 'is cut off')
    huge = b'\0\0\xea\x60' * 2 + b'\x08\x02\0\0\0'  # a header of 60 000 x 60 000 pixels
    chunk = b'\0\0\0\rIHDR' + huge + zlib.crc32(b'IHDR' + huge).to_bytes(4, 'big')
    files['bomb.png'] = (png[:8] + chunk + png[33:], 'is damaged, or no picture')
    files['page.jpg'] = (b'<html><body>404</body></html>', 'is damaged, or no picture')
    files['drawing.png'] = (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 'is damaged, or no picture')
    files['line\nbreak.png'] = (png, None)
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    (folder / 'folder.jpg').mkdir()
    os.mkfifo(folder / 'pipe.jpg')
    (folder / 'link.jpg').symlink_to(folder / 'nothing')
    (folder / 'circle.png').symlink_to(folder / 'circle.png')
    lines = {folder / name: line for name, (_, line) in files.items()}
    return {
        **lines,
        folder / 'circle.png': 'there is no such file or folder',
        folder / ('x' * 300 + '.jpg'): 'cannot be read: File name too long',
        '/dev/zero': 'is no regular file',
        'camera:-1': 'there is no such file or folder',
        'http://127.0.0.1:1/x.mp4': 'is no video that OpenCV can read',
        '~nobody-of-this-name/x.jpg': 'cannot be read',
        folder / 'folder.jpg': 'the folder has no pictures',
        folder / 'pipe.jpg': 'is no regular file',
        folder / 'link.jpg': 'there is no such file or folder',
        folder / 'none.jpg': 'there is no such file or folder',
        str(folder / '*.tif'): 'no picture or video has such a name',
        'camera:98': 'is no camera that can be opened',
        'rtsp://127.0.0.1:1/x': 'is no video that OpenCV can read',
        '': 'is no name of a file',
    }


def _saved(picture, name, **options):
    """The bytes of a file as Pillow writes it."""
    buffer = io.BytesIO()
    picture.save(buffer, Image.registered_extensions()[f'.{name.split(".")[1]}'], **options)
    return buffer.getvalue()


def _turned(jpeg):
    """The JPEG with an EXIF tag that turns it by 90 degrees."""
    tag = b'II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0'
    content = b'Exif\0\0' + tag
    return jpeg[:2] + b'\xff\xe1' + (len(content) + 2).to_bytes(2, 'big') + content + jpeg[2:]


def test_malformed_sources(run, tmp_path):
    folder = tmp_path / 'sources'
    folder.mkdir()
    for number, (source, line) in enumerate(malformed(folder).items()):
        out = tmp_path / f'{number}.json'
        if line is None:
            run(source, '--out', out)
            (people,) = FORMATS['json'].read(out)
            assert len(people) == 1 and np.isfinite(people.keypoints).all(), source
            if str(source).endswith('turned.jpg'):
                assert people.size == (60, 40)
        else:
            with pytest.raises(InputError, match=line) as error:
                run(source, '--out', out)
            assert '\n' not in str(error.value).replace(str(source), '')
            assert not out.exists() or list(FORMATS['json'].read(out)) == []
    assert not list(tmp_path.glob('.*'))


def test_a_video_that_is_cut_off_gives_what_it_has_and_says_so(run, tmp_path, monkeypatch):
    path = tmp_path / 'whole.avi'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 10, (64, 96))
    for picture in np.random.default_rng(0).integers(0, 255, (12, 96, 64, 3), np.uint8):
        writer.write(picture)
    writer.release()
    content = path.read_bytes()
    (tmp_path / 'cut.avi').write_bytes(content[: len(content) // 2])
    said = []
    monkeypatch.setattr(media, 'print_log', lambda text, *_: said.append(text))
    for name, count in (('whole', 12), ('cut', None)):
        run(tmp_path / f'{name}.avi', '--out', tmp_path / f'{name}.json')
        people = list(FORMATS['json'].read(tmp_path / f'{name}.json'))
        assert len(people) == count if count else 1 <= len(people) < 12
    assert len(said) == 1 and f'cut.avi: ended after {len(people)} of 12 frames; it is cut off' in said[0]


class Constant:
    """In the place of an exported file: everybody has the same pose in the crop."""

    metadata = OnnxMetadata(
        (48, 64), 1.25, False, False, ('left_eye', 'right_eye'), (1, 0), ((0, 1),), ((0, 0, 255),), ((9, 9, 9),) * 2
    )

    def __init__(self, path):
        assert str(path) == 'model.onnx'

    def __call__(self, crops):
        assert crops.shape[1:] == (64, 48, 3)
        return np.tile(np.float32([[[24, 32], [48, 0]]]), (len(crops), 1, 1)), np.ones((len(crops), 2), np.float32)


def test_an_exported_file(run, pictures, tmp_path, monkeypatch, capsys):
    """The middle of a crop is the middle of the box, its corner that of the box with its padding."""
    monkeypatch.setattr(onnx_estimator, 'OnnxPose', Constant)
    exported = dict(model=('--onnx', 'model.onnx'))
    run(pictures / '0.png', '--out', tmp_path / 'x.json', '--draw', tmp_path / 'drawn', **exported)
    (people,) = FORMATS['json'].read(tmp_path / 'x.json')
    assert people.names == ('left_eye', 'right_eye') and (tmp_path / 'drawn/0.jpg').is_file()
    np.testing.assert_allclose(people.keypoints[0, 0], [35, 45], atol=1e-3)  # of 70 x 90
    height = 1.25 * 70 / 48 * 64  # the box is widened to the input's shape, then padded
    np.testing.assert_allclose(people.keypoints[0, 1], [35 + 1.25 * 35, 45 - height / 2], atol=1e-3)
    for option in ('--no-flip', '--bfloat16', '--compile', '--plain', '--check'):
        with pytest.raises(SystemExit):
            run(pictures, option, **exported)
        assert f'{option}: is for models of PyTorch, not for --onnx' in capsys.readouterr().err


def test_outputs_that_cannot_be(run, pictures, tmp_path):
    (tmp_path / 'file').touch()
    for arguments, line in (
        (('--out', tmp_path / 'file/x.json'), 'is a file, and must be a folder'),
        (('--out', tmp_path / 'x.txt'), 'must end in .json'),
        (('--out', tmp_path), 'must end in .json'),
        (('--draw', tmp_path / 'file'), '--draw: .*is a file, and must be a folder'),
        (('--batch', 0), 'batch=0: must be at least 1'),
        (('--device', 'nonsense'), 'device nonsense: cannot be used'),
    ):
        with pytest.raises(InputError, match=line):
            run(pictures, *arguments)


@pytest.mark.parametrize('name', ['pose', 'iou', 'flow'])
def test_people_keep_their_ids(run, pictures, tmp_path, name):
    rows = [f'{frame},{left},5,{left + 30},85' for frame in range(3) for left in ((2, 38), (38, 2), (3, 39))[frame]]
    (tmp_path / 'boxes.csv').write_text('\n'.join(['frame,left,top,right,bottom', *rows]))
    run(pictures, '--boxes', tmp_path / 'boxes.csv', '--out', tmp_path / 'out.json', '--track', name, whole=False)
    ids = [people.ids.tolist() for people in FORMATS['json'].read(tmp_path / 'out.json')]
    assert ids == [[0, 1], [1, 0], [0, 1]]


def test_people_keep_their_ids_by_their_looks_too(run, pictures, tmp_path):
    boxes = '\n'.join(['frame,left,top,right,bottom', *(f'{frame},2,5,32,85' for frame in range(3))])
    (tmp_path / 'boxes.csv').write_text(boxes)
    options = (
        '--boxes',
        tmp_path / 'boxes.csv',
        '--out',
        tmp_path / 'out.json',
        '--track',
        'pose',
        '--appearance',
        '0.5',
    )
    run(pictures, *options, whole=False)
    assert [people.ids.tolist() for people in FORMATS['json'].read(tmp_path / 'out.json')] == [[0]] * 3
    for wrong in (('--track', 'iou'), ()):
        with pytest.raises(SystemExit):
            run(pictures, *options[:4], *wrong, '--appearance', '0.5', whole=False)
