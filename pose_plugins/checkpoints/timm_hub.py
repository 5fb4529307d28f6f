"""timm's weights: the file that a model's name leads to, and what of it a backbone has a use for."""

from pathlib import Path

from torch import Tensor

from ..utils.errors import InputError, similar
from .download import cached_path, fetch

# of timm's HRNet, whose classifier is a network of its own behind the backbone
_HRNET_CLASSIFIER = ('incre_modules.', 'downsamp_modules.', 'final_layer.', 'classifier.')


def timm_file(name: str) -> Path:
    """The file of a timm model's weights, downloaded if need be.

    It is looked for as ``NAME.safetensors`` where downloads lie (``cached_path``), which needs no timm, and in the cache of
    the Hugging Face hub, from which timm has its weights.

    Args:
        name: Such as ``hrnet_w32.ms_in1k``; without what follows the point, timm's default is taken.

    Returns:
        The file.

    Raises:
        InputError: If timm is not installed, has no such model or no such weights of it, or they cannot be fetched.
    """
    by_hand = cached_path(f'{name}.safetensors')
    if by_hand.is_file():
        return by_hand
    try:
        import timm
        from huggingface_hub import hf_hub_url, try_to_load_from_cache
    except ImportError as error:
        raise InputError(
            f'timm://{name}: needs timm, which is not installed ({error}): pip install timm; a file put by hand, '
            f'https://huggingface.co/timm/{name}/resolve/main/model.safetensors, is looked for at {by_hand}'
        ) from None
    if not timm.is_model(name):
        raise InputError(f'timm://{name}: timm has no such model{similar(name, timm.list_models(include_tags=True))}')
    try:
        config = timm.models.get_pretrained_cfg(name)
    except RuntimeError:  # not of that name
        config = None
    if config is None or not config.has_weights:
        raise InputError(f'timm://{name}: timm has no weights of that name{similar(name, timm.list_pretrained())}')
    if not config.hf_hub_id:
        url = str(config.url)
        path = cached_path(url)
    else:
        repository, _, revision = config.hf_hub_id.partition('@')
        file = config.hf_hub_filename or 'model.safetensors'
        cached = try_to_load_from_cache(repository, file, revision=revision or None)
        if isinstance(cached, str):
            return Path(cached)
        url = hf_hub_url(repository, file, revision=revision or None)
        path = cached_path(Path(repository).name + Path(file).suffix)
    fetch(url, path)
    return path


def backbone_weights(name: str, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Leave out what no backbone has a use for, of which mmengine would tell key by key: HRNet's classifier.

    What is left is more than MMPose's HRNet has where that gives one resolution only: the last exchange unit's way to the
    others, which HRNets of several resolutions need.

    Args:
        name: The timm model.
        weights: Its weights.

    Returns:
        Those of the backbone.
    """
    if not name.startswith('hrnet_'):
        return weights
    return {key: value for key, value in weights.items() if not key.startswith(_HRNET_CLASSIFIER)}
