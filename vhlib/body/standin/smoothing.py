"""Spread skinning weights over the skin, so that armpit, groin and collar bend as a surface and not as two rods.

Heat flows along the surface from where the weights are, farther at thick limbs than at thin ones; because it flows
along the skin and not through the air, the two thighs do not mix.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from vhlib.geometry.skeletons import SMPL24

# How far the border between a joint's skin and its neighbour's is blurred, metres.
_REACH: Mapping[str, float] = MappingProxyType(
    {
        "pelvis": 0.03,
        "spine": 0.03,
        "hip": 0.03,
        "collar": 0.03,
        "shoulder": 0.03,
        "neck": 0.02,
        "knee": 0.015,
        "elbow": 0.012,
        "head": 0.01,
        "ankle": 0.008,
        "wrist": 0.006,
        "foot": 0.003,
        "hand": 0.002,
    }
)
_STEPS = 2


def reach(weights: np.ndarray) -> np.ndarray:
    """(V,) how far weights spread at each vertex, metres.

    Args:
        weights: (V, 24).
    """
    lengths = [_REACH[name.removeprefix("left_").removeprefix("right_").rstrip("123")] for name in SMPL24.names]
    return weights @ np.array(lengths)


def diffused(values: np.ndarray, points: np.ndarray, triangles: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """(V, C) values after the flow of heat along a surface, by implicit steps; sums over C are kept.

    Args:
        values: (V, C).
        points: (V, 3) a closed surface.
        triangles: (F, 3) its faces.
        reach: (V,) how far values spread, metres (standard deviation).
    """
    stiffness, masses = _laplacian(points, triangles, (reach**2)[triangles].mean(1) / 2)
    step = splu(sparse.csc_array(sparse.diags_array(masses) + stiffness / _STEPS))
    for _ in range(_STEPS):
        values = step.solve(masses[:, None] * values)
    values = values.clip(min=0)
    return values / values.sum(1, keepdims=True)


def _laplacian(
    points: np.ndarray, triangles: np.ndarray, conductivity: np.ndarray
) -> tuple[sparse.csr_array, np.ndarray]:
    """Stiffness matrix with cotangent weights (Pinkall & Polthier 1993) and the lumped areas of the vertices."""
    count = len(points)
    stiffness = sparse.csr_array((count, count))
    masses = np.zeros(count)
    for corner in range(3):
        a, b, opposite = (triangles[:, (corner + step) % 3] for step in (1, 2, 0))
        u, v = points[a] - points[opposite], points[b] - points[opposite]
        doubled_area = np.linalg.norm(np.cross(u, v), axis=1)
        # Obtuse corners would let heat flow backwards; without them weights stay between 0 and 1.
        cotangent = np.maximum((u * v).sum(1) / np.maximum(doubled_area, 1e-15), 0)
        flow = conductivity * cotangent / 2
        rows, columns = np.concatenate([a, b, a, b]), np.concatenate([b, a, a, b])
        stiffness += sparse.csr_array((np.concatenate([-flow, -flow, flow, flow]), (rows, columns)), stiffness.shape)
        np.add.at(masses, opposite, doubled_area / 6)
    return stiffness, masses
