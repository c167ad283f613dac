"""What is skinned: the whole mesh, some of its vertices, or the few points that carry a regressor's keypoints.

Everything between the shape and the last sum of skinning is linear in the vertices, so a body need not be skinned to
know a part of it; the joints hang on the whole shape, but through 24 numbers that are worked out once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vhlib.body.files import BodyFiles


@dataclass(frozen=True, eq=False)
class Surface:
    """Points that SMPL shapes, bends and skins; the letters are those of `BodyFiles`."""

    v_template: np.ndarray
    """(V, 3) metres."""
    shapedirs: np.ndarray
    """(V, 3, S)."""
    posedirs: np.ndarray
    """(V, 3, 9 (J - 1))."""
    weights: np.ndarray
    """(V, J) rows sum to 1."""
    faces: np.ndarray
    """(F, 3) int64, those whose three corners are here."""
    vertex_ids: np.ndarray
    """(V,) int64, the mesh's vertices that these are; empty if they are none."""


def whole(files: BodyFiles) -> Surface:
    """The mesh itself."""
    vertex_ids = np.arange(len(files.v_template))
    return Surface(files.v_template, files.shapedirs, files.posedirs, files.weights, files.faces, vertex_ids)


def chosen(surface: Surface, vertex_ids: Sequence[int] | np.ndarray) -> Surface:
    """Some vertices, in the order in which they are asked for.

    Args:
        surface: what to choose from.
        vertex_ids: rows of it; none twice.

    Raises:
        ValueError: a vertex that is not there, or twice the same one.
    """
    ids = np.asarray(vertex_ids, dtype=np.int64)
    count = len(surface.v_template)
    if ids.ndim != 1 or len(np.unique(ids)) != len(ids) or not ((ids >= 0) & (ids < count)).all():
        raise ValueError(f"vertex_ids: expected different numbers from 0 to {count - 1} in one list")
    place = np.full(count, -1)
    place[ids] = np.arange(len(ids))
    faces = place[surface.faces]
    return Surface(
        v_template=surface.v_template[ids],
        shapedirs=surface.shapedirs[ids],
        posedirs=surface.posedirs[ids],
        weights=surface.weights[ids],
        faces=faces[(faces >= 0).all(1)],
        vertex_ids=surface.vertex_ids[ids],
    )


def condensed(surface: Surface, regressor: np.ndarray) -> tuple[Surface, np.ndarray]:
    """The few points whose weighted means are a regressor's keypoints, in every shape and pose.

    A keypoint is Σᵢ rᵢ Σₖ wₖᵢ G'ₖ tᵢ. Taken joint by joint that is Σₖ mₖ G'ₖ (Σᵢ rᵢ wₖᵢ tᵢ / mₖ) with the mass
    mₖ = Σᵢ rᵢ wₖᵢ: for each joint that has a share in it, one point that moves with that joint alone. COCO's 17
    keypoints hang on two thousand vertices, but on some sixty such points.

    Args:
        surface: what the regressor's columns are.
        regressor: (K, V) rows sum to 1.

    Returns:
        The points, and the (K, points) regressor that gives the keypoints from them.
    """
    # Positive and negative shares apart, so that no mass cancels to zero.
    shares = np.concatenate([regressor.clip(min=0), regressor.clip(max=0)])
    masses = shares @ surface.weights
    rows, joints = np.nonzero(masses)
    means = shares[rows] * surface.weights.T[joints] / masses[rows, joints][:, None]
    points = Surface(
        v_template=means @ surface.v_template,
        shapedirs=np.tensordot(means, surface.shapedirs, 1),
        posedirs=np.tensordot(means, surface.posedirs, 1),
        weights=np.eye(surface.weights.shape[1])[joints],
        faces=np.empty((0, 3), dtype=np.int64),
        vertex_ids=np.empty(0, dtype=np.int64),
    )
    collect = np.zeros((len(regressor), len(rows)))
    collect[rows % len(regressor), np.arange(len(rows))] = masses[rows, joints]
    return points, collect
