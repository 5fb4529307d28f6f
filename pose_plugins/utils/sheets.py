"""Pictures with captions, side by side."""

import cv2
import numpy as np

LINE = 16  # pixels


def captioned(image: np.ndarray, *lines: str) -> np.ndarray:
    """Put a caption above a picture.

    Args:
        image: (h, w, 3), uint8.
        lines: The caption's lines.

    Returns:
        (h + 16 * lines + 4, w, 3).
    """
    image = cv2.copyMakeBorder(image, LINE * len(lines) + 4, 0, 0, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    for number, line in enumerate(lines, start=1):
        cv2.putText(image, line, (2, LINE * number - 2), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return image


def contact_sheet(tiles: list[np.ndarray], columns: int) -> np.ndarray:
    """Lay pictures out in rows, with a white margin to the right and below of each; smaller ones are padded.

    Args:
        tiles: (h, w, 3), uint8.
        columns: How many in a row.

    Returns:
        The sheet.
    """
    height, width = (max(tile.shape[axis] for tile in tiles) for axis in (0, 1))
    padded = [
        cv2.copyMakeBorder(
            tile, 0, height - len(tile) + 6, 0, width - tile.shape[1] + 10, cv2.BORDER_CONSTANT, value=(255, 255, 255)
        )
        for tile in tiles
    ]
    while len(padded) % columns:
        padded.append(np.full_like(padded[0], 255))
    return np.vstack([np.hstack(padded[i : i + columns]) for i in range(0, len(padded), columns)])
