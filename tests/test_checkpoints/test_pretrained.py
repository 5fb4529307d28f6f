"""The sources of weights that a config can name, with the files of their addresses put where downloads lie."""

import sys
from types import SimpleNamespace

import pytest
import torch
import torchvision
from mmengine.config import Config
from mmengine.model import PretrainedInit
from mmengine.runner import CheckpointLoader, get_external_models, get_mmcls_models, get_torchvision_models
from mmpose.models import HRNet, MobileNetV2, ResNet
from torch import nn

from pose_plugins.checkpoints import download, read_source, safe
from pose_plugins.checkpoints.download import cached_path
from pose_plugins.utils.errors import InputError


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """The folder of downloads, empty; whoever touches the network fails."""

    def refuse(url):
        raise ConnectionRefusedError('the network was touched')

    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    monkeypatch.setenv('MMENGINE_HOME', str(tmp_path / 'mmengine'))
    monkeypatch.setattr(download, '_open', refuse)
    folder = tmp_path / 'hub/checkpoints'
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def no_timm(monkeypatch):
    """An environment without timm."""
    monkeypatch.setitem(sys.modules, 'timm', None)


@pytest.fixture
def stand_in(monkeypatch):
    """Something like timm, which has the weights of two models and knows a third one."""
    configs = {
        'hrnet_w32': SimpleNamespace(hf_hub_id='timm/hrnet_w32.ms_in1k', hf_hub_filename=None, url=''),
        'xception': SimpleNamespace(hf_hub_id=None, url='https://weights.invalid/xception-0123.pth'),
        'botnet': SimpleNamespace(hf_hub_id=None, url=''),
    }
    configs['hrnet_w32.ms_in1k'] = configs['hrnet_w32']
    for config in configs.values():
        config.has_weights = config.url or config.hf_hub_id

    def get_pretrained_cfg(name):
        if name not in configs:
            raise RuntimeError('Invalid pretrained tag')
        return configs[name]

    timm = SimpleNamespace(
        is_model=lambda name: name.split('.')[0] in configs,
        list_models=lambda include_tags: list(configs),
        list_pretrained=lambda: ['hrnet_w32.ms_in1k', 'xception'],
        models=SimpleNamespace(get_pretrained_cfg=get_pretrained_cfg),
    )
    hub = SimpleNamespace(
        hf_hub_url=lambda repository, file, revision: f'https://hub.invalid/{repository}/{file}',
        try_to_load_from_cache=lambda repository, file, revision: None,
    )
    monkeypatch.setitem(sys.modules, 'timm', timm)
    monkeypatch.setitem(sys.modules, 'huggingface_hub', hub)
    return hub


def shaken(model):
    """A network of which no two weights are alike, for inference."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.1)
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model.eval()


def initialised(backbone, source, **options):
    """A backbone of MMPose's with what ``init_cfg=dict(type='Pretrained', checkpoint=source)`` gives it."""
    model = backbone(init_cfg=None, **options)
    PretrainedInit(source)(model)
    model.eval()  # MMPose's give nothing back here
    return model


def message(source):
    """The one line that tells of a source that cannot be read."""
    with pytest.raises(InputError) as error:
        read_source(source)
    assert '\n' not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize('name', ['mobilenet_v2', 'mobilenet_v2.imagenet1k_v2'])
def test_torchvisions_mobilenet_is_mmposes(name):
    theirs = shaken(torchvision.models.mobilenet_v2())
    torch.save(theirs.state_dict(), cached_path(get_torchvision_models()[name]))
    ours = initialised(MobileNetV2, f'torchvision://{name}', out_indices=(1, 7))
    weights = read_source(f'torchvision://{name}')
    assert {key: value.shape for key, value in ours.state_dict().items()} == {
        key: value.shape for key, value in weights.items()
    }
    pictures = torch.randn(2, 3, 64, 48)
    with torch.no_grad():
        stride_4, stride_32 = ours(pictures)
        torch.testing.assert_close(stride_4, theirs.features[:4](pictures))
        torch.testing.assert_close(stride_32, theirs.features(pictures))


@pytest.mark.parametrize('scheme', ['torchvision', 'modelzoo'])
def test_torchvisions_other_networks_keep_their_names(scheme):
    weights = shaken(torchvision.models.resnet18()).state_dict()
    torch.save(weights, cached_path(get_torchvision_models()['resnet18']))
    ours = initialised(ResNet, f'{scheme}://resnet18', depth=18).state_dict()
    assert all(torch.equal(value, weights[key]) for key, value in ours.items())


def test_mmengines_names_and_addresses(cache, tmp_path):
    torch.save(dict(state_dict=dict(a=torch.ones(1))), cache / 'some.pth')
    assert list(read_source('https://weights.invalid/some.pth')['state_dict']) == ['a']
    torch.save(dict(state_dict={'backbone.a': 1, 'head.a': 2}), cached_path(get_mmcls_models()['mobilenet_v2']))
    assert read_source('mmcls://mobilenet_v2') == dict(state_dict=dict(a=1))
    torch.save(dict(b=1), cached_path(get_external_models()['detectron2/resnet50_caffe']))
    for name in ('openmmlab://detectron2/resnet50_caffe', 'open-mmlab://detectron2/resnet50_caffe'):
        assert read_source(name) == dict(b=1)
    (tmp_path / 'mmengine/open_mmlab.json').write_text('{"mine": "mine.pth"}')
    torch.save(dict(c=1), tmp_path / 'mmengine/mine.pth')
    assert read_source('openmmlab://mine') == dict(c=1)


def test_files_anywhere(tmp_path, monkeypatch):
    torch.save(dict(a=1), tmp_path / 'a.pth')
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / 'a.pth', 'a.pth', './a.pth', '~/a.pth'):
        assert read_source(path) == dict(a=1)
    assert message(tmp_path / 'b.pth') == f'{tmp_path}/b.pth: no such checkpoint file'
    (tmp_path / 'a.pth').write_bytes((tmp_path / 'a.pth').read_bytes()[:100])
    assert message('a.pth') == 'a.pth: damaged, or not a PyTorch checkpoint'


class Evil:
    """A pickle of it makes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), 'w')


@pytest.mark.parametrize('old', sorted({safe._old_torch(), True}))  # an old torch reads in the one way alone
@pytest.mark.parametrize('source', ['evil.pth', 'https://weights.invalid/evil.pth', 'torchvision://resnet18'])
def test_nothing_in_a_file_is_executed(cache, monkeypatch, tmp_path, old, source):
    monkeypatch.setattr(safe, '_old_torch', lambda: old)
    monkeypatch.chdir(cache)
    for path in ('evil.pth', cached_path(get_torchvision_models()['resnet18'])):
        torch.save(Evil(tmp_path / 'harm'), path)
    assert 'refused, because it holds' in message(source)
    with pytest.raises(InputError):
        CheckpointLoader.load_checkpoint(source)  # as mmengine and MMPose do
    assert not (tmp_path / 'harm').exists()


def test_what_cannot_be_fetched_is_found_when_put_by_hand():
    url = 'https://weights.invalid/hrnet.pth'
    path = cached_path(url)
    assert message(url) == (
        f'{url}: cannot be fetched (the network was touched); a file put by hand is looked for at {path}'
    )
    torch.save(dict(a=1), path)
    assert read_source(url) == dict(a=1)


def test_a_damaged_file_in_the_cache_is_named(cache):
    (cache / 'cut.pth').write_bytes(b'PK\x03\x04 and no more')
    assert message('https://weights.invalid/cut.pth') == (
        f'{cache}/cut.pth: damaged, or not a PyTorch checkpoint; remove it, and it is fetched again'
    )


@pytest.mark.parametrize(
    'source, told',
    [
        ('foo://x', 'foo://x: no such source of weights; a file, or one of http://, https://, mmcls://'),
        ('torchvision://resnte50', 'torchvision://resnte50: no such weights; similar ones: resnet50, '),
        ('mmcls://mobilnet_v2', 'mmcls://mobilnet_v2: no such weights; similar ones: mobilenet_v2'),
        ('openmmlab://x', 'openmmlab://x: no such weights'),
    ],
)
def test_names_that_there_are_not(source, told):
    assert message(source).startswith(told)


def test_timm_is_needed_only_for_what_is_not_there(cache, no_timm):
    told = message('timm://hrnet_w32.ms_in1k')
    assert told.startswith('timm://hrnet_w32.ms_in1k: needs timm, which is not installed (')
    assert told.endswith(
        '): pip install timm; a file put by hand, https://huggingface.co/timm/hrnet_w32.ms_in1k/resolve/main/'
        f'model.safetensors, is looked for at {cache}/hrnet_w32.ms_in1k.safetensors'
    )


def test_timm_names_that_there_are_not(stand_in):
    assert message('timm://hrnet_w23') == 'timm://hrnet_w23: timm has no such model; similar ones: hrnet_w32, ' + (
        'hrnet_w32.ms_in1k'
    )
    assert message('timm://hrnet_w32.ms_in2k') == (
        'timm://hrnet_w32.ms_in2k: timm has no weights of that name; similar ones: hrnet_w32.ms_in1k'
    )
    assert message('timm://botnet') == 'timm://botnet: timm has no weights of that name'


def test_timm_names_lead_to_addresses_and_to_the_hubs_cache(stand_in, cache, tmp_path, monkeypatch):
    for name in ('hrnet_w32', 'hrnet_w32.ms_in1k'):  # timm's default, too
        assert message(f'timm://{name}') == (
            'https://hub.invalid/timm/hrnet_w32.ms_in1k/model.safetensors: cannot be fetched (the network was touched); '
            f'a file put by hand is looked for at {cache}/hrnet_w32.ms_in1k.safetensors'
        )
    torch.save(dict(a=1), cache / 'xception-0123.pth')
    assert read_source('timm://xception') == dict(a=1)
    (tmp_path / 'model.safetensors').write_bytes(b'cut')
    monkeypatch.setattr(stand_in, 'try_to_load_from_cache', lambda *_, **__: str(tmp_path / 'model.safetensors'))
    assert message('timm://hrnet_w32').startswith(f'{tmp_path}/model.safetensors: ')


def test_safetensors_are_needed_only_for_their_files(cache, monkeypatch):
    monkeypatch.setitem(sys.modules, 'safetensors', None)
    (cache / 'a.safetensors').touch()
    assert message(cache / 'a.safetensors').endswith('is read with a package that is missing: pip install safetensors')


def test_damaged_safetensors(cache, no_timm):
    pytest.importorskip('safetensors')
    for content in (b'', b'\x08\0\0\0\0\0\0\0{"a":', b'PK\x03\x04 and no more'):
        (cache / 'hrnet_w32.safetensors').write_bytes(content)
        assert message('timm://hrnet_w32') == (
            f'{cache}/hrnet_w32.safetensors: damaged, or not a safetensors file; remove it, and it is fetched again'
        )


def test_what_timm_has(configs, cache, monkeypatch, tmp_path):
    """The real package: what is used of it is there, and its HRNet is MMPose's."""
    timm = pytest.importorskip('timm')
    from safetensors.torch import save_file

    assert f'looked for at {cache}/hrnet_w48.ms_in1k.safetensors' in message('timm://hrnet_w48.ms_in1k')
    assert 'similar ones: hrnet_w32.ms_in1k' in message('timm://hrnet_w32.ms_in2k')
    assert 'similar ones: hrnet_w32' in message('timm://hrnet_w33.ms_in1k')
    assert 'no weights of that name' in message('timm://botnet50ts_256')

    snapshot = tmp_path / 'models--timm--hrnet_w32.ms_in1k/snapshots/0'
    snapshot.mkdir(parents=True)
    (snapshot.parents[1] / 'refs').mkdir()
    (snapshot.parents[1] / 'refs/main').write_text('0')
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_CACHE', str(tmp_path))
    theirs = shaken(timm.create_model('hrnet_w32'))
    save_file(theirs.state_dict(), snapshot / 'model.safetensors')

    extra = Config.fromfile(configs / '_base_/hrnet_w32.py').hrnet_w32.extra
    extra.stage4.multiscale_output = True
    ours = initialised(HRNet, 'timm://hrnet_w32.ms_in1k', extra=extra)
    weights = read_source('timm://hrnet_w32.ms_in1k')
    assert weights.keys() == ours.state_dict().keys()  # the classifier's are left out
    pictures = torch.randn(1, 3, 64, 32)
    with torch.no_grad():
        stem = theirs.act1(theirs.bn1(theirs.conv1(pictures)))
        stem = theirs.act2(theirs.bn2(theirs.conv2(stem)))
        for found, expected in zip(ours(pictures), theirs.stages(stem), strict=True):
            torch.testing.assert_close(found, expected)


def test_timms_hrnet_w48_fits(configs, cache):
    """A file put by hand: it has every weight of the backbone; what is left is of resolutions that are not asked for."""
    timm = pytest.importorskip('timm')
    from safetensors.torch import save_file

    cached_path('any').parent.mkdir(parents=True, exist_ok=True)
    save_file(timm.create_model('hrnet_w48').state_dict(), cached_path('hrnet_w48.ms_in1k.safetensors'))
    weights = read_source('timm://hrnet_w48.ms_in1k')
    ours = HRNet(extra=Config.fromfile(configs / '_base_/hrnet_w48.py').hrnet_w48.extra).state_dict()
    assert {key: value.shape for key, value in ours.items()}.items() <= {k: v.shape for k, v in weights.items()}.items()
    assert len(ours) == 1752
    assert all(key.startswith('stage4.2.fuse_layers.') for key in weights.keys() - ours.keys())


def test_mobilenet_under_other_names(cache):
    """A file put by hand that is not torchvision's, of which nothing would be loaded."""
    from mmengine.runner import get_torchvision_models

    path = cached_path(get_torchvision_models()['mobilenet_v2'])
    path.parent.mkdir(parents=True, exist_ok=True)
    for weights in ({'conv1.conv.weight': torch.zeros(1)}, {'features.99.0.weight': torch.zeros(1)}, {}):
        torch.save(weights, path)
        assert "torchvision://mobilenet_v2: not torchvision's MobileNetV2" in message('torchvision://mobilenet_v2')


def test_files_that_have_one_name_for_all_models(cache):
    host = 'https://huggingface.co'
    one, other = (cached_path(f'{host}/{of}/resolve/main/model.safetensors?download=true') for of in ('a/b', 'a/c'))
    assert one != other and one.name == 'a--b--resolve--main--model.safetensors'
    assert cached_path('https://host/x/hrnet.pth').name == cached_path('hrnet.pth').name == 'hrnet.pth'


def test_weights_under_model_are_found_by_mmengine(tmp_path):
    """It looks for 'state_dict', else takes the whole file; without a word it took nothing."""
    torch.save(dict(model=dict(a=torch.ones(1)), epoch=3), tmp_path / 'a.pth')
    assert read_source(tmp_path / 'a.pth') == dict(epoch=3, state_dict=dict(a=torch.ones(1)))


def test_sources_without_a_name():
    assert message('') == 'no source of weights is named'
    assert message('pavi://model').startswith('pavi://model: ')  # whose package is not installed
