"""The authors' HRNet checkpoints (published: COCO and MPII): the names are MMPose's but for where backbone and head begin."""

from typing import Any

from mmpose.models import HRNet

from .fitting_configs import FittingConfigs
from .names import Names
from .source import Source, State, backbone_units, size_of


class HRNetSource(Source):
    """Also of AlphaPose's HRNet, which has the same names."""

    names = Names({'final_layer.': 'head.final_layer.', '': 'backbone.'})
    parts = {'backbone': HRNet}

    def choose_config(self, state: State) -> FittingConfigs | None:
        """The config for the authors' state dict; None if it is of no model that we have."""
        keypoints, width = (size_of(state, 'final_layer.weight', dim) for dim in (0, 1))
        # the weights do not depend on the size of the input: any resolution will do
        patterns: dict[tuple[int | None, int | None], str] = {
            (17, 32): 'hrnet/td-hm_hrnet-w32_*_coco-256x192.py',
            (17, 48): 'hrnet/td-hm_hrnet-w48_*_coco-256x192.py',
            (16, 32): 'hrnet/td-hm_hrnet-w32_*_mpii-256x256.py',
            (16, 48): 'hrnet/td-hm_hrnet-w48_*_mpii-256x256.py',
        }
        pattern = patterns.get((keypoints, width))
        return FittingConfigs((pattern,)) if pattern else None

    def settings(self, state: State) -> dict[str, Any]:
        """Keypoints, width and depth."""
        return {
            'head.out_channels (keypoints)': size_of(state, 'head.final_layer.weight', 0),
            'head.in_channels (the width of the backbone)': size_of(state, 'head.final_layer.weight', 1),
            **backbone_units(state),
        }
