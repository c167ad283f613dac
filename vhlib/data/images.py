"""Photographs from files: whatever was stored, upright RGB comes out."""

from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps, UnidentifiedImageError

from vhlib.core.errors import InputError

SMALLEST: Final = 16
"""Pixels: a picture whose shorter side is less shows nobody."""


def read_image(path: Path) -> UInt8[np.ndarray, "H W 3"]:
    """Read a picture: turned upright by its EXIF mark, grey spread over RGB, what is transparent laid over white.

    Args:
        path: any format that Pillow reads.

    Raises:
        InputError: no such file, no picture, a broken or a tiny one.
    """
    try:
        with Image.open(path) as file:
            upright = ImageOps.exif_transpose(file).convert("RGBA")
    except UnidentifiedImageError as error:
        raise InputError(f"{path}: not a picture; expected a file such as .jpg or .png") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot read this picture ({reason})") from error
    if min(upright.size) < SMALLEST:
        width, height = upright.size
        raise InputError(f"{path}: expected a picture of at least {SMALLEST} px a side, got {width} x {height}")
    white = Image.new("RGBA", upright.size, "white")
    return np.asarray(Image.alpha_composite(white, upright).convert("RGB"))
