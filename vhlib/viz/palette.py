"""Colours that people with any colour vision can tell apart.

The eight are Okabe and Ito's (Color Universal Design, 2008), with dark grey in place of black, so that shading shows.
"""

from typing import Final

import numpy as np
from jaxtyping import Float

from vhlib.geometry.skeletons import SMPL24

COLOURS: Final[dict[str, str]] = {
    "blue": "#0072b2",
    "orange": "#e69f00",
    "green": "#009e73",
    "vermilion": "#d55e00",
    "sky": "#56b4e9",
    "purple": "#cc79a7",
    "yellow": "#f0e442",
    "grey": "#4d4d4d",
}
"""By name, in the order in which to use them."""

# Eight colours for 24 parts: parts that touch differ, and so do left and right.
_PART_COLOURS: Final[dict[str, str]] = {
    "pelvis": "yellow",
    "spine1": "purple",
    "spine2": "sky",
    "spine3": "green",
    "neck": "orange",
    "head": "yellow",
    "left_hip": "blue",
    "left_knee": "orange",
    "left_ankle": "green",
    "left_foot": "purple",
    "left_collar": "blue",
    "left_shoulder": "orange",
    "left_elbow": "green",
    "left_wrist": "purple",
    "left_hand": "blue",
    "right_hip": "vermilion",
    "right_knee": "sky",
    "right_ankle": "yellow",
    "right_foot": "grey",
    "right_collar": "vermilion",
    "right_shoulder": "yellow",
    "right_elbow": "sky",
    "right_wrist": "grey",
    "right_hand": "vermilion",
}


def rgb(colour: str) -> tuple[float, float, float]:
    """A colour of `COLOURS`, or any ``#rrggbb``, as numbers from 0 to 1.

    >>> rgb("#0080ff")[0], rgb("#0080ff")[2]
    (0.0, 1.0)

    Args:
        colour: a name or a hexadecimal number.
    """
    digits = COLOURS.get(colour, colour).removeprefix("#")
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


PARTS: Final[Float[np.ndarray, "24 3"]] = np.array([rgb(_PART_COLOURS[part]) for part in SMPL24.names])
"""RGB from 0 to 1 of SMPL's 24 parts, in the order of its joints."""

# Lightness falls all the way, so that the order can be read in grey, too.
_STOPS: Final = np.array([(0.82, 0.84, 0.87), rgb("orange"), rgb("vermilion"), (0.35, 0.08, 0.0)])
_RAMP: Final = 64

HEAT: Final[Float[np.ndarray, "N 3"]] = np.stack(
    [np.interp(np.linspace(0, len(_STOPS) - 1, _RAMP), np.arange(len(_STOPS)), channel) for channel in _STOPS.T], axis=1
)
"""RGB from 0 to 1, evenly spaced from little (light) to much (dark)."""


def heat(values: Float[np.ndarray, "N"], *, high: float = 1.0) -> Float[np.ndarray, "N 3"]:
    """A colour for each number from 0 to `high`: `HEAT`, interpolated; beyond its ends its last colours.

    >>> heat(np.array([0.0])).round(2).tolist()
    [[0.82, 0.84, 0.87]]

    Args:
        values: any numbers.
        high: the number that gets the darkest colour.
    """
    place = np.clip(values / high, 0, 1) * (_RAMP - 1)
    return np.stack([np.interp(place, np.arange(_RAMP), channel) for channel in HEAT.T], axis=1)
