"""Exported models: decoding in PyTorch against the codecs', and each method's file against the model itself."""

import sys

import numpy as np
import pytest
import torch
from mmpose.apis import init_model
from mmpose.codecs import MSRAHeatmap, UDPHeatmap

from pose_plugins.codecs import RLELaplaceLabel, SigmoidRefinementLabel
from pose_plugins.config import load_config
from pose_plugins.inference.deployed import Deployed
from pose_plugins.inference.estimator import PLAIN, Estimator
from pose_plugins.inference.export import check_export, export_onnx, predict
from pose_plugins.inference.graph_decoding import decode_heatmaps, laplace_scores, refinement_scores
from pose_plugins.inference.media import Frame
from pose_plugins.inference.onnx_estimator import OnnxEstimator
from pose_plugins.inference.onnx_metadata import OnnxMetadata
from pose_plugins.inference.onnx_model import OnnxPose
from pose_plugins.models.layers import sample_copies, sampled_by
from pose_plugins.utils.errors import InputError

SMALL = {
    'hrnet': 'td-hm_hrnet-w16_1xb32-7e_synthetic',
    'transpose': 'td-hm_transpose-r-a3-small_1xb32-5e_synthetic',
    'alphapose': 'td-reg_fastpose-res18-small_sikr_1xb32-7e_synthetic',
    'poseur': 'td-reg_poseur-res18-small_1xb32-8e_synthetic',
    'tfpose': 'td-reg_tfpose-res18-small_1xb32-5e_synthetic',
}
SIZES = dict(input_size=(96, 128), heatmap_size=(24, 32))
CODECS = {
    'plain': MSRAHeatmap(**SIZES, sigma=2),
    'dark': MSRAHeatmap(**SIZES, sigma=2, unbiased=True, blur_kernel_size=11),
    'dark of 7': MSRAHeatmap(**SIZES, sigma=1.5, unbiased=True, blur_kernel_size=7),
    'udp': UDPHeatmap(**SIZES, sigma=2, blur_kernel_size=11),
}


def small_model(configs, method):
    """A model of random weights whose predictions differ from keypoint to keypoint."""
    torch.manual_seed(0)
    model = init_model(load_config(configs / method / f'{SMALL[method]}-128x96.py'), device='cpu')
    if hasattr(model.head, 'final_layer'):
        torch.nn.init.normal_(model.head.final_layer.weight, std=0.3)
    if isinstance(model.head.decoder, (MSRAHeatmap, UDPHeatmap)):  # of random maps a step of DARK may go anywhere
        model.head.decoder = CODECS['plain']
    for name, parameter in model.head.named_parameters():
        if name.startswith('corrections') or 'sampling_offsets' in name or 'attention_weights' in name:
            torch.nn.init.normal_(parameter, std=0.1)
    return model


def crops_of(model, count):
    width, height = Deployed(model).input_size
    return np.random.default_rng(count).integers(0, 256, (count, height, width, 3), np.uint8)


def bumps():
    """Heatmaps with a peak anywhere, also in corners and at borders, some of them without one: (2, 40, 32, 24)."""
    draw = np.random.default_rng(0)
    x, y = draw.uniform(-1, 24, (2, 40, 1, 1)), draw.uniform(-1, 32, (2, 40, 1, 1))
    x[0, :8, 0, 0] = y[0, :8, 0, 0] = np.arange(8) / 2
    x[1, :8, 0, 0], y[1, :8, 0, 0] = 23 - np.arange(8) / 2, 31 - np.arange(8) / 2
    columns, rows = np.arange(24), np.arange(32)[:, None]
    maps = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8) + 0.002 * draw.standard_normal((2, 40, 32, 24))
    maps[:, -2:] = -np.abs(maps[:, -2:]) - 0.1
    return maps.astype(np.float32)


@pytest.mark.parametrize('name', CODECS)
def test_heatmaps_are_decoded_as_the_codec_does(name):
    maps, codec = bumps(), CODECS[name]
    keypoints, scores = decode_heatmaps(torch.from_numpy(maps), codec)
    expected = [codec.decode(of) for of in maps]
    np.testing.assert_allclose(keypoints, np.concatenate([of[0] for of in expected]), atol=1e-3)
    np.testing.assert_allclose(scores, np.concatenate([of[1] for of in expected]), atol=1e-6)


def test_scores_are_the_codecs():
    values = torch.rand(3, 4, 17, 2) + 0.01
    for codec in (RLELaplaceLabel((96, 128), factor=0.7), RLELaplaceLabel((96, 128), score='rle')):
        np.testing.assert_allclose(laplace_scores(values, codec), codec.scores(values.numpy()), atol=1e-6)
    for score in ('agreement', 'constant'):
        codec = SigmoidRefinementLabel((96, 128), score=score)
        np.testing.assert_allclose(refinement_scores(values, codec), codec.scores(values.numpy()), atol=1e-6)


@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('method', SMALL)
def test_deployed_is_the_head_s_prediction(configs, method, flip):
    model = small_model(configs, method)
    deployed, crops = Deployed(model, flip), crops_of(model, 2)
    with torch.no_grad(), sampled_by(model, sample_copies):
        found = deployed(torch.from_numpy(crops).permute(0, 3, 1, 2).float())
    for tensor, expected in zip(found, predict(deployed, crops)):
        np.testing.assert_allclose(tensor, expected, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize('method', SMALL)
def test_a_file_is_the_model(configs, method, tmp_path):
    for package in ('onnx', 'onnxscript', 'onnxruntime'):
        pytest.importorskip(package)
    model = small_model(configs, method)
    export_onnx(model, tmp_path / 'model.onnx')
    exported, deployed = OnnxPose(tmp_path / 'model.onnx'), Deployed(model)
    assert exported.metadata == OnnxMetadata.of_model(model, flip=False)
    for count in (1, 5):
        crops = crops_of(model, count)
        pictures = torch.from_numpy(crops).permute(0, 3, 1, 2).float()
        with torch.no_grad():
            for found, expected in zip(exported(crops), deployed(pictures)):
                np.testing.assert_allclose(found, expected, atol=1e-3)
    with pytest.raises(InputError, match=r'crops: of shape \(2, 9, 9, 3\), must be \(N, 128, 96, 3\)'):
        exported(np.zeros((2, 9, 9, 3)))
    assert [path.name for path in tmp_path.iterdir()] == ['model.onnx']
    assert_same_in_pictures(model, tmp_path / 'model.onnx')


def assert_same_in_pictures(model, path):
    """People of a picture, by the file and by the model without its flip test."""
    model.test_cfg['flip_test'] = False
    picture = np.random.default_rng(1).integers(0, 256, (150, 200, 3), np.uint8)
    frame, boxes = Frame('noise', 0, picture), np.float32([[20, 10, 90, 140], [-5, 30, 130, 160]])
    poses = []
    for estimator in (OnnxEstimator(path), Estimator(model, PLAIN)):
        poses.append(estimator([estimator.crop(frame, box) for box in boxes]))
    assert estimator.names == OnnxEstimator(path).names
    np.testing.assert_allclose(poses[0].keypoints, poses[1].keypoints, atol=5e-3)
    np.testing.assert_allclose(poses[0].scores, poses[1].scores, atol=1e-3)


def test_a_file_tells_how_people_are_cropped(configs):
    model = small_model(configs, 'hrnet')
    metadata = OnnxMetadata.of_model(model, flip=True)
    assert (metadata.input_size, metadata.padding, metadata.use_udp, metadata.flip) == ((96, 128), 1.0, False, True)
    texts = metadata.to_texts()
    assert OnnxMetadata.from_texts(texts, 'x.onnx') == metadata
    assert metadata.dataset_meta['keypoint_id2name'] == model.dataset_meta['keypoint_id2name']
    assert metadata.dataset_meta['skeleton_links'] == model.dataset_meta['skeleton_links']
    with pytest.raises(InputError, match='x.onnx: has no metadata of pose_plugins'):
        OnnxMetadata.from_texts({**texts, 'format': 'other'}, 'x.onnx')
    broken = dict(
        input_size=['[96]', '[0, 128]', '{', '"ab"'],
        padding=['0', 'null', '-1', 'NaN'],
        keypoint_names=['["nose"]', '3'],
        flip_indices=['[0]', '[' + '0, ' * 16 + '0]'],
        skeleton_links=['[[0, 99]]', '[[0]]', '[0]'],
        skeleton_link_colors=['[]', '[[1, 2]]'],
        keypoint_colors=['[[0, 0, 0]]'],
    )
    for name, values in broken.items():
        for value in [*values, None]:
            changed = {
                key: value if key == name else text for key, text in texts.items() if (key, value) != (name, None)
            }
            with pytest.raises(InputError, match='x.onnx: its metadata are broken; export it again'):
                OnnxMetadata.from_texts(changed, 'x.onnx')
    model.cfg.test_dataloader.dataset.pipeline.insert(1, dict(type='RandomFlip'))
    with pytest.raises(InputError, match='test pipeline: RandomFlip cannot be exported'):
        OnnxMetadata.of_model(model, flip=False)


def test_bad_input_in_one_line(configs, tmp_path, monkeypatch):
    with pytest.raises(InputError, match='model.pt: must end in .onnx'):
        check_export(tmp_path / 'model.pt', 18)
    for opset, limit in ((9, 'at least 18'), (99, 'at most 20')):
        with pytest.raises(InputError, match=f'opset={opset}: must be {limit}'):
            check_export(tmp_path / 'model.onnx', opset)
    model = small_model(configs, 'hrnet')
    model.head.decoder = UDPHeatmap(**SIZES, heatmap_type='combined')
    with pytest.raises(InputError, match='export knows MSRAHeatmap, and UDPHeatmap of Gaussians'):
        Deployed(model)
    model.head = torch.nn.Identity()
    with pytest.raises(InputError, match='head: Identity cannot be exported: export knows HeatmapHead, '):
        Deployed(model)
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(InputError, match='onnxruntime is not installed: pip install onnxruntime'):
        OnnxPose(tmp_path / 'model.onnx')


def test_an_old_torch_is_told_of(tmp_path, monkeypatch):
    monkeypatch.delattr(torch.export, 'Dim', raising=False)
    with pytest.raises(InputError, match='torch .*: is too old to export'):
        check_export(tmp_path / 'a.onnx', 18)


def test_files_of_others_are_refused(tmp_path):
    pytest.importorskip('onnxruntime')
    (tmp_path / 'broken.onnx').write_bytes(b'no graph')
    for name, message in (('broken.onnx', 'onnxruntime cannot read it'), ('none.onnx', 'no such file')):
        with pytest.raises(InputError, match=f'{name}: {message}') as error:
            OnnxPose(tmp_path / name)
        assert '\n' not in str(error.value)
