"""The body at rest, as the stages that bend it need it, and SMPL's way of bending it."""

from dataclasses import dataclass

import numpy as np
import torch

from vhlib.body.standin.skinning import skinned
from vhlib.geometry.kinematics import forward_kinematics
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import SMPL24


@dataclass(frozen=True, eq=False)
class Rest:
    """A body in the T-pose."""

    points: np.ndarray
    """(V, 3) metres."""
    triangles: np.ndarray
    """(F, 3)"""
    weights: np.ndarray
    """(V, 24) rows sum to 1."""
    joints: np.ndarray
    """(24, 3) metres."""

    def first(self, count: int) -> "Rest":
        """The body of its first vertices only, without a face."""
        return Rest(self.points[:count], self.triangles[:0], self.weights[:count], self.joints)

    def posed(self, poses: torch.Tensor, directions: np.ndarray | None = None) -> np.ndarray:
        """(N, V, 3) by linear blend skinning.

        Args:
            poses: (N, 23, 3) axis-angle.
            directions: (V, 3, 207) pose blend shapes; none, if left out.
        """
        turned, positions = kinematics(poses, self.joints)
        points = self.points
        if directions is not None:
            points = points + np.tensordot(bends(poses), directions, (1, 2))
        return skinned(points, self.weights, turned, positions, self.joints)


def bends(poses: torch.Tensor) -> np.ndarray:
    """(N, 207) the entries of R - I of the 23 joints, row by row: what pose blend shapes multiply.

    Args:
        poses: (N, 23, 3) axis-angle.
    """
    return (axis_angle_to_matrix(poses).numpy() - np.eye(3)).reshape(len(poses), -1)


def kinematics(poses: torch.Tensor, joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each joint's rotation relative to the world (N, 24, 3, 3), and its place (N, 24, 3).

    Args:
        poses: (N, 23, 3) axis-angle; the root is not turned.
        joints: (24, 3) at rest.
    """
    rotations = axis_angle_to_matrix(torch.cat([torch.zeros_like(poses[:, :1]), poses], 1))
    turned, positions = forward_kinematics(
        rotations, torch.tensor(joints)[None].expand(len(poses), -1, -1), SMPL24.parents
    )
    return turned.numpy(), positions.numpy()
