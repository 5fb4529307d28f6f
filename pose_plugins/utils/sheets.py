"""Pictures with captions, side by side."""

import cv2
import numpy as np

LINE = 16  # pixels


def captioned(image, *lines):
    """Put a caption above a picture.

    Args:
        image (np.ndarray): (h, w, 3), uint8.
        lines (str): The caption's lines.

    Returns:
        np.ndarray: (h + 16 * lines + 4, w, 3).
    """
    image = cv2.copyMakeBorder(image, LINE * len(lines) + 4, 0, 0, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    for number, line in enumerate(lines, start=1):
        cv2.putText(image, line, (2, LINE * number - 2), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return image


def contact_sheet(tiles, columns):
    """Lay pictures of one size out in rows, with a white margin to the right and below of each.

    Args:
        tiles (list[np.ndarray]): (h, w, 3), uint8.
        columns (int): How many in a row.

    Returns:
        np.ndarray: The sheet.
    """
    tiles = [cv2.copyMakeBorder(tile, 0, 6, 0, 10, cv2.BORDER_CONSTANT, value=(255, 255, 255)) for tile in tiles]
    while len(tiles) % columns:
        tiles.append(np.full_like(tiles[0], 255))
    return np.vstack([np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)])
