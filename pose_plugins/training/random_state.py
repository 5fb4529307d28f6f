"""Keeps the states of the random number generators, so that a resumed training goes on as if nothing had been."""

import random
from typing import Any

import numpy as np
import torch
from mmengine.dist import all_gather_object, get_rank, get_world_size

from ..utils.errors import InputError


def random_states() -> list[dict[str, Any]]:
    """The states of Python's, NumPy's and torch's generators in every process of a training; all must call it."""
    state = dict(python=random.getstate(), numpy=np.random.get_state(), torch=torch.get_rng_state())
    if torch.cuda.is_available():
        state['cuda'] = torch.cuda.get_rng_state()
    return all_gather_object(state)


def set_random_states(states: list[dict[str, Any]]) -> None:
    """Put this process's generators into the state that they had; left alone where there were other processes then.

    Args:
        states: Of ``random_states``.

    Raises:
        InputError: If they are none.
    """
    if not isinstance(states, list) or len(states) != get_world_size():
        return
    state = states[get_rank()]
    try:
        random.setstate(state['python'])
        np.random.set_state(state['numpy'])
        torch.set_rng_state(state['torch'].cpu())
        if 'cuda' in state and torch.cuda.is_available():
            torch.cuda.set_rng_state(state['cuda'].cpu())
    except (AttributeError, LookupError, OverflowError, RuntimeError, TypeError, ValueError):
        raise InputError('the checkpoint: its states of random numbers are none') from None
