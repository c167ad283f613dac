"""Keypoints of the data sets as weighted means of the body's vertices, one row each.

A body file may bring regressors of its own, as the kit's stand-in does; those are used as they are. For the others,
the official files among them, a row is put together by the keypoint's name:

- a joint of SMPL: its row of the joint regressor, applied to the posed vertices;
- a point on the surface: its vertex (`vhlib.body.landmarks`);
- what is neither: the mean of others, see `_MEANS`.

SMPL's own joints are not where annotators click: hips differ by several centimetres, so an error measured against
rows of this second kind is not comparable with one from a regressor fitted to that data set.
"""

import numpy as np

from vhlib.body.files import BodyFiles
from vhlib.body.landmarks import landmarks
from vhlib.geometry.skeletons import SKELETONS, SMPL24, Skeleton

_MEANS = {
    ("openpose25", "neck"): ("left_shoulder", "right_shoulder"),
    ("openpose25", "mid_hip"): ("left_hip", "right_hip"),
    ("h36m17", "pelvis"): ("left_hip", "right_hip"),
    ("h36m17", "spine"): ("spine2",),
    ("h36m17", "jaw"): ("head", "nose"),
}

# Skeletons that name the same points in another order, or more of them.
_SAME_POINTS = {"openpose25": "coco17", "h36m17_right_first": "h36m17"}


def keypoint_regressor(files: BodyFiles, skeleton: Skeleton) -> np.ndarray:
    """(K, V) the weights with which a skeleton's keypoints are means of posed vertices; rows sum to 1.

    Args:
        files: the body.
        skeleton: any of `vhlib.geometry.skeletons`.
    """
    return np.stack([_row(files, skeleton.name, joint) for joint in skeleton.names])


def _row(files: BodyFiles, skeleton: str, joint: str) -> np.ndarray:
    for source in (skeleton, _SAME_POINTS.get(skeleton, skeleton)):
        if source in files.regressors and joint in SKELETONS[source].names:
            return files.regressors[source][SKELETONS[source].index(joint)]
        if (source, joint) in _MEANS:
            return np.mean([_row(files, source, other) for other in _MEANS[source, joint]], axis=0)
    if joint in SMPL24.names:
        return files.joint_regressor[SMPL24.index(joint)]
    return np.eye(1, len(files.v_template), landmarks(files)[joint])[0]
