"""Images side by side."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Num
from matplotlib.figure import Figure

TITLE_POINTS = 11


def grid(
    images: Sequence[Num[np.ndarray, "H W 3"] | Num[np.ndarray, "H W"]],
    titles: Sequence[str] = (),
    *,
    columns: int | None = None,
    width: float = 10.0,
) -> Figure:
    """Images in rows, each under its title.

    Args:
        images: RGB or grey; uint8 from 0 to 255 or floats from 0 to 1; all of one size look best.
        titles: one for each, or none at all.
        columns: how many in a row; None: all in one row.
        width: of the figure, inches.

    Raises:
        ValueError: no images, or another number of titles.
    """
    if not len(images) or (titles and len(titles) != len(images)):
        raise ValueError(f"titles: expected one for each of {len(images)} images or none, got {len(titles)}")
    columns = min(columns or len(images), len(images))
    rows = math.ceil(len(images) / columns)
    height, across = np.asarray(images[0]).shape[:2]
    cell = width / columns
    figure = Figure(figsize=(width, rows * (cell * height / across + (0.3 if titles else 0.05))), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).flat
    for place, axis in enumerate(axes):
        axis.axis("off")
        if place < len(images):
            axis.imshow(np.asarray(images[place]), cmap="gray", interpolation="nearest")
            axis.set_title(titles[place] if titles else "", fontsize=TITLE_POINTS)
    return figure
