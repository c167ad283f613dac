"""From MakeHuman's 163 bones to SMPL's 24 joints: where each joint lies and which skin follows it."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from vhlib.body.standin.source import Source
from vhlib.geometry.skeletons import SMPL24

TORSO = ("pelvis", "spine1", "spine2", "spine3")
SPINE = TORSO[1:]

# The left and the middle joints. A joint's centre is a weighted mean of the places where bones begin. MakeHuman's hip
# sits at the side of the pelvis; a tenth of the other hip brings it to 0.8 of that width. The three joints of the
# spine are spread evenly between the pelvis and the armpits, which MakeHuman's vertebrae are not.
_CENTRES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "pelvis": {"spine04": 1.0},
        "spine1": {"spine03": 0.5, "spine02": 0.5},
        "spine2": {"spine02": 0.75, "spine01": 0.25},
        "spine3": {"spine02": 0.1, "spine01": 0.9},
        "neck": {"neck01": 1.0},
        "head": {"head": 1.0},
        "left_hip": {"upperleg01.L": 0.9, "upperleg01.R": 0.1},
        "left_knee": {"lowerleg01.L": 1.0},
        "left_ankle": {"foot.L": 1.0},
        "left_foot": {f"toe{toe}-1.L": 0.2 for toe in range(1, 6)},
        "left_collar": {"clavicle.L": 0.5, "shoulder01.L": 0.5},
        "left_shoulder": {"upperarm01.L": 1.0},
        "left_elbow": {"lowerarm01.L": 1.0},
        "left_wrist": {"wrist.L": 1.0},
        "left_hand": {f"finger{finger}-1.L": 1 / 3 for finger in (2, 3, 4)},
    }
)

# A bone's skin goes to the first joint with a prefix that fits its name; the face and the skull are what is left. The
# thumb goes with the palm: SMPL's hand joint bends the fingers at the knuckles, which would tear it off.
_SKIN = (
    ("pelvis", ("root", "pelvis", "spine", "breast")),
    ("neck", ("neck",)),
    ("collar", ("clavicle", "shoulder")),
    ("shoulder", ("upperarm",)),
    ("elbow", ("lowerarm",)),
    ("wrist", ("wrist", "metacarpal", "finger1")),
    ("hand", ("finger",)),
    ("hip", ("upperleg",)),
    ("knee", ("lowerleg",)),
    ("ankle", ("foot",)),
    ("foot", ("toe",)),
    ("head", ("",)),
)

# The trunk's skin passes from one joint of the spine to the next over this height to either side, metres. Like ribs,
# the bands fall towards the sides: so the chest reaches round below the armpits.
_PASSAGE = 0.06
_FALL = 0.3
# MakeHuman's collar bones move little skin. Here they take the shoulder girdle: what lies outward of this share of
# the way from collar to shoulder, and not farther than this below the shoulder.
_GIRDLE_INWARD, _GIRDLE_BELOW = 0.35, 0.075


def joint_centres(bones: tuple[str, ...]) -> np.ndarray:
    """(24, bones) weights with which the joints are means of the places where bones begin.

    Args:
        bones: names of the bones.
    """
    centres = np.zeros((len(SMPL24), len(bones)))
    for joint, parts in _CENTRES.items():
        for bone, share in parts.items():
            centres[SMPL24.index(joint), bones.index(bone)] = share
            if joint.startswith("left_"):
                centres[SMPL24.mirror[SMPL24.index(joint)], bones.index(_to_the_right(bone))] = share
    return centres


def skin_weights(source: Source, weights: np.ndarray, points: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """(V, 24) how much each vertex of the left half follows each joint.

    The trunk's skin is shared out by height, in even bands, and the shoulder girdle given to the collar; everything
    else goes by bone.

    Args:
        source: names the bones.
        weights: (V, bones) how much each vertex follows each bone.
        points: (V, 3) the mean body, x >= 0.
        joints: (24, 3) its joints.
    """
    skin = np.zeros((len(weights), len(SMPL24)))
    for column, bone in enumerate(source.bones):
        skin[:, SMPL24.index(_joint_of(bone))] += weights[:, column]
    trunk = skin[:, SMPL24.index("pelvis")].copy()
    heights = joints[list(SMPL24.indices(*SPINE)), 1]
    along = points[:, 1] + _FALL * points[:, 0]
    above = np.stack([_smooth_step((along - height) / _PASSAGE) for height in heights], 1)
    # What lies above a joint of the spine follows it, unless it lies above the next one as well.
    shares = -np.diff(above, axis=1, prepend=1.0, append=0.0)
    skin[:, list(SMPL24.indices(*TORSO))] = shares * trunk[:, None]

    collar, shoulder = joints[list(SMPL24.indices("left_collar", "left_shoulder"))]
    outward = points[:, 0] - collar[0] - _GIRDLE_INWARD * (shoulder[0] - collar[0])
    upward = points[:, 1] - shoulder[1] + _GIRDLE_BELOW
    chest = SMPL24.index("spine3")
    girdle = skin[:, chest] * _smooth_step(outward / _PASSAGE) * _smooth_step(upward / _PASSAGE)
    skin[:, chest] -= girdle
    skin[:, SMPL24.index("left_collar")] += girdle
    return skin / skin.sum(1, keepdims=True)


def _joint_of(bone: str) -> str:
    joint = next(joint for joint, prefixes in _SKIN if bone.startswith(prefixes))
    if joint in SMPL24.names:
        return joint
    return {"L": "left_", "R": "right_"}[bone[-1]] + joint


def _to_the_right(bone: str) -> str:
    return bone[:-1] + {"L": "R", "R": "L"}[bone[-1]] if "." in bone else bone


def _smooth_step(t: np.ndarray) -> np.ndarray:
    """0 at -1 and below, 1 at 1 and above, with a level tangent at both."""
    t = (t.clip(-1, 1) + 1) / 2
    return t * t * (3 - 2 * t)
