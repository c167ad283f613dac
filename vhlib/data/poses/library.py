"""The library: any number of natural poses and clips, the same on every machine."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import torch
from jaxtyping import Float, Int, UInt64
from torch import Tensor

from vhlib.core.errors import InputError
from vhlib.data.poses.expressive import dancing, stretching
from vhlib.data.poses.figure import Figure, Way
from vhlib.data.poses.floor import crawling, exercising, floor_sitting, getting_up, lying
from vhlib.data.poses.gait import running, stairs, walking
from vhlib.data.poses.motion import GOLDEN, Motion, Scalar, mix, name_key
from vhlib.data.poses.sitting import kneeling, lifting, sitting, squatting
from vhlib.data.poses.sports import jumping, kicking, punching, swinging, throwing
from vhlib.data.poses.standing import balancing, grooming, reaching, standing, talking, turning, waving
from vhlib.geometry.limits import clamp_to_limits
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.geometry.skeletons import SMPL24

Split = Literal["train", "val", "test"]

FAMILIES: Final[dict[str, Way]] = {
    family.__name__: family
    for family in (
        *(walking, running, stairs),
        *(standing, turning, talking, waving, reaching, grooming, balancing),
        *(sitting, squatting, kneeling, lifting),
        *(throwing, kicking, jumping, punching, swinging),
        *(dancing, stretching),
        *(lying, getting_up, floor_sitting, crawling, exercising),
    )
}
"""Every family of motions by name."""

# How much people differ from a family's own angles, one standard deviation in degrees about each joint's x, y, z, for
# someone ordinary. Half of the variance is a habit that a motion keeps, half comes and goes within seconds.
VARIATION: Final = {
    "pelvis": (3, 2, 2.5),
    "hip": (4, 5, 3.5),
    "knee": (4, 3, 1.5),
    "ankle": (5, 7, 4),
    "foot": (5, 2, 2),
    "spine1": (4.5, 2.5, 3),
    "spine2": (3, 2.5, 2.5),
    "spine3": (3, 2.5, 2.5),
    "neck": (6, 4, 4),
    "head": (6, 5, 4),
    "collar": (3, 5, 5),
    "shoulder": (8, 7, 6),
    "elbow": (8, 7, 3),
    "wrist": (8, 10, 12),
    "hand": (4, 5, 9),
}

_LONGEST = 60.0  # seconds: a pose is one moment of the first minute of its motion


@dataclass(frozen=True)
class PoseBatch:
    """Poses of N bodies, or of one body at N moments."""

    body_pose: Float[Tensor, "N 23 3"]
    """Axis-angle, radians, relative to the parent; within the joint limits."""
    global_orient: Float[Tensor, "N 3"]
    """Pelvis to world, axis-angle, radians. World y up; headings are random."""
    family: Int[Tensor, "N"]
    """Index into `PoseLibrary.families`."""


class PoseLibrary:
    """Natural poses and clips of everyday and athletic motion.

    Pose i of a seed is one moment of motion i: the same alone or in any batch. Splits share no motion.

    Args:
        split: "train", "val" or "test".
        families: names from `FAMILIES`; None for all, each as likely.

    Raises:
        InputError: an unknown split or family.

    >>> library = PoseLibrary("val")
    >>> tuple(library.sample(4, seed=0).body_pose.shape)
    (4, 23, 3)
    """

    def __init__(self, split: Split = "train", families: Iterable[str] | None = None):
        if split not in get_args(Split):
            raise InputError(f"split: expected one of {', '.join(get_args(Split))}, got {split!r}")
        self.split = split
        self.families = tuple(FAMILIES if families is None else families)
        if unknown := [name for name in self.families if name not in FAMILIES]:
            raise InputError(f"families: no {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
        if not self.families:
            raise InputError("families: expected at least one name")

    def sample(self, count: int, *, seed: int, start: int = 0) -> PoseBatch:
        """Independent poses.

        Args:
            count: how many.
            seed: of the whole sequence of poses.
            start: index of the first, so that a long sequence can be made in pieces.
        """
        keys = self._keys(np.arange(start, start + count, dtype=np.uint64), seed)
        still = Motion(keys, torch.zeros(count, 1))
        family = still.choice("family", len(self.families))[:, 0]
        moment = still.uniform("moment", 0, _LONGEST)
        body_pose, global_orient = torch.empty(count, 23, 3), torch.empty(count, 3)
        for number, name in enumerate(self.families):
            here = (family == number).nonzero()[:, 0]
            if len(here):
                pose = _pose(FAMILIES[name], Motion(keys[here.numpy()], moment[here]))[:, 0]
                body_pose[here], global_orient[here] = pose[:, 1:], pose[:, 0]
        return PoseBatch(body_pose, global_orient, family)

    def clip(self, family: str, *, seed: int, frames: int, fps: Scalar = 30) -> PoseBatch:
        """One motion as a sequence, smooth in time.

        Args:
            family: its name.
            seed: of the motion.
            frames: how many.
            fps: frames per second.

        Raises:
            InputError: a family that this library does not have.
        """
        if family not in self.families:
            raise InputError(f"family: no {family}; there are {', '.join(self.families)}")
        time = torch.arange(frames)[None] / fps
        pose = _pose(FAMILIES[family], Motion(self._keys(np.zeros(1, np.uint64), seed, family), time))[0]
        return PoseBatch(pose[:, 1:], pose[:, 0], torch.full((frames,), self.families.index(family)))

    def _keys(self, index: UInt64[np.ndarray, "N"], seed: int, *stream: str) -> UInt64[np.ndarray, "N"]:
        return mix(index * GOLDEN + name_key(repr((self.split, seed, *stream))))


def _pose(family: Way, motion: Motion) -> Float[Tensor, "N T 24 3"]:
    """Axis-angles of pelvis and joints: a family's figure, varied, mirrored or not, heading anywhere."""
    figure = Figure(motion)
    family(figure, motion)
    rotations = figure.matrices() @ axis_angle_to_matrix(_variation(motion))
    heading = torch.zeros(len(motion.keys), 1, 3)
    heading[..., 1] = motion.uniform("heading", -torch.pi, torch.pi)
    rotations[:, :, 0] = axis_angle_to_matrix(heading) @ rotations[:, :, 0]
    pose = matrix_to_axis_angle(rotations)
    mirrored = pose[:, :, list(SMPL24.mirror)] * pose.new_tensor([1.0, -1.0, -1.0])
    pose = torch.where(motion.chance("mirrored", 0.5)[..., None, None], mirrored, pose)
    pose[:, :, 1:] = clamp_to_limits(pose[:, :, 1:].flatten(0, 1)).unflatten(0, pose.shape[:2])
    return pose


def _variation(motion: Motion) -> Float[Tensor, "N T 24 3"]:
    deviations = torch.tensor([VARIATION[name.removeprefix("left_").removeprefix("right_")] for name in SMPL24.names])
    unusual = motion.uniform("unusual", 0.4, 2.0)[:, :, None, None]  # from the ordinary to the odd
    deviations = unusual * deviations * (torch.pi / 180) / 2**0.5
    habit = motion.normal("habit", channels=72)[:, None]
    moving = motion.wander("variation", 2.5, channels=72)
    return (habit + moving).unflatten(-1, (24, 3)) * deviations
