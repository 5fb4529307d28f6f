"""Small folders in the official layouts of Leeds Sports Pose and LSP Extended."""

import cv2
import numpy as np
from scipy.io import savemat

PEOPLE = 6


def joints(flag, seed=0):
    """(N, 14, 3), within pictures of 60 x 80; the third number is 1 for one joint in seven, or for the others."""
    rng = np.random.default_rng(seed)
    content = np.concatenate([rng.uniform(5, 55, (PEOPLE, 14, 2)), np.zeros((PEOPLE, 14, 1))], 2)
    content[:, :2, 2] = 1
    if flag == 'labelled':
        content[..., 2] = 1 - content[..., 2]
    return content


def write(folder, flag, joints_first=False, people=None):
    """An official folder, LSP's order of axes or LSP Extended's."""
    (folder / 'images').mkdir(parents=True)
    people = joints(flag) if people is None else people
    order = (1, 2, 0) if joints_first else (2, 1, 0)
    savemat(folder / 'joints.mat', dict(joints=people.transpose(order)))
    rng = np.random.default_rng(1)
    for number in range(1, PEOPLE + 1):
        coarse = rng.integers(0, 255, (8, 6, 3), np.uint8)
        picture = cv2.resize(coarse, (60, 80), interpolation=cv2.INTER_NEAREST)
        cv2.imwrite(str(folder / f'images/im{number:04d}.jpg'), picture)
    return folder
