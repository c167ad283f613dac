"""Triangle meshes: normals, areas, volume.

Convention:
    Faces run counter-clockwise seen from outside, so normals point outward and a closed mesh has a positive volume.
    Any unit of length; areas and volumes in its square and cube.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vhlib.core.shapes import check


def face_normals(vertices: Float[Tensor, "B V 3"], faces: Int[Tensor, "F 3"]) -> Float[Tensor, "B F 3"]:
    """Unit normals of the faces; zero for a face without area.

    >>> triangle = torch.tensor([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    >>> face_normals(triangle, torch.tensor([[0, 1, 2]]))
    tensor([[[0., 0., 1.]]])

    Args:
        vertices: positions.
        faces: indices of the corners.

    Raises:
        ValueError: shapes that do not fit.
    """
    return _unit(_area_vectors(vertices, faces))


def face_areas(vertices: Float[Tensor, "B V 3"], faces: Int[Tensor, "F 3"]) -> Float[Tensor, "B F"]:
    """Areas of the faces.

    Args:
        vertices: positions.
        faces: indices of the corners.

    Raises:
        ValueError: shapes that do not fit.
    """
    return _area_vectors(vertices, faces).norm(dim=-1) / 2  # norm's own gradient at zero is zero


def vertex_normals(vertices: Float[Tensor, "B V 3"], faces: Int[Tensor, "F 3"]) -> Float[Tensor, "B V 3"]:
    """Unit normals of the vertices: the faces' around them, weighted by area; zero for a vertex without a face.

    Args:
        vertices: positions.
        faces: indices of the corners.

    Raises:
        ValueError: shapes that do not fit.
    """
    areas = _area_vectors(vertices, faces)
    total = vertices.new_zeros(vertices.shape)
    for corner in faces.unbind(1):
        total = total.index_add(1, corner, areas)
    return _unit(total)


def signed_volume(vertices: Float[Tensor, "B V 3"], faces: Int[Tensor, "F 3"]) -> Float[Tensor, " B"]:
    """The volume inside a closed mesh: a sixth of Σ a · (b × c) over its faces; negative if it is inside out.

    Args:
        vertices: positions.
        faces: indices of the corners; every edge must have two faces, else the number means nothing.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(vertices=(vertices, "B V 3"), faces=(faces, "F 3"))
    a, b, c = vertices[:, faces].unbind(2)
    return (a * torch.linalg.cross(b, c)).sum((1, 2)) / 6


def wavefront(vertices: Float[Tensor, "V 3"], faces: Int[Tensor, "F 3"], *, comment: str) -> str:
    """A mesh as the text of an ``.obj`` file.

    >>> print(wavefront(torch.eye(3), torch.tensor([[0, 1, 2]]), comment="metres").splitlines()[-1])  # counts from 1
    f 1 2 3

    Args:
        vertices: positions.
        faces: indices of the corners.
        comment: its first line; say unit and frame.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(vertices=(vertices, "V 3"), faces=(faces, "F 3"))
    points = "".join(f"v {x:.6f} {y:.6f} {z:.6f}\n" for x, y, z in vertices.tolist())
    corners = "".join(f"f {a} {b} {c}\n" for a, b, c in (faces + 1).tolist())
    return f"# {comment}\n{points}{corners}"


def _area_vectors(vertices: Tensor, faces: Tensor) -> Tensor:
    """(B, F, 3) along the normal, twice the area long."""
    check(vertices=(vertices, "B V 3"), faces=(faces, "F 3"))
    a, b, c = vertices[:, faces].unbind(2)
    return torch.linalg.cross(b - a, c - a)


def _unit(vectors: Tensor) -> Tensor:
    """Length one; zero, with gradient zero, where there is no direction."""
    squared = vectors.square().sum(-1, keepdim=True)
    return vectors / torch.where(squared == 0, 1.0, squared).sqrt()
