"""Thin out the half surface to SMPL's number of faces by half-edge collapses (Garland & Heckbert 1997).

A collapse moves one vertex onto a neighbour, so that every vertex that stays is one of the surface's own. Its cost is
the quadric error, summed over several shapes and poses of the body: a vertex is kept where any of them needs it. The
length of the edge counts as well, which keeps flat parts evenly meshed.
"""

import heapq
from collections.abc import Collection

import numpy as np

from vhlib.body.standin.surface import HalfSurface, boundary_edges, texture_indices

_EVENNESS = 0.02  # edge length⁴ against area · distance²: an edge of 2 cm weighs as much as 2 mm off over 8 cm²
_ROUND = 0.5  # triangles less round than this (1 is equilateral) make a collapse dearer, ...
_SLIVER = 0.25  # ... and below this forbid it, unless they were worse before
_GOOD = 0.8  # edges between rounder triangles are not flipped
_FLIP = 0.35  # cosine by which a triangle may turn in a collapse
_MOST_NEIGHBOURS = 9

_Corners = tuple[int, int, int]
_Entry = tuple[float, int, int, int, bool]  # cost, from, to, age of both ends, slivers counted


def thinned(fine: HalfSurface, shapes: np.ndarray, spacing: np.ndarray, faces: int) -> tuple[HalfSurface, np.ndarray]:
    """The half surface with so many faces, and the fine vertex that each of its vertices is.

    Args:
        fine: the half; its marks stay.
        shapes: (P, V, 3) the surface in several shapes and poses; the first decides what a good triangle is.
        spacing: (V,) how far apart vertices may lie, relative to other regions.
        faces: how many to leave.
    """
    places, charts = texture_indices(fine.uv)
    decimation = Decimation(shapes, fine.triangles, charts, spacing, set(fine.marks.values()))
    decimation.reduce(faces)
    decimation.flip()
    triangles, charts = decimation.result()
    kept, triangles = np.unique(triangles, return_inverse=True)
    marks = {name: int(np.searchsorted(kept, vertex)) for name, vertex in fine.marks.items()}
    mesh = HalfSurface(fine.rows[kept], triangles.reshape(-1, 3), places[charts], fine.middle[kept], marks)
    return mesh, kept


class Decimation:
    """A half mesh that loses triangles one edge at a time.

    Args:
        shapes: (P, V, 3) the surface in several shapes and poses; the first decides what a good triangle is.
        triangles: (F, 3) counter-clockwise from outside.
        charts: (F, 3) index of each corner's texture coordinate; two of them at one vertex make a seam there.
        spacing: (V,) how far apart vertices may lie, relative to other regions.
        fixed: vertices that stay.
    """

    def __init__(
        self, shapes: np.ndarray, triangles: np.ndarray, charts: np.ndarray, spacing: np.ndarray, fixed: Collection[int]
    ) -> None:
        self.points = shapes[0]
        self.shapes = shapes.transpose(1, 0, 2)
        self.fixed = set(fixed)
        self.faces: list[_Corners | None] = [tuple(each) for each in triangles.tolist()]
        self.charts: list[_Corners] = [tuple(each) for each in charts.tolist()]
        self.count = len(triangles)
        border = boundary_edges(triangles)
        self.border = np.zeros(shapes.shape[1], dtype=bool)
        self.border[border] = True
        self.around: list[set[int]] = [set() for _ in range(shapes.shape[1])]
        for face, corners in enumerate(triangles.tolist()):
            for vertex in corners:
                self.around[vertex].add(face)
        self.homogeneous = np.concatenate([self.shapes, np.ones_like(self.shapes[..., :1])], -1)
        self.quadrics = _quadrics(shapes, triangles, border)
        self.price = 1 / spacing**4
        self.age = [0] * shapes.shape[1]
        self.refused: list[set[int]] = [set() for _ in range(shapes.shape[1])]

    def reduce(self, target: int) -> None:
        """Collapse edges, the cheapest first, until so many faces are left.

        Raises:
            ValueError: no edge can be collapsed any more.
        """
        heap: list[_Entry] = []
        self._push(heap, {(a, b) for a in range(len(self.around)) for b in self._neighbours(a)})
        while self.count > target:
            if not heap:
                raise ValueError(f"the surface cannot be thinned out below {self.count} faces, {target} are wanted")
            cost, source, goal, age, weighed = heapq.heappop(heap)
            if not self.around[source] or not self.around[goal] or age != self.age[source] + self.age[goal]:
                continue
            shared = self.around[source] & self.around[goal]
            chart_of = self._allowed(source, goal, shared)
            penalty = None if chart_of is None else self._penalty(source, goal, shared)
            if chart_of is None or penalty is None or self.count - len(shared) < target:
                self.refused[source].add(goal)
            elif penalty > 1 and not weighed:
                heapq.heappush(heap, (cost * penalty, source, goal, age, True))
            else:
                self._collapse(source, goal, shared, chart_of)
                ring = self._neighbours(goal)
                self.age[goal] += 1
                again = {(v, w) for v in ring | {goal} for w in self.refused[v] & self._neighbours(v)}
                for vertex in ring | {goal}:
                    self.refused[vertex].clear()
                self._push(heap, again | {(goal, v) for v in ring} | {(v, goal) for v in ring})

    def flip(self, rounds: int = 5) -> int:
        """Turn edges whose two triangles become rounder by it; returns how many."""
        return sum(self._flip_once() for _ in range(rounds))

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        """The (F, 3) triangles that are left and the (F, 3) texture indices of their corners."""
        alive = [face for face, corners in enumerate(self.faces) if corners is not None]
        return np.array([self.faces[face] for face in alive]), np.array([self.charts[face] for face in alive])

    def _neighbours(self, vertex: int) -> set[int]:
        return {other for face in self.around[vertex] for other in self._corners(face)} - {vertex}

    def _corners(self, face: int) -> _Corners:
        corners = self.faces[face]
        if corners is None:
            raise RuntimeError(f"face {face} is gone")
        return corners

    def _push(self, heap: list[_Entry], edges: set[tuple[int, int]]) -> None:
        """Weigh collapses and queue them; the order of the set does not matter, so runs are alike."""
        pairs = np.array([(a, b) for a, b in edges if a not in self.fixed])
        if len(pairs) == 0:
            return
        source, goal = pairs.T
        there = self.homogeneous[goal]
        # h Q h for each shape and pose; the mean over them is the error.
        error = ((self.quadrics[source] @ there[..., None])[..., 0] * there).sum(-1).mean(-1)
        length = ((self.points[source] - self.points[goal]) ** 2).sum(-1)
        costs = self.price[source] * (error + _EVENNESS * length**2)
        for cost, (a, b) in zip(costs.tolist(), pairs.tolist(), strict=True):
            heapq.heappush(heap, (cost, a, b, self.age[a] + self.age[b], False))

    def _allowed(self, source: int, goal: int, shared: set[int]) -> dict[int, int] | None:
        """What the source's texture indices become, or None if the mesh would no longer be a sheet."""
        on_border = len(shared) == 1
        if self.border[source] and not (self.border[goal] and on_border):
            return None
        ours, theirs = self._neighbours(source), self._neighbours(goal)
        common = ours & theirs
        if len(common) != len(shared) or len(ours | theirs) - 2 > _MOST_NEIGHBOURS:
            return None
        # An inner edge between two vertices of the middle line would be doubled by the mirror.
        new = ours - common - {goal}
        if self.border[goal] and any(self.border[v] and len(self.around[v] & self.around[source]) == 2 for v in new):
            return None
        becomes: dict[int, int] = {}
        for face in shared:
            corners, charts = self._corners(face), self.charts[face]
            here, there = charts[corners.index(source)], charts[corners.index(goal)]
            if becomes.setdefault(here, there) != there:
                return None
        charts_here = {self.charts[face][self._corners(face).index(source)] for face in self.around[source]}
        return becomes if charts_here <= set(becomes) else None

    def _penalty(self, source: int, goal: int, shared: set[int]) -> float | None:
        """By how much slivers make the collapse dearer, or None if it folds the surface over."""
        old = np.array([self._corners(face) for face in self.around[source] - shared])
        gone = np.array([self._corners(face) for face in shared])
        if len(old) == 0:
            return None
        new = np.where(old == source, goal, old)
        roundness, normals = self._shape_of(np.concatenate([old, new, gone]))
        before, after = normals[: len(old)], normals[len(old) : 2 * len(old)]
        if ((before * after).sum(-1) < _FLIP).any():
            return None
        worst = roundness[len(old) : 2 * len(old)].min()
        if worst < _SLIVER and worst < np.delete(roundness, np.s_[len(old) : 2 * len(old)]).min():
            return None
        return 1 + 4 * max(0.0, 1 - worst / _ROUND)

    def _shape_of(self, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(F,) roundness, 4 √3 area / sum of squared edges, and (F, P, 3) normals in all shapes."""
        corners = self.shapes[faces]
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        normals = np.cross(a, b)
        doubled = np.sqrt((normals**2).sum(-1, keepdims=True))
        squares = (a[:, 0] ** 2 + b[:, 0] ** 2 + (b[:, 0] - a[:, 0]) ** 2).sum(-1)
        return 2 * np.sqrt(3) * doubled[:, 0, 0] / squares, normals / np.maximum(doubled, 1e-15)

    def _collapse(self, source: int, goal: int, shared: set[int], chart_of: dict[int, int]) -> None:
        for face in shared:
            for vertex in self._corners(face):
                self.around[vertex].discard(face)
            self.faces[face] = None
        self.count -= len(shared)
        for face in self.around[source]:
            corners, charts = list(self._corners(face)), list(self.charts[face])
            place = corners.index(source)
            corners[place], charts[place] = goal, chart_of[charts[place]]
            self.faces[face] = (corners[0], corners[1], corners[2])
            self.charts[face] = (charts[0], charts[1], charts[2])
            self.around[goal].add(face)
        self.around[source] = set()
        self.quadrics[goal] += self.quadrics[source]

    def _flip_once(self) -> int:
        alive = [face for face, corners in enumerate(self.faces) if corners is not None]
        roundness, _ = self._shape_of(np.array([self.faces[face] for face in alive]))
        poor = {face for face, value in zip(alive, roundness.tolist(), strict=True) if value < _GOOD}
        beside: dict[tuple[int, int], list[int]] = {}
        for face in alive:
            corners = self._corners(face)
            for place in range(3):
                a, b = corners[place], corners[(place + 1) % 3]
                beside.setdefault((min(a, b), max(a, b)), []).append(face)
        pairs = ((edge, faces) for edge, faces in beside.items() if len(faces) == 2 and not poor.isdisjoint(faces))
        return sum(self._try_flip(edge, faces) for edge, faces in pairs)

    def _try_flip(self, edge: tuple[int, int], faces: list[int]) -> bool:
        first, second = faces
        if not set(edge) <= set(self._corners(first)) & set(self._corners(second)):
            return False  # an earlier flip has taken the edge away
        one, other = self._corners(first), self._corners(second)
        place = next(place for place in range(3) if one[place] not in edge)
        top, a, b = (one[(place + step) % 3] for step in range(3))
        bottom = next(vertex for vertex in other if vertex not in edge)
        if (self.border[top] and self.border[bottom]) or bottom in self._neighbours(top):
            return False
        charts_one = dict(zip(one, self.charts[first], strict=True))
        charts_other = dict(zip(other, self.charts[second], strict=True))
        if any(charts_one[vertex] != charts_other[vertex] for vertex in edge):
            return False  # a seam
        new = [(top, a, bottom), (bottom, b, top)]
        roundness, normals = self._shape_of(np.array([one, other, *new]))
        flat = [(normals[i] * normals[j]).sum(-1).min() for i, j in ((0, 1), (2, 3), (0, 2), (0, 3), (1, 2), (1, 3))]
        if min(flat) < 0.85 or roundness[2:].min() <= roundness[:2].min() + 0.02:
            return False
        charts = charts_other | charts_one
        for face, corners in zip((first, second), new, strict=True):
            for vertex in self._corners(face):
                self.around[vertex].discard(face)
            self.faces[face] = corners
            self.charts[face] = (charts[corners[0]], charts[corners[1]], charts[corners[2]])
        for face, corners in zip((first, second), new, strict=True):
            for vertex in corners:
                self.around[vertex].add(face)
        return True


def _quadrics(shapes: np.ndarray, triangles: np.ndarray, border: np.ndarray) -> np.ndarray:
    """(V, P, 4, 4) squared distance to the planes around each vertex, weighted by their areas."""
    corners = shapes[:, triangles]
    normals = np.cross(corners[:, :, 1] - corners[:, :, 0], corners[:, :, 2] - corners[:, :, 0])
    areas = np.linalg.norm(normals, axis=-1) / 2
    faces = _plane_quadrics(normals, corners[:, :, 0], areas)
    # The middle line keeps its profile: planes through its edges, upright on the surface.
    along = shapes[:, border[:, 1]] - shapes[:, border[:, 0]]
    upright = np.cross(along, [1.0, 0.0, 0.0])
    edges = _plane_quadrics(upright, shapes[:, border[:, 0]], (along**2).sum(-1))
    quadrics = np.zeros((shapes.shape[1], len(shapes), 4, 4))
    for ids, parts in ((triangles, faces), (border, edges)):
        for column in ids.T:
            np.add.at(quadrics, column, parts.transpose(1, 0, 2, 3))
    return quadrics


def _plane_quadrics(normals: np.ndarray, points: np.ndarray, areas: np.ndarray) -> np.ndarray:
    units = normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-15)
    planes = np.concatenate([units, -(units * points).sum(-1, keepdims=True)], -1)
    return np.einsum("pfa,pfb,pf->pfab", planes, planes, areas)
