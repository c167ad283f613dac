"""Which part of the body a vertex and a face belong to: 24, 14, 12, 6, 3 parts or 1.

The 24 parts are SMPL's joints: a vertex belongs to the joint that it follows most, `argmax` of the skinning weights.
All coarser groupings join some of these, so a part of a finer one never straddles two of a coarser one.

The 12 are those of Omran et al. 2018 (NBF), in their order; labels come from the body in hand, not from their files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import torch
from jaxtyping import Int, UInt8
from torch import Tensor

from vhlib.body.smpl import SMPL
from vhlib.core.errors import InputError
from vhlib.geometry.skeletons import SMPL24


@dataclass(frozen=True)
class PartLabels:
    """A part for each face and vertex."""

    names: tuple[str, ...]
    """What the labels 0, 1, … mean."""
    faces: Int[Tensor, "F"]
    """The part of each face."""
    vertices: Int[Tensor, "V"]
    """The part of each vertex."""


def part_labels(body: SMPL, groups: int = 24) -> PartLabels:
    """The parts of a body's faces and vertices.

    Args:
        body: any SMPL body.
        groups: how many parts: 24, 14, 12, 6, 3 or 1.

    Raises:
        InputError: another number of parts.
    """
    part_of_joint = _part_of_joint(groups).to(body.faces.device)
    joint_of_face, joint_of_vertex = _joints(body)
    return PartLabels(tuple(PARTS[groups]), part_of_joint[joint_of_face], part_of_joint[joint_of_vertex])


def grouped(maps: UInt8[Tensor, "*B H W"], groups: int) -> UInt8[Tensor, "*B H W"]:
    """Maps of the 24 parts as maps of fewer; in both, 0 is the background and a part's label is counted from 1.

    >>> grouped(torch.tensor([[0, 1, 16, 19]], dtype=torch.uint8), 3)  # nothing, pelvis, head, left elbow
    tensor([[0, 1, 1, 2]], dtype=torch.uint8)

    Args:
        maps: as `vhlib.data.synthetic.Sample.parts`.
        groups: how many parts: 24, 14, 12, 6, 3 or 1.

    Raises:
        InputError: another number of parts.
        ValueError: labels above 24.
    """
    # On a GPU its own assertion finds them, and to ask it would mean to wait for it.
    if not maps.is_cuda and maps.numel() and int(maps.max()) > len(SMPL24):
        raise ValueError(f"maps: expected labels from 0 to {len(SMPL24)}, got {int(maps.max())}")
    return _table(groups, maps.device)[maps.int()]


@cache
def _table(groups: int, device: torch.device) -> Tensor:
    """The label in `groups` parts of each of the 24 parts' labels."""
    table = torch.zeros(len(SMPL24) + 1, dtype=torch.uint8)
    table[1:] = _part_of_joint(groups) + 1
    return table.to(device)


def _part_of_joint(groups: int) -> Tensor:
    if groups not in PARTS:
        raise InputError(f"groups: expected {', '.join(map(str, PARTS))}, got {groups}")
    part_of_joint = torch.empty(len(SMPL24), dtype=torch.long)
    for label, joints in enumerate(PARTS[groups].values()):
        part_of_joint[list(SMPL24.indices(*joints))] = label
    return part_of_joint


def _joints(body: SMPL) -> tuple[Tensor, Tensor]:
    """The joint of each face, as the file says it or else by the weights of the three corners, and of each vertex."""
    joint_of_vertex = body.weights.argmax(1)
    if body.files.part_of_face is not None and len(body.faces) == len(body.files.faces):
        return torch.as_tensor(body.files.part_of_face, device=body.faces.device), joint_of_vertex
    return body.weights[body.faces].sum(1).argmax(1), joint_of_vertex


def _sides(name: str, *joints: str) -> dict[str, tuple[str, ...]]:
    """One part on each side of the body."""
    return {f"{side}_{name}": tuple(f"{side}_{joint}" for joint in joints) for side in ("left", "right")}


_SHOULDER_GIRDLE = ("spine3", "left_collar", "right_collar")
_LOWER_TORSO = ("spine1", "pelvis", "spine2")
_TORSO = (*_SHOULDER_GIRDLE, *_LOWER_TORSO)
_FOREARMS = _sides("forearm", "elbow", "wrist", "hand")
_UPPER_ARMS = _sides("upper_arm", "shoulder")
_THIGHS = _sides("thigh", "hip")
_SHINS = _sides("shin", "knee", "ankle", "foot")
_ARMS = _sides("arm", "shoulder", "elbow", "wrist", "hand")
_LEGS = _sides("leg", "hip", "knee", "ankle", "foot")

PARTS: Mapping[int, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        24: {joint: (joint,) for joint in SMPL24.names},
        14: {
            "head": ("head", "neck"),
            "torso": _TORSO,
            **_UPPER_ARMS,
            **_sides("forearm", "elbow"),
            **_sides("hand", "wrist", "hand"),
            **_THIGHS,
            **_sides("shin", "knee"),
            **_sides("foot", "ankle", "foot"),
        },
        12: {
            "head": ("head",),
            "upper_torso": _SHOULDER_GIRDLE,
            "left_forearm": _FOREARMS["left_forearm"],
            "right_upper_arm": _UPPER_ARMS["right_upper_arm"],
            "left_thigh": _THIGHS["left_thigh"],
            "right_thigh": _THIGHS["right_thigh"],
            "neck": ("neck",),
            "lower_torso": _LOWER_TORSO,
            "left_upper_arm": _UPPER_ARMS["left_upper_arm"],
            "right_forearm": _FOREARMS["right_forearm"],
            "left_shin": _SHINS["left_shin"],
            "right_shin": _SHINS["right_shin"],
        },
        6: {"head": ("head", "neck"), "torso": _TORSO, **_ARMS, **_LEGS},
        3: {
            "trunk": ("head", "neck", *_TORSO),
            "arms": (*_ARMS["left_arm"], *_ARMS["right_arm"]),
            "legs": (*_LEGS["left_leg"], *_LEGS["right_leg"]),
        },
        1: {"body": SMPL24.names},
    }
)
"""For each number of parts: a part's name, and the joints of SMPL whose parts it joins."""
