"""Even out the triangles that decimation leaves: vertices slide along the fine surface towards their neighbours' mean.

A vertex that has slid is a weighted mean of the three corners of the fine triangle it lies in, so blend shapes,
weights and texture coordinates still carry over by one sparse product.
"""

import numpy as np
from scipy import sparse

from vhlib.body.standin.nearest import nearest_on_mesh
from vhlib.body.standin.surface import HalfSurface, texture_indices

_ROUNDS = 6
_STRIDE = 0.7


def relaxed(
    mesh: HalfSurface, fine: HalfSurface, kept: np.ndarray, points: np.ndarray, sliding: np.ndarray
) -> tuple[sparse.csr_array, np.ndarray]:
    """Slide vertices of a thinned-out half along the fine one.

    Vertices of the middle line and of seams of the texture stay, and none leaves its piece of the texture.

    Args:
        mesh: the thinned-out half.
        fine: the half that it is a thinner version of.
        kept: (H,) the fine vertex that each vertex of the mesh is.
        points: (V, 3) the fine half, in the shape in which triangles shall be even.
        sliding: (H,) bool, vertices that may slide.

    Returns:
        (H, V) each vertex as a weighted mean of fine vertices, and the (F, 3, C) texture coordinates.
    """
    piece = _texture_pieces(fine)
    piece_of = np.zeros(len(points), dtype=np.int64)
    piece_of[fine.triangles] = piece[:, None]
    moving = np.flatnonzero(sliding & ~mesh.middle & ~_on_seam(mesh))
    links = _neighbours(mesh.triangles, len(kept))
    places = points[kept]
    face, shares = np.zeros(len(moving), dtype=np.int64), np.zeros((len(moving), 3))
    for _ in range(_ROUNDS):
        goal = (1 - _STRIDE) * places[moving] + _STRIDE * (links @ places)[moving]
        for each in np.unique(piece_of[kept[moving]]):
            here, there = np.flatnonzero(piece_of[kept[moving]] == each), np.flatnonzero(piece == each)
            near, shares[here] = nearest_on_mesh(goal[here], points, fine.triangles[there])
            face[here] = there[near]
        places[moving] = (shares[..., None] * points[fine.triangles[face]]).sum(1)

    staying = np.setdiff1d(np.arange(len(kept)), moving)
    at = np.concatenate([staying, np.repeat(moving, 3)]), np.concatenate([kept[staying], fine.triangles[face].ravel()])
    rows = sparse.csr_array((np.concatenate([np.ones(len(staying)), shares.ravel()]), at), (len(kept), len(points)))
    uv_at = np.full((len(kept), mesh.uv.shape[-1]), np.nan)
    uv_at[moving] = (shares[..., None] * fine.uv[face]).sum(1)
    return rows, np.where(np.isnan(uv_at[mesh.triangles]), mesh.uv, uv_at[mesh.triangles])


def _texture_pieces(mesh: HalfSurface) -> np.ndarray:
    """(F,) a number for each connected piece of the texture."""
    charts = texture_indices(mesh.uv)[1]
    ends = charts.ravel(), np.roll(charts, -1, 1).ravel()
    links = sparse.coo_array((np.ones(charts.size), ends), shape=(charts.max() + 1,) * 2)
    return sparse.csgraph.connected_components(links, directed=False)[1][charts[:, 0]]


def _on_seam(mesh: HalfSurface) -> np.ndarray:
    """(H,) bool: the vertex has two places in the texture."""
    least, most = (np.full(len(mesh.middle), start) for start in (np.iinfo(np.int64).max, -1))
    charts = texture_indices(mesh.uv)[1]
    np.minimum.at(least, mesh.triangles, charts)
    np.maximum.at(most, mesh.triangles, charts)
    return least != most


def _neighbours(triangles: np.ndarray, count: int) -> sparse.csr_array:
    """(H, H) each row the mean over a vertex' neighbours."""
    a, b = triangles.ravel(), np.roll(triangles, -1, 1).ravel()
    links = sparse.csr_array((np.ones(2 * len(a)), (np.concatenate([a, b]), np.concatenate([b, a]))), (count, count))
    links.data[:] = 1
    return sparse.csr_array(sparse.diags_array(1 / np.maximum(links.sum(1), 1)) @ links)
