"""The left half of the body as one closed, fine triangle mesh, ready to be thinned out.

The mouth and the eye sockets are cut away and closed at the lips and eyelids, because SMPL's surface is one closed
sheet; one Catmull-Clark step makes the coarse limbs round. Every vertex stays a fixed weighted mean of MakeHuman's.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from vhlib.body.standin.nearest import nearest_on_mesh
from vhlib.body.standin.source import Source
from vhlib.body.standin.subdivision import subdivide

_MIDDLE = 1e-7  # metres: closer to the plane x = 0 lies in it
_EYE_RINGS = (0.3, 0.65)  # share of the way from the eyelid to the pupil


@dataclass(frozen=True, eq=False)
class HalfSurface:
    """The half x >= 0 of the body; its boundary is the body's middle line."""

    rows: sparse.csr_array
    """(V, N) each vertex as a weighted mean of the source's vertices."""
    triangles: np.ndarray
    """(F, 3) counter-clockwise from outside."""
    uv: np.ndarray
    """(F, 3, 4) texture coordinates of the corners, and those of their mirror images."""
    middle: np.ndarray
    """(V,) bool: the vertex lies in the plane x = 0."""
    marks: Mapping[str, int]
    """Named vertices, the left one of a pair; they stay what they are when the surface is thinned out."""


def half_surface(source: Source, shape: np.ndarray) -> HalfSurface:
    """Cut, subdivide, halve and close the source's mesh.

    Args:
        source: the body.
        shape: (N, 3) positions that decide which diagonal of a quad and which stitch at the lips is shorter.
    """
    kept = _largest_component(source.quads, len(source.vertices)) & ~source.regions["inside"]
    rows, quads, uv = subdivide(source.quads[kept], source.uv[kept], len(source.vertices))
    points = rows @ shape
    middle = np.abs(points[:, 0]) < _MIDDLE
    left = (points[quads, 0] > -_MIDDLE).all(1)
    triangles, uv = _triangulated(quads[left], uv[left], points)

    eyelid, lips = _openings(triangles, middle)
    eye = _eye(source, shape, eyelid, points[eyelid], len(points))
    stitches = _zipped(lips, points)
    uv_at = dict(zip(triangles.ravel().tolist(), uv.reshape(-1, 4), strict=True))
    stitches_uv = [[uv_at[vertex] for vertex in stitch] for stitch in stitches]

    rows = sparse.csr_array(sparse.vstack([rows, eye.rows]))
    middle = np.concatenate([middle, eye.middle])
    triangles = np.concatenate([triangles, eye.triangles, stitches])
    used, triangles = np.unique(triangles, return_inverse=True)
    return HalfSurface(
        rows=rows[used],
        triangles=triangles.reshape(-1, 3),
        uv=np.concatenate([uv, eye.uv, stitches_uv]),
        middle=middle[used],
        marks={name: int(np.searchsorted(used, vertex)) for name, vertex in eye.marks.items()},
    )


def texture_indices(uv: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct texture coordinates (T, C), and which of them each corner (F, 3) has.

    Args:
        uv: (F, 3, C).
    """
    places, index = np.unique(uv.reshape(-1, uv.shape[-1]).round(6), axis=0, return_inverse=True)
    return places, index.reshape(uv.shape[:2])


def _largest_component(quads: np.ndarray, count: int) -> np.ndarray:
    """Which faces belong to the body, not to eyeballs, teeth or tongue."""
    ends = quads.ravel(), np.roll(quads, -1, 1).ravel()
    links = sparse.coo_array((np.ones(quads.size), ends), shape=(count, count))
    label = sparse.csgraph.connected_components(links, directed=False)[1]
    return label[quads[:, 0]] == np.bincount(label).argmax()


def _triangulated(quads: np.ndarray, uv: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split quads along the shorter diagonal."""
    first = np.linalg.norm(points[quads[:, 0]] - points[quads[:, 2]], axis=1)
    second = np.linalg.norm(points[quads[:, 1]] - points[quads[:, 3]], axis=1)
    corners = np.where((first <= second)[:, None, None], [[0, 1, 2], [0, 2, 3]], [[1, 2, 3], [1, 3, 0]])
    face = np.arange(len(quads))[:, None, None]
    return quads[face, corners].reshape(-1, 3), uv[face, corners].reshape(-1, 3, uv.shape[-1])


def _openings(triangles: np.ndarray, middle: np.ndarray) -> tuple[list[int], list[int]]:
    """The eyelid as a closed loop, and the lips as a path from one middle vertex to the other, along the boundary."""
    following = dict(boundary_edges(triangles).tolist())
    loops: list[list[int]] = []
    while following:
        loop = [next(iter(following))]
        while (vertex := following.pop(loop[-1])) != loop[0]:
            loop.append(vertex)
        loops.append(loop)
    eyelid = next(loop for loop in loops if not middle[loop].any())
    rim = next(loop for loop in loops if middle[loop].any())
    off = [place for place, vertex in enumerate(rim) if not middle[vertex]]
    # The rim is a circle: start the count where the lips begin.
    start = next(place for place in off if middle[rim[place - 1]])
    return eyelid, [rim[(start - 1 + step) % len(rim)] for step in range(len(off) + 2)]


def _eye(source: Source, shape: np.ndarray, eyelid: list[int], eyelid_points: np.ndarray, count: int) -> HalfSurface:
    """The part of the left eyeball that shows: rings of points on it, from the eyelid to the pupil.

    Args:
        source: the body; its eyeball is a mesh of its own.
        shape: (N, 3) positions of its vertices.
        eyelid: the loop to fill, along the boundary.
        eyelid_points: (L, 3) where it is.
        count: the number of the first new vertex.
    """
    front = source.regions["left_eye"]
    ball, ball_uv = _triangulated(source.quads[front], source.uv[front], shape)
    vertices = np.unique(ball)
    aim = eyelid_points.mean(0)
    pupil = vertices[np.linalg.norm(shape[vertices, :2] - aim[:2], axis=1).argmin()]
    steps = np.array([*_EYE_RINGS, 1.0])[:, None, None]
    goals = (1 - steps) * eyelid_points + steps * shape[pupil]
    loop = len(eyelid)
    # One point for each vertex of each ring, then the pupil once.
    face, shares = nearest_on_mesh(goals.reshape(-1, 3)[: loop * len(_EYE_RINGS) + 1], shape, ball)
    at = np.repeat(np.arange(len(face)), 3), ball[face].ravel()
    uv = (shares[..., None] * ball_uv[face]).sum(1)

    rings = [np.array(eyelid), *(count + np.arange(len(face) - 1).reshape(-1, loop))]
    last = count + len(face) - 1
    triangles = []
    for outer, inner in itertools.pairwise(rings):
        after, inner_after = np.roll(outer, -1), np.roll(inner, -1)
        triangles += [np.stack([after, outer, inner], 1), np.stack([after, inner, inner_after], 1)]
    triangles.append(np.stack([np.roll(rings[-1], -1), rings[-1], np.full(loop, last)], 1))
    faces = np.concatenate(triangles)
    # The eyelid's corners lie at the rim of the eyeball's own piece of the texture.
    rim_face, rim_shares = nearest_on_mesh(eyelid_points, shape, ball)
    rim = (rim_shares[..., None] * ball_uv[rim_face]).sum(1)
    place = {vertex: rim[i] for i, vertex in enumerate(eyelid)} | {count + i: uv[i] for i in range(len(face))}
    return HalfSurface(
        rows=sparse.csr_array((shares.ravel(), at), shape=(len(face), len(shape))),
        triangles=faces,
        uv=np.array([[place[vertex] for vertex in corners] for corners in faces.tolist()]),
        middle=np.zeros(len(face), dtype=bool),
        marks={"left_eye": last},
    )


def boundary_edges(triangles: np.ndarray) -> np.ndarray:
    """(E, 2) the directed edges that have a triangle on one side only."""
    ends = np.stack([triangles, np.roll(triangles, -1, 1)], -1).reshape(-1, 2)
    there = {(a, b) for a, b in ends.tolist()}
    return np.array([(a, b) for a, b in ends.tolist() if (b, a) not in there])


def _zipped(path: list[int], points: np.ndarray) -> list[tuple[int, int, int]]:
    """Triangles that close an open path by stitching its two ends towards each other, the shorter stitch first."""
    stitches = []
    low, high = 0, len(path) - 1
    while high - low > 1:
        up = np.linalg.norm(points[path[low + 1]] - points[path[high]])
        down = np.linalg.norm(points[path[low]] - points[path[high - 1]])
        if up <= down:
            stitches.append((path[low + 1], path[low], path[high]))
            low += 1
        else:
            stitches.append((path[high], path[high - 1], path[low]))
            high -= 1
    return stitches
