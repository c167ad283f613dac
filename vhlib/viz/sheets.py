"""Many images in one: a contact sheet, pixel for pixel."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Num, UInt8
from PIL import Image, ImageDraw, ImageFont

from vhlib.viz.palette import COLOURS
from vhlib.viz.pixels import to_bytes

GAP = 6
"""Pixels between two images."""
CAPTION = 14
"""Height of a caption's letters, pixels."""


def contact_sheet(
    images: Sequence[Num[np.ndarray, "_ _ 3"]], columns: int, captions: Sequence[str] = ()
) -> UInt8[np.ndarray, "height width 3"]:
    """Images in rows on white, none of them scaled, each above its caption. For a figure, see `vhlib.viz.grid`.

    Args:
        images: RGB, of any sizes; uint8 from 0 to 255 or floats from 0 to 1.
        columns: how many in a row.
        captions: one for each, or none at all; what is wider than its image is cut off.

    Raises:
        ValueError: no image, no column, or another number of captions.
    """
    if not images or columns < 1:
        raise ValueError(f"images, columns: expected at least one of each, got {len(images)} and {columns}")
    if captions and len(captions) != len(images):
        raise ValueError(f"captions: expected one for each of {len(images)} images or none, got {len(captions)}")
    height, width = (max(image.shape[axis] for image in images) for axis in (0, 1))
    row_height = height + GAP + (CAPTION + GAP if captions else 0)
    rows, columns = -(-len(images) // columns), min(columns, len(images))
    sheet = Image.new("RGB", (columns * (width + GAP) + GAP, rows * row_height + GAP), "white")
    font = ImageFont.load_default(CAPTION)
    for index, image in enumerate(images):
        left, top = GAP + index % columns * (width + GAP), GAP + index // columns * row_height
        sheet.paste(Image.fromarray(to_bytes(image)), (left, top))
        if captions:
            strip = Image.new("RGB", (width, CAPTION + GAP), "white")
            ImageDraw.Draw(strip).text((0, CAPTION), captions[index], COLOURS["grey"], font, anchor="ls")
            sheet.paste(strip, (left, top + height + 2))
    return np.array(sheet)
