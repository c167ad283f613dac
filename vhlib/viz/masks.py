"""Two masks in one picture: grey where both are, blue what only the first has, vermilion what only the second has."""

import numpy as np
from jaxtyping import Bool, UInt8

from vhlib.core.shapes import check
from vhlib.viz.palette import rgb
from vhlib.viz.pixels import to_bytes

BOTH = (0.72, 0.72, 0.72)


def compare_masks(wanted: Bool[np.ndarray, "H W"], found: Bool[np.ndarray, "H W"]) -> UInt8[np.ndarray, "H W 3"]:
    """Where two masks agree and where not, on white.

    >>> compare_masks(np.array([[True, True, False]]), np.array([[True, False, True]]))[0, 0].tolist()
    [184, 184, 184]

    Args:
        wanted: missing pixels of it are blue.
        found: pixels of it that are too many are vermilion.

    Raises:
        ValueError: two sizes.
    """
    check(wanted=(wanted, "H W"), found=(found, "H W"))
    palette = np.array([(1.0, 1.0, 1.0), rgb("blue"), rgb("vermilion"), BOTH])
    return to_bytes(palette)[wanted + 2 * found]
