"""The body does not pass through itself: SMPLify's capsules (Bogo et al. 2016, section 3.2).

Twenty capsules stand for the body's parts. Each is fitted to the vertices of its part, on whichever body is loaded, and
its ends and its radius are linear functions of betas. Spheres along the capsules repel each other when two parts that
should not touch come close. As in the paper, the term has a gradient in the pose only: nobody gets thinner by it.

Convention:
    A capsule is all points within ``radius`` of the segment between its two ends. Spheres stand about two radii of the
    average body apart; their number does not change with shape.
"""

from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int64
from numpy import ndarray
from torch import Tensor

from vhlib.body import BodyFiles
from vhlib.fitting.articulation import Motion
from vhlib.geometry.skeletons import SMPL24


class Part(NamedTuple):
    """What a capsule stands for."""

    joints: tuple[str, ...]
    """Whose skin; the capsule moves with the first."""
    axis: tuple[str, str]
    """The two joints whose direction its axis takes at first: along a bone, or across the trunk."""


def _limbs(side: str) -> dict[str, Part]:
    bones = {
        "collar": ("collar", "shoulder"),
        "upper_arm": ("shoulder", "elbow"),
        "forearm": ("elbow", "wrist"),
        "hand": ("wrist", "hand"),
        "thigh": ("hip", "knee"),
        "calf": ("knee", "ankle"),
        "foot": ("ankle", "foot"),
    }
    ends = {"hand", "foot"}  # the last joint's skin belongs to the bone before it
    return {
        f"{side}_{name}": Part(
            tuple(f"{side}_{joint}" for joint in (bone if name in ends else bone[:1])),
            (f"{side}_{bone[0]}", f"{side}_{bone[1]}"),
        )
        for name, bone in bones.items()
    }


PARTS: Final[dict[str, Part]] = {
    "pelvis": Part(("pelvis",), ("right_hip", "left_hip")),
    "belly": Part(("spine1",), ("right_hip", "left_hip")),
    "waist": Part(("spine2",), ("right_hip", "left_hip")),
    "chest": Part(("spine3",), ("right_shoulder", "left_shoulder")),
    "neck": Part(("neck",), ("neck", "head")),
    "head": Part(("head",), ("neck", "head")),
    **_limbs("left"),
    **_limbs("right"),
}
"""The body's twenty capsules."""

_TORSO: Final = ("pelvis", "belly", "waist", "chest")

COLLIDING: Final[tuple[tuple[str, str], ...]] = (
    *product(("left_forearm", "right_forearm", "left_hand", "right_hand"), _TORSO),
    ("left_forearm", "right_forearm"),
    ("left_hand", "right_hand"),
    ("left_forearm", "right_hand"),
    ("right_forearm", "left_hand"),
    ("left_calf", "right_calf"),
    ("left_foot", "right_foot"),
    ("left_calf", "right_foot"),
    ("left_foot", "right_calf"),
)
"""The pairs that may not pass through each other: lower arms and torso, arm and arm, leg and leg."""

_TIE: Final = 0.1  # of a point's weight: how firmly a capsule is held at its first guess
_FEW: Final = 10
_SOFTNESS: Final = 0.3  # a sphere's Gaussian has this part of its radius as its width (SMPLify's code; the paper: 1/3)


@dataclass(frozen=True)
class Capsules:
    """One capsule for each of `PARTS`, in the rest pose; ends and radius are value + slope · betas. Metres."""

    ends: Float[ndarray, "C 2 3"]
    """Of the average body."""
    ends_by_betas: Float[ndarray, "C 2 3 S"]
    """Metres per standard deviation."""
    radius: Float[ndarray, "C"]
    """Of the average body."""
    radius_by_betas: Float[ndarray, "C S"]
    """Metres per standard deviation."""


def fit_capsules(files: BodyFiles) -> Capsules:
    """The capsules of a body: least squares of the vertices' distances from each capsule's surface.

    The slopes are that solution's derivative: how ends and radius move when the vertices move along a shape direction.

    Args:
        files: the body.

    Raises:
        ValueError: a part has too few vertices to fit a capsule to.
    """
    owner, rest = files.weights.argmax(1), files.joint_regressor @ files.v_template
    fitted = []
    for name, part in PARTS.items():
        own = np.isin(owner, SMPL24.indices(*part.joints))
        if own.sum() < _FEW:
            raise ValueError(f"{name}: {own.sum()} vertices follow this part, too few to fit a capsule to")
        start, end = rest[list(SMPL24.indices(*part.axis))].astype(np.float64)
        points, by_betas = files.v_template[own].astype(np.float64), files.shapedirs[own].astype(np.float64)
        fitted.append(_fit_capsule(points, by_betas, (end - start) / np.linalg.norm(end - start)))
    values, slopes = (np.stack(column) for column in zip(*fitted, strict=True))
    shapes = slopes.shape[-1]
    return Capsules(
        values[:, :6].reshape(-1, 2, 3), slopes[:, :6].reshape(-1, 2, 3, shapes), values[:, 6], slopes[:, 6]
    )


@dataclass(frozen=True)
class Overlaps:
    """How deep parts are in each other, and how the pose changes that."""

    values: Float[Tensor, "B N"]
    """For each pair of `COLLIDING`: Σ exp(-|c_i - c_j|² / R_ij) over its spheres. The energy is their sum."""
    by_pose: Float[Tensor, "B N D"]
    """Their gradients in the J x 3 numbers of the pose; betas have none."""


class Interpenetration:
    """Σ exp(-|c_i - c_j|² / ((0.3 r_i)² + (0.3 r_j)²)) over spheres of parts that may not meet.

    Args:
        files: the body.
        capsules: its capsules, from `fit_capsules`.
        like: a tensor whose dtype and device to compute with.
    """

    def __init__(self, files: BodyFiles, capsules: Capsules, *, like: Tensor):
        def tensor(array: ndarray) -> Tensor:
            return torch.from_numpy(np.asarray(array)).to(like)

        names = list(PARTS)
        joint = np.array([SMPL24.index(part.joints[0]) for part in PARTS.values()])
        lengths = np.linalg.norm(capsules.ends[:, 1] - capsules.ends[:, 0], axis=-1)
        counts = 1 + np.rint(lengths / (2 * capsules.radius)).astype(int)
        along = [np.linspace(0, 1, count) if count > 1 else np.array([0.5]) for count in counts]
        capsule = np.repeat(np.arange(len(names)), counts)
        share = np.concatenate(along)

        regressor = files.joint_regressor.astype(np.float64)
        rest, rest_by_betas = regressor @ files.v_template, np.einsum("jv,vcs->jcs", regressor, files.shapedirs)
        (near, far), (near_slope, far_slope) = (
            np.moveaxis(ends[capsule], 1, 0) for ends in (capsules.ends, capsules.ends_by_betas)
        )
        centres = near + share[:, None] * (far - near)
        slopes = near_slope + share[:, None, None] * (far_slope - near_slope)
        sphere_joint = joint[capsule]
        self._sphere_joint = torch.from_numpy(sphere_joint).to(like.device)
        self._offsets = tensor(centres - rest[sphere_joint])
        self._offsets_by_betas = tensor(slopes - rest_by_betas[sphere_joint])
        self._radius, self._radius_by_betas = (
            tensor(capsules.radius[capsule]),
            tensor(capsules.radius_by_betas[capsule]),
        )

        pairs = [
            (i, j, number)
            for number, (a, b) in enumerate(COLLIDING)
            for i in np.flatnonzero(capsule == names.index(a))
            for j in np.flatnonzero(capsule == names.index(b))
        ]
        first, second, group = (torch.tensor(column, device=like.device) for column in zip(*pairs, strict=True))
        self._first: Int64[Tensor, "M"] = first
        self._second: Int64[Tensor, "M"] = second
        self._sum_pairs = torch.nn.functional.one_hot(group, len(COLLIDING)).to(like)  # (M, N)
        sides = zip(*COLLIDING, strict=True)
        self._joints_of_pair = [[int(joint[names.index(name)]) for name in side] for side in sides]

    def overlaps(self, motion: Motion) -> Float[Tensor, "B N"]:
        """How deep each pair of `COLLIDING` is in each other: 0 apart, 1 for each two spheres with the same centre.

        Args:
            motion: where the parts are. Gradients flow into all of it: to keep them out of the shape, as the paper
                does, give one whose betas are detached.
        """
        return self._exponentials(*self._spheres(motion))[0] @ self._sum_pairs

    def linearised(self, motion: Motion, below: Float[Tensor, "J J"]) -> Overlaps:
        """The overlaps with their gradients in the pose.

        A virtual-work argument spares the derivative of every sphere: two rigid parts push each other with one force
        and one moment, and the work of turning joint k about an axis is the moment about that axis.

        Args:
            motion: where the parts are.
            below: which joint hangs below which, from `Articulation`.
        """
        centres, radii = self._spheres(motion)
        values, push = self._exponentials(centres, radii)
        a, b = centres[:, self._first], centres[:, self._second]
        force, moment_a, moment_b = (
            torch.einsum("bmc,mn->bnc", part, self._sum_pairs)
            for part in (push, torch.linalg.cross(a, push), -torch.linalg.cross(b, push))
        )
        pivot = torch.linalg.cross(motion.joints[:, None], force[:, :, None])  # p_k × F, (B, N, J, 3)
        first, second = (below[joints][None, ..., None] for joints in self._joints_of_pair)
        moments = first * (moment_a[:, :, None] - pivot) + second * (moment_b[:, :, None] + pivot)
        by_pose = torch.einsum("bnkc,bkcm->bnkm", moments, motion.axes).flatten(-2)
        return Overlaps(values @ self._sum_pairs, by_pose)

    def _spheres(self, motion: Motion) -> tuple[Tensor, Tensor]:
        offsets = self._offsets + torch.einsum("ncs,bs->bnc", self._offsets_by_betas, motion.betas)
        turned = motion.rotations[:, self._sphere_joint] @ offsets[..., None]
        centres = motion.joints[:, self._sphere_joint] + turned.squeeze(-1)
        # A shape far outside the range of people must not turn a sphere inside out.
        return centres, (self._radius + motion.betas @ self._radius_by_betas.mT).clamp_min(0.01)

    def _exponentials(self, centres: Tensor, radii: Tensor) -> tuple[Tensor, Tensor]:
        """For each pair of spheres the value (B, M), and its gradient in the first centre (B, M, 3)."""
        apart = centres[:, self._first] - centres[:, self._second]
        width = _SOFTNESS**2 * (radii[:, self._first].square() + radii[:, self._second].square())
        values = torch.exp(-apart.square().sum(-1) / width)
        return values, -2 * (values / width)[..., None] * apart


def _fit_capsule(points: ndarray, by_betas: ndarray, axis: ndarray) -> tuple[ndarray, ndarray]:
    """Ends and radius as 7 numbers, and their slopes (7, S); ``axis`` is where to begin."""
    centre = points.mean(0)
    along = (points - centre) @ axis
    across = np.linalg.norm(points - centre - along[:, None] * axis, axis=1)
    half = max(np.ptp(along) / 2 - across.mean(), 0.1 * across.mean())
    middle = centre + (along.max() + along.min()) / 2 * axis
    guess = np.concatenate([middle - half * axis, middle + half * axis, [across.mean()]])
    # A tube does not say where it ends, nor a patch of skin how far away its axis is: what the points leave open stays
    # at the guess, and moves with shape as the whole part does.
    tie = _TIE * np.sqrt(len(points)) * np.eye(7)
    drift = np.concatenate([np.tile(by_betas.mean(0), (2, 1)), np.zeros((1, by_betas.shape[2]))])
    capsule = guess
    for _ in range(20):
        residual, jacobian, outward = _distances(capsule, points)
        rows, errors = np.concatenate([jacobian, tie]), np.concatenate([residual, tie @ (capsule - guess)])
        capsule = capsule - np.linalg.lstsq(rows, errors)[0]
    moved = np.einsum("vc,vcs->vs", outward, by_betas)
    return capsule, np.linalg.lstsq(rows, np.concatenate([-moved, tie @ drift]))[0]


def _distances(capsule: ndarray, points: ndarray) -> tuple[ndarray, ndarray, ndarray]:
    """Signed distances from the capsule's surface, their derivative in its 7 numbers, and the outward directions."""
    start, end, radius = capsule[:3], capsule[3:6], capsule[6]
    axis = end - start
    part = np.clip((points - start) @ axis / (axis @ axis), 0, 1)[:, None]
    away = points - start - part * axis
    distance = np.linalg.norm(away, axis=1)
    outward = away / distance[:, None]
    jacobian = np.concatenate([-(1 - part) * outward, -part * outward, -np.ones_like(part)], 1)
    return distance - radius, jacobian, outward
