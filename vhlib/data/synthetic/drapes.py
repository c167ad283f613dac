"""What hangs free of the body: skirts and long hair, as grids of points about an axis.

Rows run downward and columns counter-clockwise seen from above. A grid is made around the body at rest, just outside
its hull, and follows the joints by weights that are smooth all around: a skirt spans the gap between two legs.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int

from vhlib.data.synthetic.cloth import KNEE, tube_normals
from vhlib.data.synthetic.figure import Figure, skirts, unit
from vhlib.data.synthetic.mesh import Mesh, cut
from vhlib.data.synthetic.noise import smooth_step
from vhlib.geometry.skeletons import SMPL24

COLUMNS: Final = 44
ROWS: Final = 16
_ABOVE: Final = 4
"""Rows of a straight skirt between its waist and MakeHuman's rim."""
_OFF: Final = 0.008
"""Between the body and a skirt's waist, metres."""
_UP: Final = np.array([0.0, 1.0, 0.0], np.float32)
_SLAB: Final = 0.03
"""Half the height of the slice whose hull decides a row's radius, metres."""


@dataclass(frozen=True)
class SkirtCut:
    """How a skirt is cut. Lengths in metres, heights of places."""

    waist: float
    """Height of its upper edge."""
    hem: float
    """Height of its lower edge."""
    ease: float
    """Between it and the hips."""
    flare: float
    """How much its radius grows for each metre down."""
    folds: float
    """Depth of its folds at the hem."""
    count: int
    """Number of folds all around."""


def skirt(person: Figure, places: Float[np.ndarray, "V 3"], cut_as: SkirtCut, chance: np.random.Generator) -> Mesh:
    """A skirt on somebody, posed.

    Args:
        person: who wears it.
        places: of the body's vertices.
        cut_as: how it is cut.
        chance: for its folds.
    """
    angle = np.linspace(0, 2 * np.pi, COLUMNS, endpoint=False, dtype=np.float32)
    heights = np.linspace(cut_as.waist, cut_as.hem, ROWS, dtype=np.float32)
    phase, second = chance.uniform(0, 2 * np.pi, 2)
    trunk = np.abs(places[:, 0]) < 0.3
    centre = person.rest[trunk & (np.abs(places[:, 1] - cut_as.waist) < _SLAB)].mean(0)
    stretch = _lengthwise(person, places, heights)
    radius = np.zeros(COLUMNS, np.float32)
    grid = np.empty((ROWS, COLUMNS, 3), np.float32)
    folds = np.sin(cut_as.count * angle + phase) + 0.5 * np.sin((cut_as.count // 2 + 1) * angle + second)
    below = np.float32(cut_as.waist) - heights
    tight = np.float32(cut_as.ease) * smooth_step(below, 0.0, 0.12) + np.float32(_OFF)
    wider = cut_as.flare * np.diff(below, prepend=below[:1])
    depth = cut_as.folds * below / below[-1]
    for row, height in enumerate(heights):
        hull = _support(person.rest[trunk & (np.abs(places[:, 1] - height) < _SLAB)], centre, angle)
        radius = np.maximum(hull + tight[row], radius + wider[row])
        around = radius + depth[row] * folds
        grid[row, :, 0] = centre[0] + around * np.sin(angle)
        grid[row, :, 1] = stretch[row]
        grid[row, :, 2] = centre[2] + around * np.cos(angle)
    rest_places = grid.reshape(-1, 3).copy()
    rest_places[:, 1] = np.repeat(heights, COLUMNS)
    weights = _skirt_weights(rest_places)
    return _grid_mesh(person, grid, rest_places, weights, closed=True)


def straight_skirt(
    person: Figure, places: Float[np.ndarray, "V 3"], cut_as: SkirtCut, chance: np.random.Generator
) -> Mesh:
    """A skirt that follows hips and legs as far as cloth can, posed: MakeHuman's, and above it the body's hull.

    Args:
        person: who wears it.
        places: of the body's vertices.
        cut_as: how it is cut.
        chance: for its folds.
    """
    tube, pattern = person.skirt, skirts()["neutral"]
    heights = np.linspace(cut_as.waist, pattern.template[0, :, 1].max(), _ABOVE, endpoint=False, dtype=np.float32)
    centre = tube[0].mean(0)
    angle = np.arctan2(tube[0, :, 0] - centre[0], tube[0, :, 2] - centre[2])
    trunk = np.abs(places[:, 0]) < 0.3
    slices = [person.rest[trunk & (np.abs(places[:, 1] - height) < _SLAB)] for height in heights]
    radius = np.stack([_support(points, centre, angle) for points in slices])[..., None]
    rings = radius * np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], 1) + centre * (1 - _UP)
    grid = np.concatenate([rings + _UP * _lengthwise(person, places, heights)[:, None, None], tube])
    rest_places = np.concatenate([rings + _UP * heights[:, None, None], pattern.template])
    below = np.float32(cut_as.waist) - rest_places[..., 1]
    folds = np.sin(cut_as.count * angle + np.float32(chance.uniform(0, 2 * np.pi))).astype(np.float32)
    depth = cut_as.folds * np.clip(below / (cut_as.waist - cut_as.hem), 0, 1)
    wider = _OFF + cut_as.ease * smooth_step(below, 0.0, 0.12) + cut_as.flare * below + depth * folds
    outward = unit((grid - grid.mean(1, keepdims=True)) * (1 - _UP))
    sewn = (grid + outward * wider[..., None]).astype(np.float32)
    flat = rest_places.reshape(-1, 3)
    weights = np.concatenate([_skirt_weights(flat[: rings[..., 0].size]), pattern.weights.reshape(-1, len(SMPL24))])
    return cut(_grid_mesh(person, sewn, flat, weights, closed=True), flat[:, 1] - np.float32(cut_as.hem))


def long_hair(
    person: Figure, places: Float[np.ndarray, "V 3"], *, length: float, volume: float, chance: np.random.Generator
) -> Mesh:
    """Hair that falls behind the ears, down the neck and the back.

    Args:
        person: whose.
        places: of the body's vertices.
        length: how far down from the ears, metres.
        volume: from the head to its outside, metres.
        chance: for its strands.
    """
    spread = np.deg2rad(118)
    angle = np.linspace(np.pi - spread, np.pi + spread, COLUMNS, dtype=np.float32)
    heights = np.linspace(0.43, 0.38 - length, ROWS, dtype=np.float32)
    head = (places[:, 1] > 0.3) & (np.abs(places[:, 0]) < 0.1)
    centre = person.rest[head & (np.abs(places[:, 1] - 0.38) < _SLAB)].mean(0)
    skull = _support(person.rest[head & (np.abs(places[:, 1] - 0.385) < _SLAB)], centre, angle)
    stretch = _lengthwise(person, places, heights)
    strands = np.sin(9 * angle + chance.uniform(0, 6)) + np.sin(23 * angle + chance.uniform(0, 6))
    back = (places[:, 2] < 0.06) & (np.abs(places[:, 0]) < 0.14)
    below = np.clip(0.38 - heights, 0, None)
    narrow = 1 - 0.16 * smooth_step(below, 0.02, 0.2)
    # Over shoulders and back the hair lies on them.
    resting = smooth_step(heights, 0.24, 0.17)
    grid = np.empty((ROWS, COLUMNS, 3), np.float32)
    for row, height in enumerate(heights):
        radius = (skull + volume) * narrow[row] + 0.004 * strands * min(below[row] / 0.1, 1.0)
        x, z = radius * np.sin(angle), radius * np.cos(angle)
        level = back & (np.abs(places[:, 1] - height) < _SLAB)
        behind = person.rest[level, 2].min() - centre[2] if level.any() else 0.0
        z = np.minimum(z, z + resting[row] * (behind - 0.02 - z) * (0.9 + 0.1 * np.cos(angle)))
        grid[row] = np.stack([centre[0] + x, np.full(COLUMNS, stretch[row]), centre[2] + z], 1)
    rest_places = grid.reshape(-1, 3).copy()
    rest_places[:, 1] = np.repeat(heights, COLUMNS)
    return _grid_mesh(person, grid, rest_places, _hair_weights(rest_places[:, 1]), closed=False)


def knot(person: Figure, radius: float, height: float) -> Mesh:
    """A bun at the back of the head.

    Args:
        person: whose.
        radius: metres.
        height: of its middle, as a place.
    """
    offset = np.array([0.0, height - _HEIGHTS["head"], -0.10 - 0.35 * (height - 0.42)], np.float32)
    tilt = np.linspace(0, np.pi, ROWS, dtype=np.float32)
    angle = np.linspace(0, 2 * np.pi, COLUMNS, endpoint=False, dtype=np.float32)
    rings = np.sin(tilt)[:, None]
    ball = np.stack(
        [rings * np.sin(angle), np.broadcast_to(np.cos(tilt)[:, None], (ROWS, COLUMNS)), rings * np.cos(angle)], -1
    )
    return _on_head(person, radius * ball + offset, closed=True)


def brim(person: Figure, height: float) -> Mesh:
    """The visor of a cap.

    Args:
        person: whose.
        height: of its root, as a place.
    """
    angle = np.linspace(-1.15, 1.15, COLUMNS, dtype=np.float32)
    out = np.linspace(0, 1, ROWS, dtype=np.float32)[:, None]
    reach = 0.095 + 0.075 * out * np.cos(angle * 1.3) ** 0.5
    grid = np.stack(
        [
            0.85 * reach * np.sin(angle),
            np.broadcast_to(height - _HEIGHTS["head"] - 0.022 * out - 0.02 * np.sin(angle) ** 2, (ROWS, COLUMNS)),
            0.012 + 1.1 * reach * np.cos(angle),
        ],
        -1,
    )
    return _on_head(person, grid.astype(np.float32), closed=False)


def _on_head(person: Figure, offsets: np.ndarray, *, closed: bool) -> Mesh:
    """A grid that the head takes along; offsets from the head's joint at rest."""
    weights = np.zeros((ROWS * COLUMNS, len(SMPL24)), np.float32)
    weights[:, SMPL24.index("head")] = 1
    places = offsets.reshape(-1, 3) + np.array([0.0, _HEIGHTS["head"], 0.093], np.float32)
    return _grid_mesh(person, person.joint("head") + offsets, places, weights, closed=closed)


def _lengthwise(person: Figure, places: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Where heights of places lie on this body: interpolated between its joints."""
    names = ("left_ankle", "left_knee", "left_hip", "spine1", "spine3", "neck", "head")
    marks = np.array([_HEIGHTS[name] for name in names])
    return np.interp(heights, marks, [person.joint(name)[1] for name in names]).astype(np.float32) + np.where(
        heights > marks[-1], heights - marks[-1], 0
    ).astype(np.float32)


_HEIGHTS: Final = {
    "left_ankle": -1.128,
    "left_knee": -0.696,
    "left_hip": -0.315,
    "spine1": -0.107,
    "spine3": 0.047,
    "neck": 0.245,
    "head": 0.342,
}


def _support(points: np.ndarray, centre: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """How far a slice reaches in each direction: its hull's support, drawn in to its radius."""
    out = points[:, [0, 2]] - centre[[0, 2]]
    directions = np.stack([np.sin(angle), np.cos(angle)])
    return np.asarray((out @ directions).max(0), np.float32)


def _skirt_weights(places: np.ndarray) -> np.ndarray:
    """The waist goes with the trunk; below, each side goes with its leg, and the middle with both."""
    up = places[:, 1]
    weights = np.zeros((len(places), len(SMPL24)), np.float32)
    trunk = smooth_step(up, -0.40, -0.16)
    left = smooth_step(places[:, 0], -0.14, 0.14)
    shin = smooth_step(up, KNEE + 0.12, KNEE - 0.16)
    weights[:, SMPL24.index("spine1")] = trunk * smooth_step(up, -0.2, -0.06)
    weights[:, SMPL24.index("pelvis")] = trunk - weights[:, SMPL24.index("spine1")]
    for side, share in (("left", left), ("right", 1 - left)):
        weights[:, SMPL24.index(f"{side}_hip")] = (1 - trunk) * share * (1 - shin)
        weights[:, SMPL24.index(f"{side}_knee")] = (1 - trunk) * share * shin
    return weights


def _hair_weights(up: np.ndarray) -> np.ndarray:
    weights = np.zeros((len(up), len(SMPL24)), np.float32)
    head = smooth_step(up, 0.20, 0.33)
    trunk = smooth_step(up, 0.26, 0.10)
    weights[:, SMPL24.index("head")] = head
    weights[:, SMPL24.index("spine3")] = trunk * (1 - head)
    weights[:, SMPL24.index("neck")] = (1 - trunk) * (1 - head)
    return weights


def _grid_mesh(person: Figure, grid: np.ndarray, places: np.ndarray, weights: np.ndarray, *, closed: bool) -> Mesh:
    faces = _grid_faces(*grid.shape[:2], closed=closed)
    posed = person.skinned(grid.reshape(-1, 3), weights)
    normals = tube_normals(posed.reshape(grid.shape), closed=closed).reshape(-1, 3)
    parts = weights[faces].sum(1).argmax(1) + 1
    return Mesh(posed, normals, places, faces, parts)


def _grid_faces(rows: int, columns: int, *, closed: bool) -> Int[np.ndarray, "F 3"]:
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    a, b = row * columns + column, row * columns + (column + 1) % columns
    c, d = a + columns, b + columns
    return np.stack([np.stack([a, c, b], -1), np.stack([b, c, d], -1)]).reshape(-1, 3)
