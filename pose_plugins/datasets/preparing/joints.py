"""Reads ``joints.mat`` of Leeds Sports Pose and of LSP Extended."""

import zlib
from pathlib import Path

import numpy as np

from ...utils.arguments import one_of
from ...utils.errors import InputError

JOINTS = 14
FLAGS = 'occluded', 'labelled'
UNLABELLED, OCCLUDED, VISIBLE = 0, 1, 2  # COCO's


def read_joints(path: Path, flag: str) -> np.ndarray:
    """Read the joints of all people.

    The official files have them in two orders of axes, LSP as (3, 14, N), LSP Extended as (14, 3, N), and their third number
    means two things: in LSP 1 is a joint that is occluded, in LSP Extended one that is labelled.

    Args:
        path: The file.
        flag: The meaning, one of ``FLAGS``.

    Returns:
        x and y in pixels and COCO's visibility, (N, 14, 3), float.

    Raises:
        InputError: If it cannot be read, has other axes, or its numbers do not look like that meaning.
    """
    one_of(FLAGS, flag=flag)
    joints = _people_first(path, _read(path))
    flags = joints[..., 2]
    if not np.isin(flags, (0, 1)).all():
        raise InputError(f'{path}: the third number of a joint must be 0 or 1, and some are {_other(flags):g}')
    usual = flags == (flag == 'labelled')  # most joints are labelled, and few are occluded
    if usual.mean() < 0.5:
        other = FLAGS[flag == 'occluded']
        raise InputError(
            f'{path}: {1 - usual.mean():.0%} of the joints would be {"not " if flag == "labelled" else ""}{flag}: the third '
            f'number means something else in this file; give --flag {other}'
        )
    labelled = flags == 1 if flag == 'labelled' else np.ones_like(flags, bool)
    bad = labelled & ~np.isfinite(joints).all(2)
    if bad.any():
        raise InputError(f'{path}: person {_first(bad.any(1))} has a joint that is no number')
    joints[..., 2] = np.where(usual, VISIBLE, OCCLUDED if flag == 'occluded' else UNLABELLED)
    joints[~labelled, :2] = 0
    return joints


def _read(path: Path) -> np.ndarray:
    from scipy.io import loadmat  # takes a second to import
    from scipy.io.matlab import MatReadError

    if not path.is_file():
        raise InputError(f'{path}: is missing')
    damages = OSError, MatReadError, ValueError, TypeError, IndexError, KeyError, MemoryError, EOFError, zlib.error
    try:
        content = loadmat(path, variable_names=['joints'])
    except NotImplementedError:  # what SciPy raises
        raise InputError(f'{path}: is in MATLAB 7.3 format (HDF5); save it in MATLAB with -v7') from None
    except (*damages, ArithmeticError, UnboundLocalError) as error:  # these two of damaged tags
        raise InputError(f'{path}: cannot be read as a MATLAB file: {" ".join(str(error).split())}') from None
    if 'joints' not in content:
        raise InputError(f'{path}: has no variable "joints"')
    return content['joints']


def _people_first(path: Path, joints: np.ndarray) -> np.ndarray:
    """(3, 14, N) or (14, 3, N) as (N, 14, 3)."""
    numbers = isinstance(joints, np.ndarray) and joints.dtype.kind in 'fiu'  # sparse ones are of another class
    if not numbers or joints.ndim not in (2, 3) or sorted(joints.shape[:2]) != [3, JOINTS]:
        raise InputError(
            f'{path}: joints is {joints.dtype} of shape {joints.shape}; it must be numbers of shape (3, {JOINTS}, N) or '
            f'({JOINTS}, 3, N), and not sparse'
        )
    if not joints.size:
        raise InputError(f'{path}: has no people')
    joints = joints.reshape(*joints.shape[:2], -1)  # MATLAB drops a last axis of one person
    people = np.moveaxis(joints, 2, 0)  # (N, 3, 14) or (N, 14, 3)
    return np.array(people.swapaxes(1, 2) if joints.shape[0] == 3 else people, float)


def _other(flags: np.ndarray) -> float:
    return float(flags[~np.isin(flags, (0, 1))][0])


def _first(bad: np.ndarray) -> int:
    return int(np.flatnonzero(bad)[0]) + 1
