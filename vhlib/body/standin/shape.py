"""The shape space: beta 0 is stature, the others are the principal components of what stature leaves open."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh


@dataclass(frozen=True, eq=False)
class ShapeSpace:
    """Bodies as mean + Σ betas · directions; over the people it is made of, betas are uncorrelated, variance 1."""

    mean: np.ndarray
    """(H, 3) the half of the mean body."""
    directions: np.ndarray
    """(H, 3, S) metres for one standard deviation."""
    betas: np.ndarray
    """(N, S) of the people."""
    explained: np.ndarray
    """(S,) share of the variance of the surface."""
    alone: np.ndarray
    """(S,) what principal components alone, without stature set apart, would explain."""


def shape_space(people: np.ndarray, areas: np.ndarray, head_top: int, triangles: np.ndarray, count: int) -> ShapeSpace:
    """Stature first, then principal components weighted by area.

    Args:
        people: (N, H, 3) halves in the T-pose, in correspondence.
        areas: (H,) how much of the whole surface each vertex stands for; sums to 1.
        head_top: the vertex at the top of the head.
        triangles: (F, 3) faces of the half.
        count: how many betas.
    """
    mean = people.mean(0)
    offsets = people - mean
    height = statures(people, head_top)
    first = (height - height.mean()) / height.std()
    tall = np.tensordot(first, offsets, 1) / len(people)
    rest = offsets - first[:, None, None] * tall
    scale = np.sqrt(areas)[:, None]
    total = ((offsets * scale) ** 2).sum()
    values, scores = _principal(rest * scale, count - 1)
    betas = np.concatenate([first[:, None], scores], 1)
    directions = np.tensordot(offsets, betas, (0, 0)) / len(people)
    # The sign of a component is free: more of it shall make the body stouter.
    thin, stout = (half_volumes(mean + sign * np.moveaxis(directions, -1, 0), triangles) for sign in (-1, 1))
    signs = np.where(stout > thin, 1.0, -1.0)
    signs[0] = 1.0  # but taller is taller
    directions, betas = directions * signs, betas * signs
    alone, _ = _principal(offsets * scale, count)
    first_share = len(people) * ((tall * scale) ** 2).sum()
    return ShapeSpace(mean, directions, betas, np.array([first_share, *values]) / total, alone / total)


def fitted_betas(space: ShapeSpace, people: np.ndarray, areas: np.ndarray) -> np.ndarray:
    """(N, S) the betas that come closest to given people, in the least squares of the surface.

    Args:
        space: the shape space.
        people: (N, H, 3) halves in the T-pose.
        areas: (H,) as for `shape_space`.
    """
    scale = np.sqrt(areas)[:, None]
    basis = (space.directions * scale[..., None]).reshape(-1, space.directions.shape[-1])
    offsets = ((people - space.mean) * scale).reshape(len(people), -1)
    return np.linalg.lstsq(basis, offsets.T)[0].T


def statures(people: np.ndarray, head_top: int) -> np.ndarray:
    """(N,) heights, metres, from the top of the head to the vertex on which the mean body stands.

    Args:
        people: (N, H, 3).
        head_top: a vertex.
    """
    sole = people.mean(0)[:, 1].argmin()
    return people[:, head_top, 1] - people[:, sole, 1]


def half_volumes(people: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N,) half of the volume of each body, cubic metres. The cut lies in the plane x = 0 and adds nothing.

    Args:
        people: (N, H, 3).
        triangles: (F, 3) of the half.
    """
    a, b, c = (people[:, triangles[:, corner]] for corner in range(3))
    return (np.cross(a, b) * c).sum((1, 2)) / 6


def half_areas(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(H,) the share of the surface around each vertex; sums to 1.

    Args:
        points: (H, 3) a half.
        triangles: (F, 3) its faces.
    """
    corners = points[triangles]
    doubled = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    areas = np.bincount(triangles.ravel(), np.repeat(doubled, 3), len(points))
    return areas / areas.sum()


def _principal(offsets: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Variances (times N) of the first components, and the (N, count) scores with unit variance."""
    flat = offsets.reshape(len(offsets), -1)
    values, vectors = eigh(flat @ flat.T, subset_by_index=[len(flat) - count, len(flat) - 1])
    return values[::-1], vectors[:, ::-1] * np.sqrt(len(flat))
