"""What is behind people: rooms, streets, fields, and what never was: gradients, textures, heaps of shapes.

Rooms, streets and fields have a floor on which the person stands, so that feet and shadows meet it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from vhlib.data.synthetic.colour import cloth_colour, linear
from vhlib.data.synthetic.draws import between, pick
from vhlib.data.synthetic.framing import View
from vhlib.data.synthetic.ground import GROUNDS, WALLS, Plane
from vhlib.data.synthetic.noise import fractal, smooth_step

KINDS: Final = {"room": 4.0, "street": 2.5, "field": 2.5, "gradient": 0.8, "texture": 0.8, "shapes": 0.8}
"""Kinds of scenes and how likely each is."""


@dataclass(frozen=True, eq=False)
class Backdrop:
    """What each pixel sees behind the person."""

    kind: str
    """One of `KINDS`."""
    colours: Float[np.ndarray, "H W 3"]
    """Of surfaces in white light; of the sky, its own; linear RGB."""
    normals: Float[np.ndarray, "H W 3"]
    """Unit, scene axes."""
    depth: Float[np.ndarray, "H W"]
    """Metres; infinite for the sky and for what has no place."""
    shines: Bool[np.ndarray, "H W"]
    """True where the colour is light already."""

    @property
    def outdoors(self) -> bool:
        """Whether the sun shines here."""
        return self.kind in ("street", "field")


def backdrop(view: View, beyond: float, chance: np.random.Generator) -> Backdrop:
    """Draw a scene.

    Args:
        view: the camera.
        beyond: how far away the person's farthest point is, metres; walls are farther.
        chance: where the scene comes from.
    """
    kind = pick(chance, KINDS)
    if kind in ("room", "street"):
        return _between_walls(kind, view, beyond, chance)
    if kind == "field":
        return _field(view, chance)
    flat = {"gradient": _gradient, "texture": _texture, "shapes": _shapes}[kind](view.size, chance)
    shape = flat.shape[:2]
    facing = np.broadcast_to(np.array([0, 0, -1], np.float32), flat.shape)
    return Backdrop(kind, flat, facing, np.full(shape, np.inf, np.float32), np.ones(shape, bool))


def _between_walls(kind: str, view: View, beyond: float, chance: np.random.Generator) -> Backdrop:
    """The inside of a box: floor, walls, and a ceiling or the sky."""
    turn = between(chance, -0.6, 0.6)
    cosine, sine = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    about = np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]], np.float32)
    rays = view.rays @ about.T
    if kind == "room":
        behind, height = beyond + between(chance, 0.4, 3.0), between(chance, 2.4, 3.2)
        left, right = (beyond * 0.35 + between(chance, 0.9, 3.5) for _ in range(2))
    else:
        behind, height = beyond + between(chance, 12.0, 60.0), 1e4
        left, right = (between(chance, 3.0, 11.0) + 0.15 * beyond for _ in range(2))
    low = np.array([-left, view.floor, -8.0], np.float32)
    high = np.array([right, view.floor + height, behind], np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        until = np.where(rays > 0, high, low) / np.where(rays == 0, np.float32(1e-9), rays)
    x, y, z = np.moveaxis(until, -1, 0)
    depth = np.minimum(np.minimum(x, y), z)
    axis = np.where(x == depth, 0, np.where(y == depth, 1, 2))
    points = rays * depth[..., None]
    colours = np.zeros_like(points)
    normals = np.where(axis[..., None] == np.arange(3), -np.sign(rays), np.float32(0))

    upward = points[..., 1] - view.floor
    texel = depth / np.float32(view.focal_length)
    floor = (axis == 1) & (rays[..., 1] < 0)
    ground = pick(chance, GROUNDS[kind])
    paint = Plane(ground, chance)
    colours[floor] = paint(points[..., 0][floor], points[..., 2][floor], texel[floor])
    shines = np.zeros(depth.shape, bool)
    if kind == "street":
        # The walls of a street end in roofs of different heights.
        storeys = between(chance, 6.0, 16.0) + 3 * np.floor(
            2.5 * fractal(_block(points[..., 0], points[..., 2]), np.zeros_like(depth), size=40.0)
        )
        shines = ((axis != 1) & (upward > np.maximum(storeys, 3.0))) | ((axis == 1) & (rays[..., 1] > 0))
        colours[shines] = sky(rays[shines], chance)
    else:
        ceiling = (axis == 1) & ~floor
        colours[ceiling] = linear(np.full(3, chance.uniform(0.75, 0.95)))
    wall = pick(chance, WALLS[kind])
    for which, along in ((0, 2), (2, 0)):
        rows = (axis == which) & ~shines
        side = np.where(points[..., which] > 0, 37.0, 0.0)[rows] + (91.0 if which else 0.0)
        colours[rows] = Plane(wall, chance)(points[..., along][rows] + side, upward[rows], texel[rows])
    if kind == "room":
        _furnish(colours, points, axis, upward, chance)
    # Fog, and corners that get less light.
    if kind == "street":
        haze = (1 - np.exp(-depth.clip(min=0) / between(chance, 60, 300)))[..., None] * ~shines[..., None]
        colours += haze * (np.array([0.55, 0.62, 0.70], np.float32) - colours)
    else:
        colours *= (1 - 0.35 * np.exp(-_corner(points, low, high) / 0.25))[..., None]
    depth = np.where(shines, np.float32(np.inf), depth)
    return Backdrop(kind, colours, normals @ about, depth, shines)


def _block(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    return np.floor((x + z) / 9.0) * 7.3


def _corner(points: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Distance to the second nearest side of the room: small where two meet."""
    a, b, c = np.moveaxis(np.minimum(np.abs(points - low), np.abs(high - points)), -1, 0)
    return np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))


def _furnish(
    colours: np.ndarray, points: np.ndarray, axis: np.ndarray, upward: np.ndarray, chance: np.random.Generator
) -> None:
    """A skirting board, and pictures, windows and doors on the walls."""
    board = (axis != 1) & (upward < 0.09)
    colours[board] = linear(np.full(3, chance.uniform(0.3, 0.95)))
    for _ in range(int(chance.integers(1, 6))):
        which = 2 if chance.random() < 0.65 else 0
        along = points[..., 0 if which == 2 else 2]
        wide, kind = (
            between(chance, 0.35, 1.3),
            pick(chance, {"picture": 3.0, "window": 2.0, "door": 1.0, "shelf": 1.5}),
        )
        middle = between(chance, -2.5, 2.5) + (0.0 if which == 2 else 3.0)
        low, tall = {
            "picture": (between(chance, 1.1, 1.5), between(chance, 0.3, 0.9)),
            "window": (between(chance, 0.7, 1.0), between(chance, 0.9, 1.4)),
            "door": (0.0, 2.05),
            "shelf": (between(chance, 0.0, 1.2), between(chance, 0.5, 1.4)),
        }[kind]
        x, y = (along - middle) / wide + 0.5, (upward - low) / tall
        inside = (axis == which) & (x > 0) & (x < 1) & (y > 0) & (y < 1)
        if which == 0:
            inside &= (points[..., 0] > 0) == bool(chance.integers(2))
        if not inside.any():
            continue
        x, y = x[inside], y[inside]
        frame = np.maximum(np.abs(x - 0.5) - 0.5 + 0.05 / wide, np.abs(y - 0.5) - 0.5 + 0.05 / tall) > 0
        tint = cloth_colour(chance)
        if kind == "window":
            bars = (np.abs(x - 0.5) < 0.025 / wide) | (np.abs(y - 0.5) < 0.02)
            glass = linear(np.array([0.75, 0.85, 0.95])) * (0.7 + 0.9 * y[:, None])
            filled = np.where((frame | bars)[:, None], linear(np.full(3, 0.9)), glass * (1 - 0.5 * (y < 0.3))[:, None])
        elif kind == "picture":
            print_ = np.clip(
                0.4 + 0.22 * np.stack([fractal(x, y, size=2.0, field=k, power=1.5) for k in range(3)], -1), 0, 1
            )
            filled = np.where(frame[:, None], tint * 0.5, print_ * tint * 1.6)
        elif kind == "shelf":
            book = np.floor(x * wide / 0.045)
            row = np.floor(y * tall / 0.32)
            code = (np.sin(book * 12.9898 + row * 78.233) * 43758.5) % 1
            hue = np.stack([(code * k) % 1 for k in (1.0, 7.3, 13.7)], -1)
            plank = ((y * tall / 0.32) % 1 < 0.08) | ((y * tall / 0.32) % 1 > 0.75 + 0.2 * code)
            filled = np.where(plank[:, None], tint * 0.35, 0.04 + 0.4 * hue**2)
        else:
            panel = (np.abs(x - 0.5) < 0.3) & (np.abs((y * 2) % 1 - 0.5) < 0.35)
            filled = np.broadcast_to(tint, (len(x), 3)) * np.where(frame | panel, 0.8, 1.0)[:, None]
        colours[inside] = filled


def _field(view: View, chance: np.random.Generator) -> Backdrop:
    """Open ground up to a horizon with hills and trees, and the sky."""
    rays = view.rays
    level = -rays[..., 1] / np.float32(-view.floor)
    with np.errstate(divide="ignore"):
        depth = np.where(level > 1e-4, 1 / np.maximum(level, 1e-4), np.inf).astype(np.float32)
    ground = np.isfinite(depth)
    colours = np.zeros_like(rays)
    colours[~ground] = sky(rays[~ground], chance)
    at = rays[ground] * depth[ground][:, None]
    name = pick(chance, GROUNDS["field"])
    colours[ground] = Plane(name, chance)(at[:, 0], at[:, 2], depth[ground] / np.float32(view.focal_length))
    haze = (1 - np.exp(-depth[ground] / between(chance, 80, 400)))[:, None]
    far = np.array([0.50, 0.58, 0.66]) * chance.uniform(0.8, 1.1)
    colours[ground] += haze.astype(np.float32) * (far - colours[ground]).astype(np.float32)
    shines = ~ground

    # Hills and tree tops: outlines above the horizon, the farther the paler.
    azimuth = np.arctan2(rays[..., 0], rays[..., 2])
    rise = rays[..., 1] / np.hypot(rays[..., 0], rays[..., 2])
    for far_away in sorted(chance.uniform(0.0, 1.0, int(chance.integers(0, 4))))[::-1]:
        height, rough = between(chance, 0.01, 0.16) * (0.4 + far_away), between(chance, 1.25, 2.0)
        outline = height * (
            0.6 + 0.5 * fractal(azimuth, np.full_like(azimuth, far_away * 9), size=2.5, field=2, power=rough)
        )
        hill = (rise < outline) & (rise > 0)
        leaves = fractal(azimuth, rise, size=0.6, field=1, power=0.8)
        green = linear(np.array([0.25, 0.36, 0.2]) * chance.uniform(0.6, 1.2, 3))
        tone = green * np.exp(0.3 * leaves[hill])[:, None] * 0.7
        colours[hill] = tone + 0.75 * far_away * (far * 0.9 - tone)
    normals = np.broadcast_to(np.array([0, 1, 0], np.float32), rays.shape)
    return Backdrop("field", colours, normals, depth, shines)


def sky(rays: Float[np.ndarray, "N 3"], chance: np.random.Generator) -> Float[np.ndarray, "N 3"]:
    """Light of the sky: paler towards the horizon, with clouds.

    Args:
        rays: directions, scene axes.
        chance: decides the weather.
    """
    length = np.sqrt((rays**2).sum(1))
    up = np.clip(rays[:, 1] / length, 0, 1)
    weather = pick(chance, {"blue": 3.0, "grey": 2.0, "evening": 1.0})
    top, low = {
        "blue": ((0.16, 0.36, 0.72), (0.62, 0.75, 0.86)),
        "grey": ((0.55, 0.58, 0.62), (0.80, 0.82, 0.84)),
        "evening": ((0.28, 0.32, 0.52), (0.92, 0.62, 0.40)),
    }[weather]
    colours = np.array(low) + np.sqrt(up)[:, None] * (np.array(top) - low)
    cover, grain = between(chance, -0.9, 0.7), int(chance.integers(4))
    spread = 1 / np.maximum(rays[:, 1] / length, 0.06)
    clouds = fractal(rays[:, 0] / length * spread, rays[:, 2] / length * spread, size=9.0, field=grain, power=1.5)
    share = smooth_step(clouds + cover, 0.1, 0.9) * smooth_step(up, 0.0, 0.15)
    white = np.array([0.92, 0.92, 0.93]) * (0.85 + 0.1 * clouds)[:, None]
    return (colours + share[:, None] * (white - colours)).astype(np.float32)


def _gradient(size: int, chance: np.random.Generator) -> Float[np.ndarray, "H W 3"]:
    """A studio: one colour turning into another."""
    y, x = np.mgrid[0:size, 0:size] / np.float32(size)
    angle = between(chance, 0, 2 * np.pi)
    t = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) + 0.5
    glow = np.exp(-((x - 0.5) ** 2 + (y - 0.45) ** 2) / 0.15) * chance.uniform(0, 0.6)
    first, second = cloth_colour(chance), cloth_colour(chance)
    return (first + t[..., None] * (second - first) + 0.3 * glow[..., None]).astype(np.float32)


def _texture(size: int, chance: np.random.Generator) -> Float[np.ndarray, "H W 3"]:
    """A material out of focus or in it, filling the image."""
    y, x = np.mgrid[0:size, 0:size] / np.float32(size)
    scale, power = between(chance, 0.7, 4.0), between(chance, 0.7, 1.6)
    first, second = cloth_colour(chance), cloth_colour(chance)
    shares = [0.5 + 0.3 * fractal(x, y, size=scale, field=k, power=power) for k in range(2)]
    colours = first + np.clip(shares[0], 0, 1)[..., None] * (second - first)
    return np.clip(colours * (0.6 + 0.8 * shares[1][..., None]), 0, 1).astype(np.float32)


def _shapes(size: int, chance: np.random.Generator) -> Float[np.ndarray, "H W 3"]:
    """Discs and boxes of all sizes upon each other, whose statistics are those of photographs.

    The dead leaves model (Lee, Mumford and Huang 2001, IJCV 41).
    """
    y, x = np.mgrid[0:size, 0:size] / np.float32(size)
    colours = np.broadcast_to(cloth_colour(chance), (size, size, 3)).astype(np.float32)
    count = 90
    radii = np.sort(0.35 * (1 - chance.random(count) * (1 - 0.08)) ** 1.5)[::-1]
    for radius in radii:
        across, down = chance.uniform(-0.1, 1.1, 2)
        angle = between(chance, 0, np.pi)
        u = (x - across) * np.cos(angle) + (y - down) * np.sin(angle)
        v = (y - down) * np.cos(angle) - (x - across) * np.sin(angle)
        stretch = between(chance, 0.3, 1.0)
        if chance.random() < 0.5:
            inside = u * u + (v / stretch) ** 2 < radius**2
        else:
            inside = (np.abs(u) < radius) & (np.abs(v) < radius * stretch)
        shade = 0.85 + 0.3 * (u[inside] / radius)
        colours[inside] = cloth_colour(chance) * shade[:, None]
    return np.clip(colours, 0, 1)
