"""The point of a triangle mesh that is nearest to a given point, as a weighted mean of three vertices."""

import numpy as np
from scipy.spatial import cKDTree

_CANDIDATES = 16  # triangles, by the distance of their middles; enough where triangles are about equally large
_TINY = 1e-24


def nearest_on_mesh(points: np.ndarray, vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each point a triangle (N,) and the barycentric coordinates (N, 3) of the nearest point in it.

    Args:
        points: (N, 3).
        vertices: (V, 3) of the mesh.
        triangles: (F, 3).
    """
    tree = cKDTree(vertices[triangles].mean(1))
    near = tree.query(points, k=np.arange(1, min(_CANDIDATES, len(triangles)) + 1))[1]
    corners = vertices[triangles[near]]
    shares = _barycentric(points[:, None], corners)
    distance = np.linalg.norm((shares[..., None] * corners).sum(-2) - points[:, None], axis=-1)
    best = distance.argmin(1)
    every = np.arange(len(points))
    return near[every, best], shares[every, best]


def _barycentric(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(..., 3) coordinates of the point of a triangle (..., 3, 3) that is nearest to a point (..., 3)."""
    origin, u, v = corners[..., 0, :], corners[..., 1, :] - corners[..., 0, :], corners[..., 2, :] - corners[..., 0, :]
    w = points - origin
    uu, uv, vv, wu, wv = ((a * b).sum(-1) for a, b in ((u, u), (u, v), (v, v), (w, u), (w, v)))
    determinant = np.maximum(uu * vv - uv * uv, _TINY)
    s, t = (vv * wu - uv * wv) / determinant, (uu * wv - uv * wu) / determinant
    inside = np.stack([1 - s - t, s, t], -1)
    # Outside, the nearest point lies on an edge: the best of the three.
    on_edges = []
    for a, b in ((0, 1), (1, 2), (2, 0)):
        start, along = corners[..., a, :], corners[..., b, :] - corners[..., a, :]
        share = (((points - start) * along).sum(-1) / np.maximum((along**2).sum(-1), _TINY)).clip(0, 1)
        coordinates = np.zeros(inside.shape)
        coordinates[..., a], coordinates[..., b] = 1 - share, share
        on_edges.append(coordinates)
    edges = np.stack(on_edges, -2)
    off = np.linalg.norm((edges[..., None] * corners[..., None, :, :]).sum(-2) - points[..., None, :], axis=-1)
    best = np.take_along_axis(edges, off.argmin(-1)[..., None, None], -2)[..., 0, :]
    return np.where((inside >= 0).all(-1, keepdims=True), inside, best)
