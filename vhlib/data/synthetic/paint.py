"""What surfaces look like in white light: skin with a face on it, hair, fabrics with patterns and seams.

A paint is called with places (and the normals there are none of its business) and returns linear RGB.
"""

from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float

from vhlib.data.synthetic.cloth import ANKLE, ELBOW, KNEE, SOLE, WAIST
from vhlib.data.synthetic.mesh import Mesh
from vhlib.data.synthetic.noise import fractal, smooth_step

Colour = Float[np.ndarray, "3"]
Places = Float[np.ndarray, "N 3"]
Colours = Float[np.ndarray, "N 3"]

EYE: Final = np.array([0.033, 0.382, 0.189], np.float32)
"""Place of the left eye."""
PRINT: Final = (7, 5)
"""Rows and columns of a logo."""
_MOUTH: Final = np.array([0.0, 0.305, 0.2], np.float32)


@runtime_checkable
class Paint(Protocol):
    """Colours of a surface."""

    @property
    def shine(self) -> float:
        """Strength of its highlight: 0 is matt."""
        ...

    def __call__(self, places: Places) -> Colours:
        """Linear RGB at places."""
        ...


@dataclass(frozen=True, eq=False)
class Surface:
    """Something to draw."""

    mesh: Mesh
    """Its triangles."""
    paint: Paint
    """Its colours."""


@dataclass(frozen=True, eq=False)
class Skin:
    """Skin, with eyes, brows, lips, stubble and nails."""

    tone: Colour
    """Linear RGB."""
    hair: Colour
    """Of brows and beard, linear RGB."""
    iris: Colour
    """Linear RGB."""
    beard: float
    """0 none, 1 full."""
    lips: float
    """How much redder than the skin lips are."""
    shine: float = 0.12

    def __call__(self, places: Places) -> Colours:
        """Linear RGB at places."""
        mottled = 1 + 0.05 * fractal(places[:, 0] + places[:, 2], places[:, 1], size=0.5, field=1)
        colours = (self.tone * mottled[:, None]).astype(np.float32)
        face = np.flatnonzero((places[:, 1] > 0.25) & (places[:, 2] > 0.1))
        if len(face):
            colours[face] = self._face(places[face], colours[face])
        return colours

    def _face(self, at: Places, colours: Colours) -> Colours:
        across, up = np.abs(at[:, 0]), at[:, 1]
        flush = np.exp(-(((across - 0.045) / 0.022) ** 2) - ((up - 0.345) / 0.02) ** 2)
        colours = colours * (1 + flush[:, None] * np.array([0.10, -0.04, -0.04], np.float32))
        if self.beard:
            jaw = smooth_step(up, 0.335, 0.30) * smooth_step(at[:, 2], 0.1, 0.13)
            lip = np.exp(-(((at[:, 0]) / 0.03) ** 2) - ((up - 0.323) / 0.008) ** 2)
            colours = _blend(colours, self.hair, self.beard * np.maximum(jaw, lip) * 0.85)
        mouth = ((at[:, 0] - _MOUTH[0]) / 0.023) ** 2 + ((up - _MOUTH[1]) / 0.0075) ** 2
        lip_colour = self.tone * np.array([0.95, 0.55, 0.55])
        colours = _blend(colours, lip_colour, self.lips * smooth_step(mouth, 1.3, 0.7))
        seam = np.exp(-(((up - _MOUTH[1]) / 0.0018) ** 2)) * smooth_step(across, 0.024, 0.018)
        colours = _blend(colours, self.tone * 0.25, 0.8 * seam)
        dx, dy = across - EYE[0], up - EYE[1]
        front = at[:, 2] > 0.15
        brow = smooth_step(np.abs(dy - 0.021 + 6 * dx * dx), 0.0042, 0.0022) * smooth_step(np.abs(dx), 0.021, 0.015)
        colours = _blend(colours, self.hair * 0.8, brow * 0.85 * front)
        socket = np.exp(-((dx / 0.02) ** 2) - (dy / 0.012) ** 2)
        colours = colours * (1 - 0.25 * (socket * front)[:, None])
        opened = smooth_step((dx / 0.0145) ** 2 + (dy / 0.0062) ** 2, 1.15, 0.85) * front
        colours = _blend(colours, 0.25 + 0.45 * self.tone, opened)
        colours = _blend(colours, self.iris, opened * smooth_step(dx * dx + dy * dy, 0.0062**2, 0.0048**2))
        colours = _blend(colours, np.full(3, 0.01), opened * smooth_step(dx * dx + dy * dy, 0.003**2, 0.002**2))
        lash = smooth_step(np.abs(dy - 0.006 + 14 * dx * dx), 0.0022, 0.001) * smooth_step(np.abs(dx), 0.017, 0.014)
        return _blend(colours, np.full(3, 0.02), 0.8 * lash * front)


@dataclass(frozen=True, eq=False)
class Hair:
    """Strands of one colour."""

    colour: Colour
    """Linear RGB."""
    curl: float
    """0 straight strands, 1 curls."""
    field: int
    """Which noise."""
    shine: float = 0.07

    def __call__(self, places: Places) -> Colours:
        """Linear RGB at places."""
        angle = np.arctan2(places[:, 0], places[:, 2] - 0.09)
        straight = fractal(angle * 0.09, places[:, 1] * 0.08, size=0.16, field=self.field, power=0.7)
        curls = fractal(angle * 0.09, places[:, 1], size=0.16, field=self.field, power=0.7)
        strands = straight * (1 - self.curl) + curls * self.curl
        return (self.colour * np.exp(0.34 * strands)[:, None]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Fabric:
    """A dyed, woven or printed cloth."""

    pattern: str
    """One of `PATTERNS`."""
    base: Colour
    """Linear RGB."""
    second: Colour
    """Of stripes, dots and prints, linear RGB."""
    size: float
    """Of a repeat of the pattern, metres."""
    picture: Bool[np.ndarray, "7 5"]
    """Of a logo."""
    trim: tuple[tuple[str, float, float], ...]
    """Bands of the second colour: axis (``up`` or ``across``), from, to."""
    field: int
    """Which noise."""
    shine: float = 0.04

    def __call__(self, places: Places) -> Colours:
        """Linear RGB at places."""
        u, v = _on_cloth(places)
        share = PATTERNS[self.pattern](self, u, v, places)
        weave = 1 + 0.06 * fractal(u, v, size=0.35, field=self.field + 1, power=0.8)
        colours = self.base + np.clip(share, 0, 1)[:, None] * (self.second - self.base)
        for axis, low, high in self.trim:
            along = places[:, 1] if axis == "up" else np.abs(places[:, 0])
            band = (along > low) & (along < high)
            colours[band] = 0.25 * colours[band] + 0.55 * self.second
        return (colours * weave[:, None]).astype(np.float32)


def _on_cloth(places: Places) -> tuple[np.ndarray, np.ndarray]:
    """Around and along trunk, sleeves and trouser legs, metres: how cloth is cut."""
    x, y, z = places.T
    arm = np.abs(x) > 0.21
    leg = (y < -0.4) & ~arm
    around = 0.16 * np.arctan2(x, z - 0.07)
    around = np.where(leg, 0.09 * np.arctan2(np.abs(x) - 0.12, z - 0.05), around)
    around = np.where(arm, 0.055 * np.arctan2(y - 0.158, z - 0.063), around)
    return around, np.where(arm, 0.36 - np.abs(x), y)


def _plain(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    return np.zeros_like(u)


def _stripes(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    return _wave(v, cloth.size, 0.5)


def _pinstripes(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    return _wave(u, 0.6 * cloth.size, 0.14)


def _checks(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    lines = 0.5 * _wave(u, cloth.size, 0.45) + 0.5 * _wave(v, cloth.size, 0.45)
    return lines + 0.3 * _wave(u + 0.3 * cloth.size, cloth.size, 0.08)


def _dots(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    size = 0.8 * cloth.size
    row = np.floor(v / size)
    x, y = (u / size + 0.5 * (row % 2)) % 1 - 0.5, (v / size) % 1 - 0.5
    return smooth_step(np.sqrt(x * x + y * y), 0.33, 0.24)


def _blotches(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    return smooth_step(fractal(u, v, size=6 * cloth.size, field=cloth.field, power=1.4), -0.15, 0.15)


def _flowers(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    size = 1.3 * cloth.size
    row = np.floor(v / size)
    x, y = (u / size + 0.37 * row) % 1 - 0.5, (v / size) % 1 - 0.5
    petals = 0.27 + 0.1 * np.cos(5 * np.arctan2(x, y) + row)
    return smooth_step(np.sqrt(x * x + y * y) - petals, 0.05, -0.05)


def _denim(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    worn = np.exp(-(((places[:, 1] - KNEE) / 0.14) ** 2)) + np.exp(-(((places[:, 1] + 0.42) / 0.12) ** 2))
    worn = worn * smooth_step(places[:, 2], 0.05, 0.12)
    return 0.35 * worn + 0.18 * fractal(u, v, size=0.12, field=cloth.field, power=0.4)


def _logo(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    """A print on the chest."""
    x, y = places[:, 0] / (1.6 * cloth.size), (0.09 - places[:, 1]) / (2.1 * cloth.size)
    column, row = np.floor((x + 0.5) * 5).astype(int), np.floor((y + 0.5) * 7).astype(int)
    inside = (column >= 0) & (column < 5) & (row >= 0) & (row < 7) & (places[:, 2] > 0.06)
    return (inside & cloth.picture[row.clip(0, 6), column.clip(0, 4)]).astype(np.float32)


def _halves(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    """Yoke and sleeves of another colour."""
    return ((places[:, 1] > 0.11) | (np.abs(places[:, 0]) > ELBOW)).astype(np.float32)


def _sides(cloth: Fabric, u: np.ndarray, v: np.ndarray, places: Places) -> np.ndarray:
    """A stripe down the outside of each leg or sleeve, as on track suits."""
    x, y, z = places.T
    leg = (y < WAIST - 0.05) & (np.abs(z - 0.05) < 0.018) & (np.abs(x) > 0.13)
    sleeve = (np.abs(x) > 0.19) & (np.abs(z - 0.063) < 0.014) & (y > 0.15)
    return (leg | sleeve).astype(np.float32)


PATTERNS: Final = {
    "plain": _plain,
    "striped": _stripes,
    "pinstriped": _pinstripes,
    "checked": _checks,
    "dotted": _dots,
    "blotched": _blotches,
    "flowered": _flowers,
    "denim": _denim,
    "printed": _logo,
    "two-coloured": _halves,
    "side-striped": _sides,
}
"""What a fabric can be: by name, how much of its second colour it has where."""


@dataclass(frozen=True, eq=False)
class Leather:
    """A shoe: upper, sole and, on some, a toe cap."""

    colour: Colour
    """Linear RGB."""
    sole: Colour
    """Linear RGB."""
    shine: float = 0.2

    def __call__(self, places: Places) -> Colours:
        """Linear RGB at places."""
        below = smooth_step(places[:, 1], SOLE + 0.026, SOLE + 0.018)
        laces = (np.abs((places[:, 2] * 70) % 1 - 0.5) < 0.2) & (places[:, 2] > 0.06) & (places[:, 2] < 0.14)
        laces &= (np.abs(np.abs(places[:, 0]) - 0.135) < 0.02) & (places[:, 1] > ANKLE - 0.06)
        colours = _blend(np.broadcast_to(self.colour, places.shape), self.sole, below)
        return _blend(colours, self.sole, 0.7 * laces)


def _wave(x: np.ndarray, period: float, share: float) -> np.ndarray:
    """Stripes with soft edges: 1 on a share of each period."""
    phase = np.abs((x / period) % 1 - 0.5) * 2
    return smooth_step(phase, share + 0.06, share - 0.06)


def _blend(colours: Colours, other: Colour, share: np.ndarray) -> Colours:
    return (colours + share[:, None] * (other - colours)).astype(np.float32)
