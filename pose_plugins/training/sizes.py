"""Refuses sizes that do not agree: of the crop, of the codecs, and of the network's feature maps."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from mmpose.models import TopdownPoseEstimator
from mmpose.registry import HOOKS
from torch import Tensor, nn

from ..models.heads.query_head import QueryHead
from ..utils.errors import DivergedError, InputError
from .trial import FORESEEABLE, is_ours, layer_passed, no_trace, told, unwrapped

Size = tuple[int, ...]
CROPS = ('TopdownAffine', 'BottomupRandomAffine')
GRID = 32  # the stride of most backbones: sides that are its multiples are never rounded


@HOOKS.register_module()
class SizesHook(Hook):
    """Refuse, before training or testing, a config whose sizes do not agree: ``check_sizes`` and ``check_features``."""

    priority = 'VERY_HIGH'

    def before_train(self, runner: Runner) -> None:
        """Runs once the model has its weights."""
        self._check(runner, ('train', 'val') if runner.val_loop else ('train',))

    def before_test(self, runner: Runner) -> None:
        """Runs before the first batch."""
        self._check(runner, ('test',))

    def _check(self, runner: Runner, loops: Sequence[str]) -> None:
        check_sizes(runner.cfg, loops)
        tell_alignment(runner.cfg, loops)
        check_features(unwrapped(runner.model), runner.cfg, loops)


def check_sizes(cfg: Config, loops: Sequence[str]) -> None:
    """Refuse a codec for another size than the pipeline's crop: what it decodes would lie in another frame.

    In training the crop is that of the codecs that encode, in validation and test that of the head's. A network may be
    trained on smaller crops than it is tested on; then each has its codec.

    Args:
        cfg: A runner's.
        loops: Which of 'train', 'val' and 'test' will be run.

    Raises:
        InputError: With both sizes and their keys.
    """
    for key, crop, codecs in _crops(cfg, loops):
        for codec_key, codec in codecs:
            size, wanted = _size(codec.get('input_size')), _size(crop['input_size'])
            if size and size != wanted:
                raise InputError(
                    f'{codec_key}.input_size={size} and {key}.input_size={wanted} must be the same: the keypoints of one '
                    'lie in the frame of the other'
                )


def tell_alignment(cfg: Config, loops: Sequence[str]) -> None:
    """Say in the log that only some of the crops and heatmaps have their corner pixels aligned (UDP), which moves keypoints.

    Args:
        cfg: A runner's.
        loops: As in ``check_sizes``.
    """
    aligned: dict[bool, str] = {}
    for key, crop, codecs in _crops(cfg, loops):
        if _name(crop) == 'TopdownAffine':
            aligned.setdefault(bool(crop.get('use_udp')), f'{key}.use_udp={bool(crop.get("use_udp"))}')
        for codec_key, codec in codecs:
            if _name(codec) in ('MSRAHeatmap', 'UDPHeatmap'):
                aligned.setdefault(_name(codec) == 'UDPHeatmap', f'{codec_key}.type={_name(codec)}')
    if len(aligned) == 2:
        print_log(
            f'{aligned[True]} and {aligned[False]}: with UDPHeatmap, and with use_udp=True, the corner pixels of crop and '
            'heatmap lie on each other; all or none should have it, or keypoints come out up to a pixel of the crop away',
            'current',
            logging.WARNING,
        )


def check_features(model: nn.Module, cfg: Config, loops: Sequence[str]) -> None:
    """Refuse a crop of which the network's feature maps are no even grid, or heatmaps of another size than the codec's.

    A black crop goes through the network once. Where a side is no multiple of a network's stride, its maps are rounded up and
    end beyond the crop, so that what is read as a fraction of the crop lies elsewhere. Networks whose maps do not grow with
    the crop, and those that regress coordinates of the whole picture, have no such grid.

    Args:
        model: Not wrapped, with its head's codec.
        cfg: A runner's.
        loops: As in ``check_sizes``.

    Raises:
        InputError: With both sizes and their keys, or naming the layer that cannot take the crop.
    """
    channels = next((layer.in_channels for layer in model.modules() if isinstance(layer, nn.Conv2d)), None)
    if not isinstance(model, TopdownPoseEstimator) or not model.with_head or channels is None:
        return
    if getattr(model.data_preprocessor, 'pad_size_divisor', 1) > 1:
        return
    seen: dict[Size, Any] = {}
    with no_trace(model):
        for key, transform, codecs in _crops(cfg, loops):
            crop = _size(transform['input_size'])
            if _name(transform) != 'TopdownAffine' or not crop:
                continue
            if crop not in seen:
                try:
                    feats = model.extract_feat(_black(model, crop, channels))
                    output = model.head.forward(feats)
                except DivergedError:  # an untrained network's numbers may be anything
                    return
                except FORESEEABLE as error:
                    if isinstance(error, InputError) or is_ours(error):
                        raise
                    hint = f'; its sides are no multiples of {GRID}' if any(side % GRID for side in crop) else ''
                    layer = layer_passed(model, error)
                    raise InputError(
                        f'{layer} cannot take what it gets of {key}.input_size={crop}: {told(error)}{hint}'
                    ) from error
                seen[crop] = output = _last(output.get('heatmaps') if isinstance(output, dict) else output)
                _check_grid(model, key, crop, channels, feats, output)
            for codec_key, codec in codecs:
                if codec_key.endswith(('encoder', 'decoder')):  # of several, not all need be for the last output
                    _check_output(codec_key, codec, crop, seen[crop])


def _black(model: nn.Module, crop: Size, channels: int) -> Tensor:
    """A black crop, (1, channels, height, width)."""
    return torch.zeros(1, channels, *crop[::-1], device=next(model.parameters()).device)


def _last(outputs: Any) -> Any:
    """The last of several outputs: of stages, or of (coordinates, heatmaps)."""
    while isinstance(outputs, (list, tuple)) and outputs and not _is_pair(outputs):
        outputs = outputs[-1]
    return outputs


def _maps(head: Any, feats: Any, output: Any) -> list[Size]:
    """Sizes of the maps on whose pixels a head places keypoints."""
    if isinstance(head, QueryHead):
        return [_map_size(feats[level]) for level in head.feature_levels]
    return [_map_size(output)] if _is_map(output) else []


def _check_grid(model: Any, key: str, crop: Size, channels: int, feats: Any, output: Any) -> None:
    """Refuse a crop that is no whole number of a map's pixels, if that is so because the network rounds up: its features of a
    larger crop tell."""
    maps = _maps(model.head, feats, output)
    uneven = [(axis, i) for i, size in enumerate(maps) for axis in (0, 1) if crop[axis] % size[axis]]
    if not uneven:
        return
    larger = tuple((-(-side // GRID) + 1) * GRID for side in crop)
    try:
        larger_feats = model.extract_feat(_black(model, larger, channels))
    except FORESEEABLE:  # a network for one size: how it makes its maps is not known
        return
    before, after = _last(feats), _last(larger_feats)
    for axis, i in uneven:
        if isinstance(model.head, QueryHead):
            size = _map_size(larger_feats[model.head.feature_levels[i]])[axis]
        elif _is_map(before) and maps[i][axis] % _map_size(before)[axis] == 0:  # the head makes it so many times larger
            size = _map_size(after)[axis] * maps[i][axis] // _map_size(before)[axis]
        else:
            continue
        if size > maps[i][axis] and larger[axis] % size == 0:
            side = crop[axis]
            below = max(side // GRID, 1) * GRID
            raise InputError(
                f"{key}.input_size={crop}: {('width', 'height')[axis]} {side} is no multiple of the network's stride: its "
                f'map of {maps[i][0]}x{maps[i][1]}, each pixel of which is {larger[axis] // size} of the crop, ends beyond '
                f'it; use {below} or {below + GRID}'
            )


def _check_output(key: str, codec: Any, crop: Size, output: Any) -> None:
    """Refuse a codec for another output than the network's."""
    wanted = _size(codec.get('heatmap_size'))
    if _is_map(output) and wanted and wanted != _map_size(output):
        raise InputError(
            f"{key}.heatmap_size={wanted}: the network's heatmaps are {_map_size(output)} for a crop of {crop}, and must be "
            'of the same size'
        )
    if _is_pair(output) and 'simcc_split_ratio' in codec:
        bins = tuple(part.shape[-1] for part in output)
        wanted = tuple(int(side * codec['simcc_split_ratio']) for side in crop)
        if bins != wanted:
            raise InputError(
                f'{key}.simcc_split_ratio={codec["simcc_split_ratio"]}: makes {wanted} bins of a crop of {crop}, the '
                f"network's head gives {bins}; it needs the same input_size and simcc_split_ratio"
            )


def _crops(cfg: Config, loops: Sequence[str]) -> Iterator[tuple[str, Any, list[tuple[str, Any]]]]:
    """Key and config of the last crop of each pipeline, and those of the codecs whose frame it is."""
    head = (cfg.get('model') or {}).get('head')
    decoder = head.get('decoder') if isinstance(head, dict) else None
    for loop in loops:
        name = f'{loop}_dataloader'
        pipelines = [*_pipelines((cfg.get(name) or {}).get('dataset'), f'{name}.dataset')]
        if loop == 'train':  # another pipeline for the last epochs
            for i, hook in enumerate(cfg.get('custom_hooks') or ()):
                transforms = (hook.get('switch_pipeline') if isinstance(hook, dict) else None) or ()
                pipelines.append([(f'custom_hooks.{i}.switch_pipeline.{j}', t) for j, t in enumerate(transforms)])
        for pipeline in pipelines:
            crops = [(key, t) for key, t in pipeline if _name(t) in CROPS and _size(t.get('input_size'))]
            encoders = [(f'{key}.encoder', t.get('encoder')) for key, t in pipeline if _name(t) == 'GenerateTarget']
            if crops:
                key, crop = crops[-1]
                decodes = loop != 'train' and _name(crop) == 'TopdownAffine'
                yield key, crop, [*_codecs(encoders), *(_codecs([('model.head.decoder', decoder)]) if decodes else ())]


def _codecs(found: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Those codecs that are configs, also of several in a list."""
    for key, codec in found:
        several = isinstance(codec, (list, tuple))
        for i, part in enumerate(codec if several else [codec]):
            if isinstance(part, dict):
                yield f'{key}.{i}' if several else key, part


def _pipelines(dataset: Any, key: str, after: Sequence[tuple[str, Any]] = ()) -> Iterator[list[tuple[str, Any]]]:
    """For each data set that is not made of others, the transforms that its samples go through, with their keys."""
    if not isinstance(dataset, dict):
        return
    own = [(f'{key}.pipeline.{i}', t) for i, t in enumerate(dataset.get('pipeline') or ()) if isinstance(t, dict)]
    inner = [(f'{key}.datasets.{i}', part) for i, part in enumerate(dataset.get('datasets') or ())]
    inner += [(f'{key}.dataset', dataset['dataset'])] if isinstance(dataset.get('dataset'), dict) else []
    if not inner:
        yield [*own, *after]
    for place, part in inner:
        yield from _pipelines(part, place, [*own, *after])


def _name(config: Any) -> str:
    """The class of a config, without its scope."""
    kind = config.get('type', '')
    return kind.split('.')[-1] if isinstance(kind, str) else kind.__name__


def _size(value: Any) -> Size | None:
    """Width and height; None of anything else."""
    pair = isinstance(value, (list, tuple)) and len(value) == 2 and all(isinstance(side, int) for side in value)
    return tuple(value) if pair else None


def _map_size(maps: Tensor) -> Size:
    """Width and height of (B, C, h, w)."""
    return tuple(maps.shape[:1:-1])


def _is_map(output: Any) -> bool:
    """Whether an output is (B, C, h, w)."""
    return isinstance(output, Tensor) and output.dim() == 4


def _is_pair(output: Any) -> bool:
    """Whether an output is SimCC's: (B, K, bins) for x and for y."""
    return (
        isinstance(output, tuple) and len(output) == 2 and all(isinstance(o, Tensor) and o.dim() == 3 for o in output)
    )
