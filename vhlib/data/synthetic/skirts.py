"""Skirts: one that hangs from the hull of the hips and spans the gap between two legs, and one that follows the legs.

The first is made by a function, the second is MakeHuman's, which comes with the body (`vhlib.body.skirts`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float

from vhlib.data.synthetic.cloth import KNEE
from vhlib.data.synthetic.drapes import COLUMNS, ROWS, SLAB, grid_mesh, lengthwise, support
from vhlib.data.synthetic.figure import Figure, skirts, unit
from vhlib.data.synthetic.mesh import Mesh, cut
from vhlib.data.synthetic.noise import smooth_step
from vhlib.geometry.skeletons import SMPL24

_ABOVE: Final = 4
"""Rows of a straight skirt between its waist and MakeHuman's rim."""
_OFF: Final = 0.008
"""Between the body and a skirt's waist, metres."""
_UP: Final = np.array([0.0, 1.0, 0.0], np.float32)


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
    centre = person.rest[trunk & (np.abs(places[:, 1] - cut_as.waist) < SLAB)].mean(0)
    stretch = lengthwise(person, places, heights)
    radius = np.zeros(COLUMNS, np.float32)
    grid = np.empty((ROWS, COLUMNS, 3), np.float32)
    folds = np.sin(cut_as.count * angle + phase) + 0.5 * np.sin((cut_as.count // 2 + 1) * angle + second)
    below = np.float32(cut_as.waist) - heights
    tight = np.float32(cut_as.ease) * smooth_step(below, 0.0, 0.12) + np.float32(_OFF)
    wider = cut_as.flare * np.diff(below, prepend=below[:1])
    depth = cut_as.folds * below / below[-1]
    for row, height in enumerate(heights):
        hull = support(person.rest[trunk & (np.abs(places[:, 1] - height) < SLAB)], centre, angle)
        radius = np.maximum(hull + tight[row], radius + wider[row])
        around = radius + depth[row] * folds
        grid[row, :, 0] = centre[0] + around * np.sin(angle)
        grid[row, :, 1] = stretch[row]
        grid[row, :, 2] = centre[2] + around * np.cos(angle)
    rest_places = grid.reshape(-1, 3).copy()
    rest_places[:, 1] = np.repeat(heights, COLUMNS)
    weights = _skirt_weights(rest_places)
    return grid_mesh(person, grid, rest_places, weights, closed=True)


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
    slices = [person.rest[trunk & (np.abs(places[:, 1] - height) < SLAB)] for height in heights]
    radius = np.stack([support(points, centre, angle) for points in slices])[..., None]
    rings = radius * np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], 1) + centre * (1 - _UP)
    grid = np.concatenate([rings + _UP * lengthwise(person, places, heights)[:, None, None], tube])
    rest_places = np.concatenate([rings + _UP * heights[:, None, None], pattern.template])
    below = np.float32(cut_as.waist) - rest_places[..., 1]
    folds = np.sin(cut_as.count * angle + np.float32(chance.uniform(0, 2 * np.pi))).astype(np.float32)
    depth = cut_as.folds * np.clip(below / (cut_as.waist - cut_as.hem), 0, 1)
    wider = _OFF + cut_as.ease * smooth_step(below, 0.0, 0.12) + cut_as.flare * below + depth * folds
    outward = unit((grid - grid.mean(1, keepdims=True)) * (1 - _UP))
    sewn = (grid + outward * wider[..., None]).astype(np.float32)
    flat = rest_places.reshape(-1, 3)
    weights = np.concatenate([_skirt_weights(flat[: rings[..., 0].size]), pattern.weights.reshape(-1, len(SMPL24))])
    return cut(grid_mesh(person, sewn, flat, weights, closed=True), flat[:, 1] - np.float32(cut_as.hem))


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
