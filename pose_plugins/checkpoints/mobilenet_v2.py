"""torchvision's MobileNetV2: its weights under the names of MMPose's."""

from mmpose.models import MobileNetV2
from torch import Tensor

from ..utils.errors import InputError

# torchvision counts the blocks through, MMPose counts them in layers: features.1 is layer1.0, features.2 is layer2.0
_BLOCKS = [
    f'layer{layer}.{block}'
    for layer, (_, _, blocks, _) in enumerate(MobileNetV2.arch_settings, 1)
    for block in range(blocks)
]
_FEATURES = ['conv1', *_BLOCKS, 'conv2']


def convert(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Give the weights of torchvision's ImageNet classifier the names of MMPose's backbone.

    Args:
        weights: torchvision's name -> tensor.

    Returns:
        MMPose's name -> tensor. The classifier's are left out.

    Raises:
        InputError: If they have not the names of torchvision's network.
    """
    features = [key for key in weights if key.startswith('features.')]
    try:
        named = {_name(key): weights[key] for key in features}
    except (ValueError, IndexError):
        named = {}
    if len(named) < len(_FEATURES):
        raise InputError(
            f"not torchvision's MobileNetV2, whose names are features.0.0.weight and so on: {', '.join(list(weights)[:3])}"
        )
    return named


def _name(key: str) -> str:
    """MMPose's name of one of torchvision's.

    A convolution and its normalisation are 0 and 1 of a module there, conv and bn here. Only the last two of a block have no
    module of their own there, and are numbered on.
    """
    _, feature, *path, name = key.split('.')
    place = _FEATURES[int(feature)]
    if path[0] != 'conv':  # the first or the last convolution of the network
        return f'{place}.{"conv" if path == ["0"] else "bn"}.{name}'
    if len(path) == 3:
        _, number, part = path
    else:
        last = 1 if feature == '1' else 2  # the first block widens nothing
        number, part = str(last), str(int(path[1]) - last)
    return f'{place}.conv.{number}.{"conv" if part == "0" else "bn"}.{name}'
