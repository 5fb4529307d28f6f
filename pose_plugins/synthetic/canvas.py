"""A picture with depth: solids of round section are painted into it and hide each other pixel by pixel."""

from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike

from .materials import Material

NOBODY = -1  # owner of the background
OCCLUDER = -2  # owner of things that stand in front of people


class Canvas:
    """Colour, depth and owner of every pixel.

    Attributes:
        image: float32 (H, W, 3), BGR in [0, 255].
        depth: float32 (H, W), z of the front-most surface in pixels, larger is nearer, -inf where there is none.
        owner: int32 (H, W), that which the front-most surface belongs to.

    Args:
        background: (H, W, 3), BGR; it is copied.
        light: (3,) direction towards the light, in picture coordinates (x right, y down, z to the viewer); its length is the
            strength of the directed part of the light, at most 1.
    """

    def __init__(self, background: np.ndarray, light: ArrayLike) -> None:
        self.image: np.ndarray = background.astype(np.float32)
        self.depth: np.ndarray = np.full(background.shape[:2], -np.inf, np.float32)
        self.owner: np.ndarray = np.full(background.shape[:2], NOBODY, np.int32)
        self.light = np.asarray(light, np.float32)

    def solid(
        self, start: ArrayLike, end: ArrayLike, widths: ArrayLike, material: Material, owner: int, flatness: float = 1.0
    ) -> None:
        """Paint a solid of round section along an axis, with round ends.

        Args:
            start, end: (3,) ends of the axis: x, y in pixels, z in pixels towards the viewer.
            widths: Half widths in pixels at equal steps from start to end, one number or more.
            material: Its colours.
            owner: Written where the solid is the front-most surface.
            flatness: Thickness towards the viewer as a fraction of the width.
        """
        start, end = np.asarray(start, np.float32), np.asarray(end, np.float32)
        widths = np.atleast_1d(np.asarray(widths, np.float32))
        reach = widths.max() + 1
        height, width = self.depth.shape
        left, top = np.floor(np.minimum(start, end)[:2] - reach).astype(int).clip(0)
        right = min(int(max(start[0], end[0]) + reach) + 2, width)
        bottom = min(int(max(start[1], end[1]) + reach) + 2, height)
        if left >= right or top >= bottom:
            return
        window = np.s_[top:bottom, left:right]
        x = np.arange(left, right, dtype=np.float32)[None] - start[0]  # (1, w)
        y = np.arange(top, bottom, dtype=np.float32)[:, None] - start[1]  # (h, 1)

        axis = end - start
        along = np.clip((x * axis[0] + y * axis[1]) / max(axis[0] ** 2 + axis[1] ** 2, 1e-6), 0, 1)  # (h, w)
        dx, dy = x - along * axis[0], y - along * axis[1]
        half = _profile(along, widths)
        distance = np.hypot(dx, dy)
        # from here on only the N pixels that the solid covers, in part or in whole
        rows, columns = np.nonzero(distance < half + 0.5)
        pick = rows, columns
        along, half, dx, dy, distance = along[pick], half[pick], dx[pick], dy[pick], distance[pick]
        bulge = np.sqrt(np.maximum(1 - (distance / half) ** 2, 0))  # 0 at the rim, 1 on the axis
        z = start[2] + along * axis[2] + flatness * half * bulge
        front = z > self.depth[window][pick]
        if not front.any():
            return
        rows, columns, along, half, dx, dy, distance, bulge, z = (
            a[front] for a in (rows, columns, along, half, dx, dy, distance, bulge, z)
        )
        pick = rows, columns

        lit = np.maximum((dx * self.light[0] + dy * self.light[1]) / half + bulge * self.light[2], 0)
        shade = 1 - np.linalg.norm(self.light) + lit  # (N,) ambient and directed light
        across = (dy * axis[0] - dx * axis[1]) / (half * max(np.hypot(axis[0], axis[1]), 1e-3))
        colour = material.colour(along, across) * shade[:, None]  # (N, 3)
        cover = np.clip(half - distance + 0.5, 0, 1)  # anti-aliased rim
        region = self.image[window]
        region[pick] += cover[:, None] * (colour - region[pick])
        covered = cover >= 0.5
        pick = rows[covered], columns[covered]
        self.depth[window][pick] = z[covered]
        self.owner[window][pick] = owner

    def window(self, left: int, top: int, width: int, height: int) -> 'Canvas':
        """A part of it, of its own."""
        part = Canvas(self.image[top : top + height, left : left + width], self.light)
        part.depth[:] = self.depth[top : top + height, left : left + width]
        part.owner[:] = self.owner[top : top + height, left : left + width]
        return part

    def visible(self, point: ArrayLike, owners: Collection[int], tolerance: float = np.inf) -> bool:
        """Whether the surface seen at a point is one of the given owners', and the point not far behind it.

        Args:
            point: (3,) x, y, z in pixels.
            owners: Those that may be seen there.
            tolerance: How far behind the surface the point may lie, in pixels.

        Returns:
            False as well for a point outside of the picture.
        """
        point = np.asarray(point)
        x, y = np.round(point[:2]).astype(int)
        height, width = self.depth.shape
        if not (0 <= x < width and 0 <= y < height):
            return False
        return self.owner[y, x] in owners and self.depth[y, x] - point[2] <= tolerance


def _profile(along: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Half width at each place along the axis, linear between the given ones."""
    if len(widths) == 1:
        return np.full_like(along, widths[0])
    place = along * (len(widths) - 1)
    step = np.minimum(place.astype(np.int32), len(widths) - 2)
    place -= step
    return widths[step] * (1 - place) + widths[step + 1] * place
