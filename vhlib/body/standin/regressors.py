"""Joints and key points as weighted means of vertices that lie around them, for every body shape at once.

A joint's weights are found by non-negative least squares over the mean body and the principal ways in which people
differ, so that it follows its limb when the limb grows. Key points come with weights of their own, over MakeHuman's
vertices, and only change meshes.
"""

import numpy as np
from scipy.optimize import nnls

from vhlib.body.standin.nearest import nearest_on_mesh
from vhlib.geometry.skeletons import COCO17, H36M17, LSP14, SMPL24

_MODES = 30
_RIDGE = 0.02  # keeps the weights spread over many vertices
_LEAST = 1e-4  # smaller weights are left out
_UNIT = 10.0  # how hard the weights are held to the sum 1
_FAR, _SLAB, _FOLLOWS = 0.28, 0.05, 0.02
_ALONG = {"foot": 2, "shoulder": 0, "elbow": 0, "wrist": 0, "hand": 0, "collar": 0}  # the limb's axis; else y


class Regression:
    """Fits means of vertices to targets, over many people.

    Args:
        people: (N, H, 3) halves of bodies.
        scores: (N, M) in which ways they differ, unit variance.
    """

    def __init__(self, people: np.ndarray, scores: np.ndarray) -> None:
        self.modes = np.concatenate([np.ones((len(people), 1)), scores[:, :_MODES]], 1) / len(people)
        self.vertices = np.tensordot(self.modes, people, (0, 0))

    def row(self, targets: np.ndarray, candidates: np.ndarray, *, on_middle: bool) -> np.ndarray:
        """(H,) non-negative weights that sum to 1.

        Args:
            targets: (N, 3) where the point lies in each person, metres.
            candidates: vertices to use.
            on_middle: the point lies in the plane x = 0; the mirror image takes care of x.
        """
        axes = slice(1, None) if on_middle else slice(None)
        goal = np.tensordot(self.modes, targets, (0, 0))[:, axes].ravel()
        design = self.vertices[:, candidates][..., axes].transpose(0, 2, 1).reshape(len(goal), -1)
        ridge = _RIDGE * np.eye(len(candidates))
        design = np.concatenate([design, np.full((1, len(candidates)), _UNIT), ridge])
        weights, _ = nnls(design, np.concatenate([goal, [_UNIT], np.zeros(len(candidates))]), maxiter=20000)
        weights[weights < _LEAST] = 0
        row = np.zeros(self.vertices.shape[1])
        row[candidates] = weights / weights.sum()
        return row


def joint_rows(regression: Regression, joints: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """(24, H) weights of SMPL's joints over the half; those of the right joints are left out (0).

    Args:
        regression: over the people.
        joints: (N, 24, 3) where the joints shall be.
        skin: (H, 24) skinning weights.
    """
    mean, centre = regression.vertices[0], joints.mean(0)
    rows = np.zeros((len(SMPL24), len(mean)))
    for joint, name in enumerate(SMPL24.names):
        if name.startswith("right_"):
            continue
        family = [
            j for j, parent in enumerate(SMPL24.parents) if parent == joint or j in (joint, SMPL24.parents[joint])
        ]
        offset = mean - centre[joint]
        along = np.abs(offset[:, _ALONG.get(name.removeprefix("left_"), 1)])
        near = (np.linalg.norm(offset, axis=1) < _FAR) & (along < _SLAB)
        candidates = np.flatnonzero(near & (skin[:, family].sum(1) > _FOLLOWS))
        rows[joint] = regression.row(joints[:, joint], candidates, on_middle=not name.startswith("left_"))
    return rows


def transferred_row(weights: np.ndarray, points: np.ndarray, vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(H,) weights over another mesh of the same body: each point's share goes to the triangle next to it.

    Args:
        weights: (N,) shares of the points, summing to 1.
        points: (N, 3) in some shape of the body.
        vertices: (H, 3) of the other mesh, in the same shape.
        triangles: (F, 3) of the other mesh.
    """
    used = np.flatnonzero(weights)
    face, shares = nearest_on_mesh(points[used], vertices, triangles)
    row = np.zeros(len(vertices))
    np.add.at(row, triangles[face], shares * weights[used, None])
    row[row < _LEAST] = 0
    return row / row.sum()


def keypoint_rows(joints: np.ndarray, coco: np.ndarray, head_top: int) -> dict[str, np.ndarray]:
    """(K, V) rows of the skeletons that the file brings, by name.

    Args:
        joints: (24, V) rows of SMPL's joints.
        coco: (17, V) rows of COCO's key points.
        head_top: a vertex.
    """
    top = np.eye(1, joints.shape[1], head_top)[0]
    row = {**{name: joints[SMPL24.index(name)] for name in SMPL24.names}, "head_top": top}
    h36m = row | {
        "pelvis": (row["left_hip"] + row["right_hip"]) / 2,
        "spine": row["spine2"],
        "jaw": (row["head"] + coco[COCO17.index("nose")]) / 2,
    }
    return {
        "coco17": coco,
        "lsp14": np.stack([row[name] for name in LSP14.names]),
        "h36m17": np.stack([h36m[name] for name in H36M17.names]),
    }
