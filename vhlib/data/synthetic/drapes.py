"""What hangs free of the body, as grids of points about an axis; and long hair, buns and the brims of caps.

Rows run downward and columns counter-clockwise seen from above. A grid is made around the body at rest, just outside
its hull, and follows the joints by weights that are smooth all around.
"""

from typing import Final

import numpy as np
from jaxtyping import Float, Int

from vhlib.data.synthetic.cloth import tube_normals
from vhlib.data.synthetic.figure import Figure
from vhlib.data.synthetic.mesh import Mesh
from vhlib.data.synthetic.noise import smooth_step
from vhlib.geometry.skeletons import SMPL24

COLUMNS: Final = 44
ROWS: Final = 16
SLAB: Final = 0.03
"""Half the height of the slice whose hull decides a row's radius, metres."""


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
    centre = person.rest[head & (np.abs(places[:, 1] - 0.38) < SLAB)].mean(0)
    skull = support(person.rest[head & (np.abs(places[:, 1] - 0.385) < SLAB)], centre, angle)
    stretch = lengthwise(person, places, heights)
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
        level = back & (np.abs(places[:, 1] - height) < SLAB)
        behind = person.rest[level, 2].min() - centre[2] if level.any() else 0.0
        z = np.minimum(z, z + resting[row] * (behind - 0.02 - z) * (0.9 + 0.1 * np.cos(angle)))
        grid[row] = np.stack([centre[0] + x, np.full(COLUMNS, stretch[row]), centre[2] + z], 1)
    rest_places = grid.reshape(-1, 3).copy()
    rest_places[:, 1] = np.repeat(heights, COLUMNS)
    return grid_mesh(person, grid, rest_places, _hair_weights(rest_places[:, 1]), closed=False)


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
    return grid_mesh(person, person.joint("head") + offsets, places, weights, closed=closed)


def lengthwise(
    person: Figure, places: Float[np.ndarray, "V 3"], heights: Float[np.ndarray, "R"]
) -> Float[np.ndarray, "R"]:
    """Where heights of places lie on this body: interpolated between its joints.

    Args:
        person: whose body.
        places: of its vertices.
        heights: of places.
    """
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


def support(
    points: Float[np.ndarray, "N 3"], centre: Float[np.ndarray, "3"], angle: Float[np.ndarray, "C"]
) -> Float[np.ndarray, "C"]:
    """How far a slice reaches in each direction: its hull's support, drawn in to its radius.

    Args:
        points: of the slice.
        centre: of the directions.
        angle: of each, from the front, counter-clockwise seen from above.
    """
    out = points[:, [0, 2]] - centre[[0, 2]]
    directions = np.stack([np.sin(angle), np.cos(angle)])
    return np.asarray((out @ directions).max(0), np.float32)


def _hair_weights(up: np.ndarray) -> np.ndarray:
    weights = np.zeros((len(up), len(SMPL24)), np.float32)
    head = smooth_step(up, 0.20, 0.33)
    trunk = smooth_step(up, 0.26, 0.10)
    weights[:, SMPL24.index("head")] = head
    weights[:, SMPL24.index("spine3")] = trunk * (1 - head)
    weights[:, SMPL24.index("neck")] = (1 - trunk) * (1 - head)
    return weights


def grid_mesh(
    person: Figure,
    grid: Float[np.ndarray, "R C 3"],
    places: Float[np.ndarray, "P 3"],
    weights: Float[np.ndarray, "P 24"],
    *,
    closed: bool,
) -> Mesh:
    """A grid that the pose takes along.

    Args:
        person: who wears it.
        grid: its points around the body at rest.
        places: theirs, row by row.
        weights: how much each follows each joint.
        closed: the last column is followed by the first.
    """
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
