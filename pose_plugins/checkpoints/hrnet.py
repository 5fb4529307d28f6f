"""The authors' HRNet checkpoints (COCO and MPII): the names are MMPose's but for where backbone and head begin."""

from torch import Tensor

from .fitting_configs import FittingConfigs


def choose_config(state: dict[str, Tensor]) -> FittingConfigs | None:
    """The config for the authors' state dict; None if it is of no model that we have."""
    if 'final_layer.weight' not in state:
        return None
    keypoints, width = state['final_layer.weight'].shape[:2]
    # the weights do not depend on the size of the input: any resolution will do
    pattern = {
        (17, 32): 'hrnet/td-hm_hrnet-w32_*_coco-256x192.py',
        (17, 48): 'hrnet/td-hm_hrnet-w48_*_coco-256x192.py',
        (16, 32): 'hrnet/td-hm_hrnet-w32_*_mpii-256x256.py',
        (16, 48): 'hrnet/td-hm_hrnet-w48_*_mpii-256x256.py',
    }.get((keypoints, width))
    return FittingConfigs(pattern) if pattern else None


def convert(key: str, value: Tensor) -> tuple[str, Tensor]:
    """Our name and value of one of the authors' weights."""
    return f'head.{key}' if key.startswith('final_layer.') else f'backbone.{key}', value
