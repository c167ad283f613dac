"""Two ways to bend a body that keep its volume better than linear blend skinning does.

They are slower and SMPL does not use them: dual quaternions bring the samples to the T-pose, optimised centres of
rotation say what the pose blend shapes of the stand-in body should achieve.
"""

import numpy as np
import torch

from vhlib.body.lbs import linear_blend_skinning
from vhlib.geometry.rotations import matrix_to_quaternion


def dual_quaternion_skinning(
    points: np.ndarray, weights: np.ndarray, rotations: np.ndarray, shifts: np.ndarray, parents: tuple[int, ...]
) -> np.ndarray:
    """Blend the screw motions of the joints instead of their matrices (Kavan et al. 2007, section 4).

    Args:
        points: (N, V, 3) bodies, or (1, V, 3) for all.
        weights: (V, J) rows sum to 1.
        rotations: (N, J, 3, 3) each joint's motion x -> R x + t.
        shifts: (N, J, 3) t, metres.
        parents: for each joint its parent, -1 for the root.

    Returns:
        (N, V, 3) the moved points.
    """
    real = _aligned_quaternions(rotations, parents)
    dual = _product(np.concatenate([np.zeros_like(shifts[..., :1]), shifts], -1), real) / 2
    real, dual = weights @ real, weights @ dual
    length = np.linalg.norm(real, axis=-1, keepdims=True)
    real, dual = real / length, dual / length
    shift = real[..., :1] * dual[..., 1:] - dual[..., :1] * real[..., 1:] + np.cross(real[..., 1:], dual[..., 1:])
    return _rotated(real, points) + 2 * shift


def centre_skinning(
    points: np.ndarray,
    centres: np.ndarray,
    weights: np.ndarray,
    rotations: np.ndarray,
    positions: np.ndarray,
    joints: np.ndarray,
    parents: tuple[int, ...],
) -> np.ndarray:
    """Turn each vertex about its own centre of rotation, which is skinned linearly (Le & Hodgins 2016, eq. 7).

    Args:
        points: (V, 3) the body at rest.
        centres: (V, 3) the vertices' centres of rotation, see `rotation_centres`.
        weights: (V, J) rows sum to 1.
        rotations: (N, J, 3, 3) each joint's rotation relative to the world.
        positions: (N, J, 3) the posed joints.
        joints: (J, 3) the joints at rest.
        parents: for each joint its parent, -1 for the root.

    Returns:
        (N, V, 3) the posed points.
    """
    quaternions = weights @ _aligned_quaternions(rotations, parents)
    quaternions /= np.linalg.norm(quaternions, axis=-1, keepdims=True)
    return _rotated(quaternions, points - centres) + skinned(centres, weights, rotations, positions, joints)


def skinned(
    points: np.ndarray, weights: np.ndarray, rotations: np.ndarray, positions: np.ndarray, joints: np.ndarray
) -> np.ndarray:
    """(N, V, 3) the kit's own linear blend skinning, for arrays.

    Args:
        points: (V, 3), or (N, V, 3), before posing.
        weights: (V, J) rows sum to 1.
        rotations: (N, J, 3, 3) each joint's rotation relative to the world.
        positions: (N, J, 3) the posed joints.
        joints: (J, 3) the joints at rest.
    """
    count = len(rotations)
    bodies, rest = (torch.tensor(each).expand(count, -1, -1) for each in (points, joints))
    turned, moved, shares = (torch.tensor(each) for each in (rotations, positions, weights))
    return linear_blend_skinning(bodies, turned, moved, rest, shares).numpy()


def rotation_centres(points: np.ndarray, triangles: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(V, 3) the optimised centre of rotation of each vertex (Le & Hodgins 2016, eq. 1 and 4).

    The mean place of the surface that bends like the vertex does: similarity is high where two places hang on the
    same pair of joints in the same proportion. A vertex that follows one joint only is its own centre.

    Args:
        points: (V, 3) the body at rest.
        triangles: (F, 3) its faces.
        weights: (V, J) rows sum to 1.
    """
    corners = points[triangles]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    middles, shares = corners.mean(1), weights[triangles].mean(1)
    total, mass = np.zeros_like(points), np.zeros(len(points))
    for first, second in zip(*np.triu_indices(weights.shape[1], 1), strict=True):
        at = np.flatnonzero((weights[:, [first, second]] > _SHARE).all(1))
        by = np.flatnonzero((shares[:, [first, second]] > _SHARE).all(1))
        p, q = weights[at, first, None], weights[at, second, None]
        r, s = shares[by, first], shares[by, second]
        similarity = p * q * r * s * np.exp(-(((p * s - q * r) / _WIDTH) ** 2)) * areas[by]
        total[at] += similarity @ middles[by]
        mass[at] += similarity.sum(1)
    return np.where(mass[:, None] > _NOTHING, total / np.maximum(mass, _NOTHING)[:, None], points)


_WIDTH = 0.1  # the paper's sigma
_SHARE = 1e-3  # weights below this do not make a pair of joints
_NOTHING = 1e-14


def _aligned_quaternions(rotations: np.ndarray, parents: tuple[int, ...]) -> np.ndarray:
    """(N, J, 4), w first, each on its parent's half of the sphere, so that blending takes the shorter way."""
    quaternions = matrix_to_quaternion(torch.from_numpy(rotations)).numpy().copy()
    for joint, parent in enumerate(parents):
        if parent >= 0:
            agreement = (quaternions[:, joint] * quaternions[:, parent]).sum(-1, keepdims=True)
            quaternions[:, joint] *= np.where(agreement < 0, -1.0, 1.0)
    return quaternions


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    real = a[..., :1] * b[..., :1] - (a[..., 1:] * b[..., 1:]).sum(-1, keepdims=True)
    imaginary = a[..., :1] * b[..., 1:] + b[..., :1] * a[..., 1:] + np.cross(a[..., 1:], b[..., 1:])
    return np.concatenate([real, imaginary], -1)


def _rotated(quaternions: np.ndarray, points: np.ndarray) -> np.ndarray:
    axis = quaternions[..., 1:]
    points = np.broadcast_to(points, axis.shape)
    return points + 2 * np.cross(axis, np.cross(axis, points) + quaternions[..., :1] * points)
