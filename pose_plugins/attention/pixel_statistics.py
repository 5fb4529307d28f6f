"""Takes statistics of what kinds of keypoints rely on, over many people (TransPose, appendix)."""

from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from ..utils.errors import InputError
from ..utils.files import whole_file
from .pixels import PersonAttention


class AttentionStatistics:
    """Means over people of the attention between keypoints and of the distance attended.

    Args:
        names: Name of each of the K keypoints.
        min_score: Keypoints predicted with a lower score are left out.
    """

    def __init__(self, names: list[str], min_score: float = 0.3) -> None:
        self.names = list(names)
        self.min_score = min_score
        self.people = 0
        self._sums: dict[str, np.ndarray] = {}
        self._counts: dict[str, np.ndarray] = {}

    def add(self, person: PersonAttention) -> None:
        """Count one person.

        Args:
            person: Of the same model as all others.
        """
        self.people += 1
        seen = person.scores >= self.min_score  # (K,)
        tokens = person.tokens
        rows = person.weights[:, tokens]  # (layers, K, N)
        distances = _distances(person, tokens)  # (K, N)
        uniform = np.full((1, rows.shape[-1]), 1 / rows.shape[-1])
        values = dict(
            attention=rows[:, :, tokens],  # (layers, K, K)
            distance=(rows * distances).sum(-1),  # (layers, K)
            uniform_distance=(uniform * distances).sum(-1)[None],  # (1, K)
        )
        counts = dict(attention=seen[:, None] & seen, distance=seen, uniform_distance=seen)
        if not self._sums:
            self._tokens = rows.shape[-1]
            self._sums = {name: np.zeros(value.shape) for name, value in values.items()}
            self._counts = {name: np.zeros(count.shape, int) for name, count in counts.items()}
        for name, count in counts.items():
            self._sums[name] += np.where(count, values[name], 0)
            self._counts[name] += count

    def result(self) -> dict:
        """The means, ready for JSON.

        Returns:
            ``people``; ``tokens`` N; ``keypoints``, the K names; ``counts``, how often each was seen;
            ``mean_attention`` (layers, K, K), entry [l, a, b] how much the token of keypoint a attends to that of b;
            ``mean_distance`` (layers, K) in pixels of the network's input, how far from its own place a keypoint's token
            attends, weighted by the attention; ``uniform_distance`` (K,), the same if all places were attended to alike. None
            where nothing was seen.

        Raises:
            InputError: If nobody was counted.
        """
        if not self.people:
            raise InputError('statistics of attention: nobody was counted')
        means = {
            name: self._sums[name] / np.where(self._counts[name], self._counts[name], np.nan) for name in self._sums
        }
        return dict(
            people=self.people,
            tokens=self._tokens,
            keypoints=self.names,
            counts=self._counts['distance'].tolist(),
            mean_attention=_json(means['attention']),
            mean_distance=_json(means['distance']),
            uniform_distance=_json(means['uniform_distance'][0]),
        )


def draw_statistics(result: dict, folder: Path) -> list[Path]:
    """Plot the attention between keypoints, one picture a layer, and the distance attended.

    Args:
        result: Of ``AttentionStatistics.result``.
        folder: Where ``attention_layer*.png`` and ``distance.png`` go.

    Returns:
        The files.
    """
    names, tokens = result['keypoints'], result['tokens']
    attention = np.array(result['mean_attention'], float) * tokens  # in multiples of what each place gets on average
    paths = []
    for layer, matrix in enumerate(attention):
        paths.append(folder / f'attention_layer{layer}.png')
        figure = Figure(figsize=(8, 7), layout='constrained')
        axes = figure.subplots()
        image = axes.imshow(matrix, cmap='viridis', vmin=0, vmax=np.nanmax(attention))
        axes.set_xticks(range(len(names)), names, rotation=90)
        axes.set_yticks(range(len(names)), names)
        axes.set(
            xlabel='place of this keypoint is attended to',
            ylabel='by the prediction of this keypoint',
            title=f'Encoder layer {layer}: mean attention over {result["people"]} people',
        )
        figure.colorbar(image, label=f'multiples of uniform attention (1/{tokens})')
        with whole_file(paths[-1]) as partial:
            figure.savefig(partial, dpi=110)
    paths.append(folder / 'distance.png')
    distance = np.array(result['mean_distance'], float)  # (layers, K)
    figure = Figure(figsize=(9, 5), layout='constrained')
    axes = figure.subplots()
    for layer, values in enumerate(distance):
        axes.plot(values, 'o-', color=colormaps['viridis'](layer / max(1, len(distance) - 1)), label=f'layer {layer}')
    axes.plot(np.array(result['uniform_distance'], float), 'k--', label='uniform attention')
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set(ylabel='mean distance attended (pixels of the input)', ylim=(0, None), title='How far a keypoint looks')
    axes.grid(alpha=0.3)
    axes.legend(loc='upper left', bbox_to_anchor=(1, 1))
    with whole_file(paths[-1]) as partial:
        figure.savefig(partial, dpi=110)
    return paths


def _distances(person: PersonAttention, tokens: np.ndarray) -> np.ndarray:
    """Distance of some tokens from every token, (K, N), in pixels of the network's input."""
    width, height = person.feature_size
    x = np.tile(np.arange(width), height) * person.input_size[0] / width
    y = np.repeat(np.arange(height), width) * person.input_size[1] / height
    return np.hypot(x[tokens, None] - x, y[tokens, None] - y)


def _json(array: np.ndarray) -> list:
    """Nested lists with None for what is not a number."""
    return np.where(np.isnan(array), np.array(None), array.astype(object)).tolist()
