"""Colours of people and things: light adds up in linear RGB, eyes and files use sRGB.

Convention:
    RGB from 0 to 1. What a surface looks like in white light is linear; the finished picture is sRGB.
"""

import colorsys
from typing import Final

import numpy as np
from jaxtyping import Float

from vhlib.data.synthetic.draws import between, pick

_GAMMA: Final = 2.2
_WHITE: Final = np.array([0.9505, 1.0, 1.089])  # D65
_TO_RGB: Final = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])

# Eumelanin from much to little, and what is not on that line; sRGB.
_HAIR: Final = {
    "black": ((0.05, 0.04, 0.04), 5.0),
    "dark brown": ((0.13, 0.08, 0.06), 4.0),
    "brown": ((0.27, 0.17, 0.10), 3.0),
    "light brown": ((0.42, 0.29, 0.18), 2.0),
    "blond": ((0.68, 0.53, 0.33), 1.5),
    "red": ((0.48, 0.20, 0.09), 0.6),
    "grey": ((0.50, 0.49, 0.48), 1.2),
    "white": ((0.82, 0.81, 0.79), 0.5),
}


def linear(srgb: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
    """SRGB → linear RGB, by the plain power 2.2.

    Args:
        srgb: from 0 to 1.
    """
    return np.power(np.clip(srgb, 0, 1), _GAMMA)


def srgb(light: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
    """Linear RGB → sRGB; the inverse of `linear`, cut off at 0 and 1.

    Args:
        light: linear.
    """
    return np.power(np.clip(light, 0, 1), 1 / _GAMMA)


def lab(lightness: float, a: float, b: float) -> Float[np.ndarray, "3"]:
    """CIE L*a*b* (D65) → linear RGB, cut off at 0 and 1.

    >>> lab(100.0, 0.0, 0.0).round(2).tolist()
    [1.0, 1.0, 1.0]

    Args:
        lightness: 0 to 100.
        a: green to red.
        b: blue to yellow.
    """
    y = (lightness + 16) / 116
    bent = np.array([y + a / 500, y, y - b / 200])
    xyz = np.where(bent > 6 / 29, bent**3, 3 * (6 / 29) ** 2 * (bent - 4 / 29)) * _WHITE
    return np.clip(_TO_RGB @ xyz, 0, 1)


def skin_tone(chance: np.random.Generator) -> Float[np.ndarray, "3"]:
    """A skin colour from the whole human range, linear RGB.

    The individual typology angle ITA = atan((L* - 50) / b*) orders skin from very light, beyond 55 degrees, to dark,
    below -30 (Chardon et al. 1991, Int. J. Cosmetic Science); here every angle from -68 to 62 is as likely.

    Args:
        chance: where it comes from.
    """
    angle = np.deg2rad(between(chance, -68, 62))
    # The angle fixes L* and b* up to their distance from (50, 0); dark skin has less of both hues.
    yellow = between(chance, 13, 18) - 4 * min(angle, 0.0) ** 2
    lightness = float(np.clip(50 + yellow * np.tan(angle), 22, 78))
    red = between(chance, 8, 12) - 1.5 * abs(lightness - 55) / 25
    return lab(lightness, red, yellow)


def hair_colour(chance: np.random.Generator) -> Float[np.ndarray, "3"]:
    """A hair colour, linear RGB.

    Args:
        chance: where it comes from.
    """
    name = pick(chance, {name: weight for name, (_, weight) in _HAIR.items()})
    return linear(np.array(_HAIR[name][0]) * chance.uniform(0.8, 1.2))


def cloth_colour(chance: np.random.Generator) -> Float[np.ndarray, "3"]:
    """A colour that fabrics are dyed in, linear RGB: many greys, navies and earths, some that shine.

    Args:
        chance: where it comes from.
    """
    kind = pick(chance, {"neutral": 4.0, "deep": 3.0, "muted": 3.0, "bright": 2.0, "pastel": 1.5})
    hue = between(chance, 0, 1)
    saturation, value = {
        "neutral": (between(chance, 0.0, 0.12), between(chance, 0.08, 0.95)),
        "deep": (between(chance, 0.4, 0.85), between(chance, 0.12, 0.4)),
        "muted": (between(chance, 0.2, 0.5), between(chance, 0.35, 0.75)),
        "bright": (between(chance, 0.65, 0.95), between(chance, 0.55, 0.9)),
        "pastel": (between(chance, 0.12, 0.35), between(chance, 0.8, 0.95)),
    }[kind]
    return linear(np.array(colorsys.hsv_to_rgb(hue, saturation, value)))
