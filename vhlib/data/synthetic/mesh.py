"""A surface of the picture: triangles, and what each is and is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles in the camera frame."""

    points: Float[np.ndarray, "N 3"]
    """Metres, camera frame."""
    normals: Float[np.ndarray, "N 3"]
    """Unit, outward, camera frame."""
    places: Float[np.ndarray, "N 3"]
    """Where on the body at rest (`vhlib.data.synthetic.figure`), or on the thing, a point is: what paint goes by."""
    faces: Int[np.ndarray, "F 3"]
    """Either orientation: both sides are seen."""
    parts: Int[np.ndarray, "F"]
    """1 to 24 the part of the person that a face belongs to; 0 for a thing."""


def bounds(points: Float[np.ndarray, "N D"]) -> tuple[Float[np.ndarray, "D"], Float[np.ndarray, "D"]]:
    """The lowest and highest coordinates of points: numpy is quick along rows only.

    Args:
        points: at least one.
    """
    rows = np.ascontiguousarray(points.T)
    return rows.min(1), rows.max(1)


def joined(meshes: Sequence[Mesh]) -> tuple[Mesh, Int[np.ndarray, "F"]]:
    """Several surfaces as one, and which of them each face is from.

    Args:
        meshes: at least one.
    """
    starts = np.cumsum([0, *(len(mesh.points) for mesh in meshes[:-1])])
    whole = Mesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.places for mesh in meshes]),
        np.concatenate([mesh.faces + start for mesh, start in zip(meshes, starts, strict=True)]),
        np.concatenate([mesh.parts for mesh in meshes]),
    )
    return whole, np.repeat(np.arange(len(meshes)), [len(mesh.faces) for mesh in meshes])


def without(mesh: Mesh, hidden: np.ndarray) -> Mesh:
    """A surface less some of its faces.

    Args:
        mesh: the surface.
        hidden: (F,) bool, which faces to leave out.
    """
    kept = np.flatnonzero(~hidden)
    return replace(mesh, faces=mesh.faces.take(kept, 0), parts=mesh.parts.take(kept))


def cut(mesh: Mesh, inside: Float[np.ndarray, "N"]) -> Mesh:
    """What is left of a surface where a function of its vertices is positive; faces are cut along its zero line.

    Args:
        mesh: the surface.
        inside: the function, metres by preference.
    """
    positive = (inside > 0)[mesh.faces]
    count = positive[:, 0].astype(np.int8) + positive[:, 1] + positive[:, 2]
    whole = mesh.faces[count == 3]
    faces, owners, ends = [whole], [np.flatnonzero(count == 3)], []
    start = len(mesh.points)
    for corners_inside in (1, 2):
        rows = np.flatnonzero(count == corners_inside)
        # The corner that is alone on its side comes first.
        alone = (positive[rows] == (corners_inside == 1)).argmax(1)
        a, b, c = (mesh.faces[rows, (alone + turn) % 3] for turn in range(3))
        on_ab = start + np.arange(len(rows))
        on_ac = on_ab + len(rows)
        start += 2 * len(rows)
        ends += [np.stack([a, b], 1), np.stack([a, c], 1)]
        if corners_inside == 1:
            faces.append(np.stack([a, on_ab, on_ac], 1))
            owners.append(rows)
        else:
            faces += [np.stack([on_ab, b, c], 1), np.stack([on_ab, c, on_ac], 1)]
            owners += [rows, rows]
    first, second = np.concatenate(ends).T
    share = (inside[first] / np.where(inside[first] == inside[second], 1, inside[first] - inside[second]))[:, None]

    def extended(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values, values[first] + share.astype(np.float32) * (values[second] - values[first])])

    owner = np.concatenate(owners)
    return Mesh(
        extended(mesh.points),
        extended(mesh.normals),
        extended(mesh.places),
        np.concatenate(faces),
        mesh.parts[owner],
    )
