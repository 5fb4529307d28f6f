"""Pictures with captions, side by side."""

import cv2
import numpy as np


def captioned(image, text):
    """Write a caption into the upper left corner of a picture.

    Args:
        image (np.ndarray): (h, w, 3), uint8, changed in place.
        text (str): One line.

    Returns:
        np.ndarray: The picture.
    """
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 1)
    cv2.rectangle(image, (0, 0), (width + 8, height + 9), (255, 255, 255), -1)
    cv2.putText(image, text, (4, height + 4), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
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
