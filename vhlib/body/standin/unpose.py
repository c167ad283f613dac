"""From Anny's A-pose, elbows bent and fingers curled, to SMPL's T-pose.

Each bone is turned by the smallest rotation that brings it to where SMPL has it; the skin follows by dual quaternions.
Left and right are mirror images, so that only left bones are looked at.
"""

import numpy as np
import torch
from scipy import sparse

from vhlib.body.standin.rig import joint_centres
from vhlib.body.standin.skinning import dual_quaternion_skinning
from vhlib.body.standin.source import MIRROR, Source
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.geometry.skeletons import SMPL24

# Where the left bones point in the T-pose: SMPL's arms hang 2 to 3 degrees below the horizontal and its feet stand a
# little apart. The palm looks down, the hinge of the elbow stands upright.
_UPPER_ARM = np.array([1.0, -0.03, -0.04])
_FOREARM = np.array([1.0, 0.0, 0.0])
_HAND = np.array([1.0, -0.04, 0.0])
_THIGH = np.array([0.055, -1.0, 0.0])
_SHIN = np.array([-0.02, -1.0, -0.07])
_COLLAR_RAISED = np.deg2rad(8.0)
_FOOT_TURNED_OUT = np.deg2rad(8.0)
# How far down each of a finger's three bones points from the plane of the palm: flat, with a trace of relaxation.
_FINGER_DROP = (-0.05, -0.08, -0.11)
_THUMB_DROP = 0.5  # the share that is left of how far the thumb points down
_PELVIS = np.array([0.0, -0.22, 0.02])
_CHUNK = 50

_FINGERS = tuple(f"finger{finger}-{bone}" for finger in (1, 2, 3, 4, 5) for bone in (1, 2, 3))
NAMES = (*SMPL24.names, *(f"{side}_{finger}" for side in ("left", "right") for finger in _FINGERS))
"""SMPL's joints and, only to straighten them, the finger bones."""


def _parent(name: str) -> int:
    if name in SMPL24.names:
        return SMPL24.parents[SMPL24.index(name)]
    side, finger = name.split("_")
    bone = int(finger[-1])
    return NAMES.index(f"{side}_wrist" if bone == 1 else f"{side}_{finger[:-1]}{bone - 1}")


PARENTS = tuple(_parent(name) for name in NAMES)
"""For each of `NAMES` its parent, -1 for the root."""

_SWAPPED = {"left": "right", "right": "left"}
MIRROR_OF = tuple(
    NAMES.index("_".join([_SWAPPED.get(name.split("_")[0], name.split("_")[0]), *name.split("_")[1:]]))
    for name in NAMES
)
"""For each of `NAMES` the one on the other side."""


def _home(finger_bone: str) -> int:
    """The joint of SMPL whose skin a finger bone's is: see `vhlib.body.standin.rig`."""
    side, finger = finger_bone.split("_")
    return SMPL24.index(f"{side}_wrist" if finger.startswith("finger1") else f"{side}_hand")


class TPose:
    """Brings people to the T-pose.

    Args:
        source: the body they are coefficients of.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.centres = np.zeros((len(NAMES), len(source.bones)))
        self.centres[: len(SMPL24)] = joint_centres(source.bones)
        for side, letter in (("left", "L"), ("right", "R")):
            for finger in _FINGERS:
                self.centres[NAMES.index(f"{side}_{finger}"), source.bone(f"{finger}.{letter}")] = 1

    def weights(self, weights: np.ndarray, skin: np.ndarray) -> np.ndarray:
        """(V, joints and finger bones): SMPL's weights with the fingers taken out of wrists and hands.

        Args:
            weights: (V, bones).
            skin: (V, 24) see `vhlib.body.standin.rig.skin_weights`.
        """
        apart = np.concatenate([skin, np.zeros((len(skin), len(NAMES) - len(SMPL24)))], 1)
        for column, name in enumerate(NAMES[len(SMPL24) :], len(SMPL24)):
            side, finger = name.split("_")
            share = weights[:, self.source.bone(f"{finger}.{side[0].upper()}")]
            apart[:, column] = share
            apart[:, _home(name)] -= share
        return apart.clip(min=0)

    def merged(self, apart: np.ndarray) -> np.ndarray:
        """(V, 24): the fingers put back into wrists and hands.

        Args:
            apart: (V, joints and finger bones).
        """
        skin = apart[:, : len(SMPL24)].copy()
        for column, name in enumerate(NAMES[len(SMPL24) :], len(SMPL24)):
            skin[:, _home(name)] += apart[:, column]
        return skin

    def joints(self, coefficients: np.ndarray) -> np.ndarray:
        """(N, 24, 3) SMPL's joints of people in the T-pose.

        Args:
            coefficients: (N, K) people.
        """
        return self._motions(coefficients)[2][:, : len(SMPL24)]

    def rest_joints(self, coefficients: np.ndarray) -> np.ndarray:
        """(N, 24, 3) SMPL's joints of people in Anny's A-pose.

        Args:
            coefficients: (N, K) people.
        """
        return self._motions(coefficients)[1][:, : len(SMPL24)]

    def points(self, coefficients: np.ndarray, rows: sparse.csr_array, weights: np.ndarray) -> np.ndarray:
        """(N, V, 3) people's points in the T-pose.

        Args:
            coefficients: (N, K) people.
            rows: (V, source vertices) the points as means of the source's vertices.
            weights: (V, joints and finger bones) see `weights`.
        """
        moved = []
        for some in np.array_split(coefficients, len(coefficients) // _CHUNK + 1):
            rotations, rest, joints = self._motions(some)
            shifts = joints - (rotations @ rest[..., None])[..., 0]
            shaped = np.stack([rows @ person for person in self.source.shaped(some)])
            moved.append(dual_quaternion_skinning(shaped, weights, rotations, shifts, PARENTS))
        return np.concatenate(moved)

    def _motions(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Each joint's rotation (N, J, 3, 3), its place in the A-pose and in the T-pose (N, J, 3)."""
        heads = self.source.heads + np.tensordot(coefficients, self.source.head_shapes, 1)
        tails = self.source.tails + np.tensordot(coefficients, self.source.tail_shapes, 1)
        rest = self.centres @ heads
        turns = self._left_turns(heads, tails, rest)
        rotations = np.tile(np.eye(3), (len(heads), len(NAMES), 1, 1))
        for name, turn in turns.items():
            rotations[:, NAMES.index(f"left_{name}")] = turn
            rotations[:, NAMES.index(f"right_{name}")] = MIRROR[:, None] * turn * MIRROR
        joints = rest.copy()
        for joint, parent in enumerate(PARENTS):
            if parent >= 0:
                arm = rest[:, joint] - rest[:, parent]
                joints[:, joint] = joints[:, parent] + (rotations[:, parent] @ arm[..., None])[..., 0]
        return rotations, rest, joints + (_PELVIS - joints[:, :1])

    def _left_turns(self, heads: np.ndarray, tails: np.ndarray, rest: np.ndarray) -> dict[str, np.ndarray]:
        def head(bone: str) -> np.ndarray:
            return heads[:, self.source.bone(f"{bone}.L")]

        def tail(bone: str) -> np.ndarray:
            return tails[:, self.source.bone(f"{bone}.L")]

        upper_arm, forearm = head("lowerarm01") - head("upperarm01"), head("wrist") - head("lowerarm01")
        shoulder = _swing(upper_arm, _UPPER_ARM)
        hinge = _apply(shoulder, np.cross(upper_arm, forearm))
        shoulder = _roll(_UPPER_ARM, hinge, np.array([0.0, -1.0, 0.0])) @ shoulder
        across = head("finger2-1") - head("finger5-1")
        wrist = _frame(_HAND, np.array([0.0, 0.0, 1.0])) @ _frame(head("finger3-1") - head("wrist"), across).mT
        elbow = _swing(_apply(shoulder, forearm), _FOREARM) @ shoulder
        # Half of the hand's twist is the forearm's: the radius turns about the ulna.
        elbow = _rotation(_unit(_FOREARM) * _twist(wrist @ elbow.mT, _unit(_FOREARM))[:, None] / 2) @ elbow
        hip = _swing(head("lowerleg01") - head("upperleg01"), _THIGH)
        knee = _swing(_apply(hip, head("foot") - head("lowerleg01")), _SHIN) @ hip
        sole = rest[:, NAMES.index("left_foot")] - rest[:, NAMES.index("left_ankle")]
        yaw = _FOOT_TURNED_OUT - np.arctan2(sole[:, 0], sole[:, 2])
        ankle = _rotation(yaw[:, None] * np.array([0.0, 1.0, 0.0]))
        collar = _rotation(np.broadcast_to([0.0, 0.0, _COLLAR_RAISED], (len(heads), 3)))
        turns = {
            "collar": collar,
            "shoulder": shoulder,
            "elbow": elbow,
            "wrist": wrist,
            "hand": wrist,
            "hip": hip,
            "knee": knee,
            "ankle": ankle,
            "foot": ankle,
        }
        thumb = _apply(wrist, tail("finger1-1") - head("finger1-1"))
        turns |= {f"finger1-{bone}": _swing(thumb, thumb * [1.0, _THUMB_DROP, 1.0]) @ wrist for bone in (1, 2, 3)}
        for finger in (2, 3, 4, 5):
            bones = [f"finger{finger}-{bone}" for bone in (1, 2, 3)]
            flat = _unit(_apply(wrist, tail(bones[0]) - head(bones[0])) * [1.0, 0.0, 1.0])
            turn = wrist
            for bone, drop in zip(bones, _FINGER_DROP, strict=True):
                turn = _swing(_apply(turn, tail(bone) - head(bone)), flat + np.array([0.0, drop, 0.0])) @ turn
                turns[bone] = turn
        return turns


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _apply(rotations: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return (rotations @ vectors[..., None])[..., 0]


def _rotation(axis_angle: np.ndarray) -> np.ndarray:
    return axis_angle_to_matrix(torch.tensor(axis_angle)).numpy()


def _swing(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(N, 3, 3) the smallest rotation that brings one direction to the other; they are never opposite."""
    source, target = np.broadcast_arrays(_unit(source), _unit(target))
    axis = np.cross(source, target)
    sine = np.linalg.norm(axis, axis=-1, keepdims=True)
    angle = np.arctan2(sine, (source * target).sum(-1, keepdims=True))
    return _rotation(axis / np.maximum(sine, 1e-12) * angle)


def _roll(axis: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(N, 3, 3) the rotation about an axis that brings one direction, seen along the axis, to the other."""
    axis = _unit(axis)
    source, target = (_unit(each - (each @ axis)[..., None] * axis) for each in (source, target))
    return _rotation(axis * np.arctan2(np.cross(source, target) @ axis, source @ target)[:, None])


def _twist(rotations: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """(N,) by what angle rotations turn about an axis (swing-twist decomposition)."""
    axis_angle = matrix_to_axis_angle(torch.from_numpy(rotations)).numpy()
    half = np.linalg.norm(axis_angle, axis=-1) / 2
    return 2 * np.arctan2(np.sinc(half / np.pi) / 2 * (axis_angle @ axis), np.cos(half))


def _frame(direction: np.ndarray, side: np.ndarray) -> np.ndarray:
    """(..., 3, 3) axes: along a direction, sideways, and their normal."""
    direction = _unit(direction)
    normal = _unit(np.cross(direction, side))
    return np.stack([direction, np.cross(normal, direction), normal], -1)
