"""Joints and a few surface points of the body, with their exact derivatives in pose and shape.

A fit to 2D joints needs two dozen joints and a vertex or two, never the whole surface. Their derivatives have closed
forms, a few hundred multiplications each, and with them a Gauss-Newton step for 64 people costs milliseconds.

The idea is a robot arm's: turning joint k about a world axis a moves every point x below it by a × (x - p_k). What
turns the numbers of an axis-angle θ into world axes is the left Jacobian of the rotation group, seen from the parent:
exp([θ + dθ]) = exp([J(θ) dθ]) exp([θ]) (Sola et al. 2018, A micro Lie theory for state estimation, equation 145).
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.body import BodyFiles
from vhlib.geometry.kinematics import forward_kinematics
from vhlib.geometry.rotations import axis_angle_to_matrix


@dataclass(frozen=True)
class Motion:
    """A posed kinematic chain. The root stands at its place at rest."""

    pose: Float[Tensor, "B J 3"]
    """Axis-angles, radians, relative to the parent."""
    betas: Float[Tensor, "B S"]
    """Standard deviations."""
    rest: Float[Tensor, "B J 3"]
    """The joints of this shape at rest, metres."""
    local: Float[Tensor, "B J 3 3"]
    """Rotations relative to the parent."""
    rotations: Float[Tensor, "B J 3 3"]
    """Rotations from the rest pose to the world."""
    joints: Float[Tensor, "B J 3"]
    """Metres, world frame."""
    parents: tuple[int, ...]
    """For each joint its parent's number, -1 for the root."""

    @functools.cached_property
    def parent_rotations(self) -> Float[Tensor, "B J 3 3"]:
        """From the rest pose to the world, of what each joint hangs on."""
        still = torch.eye(3).to(self.pose).expand(len(self.pose), 1, 3, 3)
        return torch.cat([still, self.rotations[:, list(self.parents[1:])]], 1)

    @functools.cached_property
    def spins(self) -> Float[Tensor, "B J 3 3"]:
        """Column m of matrix j: about which axis component m of its pose turns part j, seen from its parent."""
        return left_jacobian(self.pose)

    @functools.cached_property
    def axes(self) -> Float[Tensor, "B J 3 3"]:
        """The same axes in the world."""
        return self.parent_rotations @ self.spins


@dataclass(frozen=True)
class Points:
    """Points on the body with their derivatives."""

    positions: Float[Tensor, "B K 3"]
    """Metres, world frame."""
    by_pose: Float[Tensor, "B K 3 D"]
    """Metres per radian, for the J x 3 numbers of the pose."""
    by_betas: Float[Tensor, "B K 3 S"]
    """Metres per standard deviation."""


class Articulation:
    """The body's kinematic chain, and the points on it that a fit looks at.

    Args:
        files: the body.
        joints: numbers of the joints among the points.
        vertices: numbers of the vertices among the points; they follow the joints.
        like: a tensor whose dtype and device to compute with.
    """

    def __init__(self, files: BodyFiles, *, joints: Sequence[int] = (), vertices: Sequence[int] = (), like: Tensor):
        def tensor(array: np.ndarray) -> Tensor:
            return torch.from_numpy(np.asarray(array, np.float64)).to(like)

        self.parents = tuple(int(parent) for parent in files.parents)
        regressor, count = files.joint_regressor.astype(np.float64), len(self.parents)
        self._rest = tensor(regressor @ files.v_template)
        self._rest_by_betas = tensor(np.einsum("jv,vcs->jcs", regressor, files.shapedirs))
        self.below = tensor(_ancestors(self.parents))  # below[j, k] = 1 where j is k or hangs below it

        self._joints = list(joints)
        strictly = self.below - torch.eye(count).to(like)
        self._hangs = strictly[self._joints]  # (K, J)

        ids = np.asarray(vertices, np.int64)
        self._template, self._by_betas = tensor(files.v_template[ids]), tensor(files.shapedirs[ids])
        self._weights = tensor(files.weights[ids])
        self._by_rotations = tensor(files.posedirs[ids]).unflatten(-1, (count - 1, 9))  # (V, 3, J-1, 9)
        self._vertex_hangs = self._weights @ self.below

    def move(self, pose: Float[Tensor, "B J 3"], betas: Float[Tensor, "B S"]) -> Motion:
        """Rotations and joints of every part.

        Args:
            pose: global_orient and body_pose one after the other, axis-angle, radians.
            betas: in standard deviations.
        """
        rest = self._rest + torch.einsum("jcs,bs->bjc", self._rest_by_betas, betas)
        local = axis_angle_to_matrix(pose)
        return Motion(pose, betas, rest, local, *forward_kinematics(local, rest, self.parents), self.parents)

    def positions(self, motion: Motion) -> Float[Tensor, "B K 3"]:
        """The points, joints first, then vertices: metres, world frame."""
        joints = motion.joints[:, self._joints]
        return torch.cat([joints, self._carried(motion).sum(2)], 1) if len(self._template) else joints

    def points(self, motion: Motion) -> Points:
        """The points with their derivatives."""
        # Shape moves joint j by the sum of the offsets on its way from the root, each turned with its parent.
        offsets = self._rest_by_betas.clone()
        offsets[1:] -= self._rest_by_betas[list(self.parents[1:])]
        turned = motion.parent_rotations @ offsets
        moved = torch.einsum("jk,bkcs->bjcs", self.below, turned)

        joints = motion.joints[:, self._joints]
        lever = self._hangs[..., None] * (joints[:, :, None] - motion.joints[:, None])
        inner = Points(joints, _turn(motion.axes, lever), moved[:, self._joints])
        if not len(self._template):
            return inner
        outer = self._surface(motion, moved)
        return Points(*(torch.cat(pair, 1) for pair in zip(vars(inner).values(), vars(outer).values(), strict=True)))

    def _carried(self, motion: Motion) -> Tensor:
        """Where each part would carry each vertex, times its weight: summed over parts, linear blend skinning."""
        shaped = self._template + torch.einsum("vcs,bs->bvc", self._by_betas, motion.betas)
        bent = (motion.local[:, 1:] - torch.eye(3).to(shaped)).flatten(2)
        posed = shaped + torch.einsum("vcjn,bjn->bvc", self._by_rotations, bent)
        carried = torch.einsum("bjxy,bvjy->bvjx", motion.rotations, posed[:, :, None] - motion.rest[:, None])
        return self._weights[..., None] * (carried + motion.joints[:, None])

    def _surface(self, motion: Motion, moved: Tensor) -> Points:
        """The vertices (Loper et al. 2015, section 3) with their derivatives."""
        carried = self._carried(motion)
        hanging = torch.einsum("jk,bvjc->bvkc", self.below, carried)
        by_pose = _turn(motion.axes, hanging - self._vertex_hangs[..., None] * motion.joints[:, None])

        # Pose blend shapes move a vertex before it is skinned: d R_k / dθ = [J e_m] R_k, nine numbers.
        skin = torch.einsum("vj,bjxy->bvxy", self._weights, motion.rotations)
        spin, local = motion.spins[:, 1:].mT[..., None], motion.local[:, 1:, None]
        spun = torch.linalg.cross(*torch.broadcast_tensors(spin, local), dim=-2)  # (B, J-1, M, 3, 3)
        bulge = torch.einsum("vckn,bkmn->bvckm", self._by_rotations, spun.flatten(-2))
        by_pose[..., 3:] += skin @ bulge.flatten(-2)

        anchored = moved - motion.rotations @ self._rest_by_betas
        by_betas = skin @ self._by_betas + torch.einsum("vj,bjcs->bvcs", self._weights, anchored)
        return Points(carried.sum(2), by_pose, by_betas)


def left_jacobian(axis_angle: Float[Tensor, "*N 3"]) -> Float[Tensor, "*N 3 3"]:
    """J(θ) with exp([θ + dθ]) = exp([J(θ) dθ]) exp([θ]) to first order.

    J = I + (1 - cos t) / t² [θ] + (t - sin t) / t³ [θ]², t = |θ| (Sola et al. 2018, equation 145).

    Args:
        axis_angle: radians.

    >>> left_jacobian(torch.zeros(3)).diagonal()
    tensor([1., 1., 1.])
    """
    square = axis_angle.square().sum(-1)[..., None, None]
    small = square < 1e-4
    t2 = torch.where(small, 1.0, square)
    t = t2.sqrt()
    first = torch.where(small, 0.5 - square / 24, (1 - t.cos()) / t2)
    second = torch.where(small, 1 / 6 - square / 120, (t - t.sin()) / (t2 * t))
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))
    return torch.eye(3).to(axis_angle) + first * cross + second * cross @ cross


def _ancestors(parents: tuple[int, ...]) -> np.ndarray:
    below = np.eye(len(parents))
    for joint, parent in enumerate(parents[1:], start=1):
        below[joint] += below[parent]
    return below


def _turn(axes: Tensor, lever: Tensor) -> Tensor:
    """Axis × lever for every point, joint and component: (B, J, 3, 3), (B, K, J, 3) → (B, K, 3, J·3)."""
    moved = torch.linalg.cross(axes[:, None], lever[..., None].expand(*lever.shape, 3), dim=-2)  # (B, K, J, 3, M)
    return moved.transpose(2, 3).flatten(-2)
