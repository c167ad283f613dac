"""How far each joint can turn: one table, in SMPL's own axes, and what to do with a pose that leaves it.

A joint's rotation is taken apart as R = swing · twist: first a twist about the bone, then a swing about an axis across
it. In `JOINT_LIMITS` each joint has a twist axis and three ranges, one per axis; the two that are not the twist's
bound the swing's rotation vector. Taken apart so, a forearm's pronation stays the same number while the elbow bends.

Convention:
    SMPL's rest pose is the T-pose: x to the body's left, y up, z forward, palms down. A left elbow bends about -y (a
    right one about +y), knees about +x, a thigh rises about -x, a left arm rises about +z.

>>> knee = torch.zeros(1, 23, 3)
>>> knee[0, BODY_JOINTS.index("left_knee"), 0] = torch.pi / 2
>>> limit_excess(knee).max(), limit_excess(-knee).max().rad2deg().round()
(tensor(0.), tensor(80.))

Sources of the degrees, which are ranges of active motion of healthy adults:

- [B] Boone and Azen, Normal range of motion of joints in male subjects, J Bone Joint Surg 61-A:756, 1979 (means);
- [A] American Academy of Orthopaedic Surgeons, Joint Motion: Method of Measuring and Recording, 1965;
- [N] Norkin and White, Measurement of Joint Motion: A Guide to Goniometry;
- [K] Kapandji, The Physiology of the Joints, vol. 2.

SMPL shares one movement between several joints, and people differ in how. Each spine joint gets half of the whole
spine's range, neck and head two thirds of the neck's, the wrist half of the forearm's turn beside the elbow's whole,
and the shoulder the whole complex's beside the collar bone's own: a sum may pass what a body can do, a part may not.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.geometry.rotations import axis_angle_to_quaternion, quaternion_to_axis_angle
from vhlib.geometry.skeletons import SMPL24

Range = tuple[float | int, float | int]

BODY_JOINTS = SMPL24.names[1:]
"""The joints of a ``body_pose``, in order."""

MARGIN = 10.0
"""Degrees added at both ends: twice the usual standard deviation of 5 degrees between people [B]."""


@dataclass(frozen=True)
class JointLimits:
    """One joint's ranges in degrees, as published: `MARGIN` is not in them."""

    twist: Literal["x", "y", "z"]
    """The axis along the bone."""
    x: Range
    """About the body's left at rest."""
    y: Range
    """About up at rest."""
    z: Range
    """About forward at rest."""

    def mirrored(self) -> "JointLimits":
        """The same joint on the other side: a reflection in x turns rotations about y and z round."""
        return JointLimits(self.twist, self.x, (-self.y[1], -self.y[0]), (-self.z[1], -self.z[0]))


_SPINE = JointLimits("y", x=(-12.5, 40), y=(-22.5, 22.5), z=(-17.5, 17.5))  # extension 25, flexion 80; 45; 35 [A]
_NECK = JointLimits("y", x=(-30, 30), y=(-40, 40), z=(-30, 30))  # extension 45, flexion 45; turn 60; to a side 45 [A]
_MIDLINE_AND_LEFT = {
    # flexion 122 [B], extension 30 [A]; inward 47, outward 47 [B]; adduction 30 [A], abduction 46 [B]
    "left_hip": JointLimits("y", x=(-122, 30), y=(-47, 47), z=(-30, 46)),
    "spine1": _SPINE,
    # extension 0, flexion 143 [B]; the bent knee's shank inward 30, outward 40 [N]; no sideways play
    "left_knee": JointLimits("y", x=(0, 143), y=(-30, 40), z=(0, 0)),
    "spine2": _SPINE,
    # dorsiflexion 20 [A], plantar flexion 56 [B]; ad- and abduction 40 in all [K]; inversion 37, eversion 21 [B]
    "left_ankle": JointLimits("z", x=(-20, 56), y=(-20, 20), z=(-37, 21)),
    "spine3": _SPINE,
    # the toes: extension 70, flexion 45 [A]
    "left_foot": JointLimits("z", x=(-70, 45), y=(0, 0), z=(0, 0)),
    "neck": _NECK,
    # turned backward 50; protraction 30, retraction 30; depression 15, elevation 45 [N]
    "left_collar": JointLimits("x", x=(-50, 0), y=(-30, 30), z=(-15, 45)),
    "head": _NECK,
    # outward 104, inward 69; across the chest 141, backward 62; raised 184 - 90 [B]; lowered until it hangs, 90
    "left_shoulder": JointLimits("x", x=(-104, 69), y=(-141, 62), z=(-90, 94)),
    # supination 82, pronation 76; flexion 143, extension 0 [B]; no sideways play
    "left_elbow": JointLimits("x", x=(-82, 76), y=(-143, 0), z=(0, 0)),
    # half of the elbow's turn; radial deviation 22, ulnar deviation 36; flexion 76, extension 75 [B]
    "left_wrist": JointLimits("x", x=(-41, 38), y=(-22, 36), z=(-76, 75)),
    # the knuckles: sideways 20; flexion 90, extension 45 [A]
    "left_hand": JointLimits("x", x=(0, 0), y=(-20, 20), z=(-90, 45)),
}

JOINT_LIMITS: dict[str, JointLimits] = {
    name: _MIDLINE_AND_LEFT.get(name) or _MIDLINE_AND_LEFT[name.replace("right", "left")].mirrored()
    for name in BODY_JOINTS
}
"""The ranges of the 23 joints of a ``body_pose``, in order. Right joints mirror the left ones."""


def joint_axes(joint: str) -> tuple[Range, Range, Range]:
    """How far a joint turns about x, y and z, in radians, margin included: the ranges for three sliders.

    Args:
        joint: a name of `BODY_JOINTS`.

    Raises:
        ValueError: no such joint.
    """
    if joint not in JOINT_LIMITS:
        raise ValueError(f"joint: expected one of {', '.join(BODY_JOINTS)}, got {joint!r}")
    x, y, z = _ranges(joint)
    return x, y, z


def limit_excess(body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B 23"]:
    """How far each joint is beyond its limits, in radians; 0 inside.

    Twist and the swing's two numbers leave their ranges by some amount each, by the shorter way round; the excess is
    the length of the three together. Full turns change nothing. The gradient is finite everywhere; close to a swing by
    half a turn, where twist and swing cannot be told apart, following it may not lead inside.

    Args:
        body_pose: axis-angle, radians, relative to the parent.

    Raises:
        ValueError: the shape is not (B, 23, 3).
    """
    check(body_pose=(body_pose, "B 23 3"))
    return _beyond(_away_from_middle(body_pose), _half_widths(body_pose))


def clamp_to_limits(body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B 23 3"]:
    """The pose with each joint's twist and swing moved to the closest end of their ranges.

    Args:
        body_pose: axis-angle, radians, relative to the parent.

    Returns:
        Axis-angle with angles in [0, pi]; inside the limits the same rotations as came in.

    Raises:
        ValueError: the shape is not (B, 23, 3).
    """
    check(body_pose=(body_pose, "B 23 3"))
    half = _half_widths(body_pose)
    return from_swing_and_twist(_middles(body_pose) + _away_from_middle(body_pose).clamp(-half, half))


def swing_and_twist(body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B 23 3"]:
    """The three angles of each joint that the limits bound: the twist about its bone, and the swing across it.

    Where the same turn can be read in two ways, it is the reading that is least beyond the limits.

    >>> bent = torch.zeros(1, 23, 3)
    >>> bent[0, BODY_JOINTS.index("left_elbow"), 1] = -torch.pi / 2
    >>> bool((swing_and_twist(bent) - bent).abs().max() < 1e-6)  # about one axis alone they are the axis-angle
    True

    Args:
        body_pose: axis-angle, radians, relative to the parent.

    Returns:
        Radians about x, y, z: the twist on the joint's twist axis, the swing's rotation vector on the two others.

    Raises:
        ValueError: the shape is not (B, 23, 3).
    """
    check(body_pose=(body_pose, "B 23 3"))
    return _middles(body_pose) + _away_from_middle(body_pose)


def from_swing_and_twist(angles: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B 23 3"]:
    """The pose, as axis-angle, with these angles: R = swing · twist. The inverse of `swing_and_twist`.

    Args:
        angles: radians about x, y, z, as `swing_and_twist` returns them; angles inside `joint_axes` give a pose inside
            the limits.

    Raises:
        ValueError: the shape is not (B, 23, 3).
    """
    check(angles=(angles, "B 23 3"))
    axes = _twist_axes(angles)
    swing, twist = axis_angle_to_quaternion(angles * (1 - axes)), axis_angle_to_quaternion(angles * axes)
    return quaternion_to_axis_angle(_multiply(swing, twist))


def implausible(body_pose: Float[Tensor, "B 23 3"], *, tolerance: float = 0.1) -> Float[Tensor, " B"]:
    """The share of a pose's joints that are beyond their limits.

    Args:
        body_pose: axis-angle, radians, relative to the parent.
        tolerance: how far beyond still counts as inside, radians.
    """
    return (limit_excess(body_pose) > tolerance).to(body_pose.dtype).mean(-1)


def _away_from_middle(body_pose: Tensor) -> Tensor:
    """(B, 23, 3) twist and swing about x, y, z, less the middle of their ranges, in the reading that is least beyond.

    A turn by a is also one by a - 2π the other way: near half a turn the ranges are met sooner by one of the two.
    """
    axes, middle, half = _twist_axes(body_pose), _middles(body_pose), _half_widths(body_pose)
    twist, swing = _twist_and_swing(body_pose, axes)
    turn = 2 * math.pi
    twist = torch.remainder(twist - middle * axes + math.pi, turn) - math.pi
    squared = swing.square().sum(-1, keepdim=True)
    around = swing * (1 - turn / torch.where(squared == 0, 1.0, squared).sqrt())
    one, other = ((reading - middle) * (1 - axes) for reading in (swing, around))
    sooner = _beyond(other, half) < _beyond(one, half)
    return twist + torch.where(sooner[..., None], other, one)


def _beyond(offset: Tensor, half: Tensor) -> Tensor:
    """(B, 23) how far outside the box, with gradient 0 inside."""
    squared = (offset.abs() - half).clamp_min(0).square().sum(-1)
    inside = squared == 0
    return torch.where(inside, 0.0, torch.where(inside, 1.0, squared).sqrt())


def _twist_and_swing(body_pose: Tensor, axes: Tensor) -> tuple[Tensor, Tensor]:
    """The rotation vectors of R = swing · twist, along and across the bone.

    A swing by half a turn leaves the twist open: it is 0 then.
    """
    quaternion = axis_angle_to_quaternion(body_pose)
    real, imaginary = quaternion[..., :1], quaternion[..., 1:]
    along = imaginary * axes
    size = real.square() + along.square().sum(-1, keepdim=True)
    open_ = size < torch.finfo(body_pose.dtype).eps ** 2
    twist = torch.where(open_, axis_angle_to_quaternion(torch.zeros_like(body_pose)), torch.cat([real, along], dim=-1))
    twist = twist / torch.where(open_, 1.0, size).sqrt()
    back = torch.cat([twist[..., :1], -twist[..., 1:]], dim=-1)
    swing = _multiply(quaternion, back)
    return quaternion_to_axis_angle(twist), quaternion_to_axis_angle(swing) * (1 - axes)


def _multiply(first: Tensor, second: Tensor) -> Tensor:
    """Quaternion product: the second's rotation, then the first's."""
    (w, v), (s, u) = ((q[..., :1], q[..., 1:]) for q in (first, second))
    return torch.cat([w * s - (v * u).sum(-1, keepdim=True), w * u + s * v + torch.linalg.cross(v, u)], dim=-1)


def _ranges(joint: str) -> list[Range]:
    limits = JOINT_LIMITS[joint]
    degrees = ((low - MARGIN, high + MARGIN) for low, high in (limits.x, limits.y, limits.z))
    return [(math.radians(low), math.radians(high)) for low, high in degrees]


_RANGES = torch.tensor([_ranges(joint) for joint in BODY_JOINTS], dtype=torch.float64)
_TWISTS = torch.tensor([[axis == JOINT_LIMITS[joint].twist for axis in "xyz"] for joint in BODY_JOINTS])


def _middles(body_pose: Tensor) -> Tensor:
    return _RANGES.mean(-1).to(body_pose)


def _half_widths(body_pose: Tensor) -> Tensor:
    return (_RANGES.diff(dim=-1).squeeze(-1) / 2).to(body_pose)


def _twist_axes(body_pose: Tensor) -> Tensor:
    """(23, 3) one at each joint's twist axis."""
    return _TWISTS.to(body_pose)
