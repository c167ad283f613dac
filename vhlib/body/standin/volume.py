"""A last correction of the pose blend shapes: a bent limb keeps its volume.

Even about optimised centres of rotation some volume is lost, most at the hip. It is put back evenly over the bend, in
the direction of the normals, by as much as bending that joint alone takes away: to first order one number per entry
of R - I. The trunk is left out: a belly that is squeezed does lose volume to where the model cannot put it.
"""

from collections.abc import Sequence

import numpy as np
import torch

from vhlib.body.standin.correctives import random_poses
from vhlib.body.standin.halves import Unfolding
from vhlib.body.standin.resting import Rest, bends
from vhlib.geometry.kinematics import Chain
from vhlib.geometry.meshes import signed_volume, vertex_normals
from vhlib.geometry.skeletons import SMPL24

LIMBS = ("hip", "knee", "ankle", "collar", "shoulder", "elbow", "wrist")
"""The joints that keep their volume, without their side."""
_POSES = 60
_ROUNDS = 2  # the second makes up for what skinning takes from the first
_RIDGE = 0.1
_FLIP = np.outer([-1, 1, 1], [-1, 1, 1]).ravel()  # what a mirror does to the entries of a rotation matrix
_CHAIN = Chain(SMPL24.parents)


def with_volume_kept(
    directions: np.ndarray, rest: Rest, unfolding: Unfolding, *, seed: int, limbs: Sequence[str] = LIMBS
) -> np.ndarray:
    """(V, 3, 207) pose blend shapes that keep the volume of a limb which bends at one joint.

    Args:
        directions: (V, 3, 207) pose blend shapes.
        rest: the body.
        unfolding: says which vertex is the mirror image of which.
        seed: of the poses that volume is measured in.
        limbs: joints to do it for, without their side.
    """
    directions = directions.copy()
    everywhere = random_poses(_POSES, seed=seed, stream="volume")
    for limb in limbs:
        joint, other = SMPL24.indices(f"left_{limb}", f"right_{limb}")
        outward = _swelling(rest, joint)
        poses = torch.zeros_like(everywhere)
        poses[:, joint - 1] = everywhere[:, joint - 1]
        entries = bends(poses)[:, _entries(joint)]
        normal = entries.T @ entries + _RIDGE * np.eye(9)
        for _ in range(_ROUNDS):
            lost = volume(rest.points[None], rest.triangles) - volume(rest.posed(poses, directions), rest.triangles)
            per_entry = np.linalg.solve(normal, entries.T @ lost)
            directions[..., _entries(joint)] += outward[..., None] * per_entry
            directions[..., _entries(other)] += unfolding.mirrored(outward)[..., None] * (_FLIP * per_entry)
    return directions


def volume(bodies: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N,) cubic metres.

    Args:
        bodies: (N, V, 3) vertices.
        triangles: (F, 3) faces.
    """
    return signed_volume(torch.tensor(bodies), torch.tensor(triangles)).numpy()


def _entries(joint: int) -> slice:
    """Where the entries of a joint's R - I stand."""
    return slice(9 * (joint - 1), 9 * joint)


def _swelling(rest: Rest, joint: int) -> np.ndarray:
    """(V, 3) outward displacement around a joint that adds one cubic metre, to first order."""
    below = [other for other in range(len(SMPL24)) if joint in _CHAIN.ancestors(other)]
    follows = rest.weights[:, below].sum(1)
    bend = follows * (1 - follows)
    normals = vertex_normals(torch.tensor(rest.points[None]), torch.tensor(rest.triangles))[0].numpy()
    corners = rest.points[rest.triangles]
    doubled = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    areas = np.bincount(rest.triangles.ravel(), np.repeat(doubled / 6, 3), len(rest.points))
    return normals * (bend / (bend @ areas))[:, None]
