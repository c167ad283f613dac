"""From an Acclaim skeleton's take to SMPL's rotations.

A bone of the .asf is turned from where it points at rest, a segment of SMPL from where it does; the two T-poses differ.
With G the bone's rotation and A the constant one that lays SMPL's limb at rest on the bone, the segment turns by G A.

- **Legs.** The .asf's stand 20 degrees apart, each straight; SMPL's knee at rest is a little bent and knock-kneed. One
  A for thigh and shank lays the line from hip to ankle on the .asf's, and the knee's hinge as nearly as can be on the
  hinge there: the knee stays a hinge, and thigh and shank keep SMPL's own 4 degrees to that line. The sole, which the
  .asf does not tilt against the shank, is level when the leg hangs; its direction is laid on the .asf's.
- **Arms.** Likewise from shoulder to wrist. The .asf's elbow bends about an axis 30 degrees from SMPL's, which A makes
  up for. The bone after the radius carries the forearm's whole turn; SMPL's forearm takes `ELBOW_SHARE` of it, its
  wrist the rest.
- **Trunk.** One A lays the line from the pelvis to where the collar bones begin on the .asf's, whose chest stands
  further back over the hips. The head's A is the identity: upright is upright; the neck stands half-way.
- **Collar bones, hands.** The collar bones go with the chest as in the .asf, palms face down at rest in both.
"""

from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.data.mocap.amc import PosedBones
from vhlib.data.mocap.asf import AsfSkeleton
from vhlib.geometry.kinematics import global_to_local
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.geometry.skeletons import SMPL24

BONES: Final = {
    "pelvis": "root",
    "hip": "femur",
    "knee": "tibia",
    "ankle": "foot",
    "foot": "toes",
    "spine1": "lowerback",
    "spine2": "upperback",
    "spine3": "thorax",
    "neck": "head",
    "head": "head",
    "collar": "clavicle",
    "shoulder": "humerus",
    "elbow": "radius",
    "wrist": "hand",
    "hand": "fingers",
}
"""Which bone of the CMU skeletons turns with which joint's segment; bones of a side begin with l or r."""

ELBOW_SHARE: Final = 0.65
"""Of the forearm's turn: the library's figures turn 0.4 to 0.9 of it at the elbow."""

Rotation = Float[Tensor, "3 3"]
Vector = Float[Tensor, "3"]


@dataclass(frozen=True)
class Retargeted:
    """A take as SMPL's pose at T moments; world y up."""

    body_pose: Float[Tensor, "T 23 3"]
    """Axis-angle, radians, relative to the parent."""
    global_orient: Float[Tensor, "T 3"]
    """Pelvis to world, axis-angle, radians."""
    transl: Float[Tensor, "T 3"]
    """Metres: the take's path times the legs' ratio, so that feet stay on the floor."""


def retarget(skeleton: AsfSkeleton, posed: PosedBones, joints_rest: Float[Tensor, "24 3"]) -> Retargeted:
    """SMPL's rotations from a skeleton's.

    Args:
        skeleton: a CMU skeleton; other ones lack the bones' names.
        posed: its bones, from `pose_bones`.
        joints_rest: of the body that is to move, at rest, metres.

    Raises:
        InputError: a skeleton without one of `BONES`.
        ValueError: shapes that do not fit.
    """
    check(joints_rest=(joints_rest, "24 3"))
    rest = dict(zip(SMPL24.names, joints_rest.to(posed.heads), strict=True))
    still = rest_rotations(skeleton, joints_rest)
    turns = {name: posed.rotations[:, skeleton.index(bone_of(name))] @ still[name] for name in SMPL24.names}
    for side in ("left", "right"):
        forearm = turns[f"{side}_elbow"]
        pronation = forearm.mT @ posed.rotations[:, skeleton.index(f"{side[0]}wrist")]
        turns[f"{side}_elbow"] = forearm @ _part(pronation, ELBOW_SHARE)
    turns["neck"] = turns["spine3"] @ _part(turns["spine3"].mT @ turns["head"], 0.5)
    pose = matrix_to_axis_angle(global_to_local(torch.stack([turns[name] for name in SMPL24.names], 1), SMPL24.parents))
    hips = (rest["left_hip"] + rest["right_hip"]) / 2
    there = posed.heads[:, [skeleton.index("lfemur"), skeleton.index("rfemur")]].mean(1)
    moved = rest["pelvis"] + (turns["pelvis"] @ (hips - rest["pelvis"])[:, None])[..., 0]
    transl = leg_ratio(skeleton, joints_rest) * there - moved
    return Retargeted(pose[:, 1:], pose[:, 0], transl)


def rest_rotations(skeleton: AsfSkeleton, joints_rest: Float[Tensor, "24 3"]) -> dict[str, Rotation]:
    """A of every joint: from SMPL's segment at rest to the skeleton's.

    Args:
        skeleton: a CMU skeleton.
        joints_rest: of the body that is to move, at rest, metres.
    """
    rest = dict(zip(SMPL24.names, joints_rest.double(), strict=True))
    still = {name: torch.eye(3, dtype=torch.float64) for name in SMPL24.names}
    chest = _sum(skeleton, "lowerback", "upperback", "thorax")
    collars = (rest["left_collar"] + rest["right_collar"]) / 2 - rest["pelvis"]
    sideways = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    trunk = _frame(_upright(chest), sideways) @ _frame(_upright(collars), sideways).mT
    for name in ("spine1", "spine2", "spine3", "left_collar", "right_collar"):
        still[name] = trunk
    for side, s in (("left", 1.0), ("right", -1.0)):
        l = side[0]  # noqa: E741  as the .asf's names begin
        legs = _sum(skeleton, f"{l}femur", f"{l}tibia")
        leg = rest[f"{side}_ankle"] - rest[f"{side}_hip"]
        still[f"{side}_hip"] = still[f"{side}_knee"] = (
            _frame(legs, _hinge(skeleton, f"{l}tibia")) @ _frame(leg, sideways).mT
        )
        down = torch.tensor([0.0, -1.0, 0.0], dtype=torch.float64)
        level = _frame(_flat(legs), _forward()) @ _frame(_flat(leg), _forward()).mT
        foot = rest[f"{side}_foot"] - rest[f"{side}_ankle"]
        ahead = level.mT @ _sum(skeleton, f"{l}foot")
        aim = _frame(down, ahead) @ _frame(down, foot).mT
        still[f"{side}_ankle"] = still[f"{side}_foot"] = level @ aim
        arms = _sum(skeleton, f"{l}humerus", f"{l}radius")
        arm = rest[f"{side}_wrist"] - rest[f"{side}_shoulder"]
        still[f"{side}_shoulder"] = still[f"{side}_elbow"] = (
            _frame(arms, _hinge(skeleton, f"{l}radius")) @ _frame(arm, s * down).mT
        )
    return still


def leg_ratio(skeleton: AsfSkeleton, joints_rest: Float[Tensor, "24 3"]) -> float:
    """The length of the body's legs over that of the skeleton's.

    Args:
        skeleton: a CMU skeleton.
        joints_rest: of the body that is to move, at rest, metres.
    """
    rest = dict(zip(SMPL24.names, joints_rest.double(), strict=True))
    ours = sum(
        float((rest[f"{side}_{a}"] - rest[f"{side}_{b}"]).norm())
        for side in ("left", "right")
        for a, b in (("hip", "knee"), ("knee", "ankle"))
    )
    return ours / sum(float(_sum(skeleton, bone).norm()) for bone in ("lfemur", "ltibia", "rfemur", "rtibia"))


def bone_of(joint: str) -> str:
    """The bone whose rotation a joint of SMPL takes over.

    >>> bone_of("left_knee"), bone_of("spine3")
    ('ltibia', 'thorax')

    Args:
        joint: a name of SMPL24.
    """
    side, _, part = joint.partition("_")
    return f"{side[0]}{BONES[part]}" if part else BONES[joint]


def _part(rotation: Float[Tensor, "T 3 3"], share: float) -> Float[Tensor, "T 3 3"]:
    return axis_angle_to_matrix(share * matrix_to_axis_angle(rotation))


def _sum(skeleton: AsfSkeleton, *bones: str) -> Vector:
    vectors = [skeleton.bones[skeleton.index(bone)].vector for bone in bones]
    return torch.tensor(vectors, dtype=torch.float64).sum(0)


def _hinge(skeleton: AsfSkeleton, bone: str) -> Vector:
    """The axis that a bone bends about, its channel rx."""
    return skeleton.bones[skeleton.index(bone)].axis[:, 0]


def _forward() -> Vector:
    return torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)


def _upright(vector: Vector) -> Vector:
    """Seen from the side: a trunk is not tipped sideways at rest."""
    return vector * torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64)


def _flat(vector: Vector) -> Vector:
    """Seen from ahead."""
    return vector * torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64)


def _frame(first: Vector, second: Vector) -> Rotation:
    """The frame whose first axis is along one vector, and whose second is as close as can be to another."""
    x = first / first.norm()
    y = second - (second @ x) * x
    y = y / y.norm()
    return torch.stack([x, y, torch.linalg.cross(x, y)], -1)
