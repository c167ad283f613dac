"""Noise that looks like cloud, dirt and cloth: fields whose power falls with frequency, tiled over the plane."""

from functools import cache
from typing import Final

import numpy as np
from jaxtyping import Float

from vhlib.core.random import numpy_generator

SIDE: Final = 256
"""Of a tile, in samples; a power of two."""
_WRAP: Final = SIDE - 1
"""These bits of a whole number are what is left of it after division by `SIDE`, below 0 too."""

Edge = float | int | Float[np.ndarray, "*N"]
"""The same for all, or one for each."""

_FIELDS: Final = 4


@cache
def _tiles(power: float) -> Float[np.ndarray, "4 256 256"]:
    """Fields of zero mean and unit deviation whose amplitude falls as frequency to a power."""
    white = numpy_generator(0, "noise").standard_normal((_FIELDS, SIDE, SIDE))
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    frequency[0, 0] = np.inf
    fields = np.fft.irfft2(np.fft.rfft2(white) / frequency**power, (SIDE, SIDE))
    return (fields / fields.std((1, 2), keepdims=True)).astype(np.float32)


def fractal(
    u: Float[np.ndarray, "*N"], v: Float[np.ndarray, "*N"], *, size: float, field: int = 0, power: float = 1.0
) -> Float[np.ndarray, "*N"]:
    """Noise at places of a plane, of zero mean and unit deviation.

    Args:
        u: first coordinate, any unit.
        v: second coordinate.
        size: of a tile, in that unit; its largest blotches are about a third of that, its finest grain 1/256.
        field: which of four independent ones; any whole number.
        power: 1 is pink (every octave has as much of it), 0 white, 2 smooth hills; to the nearest quarter.
    """
    tile = _tiles(round(4 * power) / 4)[field % _FIELDS].reshape(-1)
    x, y = (np.asarray(axis, np.float32) * np.float32(SIDE / size) + np.float32(61.7 * field) for axis in (u, v))
    left, top = np.floor(x), np.floor(y)
    across, down = x - left, y - top
    column, row = left.astype(np.int64) & _WRAP, top.astype(np.int64) & _WRAP
    beside, below = (column + 1) & _WRAP, ((row + 1) & _WRAP) * SIDE
    row = row * SIDE
    upper = tile.take(row + column) * (1 - across) + tile.take(row + beside) * across
    lower = tile.take(below + column) * (1 - across) + tile.take(below + beside) * across
    return upper * (1 - down) + lower * down


def smooth_step(x: Float[np.ndarray, "*N"], low: Edge, high: Edge) -> Float[np.ndarray, "*N"]:
    """From 0 at one number to 1 at another, level at both.

    Args:
        x: any numbers.
        low: where it is 0.
        high: where it is 1; may be the smaller one.
    """
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
