"""Pose blend shapes: what linear blend skinning gets wrong at bent joints, learned from a better way of skinning.

SMPL learned its pose blend shapes from scans. These are geometric: the target is skinning about optimised centres of
rotation (Le & Hodgins 2016), and each vertex has a linear map, found by ridge regression over random poses inside the
joint limits, from the entries of R - I of the joints it lies between. They do not know muscles.
"""

import numpy as np
import torch

from vhlib.body.standin.resting import Rest, bends, kinematics
from vhlib.body.standin.skinning import centre_skinning, rotation_centres
from vhlib.core.random import generator
from vhlib.geometry.kinematics import Chain
from vhlib.geometry.limits import BODY_JOINTS, from_swing_and_twist, joint_axes
from vhlib.geometry.skeletons import SMPL24

_RIDGE = 0.1
_AT_REST = 0.3  # share of the joints that a pose leaves alone
_HANGING, _HANG = 0.5, np.deg2rad(65.0)
_DAMPING = 0.02  # keeps the way back through a blend of opposite rotations finite
_NEGLIGIBLE = 2e-5  # metres; smaller entries are not written
_CHUNK = 25
_CHAIN = Chain(SMPL24.parents)


class Correctives:
    """The half of a body and what its pose blend shapes shall achieve.

    Args:
        rest: the whole body, the half's vertices first.
        half: how many vertices the half has.
    """

    def __init__(self, rest: Rest, *, half: int) -> None:
        self.half = rest.first(half)
        self.centres = rotation_centres(rest.points, rest.triangles, rest.weights)[:half]

    def target(self, poses: torch.Tensor) -> np.ndarray:
        """(N, H, 3) the half, posed as it should be.

        Args:
            poses: (N, 23, 3) axis-angle.
        """
        rest = self.half
        turned, positions = kinematics(poses, rest.joints)
        return centre_skinning(rest.points, self.centres, rest.weights, turned, positions, rest.joints, SMPL24.parents)

    def fitted(self, poses: torch.Tensor) -> np.ndarray:
        """(H, 3, 207) pose blend shapes of the half, fitted to poses.

        Args:
            poses: (N, 23, 3) axis-angle.
        """
        wanted = []
        for some in poses.split(_CHUNK):
            error = self.target(some) - self.half.posed(some)
            # Through the blended rotation back to the rest pose, where blend shapes act.
            turned, _ = kinematics(some, self.half.joints)
            blend = np.einsum("vj,njab->nvab", self.half.weights, turned)
            normal = blend.mT @ blend + _DAMPING * np.eye(3)
            wanted.append(np.linalg.solve(normal, blend.mT @ error[..., None])[..., 0])
        return _regression(bends(poses), np.concatenate(wanted), self.half.weights)


def random_poses(count: int, *, seed: int, stream: str) -> torch.Tensor:
    """(N, 23, 3) poses inside the joint limits: small turns more often than large ones, arms hanging in half of them.

    Uniform poses would spend the fit on contortions: measured on everyday poses it is three times worse.

    Args:
        count: how many.
        seed: of the build.
        stream: sets training and held-out poses apart.
    """
    source = generator(seed, "standin", "poses", stream)

    def uniform(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=source, dtype=torch.float64)

    joints = len(BODY_JOINTS)
    low, high = torch.tensor([joint_axes(joint) for joint in BODY_JOINTS], dtype=torch.float64).unbind(-1)
    share = (2 * uniform(count, joints, 3) - 1) * uniform(count, joints, 3)
    angles = torch.where(share > 0, high, -low) * share
    angles = angles * (uniform(count, joints, 1) > _AT_REST)
    hanging = uniform(count, 1) < _HANGING
    for joint, down in (("left_shoulder", -_HANG), ("right_shoulder", _HANG)):
        at = BODY_JOINTS.index(joint)
        lowered = 0.4 * angles[:, at] + torch.tensor([0.0, 0.0, down], dtype=torch.float64)
        angles[:, at] = torch.where(hanging, lowered.clamp(low[at], high[at]), angles[:, at])
    return from_swing_and_twist(angles)


def _regression(features: np.ndarray, wanted: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(H, 3, 207) ridge regression from features (N, 207) to displacements (N, H, 3), vertex by vertex."""
    directions = np.zeros((*wanted.shape[1:], features.shape[1]))
    vertices_of: dict[tuple[int, ...], list[int]] = {}
    for vertex, row in enumerate(weights):
        vertices_of.setdefault(_joints_between(np.flatnonzero(row).tolist()), []).append(vertex)
    for joints, vertices in vertices_of.items():
        columns = [9 * (joint - 1) + entry for joint in joints for entry in range(9)]
        if columns:
            some = features[:, columns]
            normal = some.T @ some + _RIDGE * np.eye(len(columns))
            goal = some.T @ wanted[:, vertices].reshape(len(features), -1)
            solved = np.linalg.solve(normal, goal).reshape(len(columns), len(vertices), 3)
            directions[np.ix_(vertices, range(3), columns)] = solved.transpose(1, 2, 0)
    directions[np.abs(directions) < _NEGLIGIBLE] = 0
    return directions


def _joints_between(influences: list[int]) -> tuple[int, ...]:
    """The joints that move some of a vertex' influences against the others: those not above all of them."""
    above = [set(_CHAIN.ancestors(joint)) for joint in influences]
    shared = above[0].intersection(*above)
    return tuple(sorted(set().union(*above) - shared))
