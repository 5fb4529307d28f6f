"""Pairs of rows and columns with the least costs."""

import numpy as np
from scipy.optimize import linear_sum_assignment


def matched(costs: np.ndarray, most: float = np.inf) -> list[tuple[int, int]]:
    """As many pairs as can be, and of those with the least sum of costs.

    Args:
        costs: (N, M), infinite where two cannot be a pair.
        most: Costs above which two cannot be a pair either.

    Returns:
        Rows and columns, each at most once.
    """
    allowed = np.isfinite(costs) & (costs <= most)
    if not allowed.any():
        return []
    never = 1 + 2 * np.abs(costs[allowed]).sum()  # more than all allowed pairs together can differ by
    rows, columns = linear_sum_assignment(np.where(allowed, costs, never))
    return [(row, column) for row, column in zip(rows.tolist(), columns.tolist()) if allowed[row, column]]
