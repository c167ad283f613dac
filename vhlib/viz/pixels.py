"""Images as files hold them."""

import numpy as np
from jaxtyping import Num, UInt8


def to_bytes(image: Num[np.ndarray, "*shape"]) -> UInt8[np.ndarray, "*shape"]:
    """An image as integers from 0 to 255; those that are already are returned as they are.

    >>> to_bytes(np.array([-0.1, 0.0, 0.5, 1.0]))
    array([  0,   0, 128, 255], dtype=uint8)

    Args:
        image: uint8, or floats from 0 to 1; beyond is cut off.

    Raises:
        ValueError: other integers.
    """
    if image.dtype == np.uint8:
        return image
    if not np.issubdtype(image.dtype, np.floating):
        raise ValueError(f"image: expected uint8 from 0 to 255 or floats from 0 to 1, got {image.dtype}")
    return (255 * image.clip(0, 1)).round().astype(np.uint8)
