"""How transformers begin: every matrix as Xavier says (DETR, A.4)."""

from torch import nn


def init_matrices(module: nn.Module, gain: float = 1.0) -> None:
    """Draw all matrices of a module from Xavier's uniform distribution; vectors stay as they are.

    Args:
        module: Whose parameters of two dimensions or more are drawn.
        gain: Multiplies the standard deviation ``sqrt(2 / (rows + columns))``.
    """
    for parameter in module.parameters():
        if parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter, gain)
