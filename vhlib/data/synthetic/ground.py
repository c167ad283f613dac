"""Floors and walls: what planks, tiles, bricks, grass and house fronts look like, in metres.

A pattern that is finer than a pixel fades to its mean, so that distant floors do not shimmer.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from jaxtyping import Float

from vhlib.data.synthetic.colour import cloth_colour, linear
from vhlib.data.synthetic.draws import between
from vhlib.data.synthetic.noise import fractal, smooth_step

Axis = Float[np.ndarray, "N"]
Colours = Float[np.ndarray, "N 3"]

GROUNDS: Final[dict[str, dict[str, float]]] = {
    "room": {"planks": 4.0, "tiles": 2.0, "carpet": 2.0, "concrete": 1.0},
    "street": {"asphalt": 3.0, "paving": 3.0, "concrete": 1.0},
    "field": {"grass": 4.0, "sand": 1.5, "gravel": 1.0, "court": 1.0},
}
"""By kind of scene, how likely each ground is."""

WALLS: Final[dict[str, dict[str, float]]] = {
    "room": {"plaster": 4.0, "wallpaper": 1.5, "bricks": 1.0, "tiles": 0.6, "planks": 0.6},
    "street": {"houses": 5.0, "bricks": 1.0, "plaster": 0.5},
}
"""By kind of scene, how likely each wall is."""


class Plane:
    """The paint of a plane.

    Args:
        name: of the material, one of those in `GROUNDS` and `WALLS`.
        chance: for its colours and sizes.
    """

    def __init__(self, name: str, chance: np.random.Generator):
        self._paint = _MATERIALS[name]
        self._key = int(chance.integers(2**63))

    def __call__(self, u: Axis, v: Axis, texel: Axis) -> Colours:
        """Linear RGB in white light.

        Args:
            u: along the plane, metres.
            v: the other way, up for a wall, metres.
            texel: how wide a pixel is there, metres.
        """
        if not len(u):
            return np.zeros((0, 3), np.float32)
        return self._paint(u, v, texel, np.random.default_rng(self._key)).astype(np.float32)


def _visible(size: float, texel: Axis) -> Axis:
    """1 where a detail of a size is larger than two pixels, 0 where it is smaller than half of one."""
    return smooth_step(size / texel, 0.5, 2.5)


def _lines(x: Axis, period: float, width: float, texel: Axis) -> Axis:
    """1 on lines of a width, blurred to their share where they are fine."""
    edge = np.maximum(texel, 1e-4) / 2
    apart = np.abs((x / period) % 1 - 0.5) * period
    line = smooth_step((0.5 * period - apart) - width / 2, edge, -edge)
    shown = _visible(period, texel)
    return line * shown + width / period * (1 - shown)


def _code(a: Axis, b: Axis) -> Axis:
    """A number from 0 to 1 for each cell of a grid."""
    return (np.sin(a * 12.9898 + b * 78.233 + 1.7) * 43758.547) % 1


def _rough(u: Axis, v: Axis, texel: Axis, size: float, power: float, field: int) -> Axis:
    return fractal(u, v, size=size, field=field, power=power) * smooth_step(size / 8 / texel, 0.3, 3.0)


def _planks(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    wide, long = between(chance, 0.08, 0.18), between(chance, 0.8, 1.6)
    wood = linear(np.array([0.62, 0.45, 0.30]) * chance.uniform(0.5, 1.35) * chance.uniform(0.92, 1.08, 3))
    row = np.floor(u / wide)
    column = np.floor(v / long + 0.37 * row)
    tone = 1 + 0.25 * (_code(row, column) - 0.5) * _visible(wide, texel)
    grain = np.exp(0.16 * _rough(u * 6, v * 0.5 + row * 0.71, texel * 3, 1.2, 0.8, 1))
    gap = np.maximum(_lines(u, wide, 0.006, texel), _lines(v + 0.37 * row * long, long, 0.006, texel))
    return wood * (tone * grain * (1 - 0.6 * gap))[:, None]


def _tiles(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    side = between(chance, 0.15, 0.6)
    light = linear(np.full(3, chance.uniform(0.55, 0.95)) * chance.uniform(0.92, 1.05, 3))
    other = light * (chance.uniform(0.1, 0.5) if chance.random() < 0.35 else 1.0)
    row, column = np.floor(u / side), np.floor(v / side)
    odd = ((row + column) % 2) * _visible(side, texel) + 0.5 * (1 - _visible(side, texel))
    colours = light + odd[:, None] * (other - light)
    grout = np.maximum(_lines(u, side, 0.008, texel), _lines(v, side, 0.008, texel))
    tone = 1 + 0.08 * (_code(row, column) - 0.5) + 0.05 * _rough(u, v, texel, 1.5, 1.0, 2)
    return colours * (tone * (1 - 0.4 * grout))[:, None]


def _carpet(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    base, second = cloth_colour(chance), cloth_colour(chance)
    tone = np.exp(0.12 * _rough(u, v, texel, 0.5, 0.5, 1) + 0.1 * _rough(u, v, texel, 3.0, 1.2, 0))
    if chance.random() < 0.5:
        return base * tone[:, None]
    size = between(chance, 0.3, 0.8)
    share = _lines(u + v, size, 0.1 * size, texel) + _lines(u - v, size, 0.1 * size, texel)
    return (base + np.clip(share, 0, 1)[:, None] * 0.7 * (second - base)) * tone[:, None]


def _concrete(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    grey = linear(np.array([0.62, 0.61, 0.58]) * chance.uniform(0.6, 1.25))
    tone = 1 + 0.13 * _rough(u, v, texel, 4.0, 1.1, 3) + 0.05 * _rough(u, v, texel, 0.6, 0.4, 1)
    joint = np.maximum(_lines(u, 3.0, 0.02, texel), _lines(v, 3.0, 0.02, texel))
    return grey * (tone * (1 - 0.4 * joint))[:, None]


def _asphalt(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    dark = linear(np.array([0.36, 0.36, 0.37]) * chance.uniform(0.7, 1.3))
    tone = 1 + 0.12 * _rough(u, v, texel, 5.0, 1.1, 0) + 0.14 * _rough(u, v, texel, 0.4, 0.3, 2)
    paint = _lines(u + between(chance, 0, 3), 3.2, 0.14, texel) * (np.abs((v / 4) % 1 - 0.5) < 0.3)
    return dark * tone[:, None] * (1 - paint[:, None]) + 0.6 * paint[:, None]


def _paving(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    long, wide = between(chance, 0.3, 0.6), between(chance, 0.2, 0.5)
    stone = linear(np.array([0.64, 0.60, 0.55]) * chance.uniform(0.7, 1.2) * chance.uniform(0.95, 1.05, 3))
    row = np.floor(v / wide)
    x = u + 0.5 * long * (row % 2)
    gap = np.maximum(_lines(x, long, 0.014, texel), _lines(v, wide, 0.014, texel))
    tone = 1 + 0.22 * (_code(np.floor(x / long), row) - 0.5) * _visible(wide, texel)
    return stone * (tone * (1 + 0.08 * _rough(u, v, texel, 0.8, 0.8, 1)) * (1 - 0.5 * gap))[:, None]


def _grass(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    green = linear(np.array([0.36, 0.47, 0.20]) * chance.uniform(0.65, 1.15) * chance.uniform(0.9, 1.1, 3))
    dry = linear(np.array([0.58, 0.52, 0.30]))
    share = np.clip(0.2 + 0.25 * _rough(u, v, texel, 12.0, 1.2, 0), 0, 1)
    blades = np.exp(0.34 * _rough(u, v, texel, 0.5, 0.4, 1) + 0.2 * _rough(u, v, texel, 3.0, 0.9, 2))
    return (green + share[:, None] * (dry - green)) * blades[:, None]


def _sand(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    base = linear(np.array([0.80, 0.70, 0.54]) * chance.uniform(0.75, 1.1))
    ripples = np.sin(40 * (v + 0.06 * fractal(u, v, size=6.0, field=2, power=1.4))) * _visible(0.1, texel)
    tone = 1 + 0.04 * ripples + 0.1 * _rough(u, v, texel, 5.0, 1.2, 0) + 0.07 * _rough(u, v, texel, 0.3, 0.3, 1)
    return base * tone[:, None]


def _gravel(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    base = linear(np.array([0.58, 0.55, 0.51]) * chance.uniform(0.7, 1.15))
    return base * np.exp(0.3 * _rough(u, v, texel, 0.7, 0.5, 3) + 0.1 * _rough(u, v, texel, 6.0, 1.1, 0))[:, None]


def _court(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    base = linear(np.array([(0.55, 0.30, 0.22), (0.25, 0.42, 0.34), (0.25, 0.35, 0.52)][chance.integers(3)]))
    lines = np.maximum(
        _lines(u + between(chance, 0, 4), 5.5, 0.06, texel), _lines(v + between(chance, 0, 4), 7.0, 0.06, texel)
    )
    tone = 1 + 0.07 * _rough(u, v, texel, 4.0, 1.0, 1) + 0.05 * _rough(u, v, texel, 0.4, 0.4, 0)
    return base * tone[:, None] * (1 - lines[:, None]) + 0.75 * lines[:, None]


def _plaster(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    warm = chance.uniform(-0.08, 0.08)
    base = linear(np.array([1 + warm, 1.0, 1 - warm]) * chance.uniform(0.55, 0.95))
    if chance.random() < 0.35:
        base = 0.45 * base + 0.55 * cloth_colour(chance)
    return base * (1 + 0.05 * _rough(u, v, texel, 3.0, 1.2, 1) + 0.025 * _rough(u, v, texel, 0.4, 0.5, 2))[:, None]


def _wallpaper(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    base = 0.4 + 0.5 * cloth_colour(chance)
    second = base * chance.uniform(0.4, 0.8) if chance.random() < 0.6 else cloth_colour(chance)
    size = between(chance, 0.08, 0.35)
    if chance.random() < 0.5:
        share = _lines(u, size, 0.4 * size, texel)
    else:
        row = np.floor(v / size)
        x, y = (u / size + 0.5 * (row % 2)) % 1 - 0.5, (v / size) % 1 - 0.5
        petals = 0.3 + 0.08 * np.cos(4 * np.arctan2(y, x))
        share = smooth_step(np.hypot(x, y) - petals, 0.06, -0.06) * _visible(size, texel)
    return base + 0.7 * share[:, None] * (second - base)


def _bricks(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    red = linear(np.array([0.56, 0.33, 0.25]) * chance.uniform(0.7, 1.2) * chance.uniform(0.93, 1.07, 3))
    if chance.random() < 0.3:
        red = linear(np.full(3, chance.uniform(0.7, 0.95)))
    row = np.floor(v / 0.075)
    x = u + 0.12 * (row % 2)
    shown = _visible(0.12, texel)
    tone = 1 + 0.4 * (_code(np.floor(x / 0.24), row) - 0.5) * shown + 0.08 * _rough(u, v, texel, 1.5, 0.9, 0)
    mortar = np.maximum(_lines(x, 0.24, 0.012, texel), _lines(v, 0.075, 0.012, texel))
    return red * tone[:, None] * (1 - 0.7 * mortar[:, None]) + 0.35 * 0.7 * mortar[:, None]


def _houses(u: Axis, v: Axis, texel: Axis, chance: np.random.Generator) -> Colours:
    """House fronts beside each other, each with its colour and its windows."""
    house = np.floor(u / 9.0)
    shades = 0.25 + 0.5 * np.stack([_code(house, np.full_like(house, k)) for k in (3.0, 3.3, 3.6)], -1)
    walls = shades.mean(1, keepdims=True) * 0.6 + 0.4 * shades
    wide, tall = between(chance, 1.4, 2.6), between(chance, 2.8, 3.4)
    x, y = (u / wide) % 1 - 0.5, (v / tall) % 1 - 0.5
    half_wide, half_tall = between(chance, 0.18, 0.32), between(chance, 0.2, 0.32)
    edge = texel / wide
    window = smooth_step(np.abs(x) - half_wide, edge, -edge) * smooth_step(np.abs(y) - half_tall, edge, -edge)
    frame = smooth_step(np.abs(x) - half_wide - 0.03, edge, -edge) * smooth_step(
        np.abs(y) - half_tall - 0.03, edge, -edge
    )
    glass = 0.02 + 0.25 * _code(np.floor(u / wide), np.floor(v / tall)) ** 3
    tone = 1 + 0.06 * _rough(u, v, texel, 6.0, 1.1, 1)
    shop = (v < tall) & (_code(house, house + 5) < 0.5)
    colours = walls * tone[:, None]
    colours = colours + frame[:, None] * (0.75 - colours)
    colours = colours + window[:, None] * (glass[:, None] * np.array([0.8, 0.95, 1.1]) - colours)
    band = shop & (v > 0.82 * tall)
    colours[band] = np.stack([_code(house, house + k) for k in (1.0, 2.0, 3.0)], -1)[band] ** 2
    glass_front = shop & ~band & (np.abs((u / 3.0) % 1 - 0.5) < 0.45) & (v > 0.4)
    colours[glass_front] = 0.05 + 0.12 * fractal(u, v, size=5.0, field=3, power=1.4)[glass_front, None].clip(0, 2)
    return colours


_MATERIALS: Final[dict[str, Callable[[Axis, Axis, Axis, np.random.Generator], Colours]]] = {
    "planks": _planks,
    "tiles": _tiles,
    "carpet": _carpet,
    "concrete": _concrete,
    "asphalt": _asphalt,
    "paving": _paving,
    "grass": _grass,
    "sand": _sand,
    "gravel": _gravel,
    "court": _court,
    "plaster": _plaster,
    "wallpaper": _wallpaper,
    "bricks": _bricks,
    "houses": _houses,
}
