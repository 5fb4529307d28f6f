"""The frame of a source: the checkpoints that the code of one method's authors reads and writes."""

import re
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from mmengine.model import BaseModel
from torch import Tensor, nn

from ..utils.errors import InputError
from .fitting_configs import FittingConfigs
from .names import Names

State = dict[str, Tensor]


class Source(ABC):
    """Knows the checkpoints of one method's authors.

    Attributes:
        names: Theirs and ours.
        parts: Of which class the model's parts are, by the part's name in the config.
    """

    names: ClassVar[Names]
    parts: ClassVar[dict[str, type[nn.Module]]]

    @abstractmethod
    def choose_config(self, state: State) -> FittingConfigs | None:
        """The configs for the authors' state dict, and the options that they need; None if it is of no model that we have."""

    @abstractmethod
    def settings(self, state: State) -> dict[str, Any]:
        """The config's settings that a state dict shows.

        Args:
            state: In our names.

        Returns:
            Setting, by its place in the config's model -> value; None where the weight that shows it is missing.
        """

    def convert(self, state: State, model: BaseModel) -> State:
        """The authors' state dict in our names and shapes.

        Args:
            state: Theirs, without ``module.``.
            model: That it is for, of the classes in ``parts``.

        Returns:
            Ours; what does not fit the model is in it, too.

        Raises:
            InputError: If what our models do not store is not what the model computes.
        """
        return {self.names.ours(key): value for key, value in state.items()}

    def revert(self, state: State, model: BaseModel) -> State:
        """Our state dict in the authors' names and shapes.

        Args:
            state: Ours, which fits the model.
            model: Its model.

        Returns:
            Theirs.

        Raises:
            InputError: If they have no name for a weight.
        """
        nameless = [key for key in state if self.names.theirs(key) is None]
        if nameless:
            raise InputError(f"the authors' code has no such weights as {', '.join(nameless)}")
        return {str(self.names.theirs(key)): value for key, value in state.items()}

    def differences(self, state: State, model: BaseModel) -> list[str]:
        """Tell in which settings a state dict differs from a model, as far as both show them.

        Args:
            state: In our names.
            model: Whose settings are the config's.

        Returns:
            A clause a setting; none where either is of another kind of network.
        """
        file, config = self.settings(state), self.settings(model.state_dict())
        if None in (*file.values(), *config.values()):
            return []
        return [
            difference(name, file.get(name, 0), config.get(name, 0))
            for name in {**file, **config}
            if file.get(name, 0) != config.get(name, 0)
        ]


def difference(setting: str, file: Any, config: Any) -> str:
    """The clause that tells of a setting which is not the same in file and config."""
    return f'{setting}: {file} in the file, {config} in the config'


def size_of(state: State, key: str, dim: int) -> int | None:
    """The size of a weight along a dimension; None if there is no such weight, or it has fewer dimensions."""
    return state[key].shape[dim] if key in state and state[key].dim() > dim else None


def count(state: State, pattern: str) -> int:
    """How many different texts a regular expression finds at the beginnings of the names."""
    return len({found[0] for found in map(re.compile(pattern).match, state) if found})


def backbone_units(state: State) -> dict[str, Any]:
    """How many units each of the backbone's layers and stages has, which is its depth."""
    stages = sorted({found[0] for found in map(re.compile(r'backbone\.(layer|stage)\d+').match, state) if found})
    return {f'the number of units of {stage}': count(state, rf'{stage}\.\d+\.') for stage in stages}
