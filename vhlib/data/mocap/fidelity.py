"""How well a retargeted take follows the skeleton that it came from."""

from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.data.mocap.amc import PosedBones
from vhlib.data.mocap.asf import AsfSkeleton
from vhlib.data.mocap.retarget import Retargeted
from vhlib.geometry.kinematics import forward_kinematics
from vhlib.geometry.rigid import procrustes
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import SMPL24

LIMBS: Final = {
    ("hip", "knee"): ("femur", "femur"),
    ("knee", "ankle"): ("tibia", "tibia"),
    ("ankle", "foot"): ("foot", "foot"),
    ("shoulder", "elbow"): ("humerus", "humerus"),
    ("elbow", "wrist"): ("radius", "wrist"),
}
"""Of either side: two joints of SMPL, and the bones that begin and end there."""


@dataclass(frozen=True)
class Fidelity:
    """Of T moments."""

    limb_angles: Float[Tensor, "T 10"]
    """Between a limb's direction and the skeleton's, degrees: `LIMBS` of the left, then of the right."""
    joint_errors: Float[Tensor, "T 16"]
    """Between pelvis, legs, feet, shoulders, elbows and wrists, neck and the skeleton's, once the best similarity is
    taken out of each moment; millimetres."""


def fidelity(
    skeleton: AsfSkeleton, posed: PosedBones, found: Retargeted, joints_rest: Float[Tensor, "24 3"]
) -> Fidelity:
    """Compare joints with the skeleton's own forward kinematics.

    Args:
        skeleton: of the take.
        posed: its bones.
        found: the take as SMPL's pose.
        joints_rest: of the body, at rest, metres.
    """
    turns = axis_angle_to_matrix(torch.cat([found.global_orient[:, None], found.body_pose], 1))
    rest = joints_rest.to(turns).expand(len(turns), -1, -1)
    joints = forward_kinematics(turns, rest, SMPL24.parents)[1]
    angles, ours, theirs = [], [joints[:, SMPL24.index("pelvis")]], [posed.heads[:, skeleton.index("root")]]
    for side in ("left", "right"):
        for (start, end), (begins, ends) in LIMBS.items():
            a, b = joints[:, SMPL24.index(f"{side}_{start}")], joints[:, SMPL24.index(f"{side}_{end}")]
            head = posed.heads[:, skeleton.index(f"{side[0]}{begins}")]
            tail = posed.tails[:, skeleton.index(f"{side[0]}{ends}")]
            angles.append(_between(b - a, tail - head))
            ours += [a] if start in ("hip", "shoulder") else []
            theirs += [head] if start in ("hip", "shoulder") else []
            ours.append(b)
            theirs.append(tail)
    ours.append(joints[:, SMPL24.index("neck")])
    theirs.append(posed.tails[:, skeleton.index("lowerneck")])
    source, target = torch.stack(ours, 1), torch.stack(theirs, 1)
    apart = procrustes(source, target, scale=True).apply(source) - target
    return Fidelity(torch.stack(angles, 1), 1000 * apart.norm(dim=-1))


def _between(first: Float[Tensor, "T 3"], second: Float[Tensor, "T 3"]) -> Float[Tensor, "T"]:
    sine, cosine = torch.linalg.cross(first, second).norm(dim=-1), (first * second).sum(-1)
    return torch.rad2deg(torch.atan2(sine, cosine))
