"""Vertices as the rasterizer sees them, and the step every backend shares: from winning faces to Fragments.

A vertex is kept in homogeneous pixel coordinates ``(x w, y w, w)``, with w = z for a perspective camera and w = 1 for
an orthographic one. Nothing is divided before it must be, so a face that crosses the camera plane needs no clipping:
its three edge functions and 1/z stay affine in the pixel (Olano and Greer 1997, "Triangle scan conversion using 2D
homogeneous coordinates").
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from vhlib.cameras import PerspectiveCamera
from vhlib.core.shapes import check
from vhlib.render.types import NEAR, Camera, Fragments

MIN_AREA = 1e-8
"""Faces of a smaller area are left out; in units of half the image's short side, squared, as in PyTorch3D."""

FARTHEST = 1e6
"""Faces with a vertex of a coordinate beyond this are left out; metres: its square still fits into float32."""


@dataclass(frozen=True)
class Screen:
    """Vertices in front of one camera. Coordinates come first: torch gathers rows of single numbers fastest."""

    homogeneous: Float[Tensor, "3 B V"]
    """``(x w, y w, w)`` with x, y in pixels."""
    depth: Float[Tensor, "B V"]
    """z in the camera frame, metres."""
    perspective: bool
    """True: w is the depth, and what is closer than `near` is not seen. False: w is 1."""

    @property
    def near(self) -> float:
        """Smallest w that is seen."""
        return NEAR if self.perspective else 0.5


def to_screen(
    vertices: Float[Tensor, "B V 3"], faces: Int64[Tensor, "F 3"], camera: Camera, size: tuple[int, int]
) -> Screen:
    """Check a rasterizer's input, then put the vertices in front of the camera.

    Convention:
        A weak-perspective camera's -1 to 1 is the image's short side, centred: in a square image, the whole image.

    Args:
        vertices: world frame, metres.
        faces: vertex indices.
        camera: of the same batch size as the vertices, or one of the two of one.
        size: (height, width) in pixels.

    Raises:
        ValueError: a shape does not fit, a face names a vertex that is not there, there is no body or no pixel.
    """
    check(vertices=(vertices, "B V 3"), faces=(faces, "F 3"))
    if not vertices.numel():
        raise ValueError(f"vertices: expected at least one body of at least one vertex, got {tuple(vertices.shape)}")
    if min(size) < 1:
        raise ValueError(f"size: expected (height, width) of at least one pixel each, got {tuple(size)}")
    if faces.numel():
        lowest, highest = (int(index) for index in torch.aminmax(faces))
        if lowest < 0 or highest >= vertices.shape[1]:
            raise ValueError(
                f"faces: expected vertex indices from 0 to {vertices.shape[1] - 1}, got {lowest} to {highest}"
            )
    # Vertices that are not numbers, or have no digits left, take no part, forward or backward: no gradient can be NaN.
    reach = vertices.detach().abs()
    known = None if float(reach.amax()) < FARTHEST else (reach < FARTHEST).all(-1)  # the largest is NaN if any is
    if known is not None:
        vertices = vertices.where(known[..., None], 0)
    if perspective := isinstance(camera, PerspectiveCamera):
        rows = _projection(camera, camera.rotation) @ vertices.mT + _projection(camera, camera.translation[..., None])
        homogeneous = rows.transpose(0, 1).contiguous()
        depth = homogeneous[2]
    else:
        x, y = (camera.project(vertices) * (min(size) / 2)).unbind(-1)
        homogeneous = torch.stack([size[1] / 2 + x, size[0] / 2 + y, torch.ones_like(x)])
        depth = vertices[..., 2]
    return Screen(homogeneous if known is None else homogeneous.where(known, torch.nan), depth, perspective)


def _projection(camera: PerspectiveCamera, columns: Tensor) -> Tensor:
    """The camera's intrinsics K applied to columns: (B, 3, N) of homogeneous pixels."""
    across, depth = columns[:, :2], columns[:, 2:]
    return torch.cat([camera.focal_length[..., None] * across + camera.principal_point[..., None] * depth, depth], 1)


def in_camera_frame(vertices: Float[Tensor, "B V 3"], camera: Camera) -> Float[Tensor, "B V 3"]:
    """Vertices with OpenCV's axes. A weak-perspective camera has no pose: its vertices must have them already.

    Args:
        vertices: world frame, metres.
        camera: of the same batch size, or of one for all.
    """
    return camera.to_camera(vertices) if isinstance(camera, PerspectiveCamera) else vertices


def fragments(pix_to_face: Int64[Tensor, "B H W"], faces: Int64[Tensor, "F 3"], screen: Screen) -> Fragments:
    """Depth and barycentrics of the winning faces, differentiable in the vertices and the camera.

    The ray through a pixel p meets the plane of a face where its corners have weights in proportion to
    ``E_k = (q_i x q_j)`` with ``q = (x w, y w) - w p`` and (i, j, k) in turn: Cramer's rule.

    Args:
        pix_to_face: face of each pixel, -1 for none.
        faces: vertex indices.
        screen: the vertices that were rasterized.
    """
    batch, height, width = pix_to_face.shape
    seen = pix_to_face.reshape(-1)
    hit = (seen >= 0).nonzero().squeeze(1)
    index = faces.index_select(0, seen.index_select(0, hit)).T
    if batch > 1:
        index = index + hit // (height * width) * screen.depth.shape[1]
    index = index.reshape(-1)
    x_w, y_w, w = screen.homogeneous.reshape(3, -1).index_select(1, index).view(3, 3, -1)
    x, y = (pixel.to(w.dtype) + 0.5 for pixel in (hit % width, hit // width % height))
    q_x, q_y = x_w - x * w, y_w - y * w
    edges = q_x.roll(-1, 0) * q_y.roll(1, 0) - q_y.roll(-1, 0) * q_x.roll(1, 0)
    weights = edges / edges.sum(0)
    depths = w if screen.perspective else screen.depth.reshape(-1).index_select(0, index).view(3, -1)
    depth = w.new_zeros(seen.shape).index_copy(0, hit, (weights * depths).sum(0))
    barycentrics = w.new_zeros(*seen.shape, 3).index_copy(0, hit, weights.T)
    return Fragments(pix_to_face, depth.view(pix_to_face.shape), barycentrics.view(*pix_to_face.shape, 3))


def in_image(screen: Screen) -> Float[Tensor, "2 B V"]:
    """Pixels of the vertices; those that are too near or no numbers get finite ones that mean nothing.

    Args:
        screen: the vertices in front of the camera.
    """
    across, w = screen.homogeneous[:2], screen.homogeneous[2]
    if bool(w.amin() >= screen.near):
        return across / w
    seen = w >= screen.near
    return across.where(seen, 0) / w.where(seen, 1)


def corner_index(screen: Screen, faces: Int64[Tensor, "F 3"]) -> Int64[Tensor, "3 N"]:
    """The corners of all faces of all images, as places in the rows of `Screen`; N is B times F.

    Args:
        screen: says how many images and vertices there are.
        faces: vertex indices.
    """
    batch, vertices = screen.depth.shape
    shift = torch.arange(batch, device=faces.device)[:, None] * vertices
    return (faces.T.contiguous()[:, None] + shift).reshape(3, -1)


def visible_polygons(
    screen: Screen, faces: Int64[Tensor, "F 3"], size: tuple[int, int]
) -> list[tuple[Float[Tensor, "2 E N"], Int64[Tensor, " N"]]]:
    """The part of each face beyond the near plane as a polygon in the image: triangles, and quadrilaterals if any.

    Args:
        screen: the vertices in front of the camera.
        faces: vertex indices.
        size: (height, width) in pixels; says how small a polygon is left out.

    Returns:
        Pairs of corners in pixels and the image of the batch that each polygon belongs to.
    """
    index = corner_index(screen, faces)
    nearest = screen.homogeneous[2].detach().reshape(-1).index_select(0, index.view(-1)).view(3, -1).amin(0)
    whole = (nearest >= screen.near).nonzero().squeeze(1)
    index = index.index_select(1, whole)
    corners = in_image(screen).view(2, -1).index_select(1, index.view(-1)).view(2, 3, -1)
    return [_large_enough(corners, whole // len(faces), size), *clipped_polygons(screen, faces, size)]


def clipped_polygons(
    screen: Screen, faces: Int64[Tensor, "F 3"], size: tuple[int, int]
) -> list[tuple[Float[Tensor, "2 E N"], Int64[Tensor, " N"]]]:
    """As `visible_polygons`, of the faces that cross the near plane alone; nothing if there are none.

    Args:
        screen: the vertices in front of the camera.
        faces: vertex indices.
        size: (height, width) in pixels; says how small a polygon is left out.
    """
    near = screen.near
    if bool(screen.homogeneous[2].amin() >= near):
        return []
    index = corner_index(screen, faces)
    w = screen.homogeneous[2].detach().reshape(-1)[index]
    in_front, behind = (w >= near).sum(0), (w < near).sum(0)  # NaN is neither
    # The corner that is alone on its side of the near plane comes first: a | b c.
    alone = torch.where(in_front == 1, w.argmax(0), w.argmin(0))
    turned = index.gather(0, (alone + torch.arange(3, device=index.device)[:, None]) % 3)
    found = []
    for count in (1, 2):
        part = ((in_front == count) & (behind == 3 - count)).nonzero().squeeze(1)
        a, b, c = screen.homogeneous.reshape(3, -1)[:, turned[:, part]].unbind(1)
        beside_b, beside_c = _cut(a, b, near), _cut(a, c, near)
        polygon = [a[:2] / a[2], beside_b, beside_c] if count == 1 else [beside_b, b[:2] / b[2], c[:2] / c[2], beside_c]
        found.append(_large_enough(torch.stack(polygon, 1), part // len(faces), size))
    return found


def _cut(a: Tensor, b: Tensor, near: float) -> Tensor:
    """Where the lines from a to b, on two sides of the near plane, meet it: pixels."""
    part = (near - a[2]) / (b[2] - a[2])
    return torch.lerp(a[:2], b[:2], part) / near


def _large_enough(corners: Tensor, image: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        x, y = corners[:, 1:] - corners[:, :1]
        area = (x[:-1] * y[1:] - y[:-1] * x[1:]).sum(0).abs()
        kept = ((area > smallest_area(size)) & (area < torch.inf)).nonzero().squeeze(1)
    if len(kept) == len(image):
        return corners, image
    edges = corners.shape[1]
    return corners.reshape(2 * edges, -1).index_select(1, kept).view(2, edges, -1), image.index_select(0, kept)


def smallest_area(size: tuple[int, int]) -> float:
    """Faces of a smaller area are left out; in pixels.

    Args:
        size: (height, width) in pixels.
    """
    return MIN_AREA * (min(size) / 2) ** 2


def softness(sigma: float, size: tuple[int, int]) -> float:
    """The square root of sigma in pixels.

    >>> softness(1e-4, (200, 300))
    1.0

    Args:
        sigma: in units of half the image's short side, squared.
        size: (height, width) in pixels.

    Raises:
        ValueError: a sigma that is not positive.
    """
    if not sigma > 0:
        raise ValueError(f"sigma: expected a positive number, got {sigma:g}")
    return math.sqrt(sigma) * min(size) / 2


def unroll(counts: Int64[Tensor, " N"]) -> tuple[Int64[Tensor, " M"], Int64[Tensor, " M"]]:
    """Count up to each number: for (2, 3) the owners (0, 0, 1, 1, 1) and their running numbers (0, 1, 0, 1, 2).

    Args:
        counts: how often each owner occurs.
    """
    owner = torch.repeat_interleave(counts)
    return owner, torch.arange(len(owner), device=counts.device) - (counts.cumsum(0) - counts)[owner]
