"""The default rasterizer: plain torch, any device, no compilation.

Hard pass: which face each pixel sees is decided without gradients; depth and barycentrics are then computed again,
differentiably, for the winning faces only (`vhlib.render.screen.fragments`). Soft pass: `vhlib.render.coverage`.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from vhlib.render.coverage import log_uncovered
from vhlib.render.screen import (
    Screen,
    corner_index,
    fragments,
    in_image,
    smallest_area,
    softness,
    to_screen,
    unroll,
    visible_polygons,
)
from vhlib.render.tiles import split
from vhlib.render.types import Camera, Fragments

PAIRS = 1 << 17
"""(face, pixel) pairs looked at in one go: bounds the memory to some tens of megabytes."""
LARGEST = 256
"""Width and height in pixels beyond which a face's box is cut in pieces, for the same reason."""


class TorchRasterizer:
    """Plain torch on any device."""

    name = "torch"

    def rasterize(
        self,
        vertices: Float[Tensor, "B V 3"],
        faces: Int64[Tensor, "F 3"],
        camera: Camera,
        size: tuple[int, int],
        *,
        cull_backfaces: bool = False,
    ) -> Fragments:
        """The nearest face of each pixel: see `vhlib.render.Rasterizer`."""
        screen = to_screen(vertices, faces, camera, size)
        return fragments(visible_faces(screen, faces, size, cull_backfaces), faces, screen)

    def silhouette(
        self,
        vertices: Float[Tensor, "B V 3"],
        faces: Int64[Tensor, "F 3"],
        camera: Camera,
        size: tuple[int, int],
        *,
        sigma: float = 1e-4,
    ) -> Float[Tensor, "B H W"]:
        """How surely each pixel is covered: see `vhlib.render.Rasterizer`."""
        screen = to_screen(vertices, faces, camera, size)
        unit = softness(sigma, size)
        logs = [
            log_uncovered(corners, image, len(screen.depth), size, unit)
            for corners, image in visible_polygons(screen, faces, size)
        ]
        return -torch.expm1(torch.stack(logs).sum(0))


@torch.no_grad()
def visible_faces(
    screen: Screen, faces: Int64[Tensor, "F 3"], size: tuple[int, int], cull_backfaces: bool
) -> Int64[Tensor, "B H W"]:
    """The face each pixel sees, -1 for none: a z-buffer filled by scatter.

    Args:
        screen: the vertices in front of the camera.
        faces: vertex indices.
        size: (height, width) in pixels.
        cull_backfaces: leave out the faces that turn their inside to the camera.
    """
    batch, height, width = screen.depth.shape[0], *size
    nearest = screen.depth.new_full((batch * height * width,), -torch.inf)
    nobody = len(faces)
    winner = faces.new_full(nearest.shape, nobody)
    for pixel, face, nearness in _covered(screen, faces, size, cull_backfaces):
        before = nearest.index_select(0, pixel)
        nearest.scatter_reduce_(0, pixel, nearness, "amax")
        now = nearest.index_select(0, pixel)
        winner.index_fill_(0, pixel[now > before], nobody)
        best = (nearness == now).nonzero().squeeze(1)  # of several at one depth, the first face wins
        winner.scatter_reduce_(0, pixel.index_select(0, best), face.index_select(0, best), "amin")
    return winner.masked_fill_(winner == nobody, -1).view(batch, height, width)


def _covered(
    screen: Screen, faces: Tensor, size: tuple[int, int], cull_backfaces: bool
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """All (pixel, face) where the face covers the pixel's centre, and how near it is there; some at a time.

    What is tested is affine over a face: it is computed once per face, and evaluated at the pixels of the face's box.
    """
    height, width = size
    index = corner_index(screen, faces)
    first, last = _boxes(screen, index, size)
    boxed = ((last - first).amin(0) >= 0).nonzero().squeeze(1)  # NaN fails: such faces are left out here
    first, last = first.index_select(1, boxed).long(), last.index_select(1, boxed).long()
    extent = last - first + 1
    if bool((extent > LARGEST).any()):
        piece, first, extent = split(first, extent, LARGEST)
        boxed = boxed.index_select(0, piece)
    index = index.index_select(1, boxed).view(-1)
    corners = screen.homogeneous.reshape(3, -1).index_select(1, index).view(3, 3, -1)
    depths = None if screen.perspective else screen.depth.reshape(-1).index_select(0, index).view(3, -1)
    at_first, per_column, per_row, area = _affine(corners, depths, first.to(corners.dtype) + 0.5)
    counts = -area > smallest_area(size) if cull_backfaces else area.abs() > smallest_area(size)
    pixels = extent[0] * extent[1] * (counts & (area.abs() < torch.inf))
    first_pixel = (boxed // len(faces) * height + first[1]) * width + first[0]
    face_of_box = boxed % len(faces)
    most = 1 / screen.near if screen.perspective else torch.inf
    for some in _spans(pixels, PAIRS):
        box, number = unroll(pixels[some])
        box += some.start
        columns = extent[0].index_select(0, box)
        down = number // columns
        along = number - down * columns
        value = at_first.index_select(1, box)
        value.addcmul_(per_column.index_select(1, box), along.to(value.dtype))
        value.addcmul_(per_row.index_select(1, box), down.to(value.dtype))
        inside = ((value[:3].amin(0) >= 0) & (value[3] <= most)).nonzero().squeeze(1)
        box = box.index_select(0, inside)
        offset = along.index_select(0, inside) + down.index_select(0, inside) * width
        pixel = first_pixel.index_select(0, box) + offset
        yield pixel, face_of_box.index_select(0, box), value[3].index_select(0, inside)


def _boxes(screen: Screen, index: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """First and last pixel (x, y) whose centre lies in each face's box, as whole floats; (2, N)."""
    points = in_image(screen).view(2, -1).index_select(1, index.view(-1)).view(2, 3, -1)
    low, high = points.amin(1), points.amax(1)
    if not bool((w := screen.homogeneous[2].reshape(-1)).amin() >= screen.near):
        in_front = (w >= screen.near)[index]
        low.masked_fill_(~in_front.any(0), torch.inf)  # an empty box
        crossing = (in_front.any(0) & ~in_front.all(0)).nonzero().squeeze(1)
        corners = screen.homogeneous.reshape(3, -1)[:, index[:, crossing]]
        low[:, crossing], high[:, crossing] = _box_before_near(corners, screen.near)
    last = low.new_tensor([[size[1] - 1], [size[0] - 1]])
    return torch.ceil(low - 0.5).clamp_(min=0), torch.floor(high - 0.5).minimum(last)


def _box_before_near(corners: Tensor, near: float) -> tuple[Tensor, Tensor]:
    """Lowest and highest x, y of the part of each face that lies beyond the near plane."""
    following = corners.roll(-1, 1)
    part = (near - corners[2]) / (following[2] - corners[2])
    cuts = torch.lerp(corners[:2], following[:2], part[None]) / near
    in_front = corners[2] >= near
    seen = torch.cat([in_front, in_front != in_front.roll(-1, 0)])
    points = torch.cat([corners[:2] / corners[2], cuts], 1)
    return points.masked_fill(~seen, torch.inf).amin(1), points.masked_fill(~seen, -torch.inf).amax(1)


def _affine(corners: Tensor, depths: Tensor | None, pixel: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Four functions of the pixel, per face: the corners' weights divided by w, and the nearness.

    Nearness grows towards the camera: 1/z, the sum of the three, or for an orthographic camera -z.

    Returns:
        Values at the pixel, steps to the next column, steps to the next row, each (4, N); the signed area in pixels.
    """
    w = corners[2]
    q = corners[:2] - pixel[:, None] * w  # measured from the pixel, where no digits cancel
    (x1, y1), w1 = q.roll(-1, 1), w.roll(-1, 0)  # of the corner after each
    (x2, y2), w2 = q.roll(1, 1), w.roll(1, 0)  # of the corner before
    edge = x1 * y2 - y1 * x2
    determinant = (w * edge).sum(0)
    functions = torch.stack([edge, y1 * w2 - w1 * y2, w1 * x2 - x1 * w2]) / determinant  # (3, corner, N)
    nearness = functions.sum(1) if depths is None else -(functions * depths).sum(1)
    return *torch.cat([functions, nearness[:, None]], 1).unbind(0), determinant / w.prod(0).abs()


def _spans(counts: Tensor, limit: int) -> Iterator[slice]:
    """Slices of consecutive items whose counts add up to about the limit."""
    stop = 0
    for length in torch.bincount((counts.cumsum(0) - counts) // limit).tolist():
        yield slice(stop, stop + length)
        stop += length
