"""MakeHuman's skirt around the stand-in body: a tube about hips and legs, from the hip bones to the ankles.

The base mesh has it for clothes to be fitted by. It goes the body's way: the same people's shapes, the same T-pose,
joints by bone. Its vertices are put in rows, the rim first, each row counter-clockwise seen from above.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from vhlib.body.standin.rig import skin_weights
from vhlib.body.standin.source import Source
from vhlib.body.standin.unpose import TPose
from vhlib.geometry.skeletons import SMPL24


@dataclass(frozen=True, eq=False)
class Skirt:
    """The skirt, and what it follows."""

    tpose: TPose
    """The way to the T-pose."""
    grid: np.ndarray
    """(R, C) the source's vertices in rows and columns."""
    loose_skin: np.ndarray
    """(R C, joints and finger bones) the weights with which it is brought to the T-pose."""
    skin: np.ndarray
    """(R, C, 24) skinning weights."""

    def points(self, coefficients: np.ndarray) -> np.ndarray:
        """(N, R, C, 3) people's skirts in the T-pose.

        Args:
            coefficients: (N, K) people.
        """
        picked = sparse.csr_array(sparse.eye_array(self.grid.size, format="csr")[self.grid.ravel()])
        return self.tpose.points(coefficients, picked, self.loose_skin).reshape(-1, *self.grid.shape, 3)


def make_skirt(source: Source, people: np.ndarray) -> Skirt:
    """Put the vertices in rows and bind them.

    Args:
        source: see `vhlib.body.standin.source.load_skirt`.
        people: (N, K) whose mean decides.
    """
    tpose = TPose(source)
    mean = people.mean(0)[None]
    shape = source.shaped(mean)[0]
    grid = tube_rows(source.quads, shape)
    order = grid.ravel()
    bones, points = source.weights[order], shape[order]
    # Weights are made for a left half: the right one's are their mirror images.
    right = points[:, 0] < 0
    mirrored = bones[:, [source.bone(_other_side(name)) for name in source.bones]]
    left = skin_weights(
        source,
        np.where(right[:, None], mirrored, bones),
        np.abs(points * [1, 0, 0]) + points * [0, 1, 1],
        tpose.rest_joints(mean)[0],
    )
    skin = np.where(right[:, None], left[:, list(SMPL24.mirror)], left)
    return Skirt(tpose, grid, tpose.weights(bones, skin), skin.reshape(*grid.shape, len(SMPL24)))


def tube_rows(quads: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(R, C) the vertices of a tube of quads: the upper rim, and row by row what lies below.

    Args:
        quads: (Q, 4) faces, each vertex with one neighbour in the row above and one below.
        points: (R C, 3), y up.
    """
    neighbours: list[set[int]] = [set() for _ in points]
    for a, b in np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2).tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    ends = np.array([vertex for vertex, others in enumerate(neighbours) if len(others) == 3])
    rim = ends[points[ends, 1] > points[:, 1].mean()]
    x, _, z = (points[rim] - points[rim].mean(0)).T
    rows = [rim[np.argsort(np.arctan2(x, z))].tolist()]
    seen = set(rows[0])
    while len(seen) < len(points):
        rows.append([next(iter(neighbours[vertex] - seen)) for vertex in rows[-1]])
        seen.update(rows[-1])
    return np.array(rows)


def regressed(skirts: np.ndarray, betas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean skirt (R, C, 3) and how it follows the betas (R, C, 3, S), by least squares.

    Args:
        skirts: (N, R, C, 3) people's.
        betas: (N, S) theirs; their mean is 0 and their covariance 1, so that the normal equations are solved already.
    """
    mean = skirts.mean(0)
    return mean, np.tensordot(skirts - mean, betas, (0, 0)) / len(skirts)


def _other_side(bone: str) -> str:
    return bone[:-1] + {"L": "R", "R": "L"}[bone[-1]] if bone[-2:] in (".L", ".R") else bone
