"""The left half of the body and the whole: everything is worked out on the half x >= 0 and then mirrored."""

from dataclasses import dataclass

import numpy as np

from vhlib.body.standin.source import MIRROR


@dataclass(frozen=True, eq=False)
class Unfolding:
    """Which vertex of the half each vertex of the whole body is, and on which side."""

    origin: np.ndarray
    """(V,) vertex of the half."""
    right: np.ndarray
    """(V,) bool: it is the mirror image; vertices of the middle line are not."""
    image: np.ndarray
    """(V,) the vertex on the other side."""

    def points(self, half: np.ndarray) -> np.ndarray:
        """(..., V, 3) points, or displacements, of the whole from those of the half."""
        on_middle = self.image == np.arange(len(self.image))
        signs = np.where(self.right[:, None], MIRROR, 1.0) * np.where(on_middle[:, None], [0.0, 1.0, 1.0], 1.0)
        return signs * half[..., self.origin, :]

    def mirrored(self, vectors: np.ndarray) -> np.ndarray:
        """(V, 3) the mirror image of vectors at the vertices of the whole.

        Args:
            vectors: (V, 3).
        """
        return vectors[self.image] * MIRROR

    def directions(self, half: np.ndarray, mirror: tuple[int, ...]) -> np.ndarray:
        """(V, 3, 9 (J - 1)) pose blend shapes of the whole from those of the half: on the right the other joint's.

        Args:
            half: (H, 3, 9 (J - 1)), joint by joint, without the root.
            mirror: for each joint the one on the other side.
        """
        entries = half[self.origin].reshape(len(self.origin), 3, len(mirror) - 1, 3, 3)
        swapped = entries[:, :, np.array(mirror)[1:] - 1]
        # R becomes M R M in the mirror, and the displacement changes its x.
        swapped = swapped * MIRROR[:, None, None, None] * MIRROR[:, None] * MIRROR
        middle = self.image == np.arange(len(self.image))
        entries[middle] = (entries[middle] + swapped[middle]) / 2
        entries[self.right] = swapped[self.right]
        return entries.reshape(len(entries), 3, -1)

    def columns(self, half: np.ndarray, mirror: tuple[int, ...]) -> np.ndarray:
        """(V, J) values for each joint, such as skinning weights; on the right they are the other joint's.

        Args:
            half: (H, J) values of the half.
            mirror: for each joint the one on the other side.
        """
        return np.where(self.right[:, None], half[self.origin][:, list(mirror)], half[self.origin])

    def rows(self, half: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
        """(K, V) weights over the whole from those over the half: one row for each name.

        Args:
            half: (K, H) weights; those of right points are not looked at, middle points are shared by both sides.
            names: of the points; ``left_`` and ``right_`` say which come in pairs.
        """
        whole = np.zeros((len(half), len(self.origin)))
        count = half.shape[1]
        for row, name in zip(whole, names, strict=True):
            if name.startswith("right_"):
                row[self.image[:count]] = half[names.index(name.replace("right_", "left_"))]
            else:
                row[:count] = half[names.index(name)]
                if not name.startswith("left_"):
                    row += row[self.image]
                    row /= 2
        return whole


def unfold(triangles: np.ndarray, middle: np.ndarray) -> tuple[np.ndarray, Unfolding]:
    """The whole body's (2 F, 3) triangles, left ones first, and its vertices: the half's, then their mirror images.

    Args:
        triangles: (F, 3) the half.
        middle: (H,) bool, vertices that both halves share.
    """
    count = len(middle)
    image = np.arange(count)
    image[~middle] = count + np.arange((~middle).sum())
    origin = np.concatenate([np.arange(count), np.flatnonzero(~middle)])
    whole = np.concatenate([triangles, image[triangles][:, ::-1]])
    return whole, Unfolding(origin, np.arange(len(origin)) >= count, np.concatenate([image, origin[count:]]))
