"""Part maps in colours, alone or over the picture that they belong to."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Integer, UInt8

from vhlib.geometry.skeletons import SMPL24
from vhlib.viz.palette import PARTS

_NOBODY = (1.0, 1.0, 1.0)


def part_colours(parts: Mapping[str, Sequence[str]]) -> Float[np.ndarray, "C 3"]:
    """RGB from 0 to 1 of each label of a part map: white for the background, then a colour for each part.

    >>> part_colours({"head": ("head", "neck"), "left_leg": ("left_hip",)}).shape
    (3, 3)

    Args:
        parts: for each part the joints of SMPL that it joins, as `vhlib.body.parts.PARTS[12]`; the first one's colour
            is the part's.
    """
    return np.array([_NOBODY, *(PARTS[SMPL24.index(joints[0])] for joints in parts.values())])


def paint_parts(
    labels: Integer[np.ndarray, "H W"],
    colours: Float[np.ndarray, "C 3"],
    image: UInt8[np.ndarray, "H W 3"] | None = None,
    *,
    strength: float = 0.65,
) -> UInt8[np.ndarray, "H W 3"]:
    """A part map in colours, over a picture if there is one.

    Args:
        labels: 0 is the background.
        colours: of each label, as `part_colours`.
        image: RGB, as large as the map; it shows through the parts, and alone where nobody is.
        strength: of the colours over the image, 0 to 1.
    """
    painted = 255 * colours[labels]
    if image is not None:
        painted = np.where((labels > 0)[..., None], strength * painted + (1 - strength) * image, image)
    return np.rint(painted).astype(np.uint8)
