"""Where the landmarks lie, and the order of the vertices that puts them at the numbers that everyone uses."""

from collections.abc import Mapping

import numpy as np

from vhlib.body.landmarks import LANDMARKS
from vhlib.body.standin.halves import Unfolding
from vhlib.body.standin.source import Source
from vhlib.body.standin.surface import HalfSurface
from vhlib.geometry.skeletons import SMPL24

_FINGERS = {"left_thumb": 1, "left_index": 2, "left_middle": 3, "left_ring": 4, "left_pinky": 5}
_TOES = {"left_big_toe": "toe1-2.L", "left_small_toe": "toe5-3.L"}


def find_marks(source: Source, fine: HalfSurface, points: np.ndarray, skin: np.ndarray) -> dict[str, int]:
    """The left and the middle landmarks as vertices of the fine half.

    Args:
        source: names the bones, and says where COCO's ears are.
        fine: the half; brings the eye.
        points: (V, 3) it in the mean T-pose.
        skin: (V, 24) its weights.
    """
    bones = fine.rows @ source.weights
    marks = dict(fine.marks)
    middle = np.flatnonzero(fine.middle & (skin[:, SMPL24.index("head")] > 0.5))
    marks["head_top"] = _most(middle, points[middle, 1])
    eye_height = points[marks["left_eye"], 1]
    face = middle[(points[middle, 1] < eye_height) & (points[middle, 1] > eye_height - 0.07)]
    marks["nose"] = _most(face, points[face, 2])
    # COCO's ear is a mean over the whole pinna: take the vertex that stands out most beside it.
    ear = (source.keypoints["left_ear"] @ source.vertices - fine.rows @ source.vertices)[:, 1:]
    pinna = np.flatnonzero((np.abs(ear).max(1) < 0.02) & (skin[:, SMPL24.index("head")] > 0.5))
    marks["left_ear"] = _most(pinna, points[pinna, 0])
    for name, finger in _FINGERS.items():
        tip = np.flatnonzero(bones[:, source.bone(f"finger{finger}-3.L")] > 0.6)
        base = points[bones[:, source.bone(f"finger{finger}-1.L")] > 0.6].mean(0)
        marks[name] = _most(tip, np.linalg.norm(points[tip] - base, axis=1))
    for name, bone in _TOES.items():
        tip = np.flatnonzero(bones[:, source.bone(bone)] > 0.5)
        marks[name] = _most(tip, points[tip, 2] + 0.3 * points[tip, 1])
    foot = np.flatnonzero(skin[:, SMPL24.index("left_ankle")] > 0.6)
    sole = foot[points[foot, 1] < points[foot, 1].min() + 0.03]
    marks["left_heel"] = _most(sole, -points[sole, 2])
    return marks


def vertex_order(marks: Mapping[str, int], unfolding: Unfolding) -> np.ndarray:
    """(V,) which vertex of the unfolded body comes at each place: landmarks at their numbers, the others in between.

    Args:
        marks: left and middle landmarks as vertices of the half.
        unfolding: the whole body's vertices.
    """
    count = len(unfolding.origin)
    image = np.arange(len(unfolding.right) - unfolding.right.sum())
    image[unfolding.origin[unfolding.right]] = np.flatnonzero(unfolding.right)
    order = np.full(count, -1)
    for name, number in LANDMARKS.items():
        vertex = marks[name.replace("right_", "left_")]
        order[number] = image[vertex] if name.startswith("right_") else vertex
    order[order < 0] = np.setdiff1d(np.arange(count), order)
    return order


def _most(candidates: np.ndarray, score: np.ndarray) -> int:
    return int(candidates[score.argmax()])
