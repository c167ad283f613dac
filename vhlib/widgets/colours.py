"""Colours as k3d wants them, and meshes cut where the colours of their faces meet."""

import numpy as np
from jaxtyping import Float, Int


def packed(rgb: Float[np.ndarray, "N 3"]) -> Int[np.ndarray, "N"]:
    """Colours as whole numbers 0xRRGGBB.

    >>> hex(packed(np.array([[1.0, 0.5, 0.0]]))[0])
    '0xff8000'

    Args:
        rgb: from 0 to 1.
    """
    return np.rint(255 * rgb).astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])


def split_at_borders(
    faces: Int[np.ndarray, "F 3"], labels: Int[np.ndarray, "F"]
) -> tuple[Int[np.ndarray, "N"], Int[np.ndarray, "F 3"], Int[np.ndarray, "N"]]:
    """The same triangles with vertices doubled between labels, so that each vertex has one label and borders are sharp.

    >>> source, faces, label = split_at_borders(np.array([[0, 1, 2], [2, 1, 3]]), np.array([0, 1]))
    >>> source.tolist(), faces.tolist(), label.tolist()
    ([0, 1, 1, 2, 2, 3], [[0, 1, 3], [4, 2, 5]], [0, 0, 1, 0, 1, 1])

    Args:
        faces: triangles.
        labels: one for each face, from 0.

    Returns:
        The vertex that each new vertex is a copy of, the faces in their order, and each new vertex's label.
    """
    count = int(labels.max()) + 1
    corners, split = np.unique(faces * count + labels[:, None], return_inverse=True)
    return corners // count, split.reshape(faces.shape), corners % count
