"""Pictures of attention show the right row and column, the right place in the picture, and one line for bad input."""

import json

import cv2
import numpy as np
import pytest
import torch
from mmpose.apis import inference_topdown, init_model

from pose_plugins.attention import AttentionStatistics, PersonAttention, draw_area, inspect_people
from pose_plugins.attention.inspection import inspect_dataset, inspect_pictures
from pose_plugins.utils.errors import InputError


def person(weights, tokens, keypoints=None, scores=None, size=(4, 3)):
    keypoints = np.full((len(tokens), 2), 0.5) if keypoints is None else np.array(keypoints, float)
    return PersonAttention(
        weights=np.asarray(weights, float),
        feature_size=size,
        heatmap_size=size,
        tokens=np.array(tokens),
        keypoints=keypoints,
        scores=np.ones(len(keypoints)) if scores is None else np.array(scores),
        input_size=(40, 30),
        view=np.full((60, 80, 3), 100, np.uint8),
    )


@pytest.fixture(scope='module')
def trained(configs, tmp_path_factory):
    """The synthetic variant with random weights, in a file."""
    (config,) = (configs / 'transpose').glob('*_synthetic-*.py')
    torch.manual_seed(0)
    model = init_model(str(config), device='cpu')
    path = tmp_path_factory.mktemp('model') / 'weights.pth'
    torch.save(dict(state_dict=model.state_dict()), path)
    return config, path


@pytest.fixture(scope='module')
def picture(synthetic_coco):
    return sorted((synthetic_coco / 'val2017').glob('*.jpg'))[0]


def test_areas_are_a_row_and_a_column():
    weights = np.arange(2 * 12 * 12).reshape(2, 12, 12)
    someone = person(weights, [6, 3])  # column 2, row 1; the corner
    assert someone.dependency_area(1, 0).tolist() == weights[1, 6].reshape(3, 4).tolist()
    assert someone.affected_area(-1, 1).tolist() == weights[1, :, 3].reshape(3, 4).tolist()


def test_heat_lies_where_the_attention_is_and_ends_at_the_threshold():
    weights = np.zeros((1, 12, 12))
    weights[0, 0, 11] = 0.8  # the last place, lower right
    weights[0, 0, 8] = 0.05  # lower left, below 1 / 12
    weights[0, 0, 4] = 0.15
    someone = person(weights, [0], [[0.1, 0.1]])
    image = draw_area(someone, 0, 0, 'dependency').astype(int)
    assert abs(image[40, 60] - 100).max() > 40  # where the codec has the last place's heatmap pixel
    assert (image[45, 3] == 100).all()
    assert abs(image[20, 2] - 100).max() > 10
    assert abs(draw_area(someone, 0, 0, 'dependency', threshold=0.01).astype(int)[45, 3] - 100).max() > 5
    assert (draw_area(someone, 0, 0, 'dependency', threshold=0.2)[20, 2] == 100).all()
    assert (image[6, 8 - 6] == (0, 160, 0)).all()  # the ring round the prediction


def test_prediction_and_maps_are_the_models(trained, picture):
    config, checkpoint = trained
    model = init_model(str(config), str(checkpoint), device='cpu')
    box = np.array([[20.0, 30.0, 200.0, 220.0]])
    (someone,) = inspect_people(model, picture, box)
    assert someone.heatmap_size == (24, 32)
    assert someone.weights.shape == (3, 192, 192)
    np.testing.assert_allclose(someone.weights.sum(-1), 1, rtol=1e-5)
    model.test_cfg['flip_test'] = False
    model.test_cfg['output_heatmaps'] = True
    (sample,) = inference_topdown(model, str(picture), box)
    for token, heatmap in zip(someone.tokens, sample.pred_fields.heatmaps):
        y, x = np.unravel_index(heatmap.argmax(), heatmap.shape)
        assert (token % 12, token // 12) == (x // 2, y // 2)
    # the view shows the input: the box's centre is its centre, and a keypoint lies where the picture has it
    left_top, size = sample.input_center - np.array(sample.input_scale) / 2, np.array(sample.input_scale)
    np.testing.assert_allclose(
        someone.keypoints, (sample.pred_instances.keypoints[0] - left_top) / size, atol=0.51 / 128
    )
    assert someone.view.shape == (256, 192, 3)
    assert not model.head.encoder.layers[0].self_attn.recorded


def test_files_for_every_person(trained, synthetic_coco, picture, tmp_path):
    annotations = synthetic_coco / 'annotations/person_keypoints_val2017.json'
    content = json.loads(annotations.read_text())
    (image_id,) = (entry['id'] for entry in content['images'] if entry['file_name'] == picture.name)
    people = sum(a['image_id'] == image_id for a in content['annotations'])
    sheets = inspect_pictures(
        *trained, [picture], tmp_path / 'out', annotations, layers=(0, -1), keypoints=['nose', 'left_wrist']
    )
    assert [sheet.name for sheet in sheets] == [
        f'{picture.stem}_person{i}_layer{layer}.jpg' for i in range(people) for layer in (0, 2)
    ]
    assert sorted(path.name for path in (tmp_path / f'out/{picture.stem}_person0_layer2').iterdir()) == [
        'left_wrist_affected.jpg',
        'left_wrist_dependency.jpg',
        'nose_affected.jpg',
        'nose_dependency.jpg',
    ]
    assert cv2.imread(str(sheets[0])).shape[0] >= 256


def test_keypoints_of_any_name_have_their_files(trained, picture, tmp_path):
    config = tmp_path / 'named.py'
    names = ['tail/base', '../up', 'a\0b', 'Nose', 'nose', *(f'k{i}' for i in range(12))]
    points = {i: dict(name=name, id=i, color=[0, 0, 0], type='', swap='') for i, name in enumerate(names)}
    info = dict(
        dataset_name='named', keypoint_info=points, skeleton_info={}, joint_weights=[1.0] * 17, sigmas=[0.05] * 17
    )
    data = f'dict(dataset=dict(metainfo={info!r}))'
    config.write_text(f'_base_ = {str(trained[0])!r}\ntrain_dataloader = {data}\ntest_dataloader = {data}\n')
    (sheet,) = inspect_pictures(config, trained[1], [picture], tmp_path / 'out')
    files = [path for path in (tmp_path / 'out').rglob('*') if path.is_file()]
    assert len(files) == 1 + 2 * 17 and {path.parent for path in files} == {tmp_path / 'out', sheet.with_suffix('')}
    assert (sheet.with_suffix('') / 'k0_affected.jpg').is_file()


def test_statistics_by_hand():
    weights = np.zeros((1, 12, 12))
    weights[0, 0, [0, 3]] = 0.5  # looks at itself and 30 pixels to the right
    weights[0, 3, 3] = 1
    weights[0, 6] = 1 / 12
    statistics = AttentionStatistics(['a', 'b', 'c'])
    statistics.add(person(weights, [0, 3, 6]))
    statistics.add(person(weights, [3, 3, 6], scores=[1, 1, 0]))  # c is not seen
    result = statistics.result()
    assert (result['people'], result['tokens'], result['counts']) == (2, 12, [2, 2, 1])
    np.testing.assert_allclose(result['mean_attention'][0][0], [(0.5 + 1) / 2, (0.5 + 1) / 2, 0])
    np.testing.assert_allclose(result['mean_distance'][0], [(15 + 0) / 2, 0, result['uniform_distance'][2]])
    assert json.loads(json.dumps(result)) == result


def test_statistics_over_a_data_set(trained, synthetic_coco, tmp_path, configs):
    data = tmp_path / 'data.py'
    (other,) = (configs / 'hrnet').glob('*_synthetic-*.py')
    data.write_text(f"_base_ = '{other}'\ntest_dataloader = dict(dataset=dict(data_root='{synthetic_coco}/'))\n")
    path = inspect_dataset(*trained, data, tmp_path / 'out', max_people=3)
    result = json.loads(path.read_text())
    assert result['people'] == 3 and np.shape(result['mean_attention']) == (3, 17, 17)
    assert {p.name for p in path.parent.iterdir()} == {
        'statistics.json',
        'distance.png',
        *(f'attention_layer{i}.png' for i in range(3)),
    }


@pytest.mark.parametrize(
    'arguments, message',
    [
        (dict(images=['nowhere.jpg']), 'nowhere.jpg: there is no such file'),
        (dict(images=[__file__]), 'is damaged, or no picture that OpenCV can read'),
        (dict(images=['.']), '\\.: is a folder, give its pictures'),
        (dict(images=['zero.jpg']), 'zero.jpg: the file is empty'),
        (dict(threshold=float('nan')), 'threshold=nan: must be at least 0'),
        (dict(device='nonsense'), 'device nonsense: cannot be used: '),
        (dict(device='meta'), 'device meta: cannot be used: '),
        (dict(out='zero.jpg/out'), 'zero.jpg is a file, and must be a folder'),
        (dict(layers=[3]), 'layer 3: the model has encoder layers 0 to 2'),
        (dict(keypoints=['left_hand']), 'there is no left_hand; choose from nose, left_eye'),
        (dict(boxes='nowhere.json'), 'nowhere.json: cannot be read'),
        (dict(boxes='empty.json'), 'empty.json: has no boxes for'),
        (dict(boxes=__file__), 'cannot be read: no JSON: Extra data at line 1'),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else '',
)
def test_bad_input_leaves_nothing(trained, picture, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'zero.jpg').touch()
    crowd = dict(image_id=1, bbox=[0, 0, 9, 9], iscrowd=1)
    (tmp_path / 'empty.json').write_text(
        json.dumps(dict(images=[dict(id=1, file_name=picture.name)], annotations=[crowd]))
    )
    with pytest.raises(InputError, match=message) as error:
        inspect_pictures(*trained, **{'images': [picture], 'out': tmp_path / 'out', **arguments})
    assert '\n' not in str(error.value)
    assert not (tmp_path / 'out').exists()


def test_a_model_without_an_encoder_is_refused(configs, picture, tmp_path):
    (config,) = (configs / 'hrnet').glob('*_synthetic-*.py')
    torch.save(init_model(str(config), device='cpu').state_dict(), tmp_path / 'weights.pth')
    with pytest.raises(InputError, match='HeatmapHead with HRNet: has no encoder over the pixels'):
        inspect_pictures(config, tmp_path / 'weights.pth', [picture], tmp_path / 'out')


def test_pictures_of_one_name_are_refused(trained, picture, tmp_path):
    with pytest.raises(InputError, match='two pictures are called'):
        inspect_pictures(*trained, [picture, picture], tmp_path / 'out')
    boxes = tmp_path / 'boxes.json'
    images = [dict(id=id, file_name=f'sequence{id}/{picture.name}') for id in (1, 2)]
    boxes.write_text(json.dumps(dict(images=images, annotations=[dict(image_id=1, bbox=[0, 0, 9, 9])])))
    with pytest.raises(InputError, match='has 2 pictures called'):
        inspect_pictures(*trained, [picture], tmp_path / 'out', boxes)


def test_bad_data_sets_and_folders(trained, synthetic_coco, picture, tmp_path, configs):
    (tmp_path / 'none.py').write_text('model = dict()\n')
    (tmp_path / 'file').write_text('')
    mpii = configs / 'transpose/td-hm_transpose-r-a4_1xb20-100e_mpii-256x256.py'
    for data, out, people, message in (
        (tmp_path / 'none.py', 'out', None, 'has no test_dataloader'),
        (mpii, 'out', None, 'its data cannot be read'),
        (tmp_path / 'nowhere.py', 'out', None, 'no such config file'),
        (trained[0], 'out', 0, 'max_people=0: must be at least 1'),
    ):
        with pytest.raises(InputError, match=message) as error:
            inspect_dataset(*trained, data, tmp_path / out, people)
        assert '\n' not in str(error.value)
    with pytest.raises(InputError, match='file: is a file, and must be a folder'):
        inspect_pictures(*trained, [picture], tmp_path / 'file')
    assert not (tmp_path / 'out').exists()
    with pytest.raises(InputError, match='nobody was counted'):
        AttentionStatistics(['a']).result()
