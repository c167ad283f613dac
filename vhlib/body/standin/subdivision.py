"""Catmull-Clark subdivision as a matrix: new vertices are fixed weighted means of old ones (Catmull & Clark 1978).

Because it is linear, whatever belongs to the old vertices carries over by the same product: positions, blend shapes,
skinning weights.
"""

import numpy as np
from scipy import sparse


def subdivide(quads: np.ndarray, uv: np.ndarray, count: int) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
    """Split each face of a quad mesh into four.

    Inner vertices follow the smooth rule, boundaries become cubic splines of their own, texture coordinates are split
    linearly so that charts keep their borders.

    Args:
        quads: (Q, 4) vertex indices.
        uv: (Q, 4, C) texture coordinates of the corners.
        count: vertices of the mesh, those without a face included.

    Returns:
        (count + edges + Q, count) matrix whose rows sum to 1, the (4 Q, 4) new faces and their (4 Q, 4, C) texture
        coordinates. New vertices come in the order: old vertices, edges, faces.
    """
    faces = len(quads)
    ends = np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2)
    edges, edge_of_side = np.unique(np.sort(ends, 1), axis=0, return_inverse=True)
    sides = np.bincount(edge_of_side)
    edge_of_side = edge_of_side.reshape(faces, 4)

    centres = _matrix(np.repeat(np.arange(faces), 4), quads.ravel(), 0.25, (faces, count))
    middles = _matrix(np.repeat(np.arange(len(edges)), 2), edges.ravel(), 0.5, (len(edges), count))
    beside = _matrix(edge_of_side.ravel(), np.repeat(np.arange(faces), 4), 0.5, (len(edges), faces)) @ centres
    inner = sparse.diags_array((sides == 2).astype(float))
    on_border = sparse.diags_array((sides == 1).astype(float))
    edge_points = inner @ (middles + beside) / 2 + on_border @ middles

    # Vertex of valence n: (mean of face points + 2 mean of edge middles + (n - 3) itself) / n.
    valence = np.bincount(quads.ravel(), minlength=count)
    around = _matrix(quads.ravel(), np.repeat(np.arange(faces), 4), 1.0, (count, faces)) @ centres
    spokes = _matrix(edges.ravel(), np.repeat(np.arange(len(edges)), 2), 1.0, (count, len(edges)))
    n = np.maximum(valence, 1)
    smooth = sparse.diags_array(1 / n**2) @ (around + 2 * spokes @ middles) + sparse.diags_array((n - 3) / n)
    along_border = spokes @ on_border @ middles / 4 + sparse.eye_array(count) / 2
    border = spokes @ (sides == 1) > 0
    kind = [(valence > 0) & ~border, (valence > 0) & border, valence == 0]
    inside, bordering, loose = (sparse.diags_array(which.astype(float)) for which in kind)
    vertex_points = inside @ smooth + bordering @ along_border + loose

    corner = quads
    after = count + edge_of_side
    before = np.roll(after, 1, 1)
    centre = np.repeat(count + len(edges) + np.arange(faces), 4).reshape(faces, 4)
    fine = np.stack([corner, after, centre, before], -1).reshape(-1, 4)
    uv_after = (uv + np.roll(uv, -1, 1)) / 2
    uv_centre = np.repeat(uv.mean(1, keepdims=True), 4, axis=1)
    fine_uv = np.stack([uv, uv_after, uv_centre, np.roll(uv_after, 1, 1)], 2).reshape(-1, 4, uv.shape[-1])
    return sparse.csr_array(sparse.vstack([vertex_points, edge_points, centres])), fine, fine_uv


def _matrix(rows: np.ndarray, columns: np.ndarray, value: float, shape: tuple[int, int]) -> sparse.csr_array:
    return sparse.csr_array((np.full(len(rows), value), (rows, columns)), shape=shape)
