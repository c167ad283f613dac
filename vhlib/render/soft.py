"""Soft part maps, soft depth and soft colours: as images of them, but with gradients to every face that nearly shows.

A hard part map has no gradient: a pixel shows one part or another. Here a face j that covers a pixel with probability
p_j (`vhlib.render.coverage`) at depth z_j weighs w_j = p_j exp(-z_j / gamma), and a pixel shows the weighted mean of
its faces: the aggregate of Liu et al. 2019 ("Soft Rasterizer", eq. 2 and 3), with depth in metres instead of a fraction
of the view frustum. How much of the pixel is background is left to the silhouette.

Memory is bounded as in the silhouette: the sums over faces are made tile by tile, and the backward pass makes each tile
again, with autograd, for as long as it needs it.
"""

from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.autograd.function import once_differentiable

from vhlib.core.shapes import check
from vhlib.render.coverage import REACH
from vhlib.render.screen import corner_index, in_image, smallest_area, softness, to_screen
from vhlib.render.tiles import Tiles, cut
from vhlib.render.torch_backend import TorchRasterizer
from vhlib.render.types import Camera

PAIRS = 1 << 15
"""(face, pixel) pairs evaluated in one go."""


def soft_parts(
    vertices: Float[Tensor, "B V 3"],
    faces: Int64[Tensor, "F 3"],
    part_of_face: Int64[Tensor, " F"],
    camera: Camera,
    size: tuple[int, int],
    *,
    parts: int,
    sigma: float = 1e-4,
    gamma: float = 0.02,
) -> Float[Tensor, "B H W C"]:
    """How surely each pixel shows each part of the body; C is one more than the parts, and the sum over it is 1.

    Convention:
        Class 0 is the background and part p is p + 1, as in `vhlib.render.part_map`.

    Args:
        vertices: world frame, metres.
        faces: either orientation; those that cross the near plane are left out.
        part_of_face: part of each face, from 0.
        camera: of the same batch size as the vertices, or of one for all.
        size: (height, width) of the image in pixels.
        parts: how many there are.
        sigma: how soft the rims are: squared, in units of half the image's short side.
        gamma: how soft the order in depth is: a face this many metres behind another weighs 1/e of it.

    Raises:
        ValueError: shapes that do not fit, a part that there is not, a softness that is not positive.
    """
    check(faces=(faces, "F 3"), part_of_face=(part_of_face, "F"))
    if len(part_of_face) and not 0 <= int(part_of_face.min()) <= int(part_of_face.max()) < parts:
        raise ValueError(f"part_of_face: expected parts from 0 to {parts - 1}, got others")
    covered = TorchRasterizer().silhouette(vertices, faces, camera, size, sigma=sigma)
    weights, _, _ = _sums(vertices, faces, part_of_face, parts, None, camera, size, sigma, gamma)
    shares = weights / _or_one(weights.sum(-1, keepdim=True))
    return torch.cat([1 - covered[..., None], covered[..., None] * shares], -1)


def soft_depth(
    vertices: Float[Tensor, "B V 3"],
    faces: Int64[Tensor, "F 3"],
    camera: Camera,
    size: tuple[int, int],
    *,
    sigma: float = 1e-4,
    gamma: float = 0.02,
) -> Float[Tensor, "B H W"]:
    """Depth of what each pixel shows, in metres and in the camera frame; 0 where no face reaches.

    Args:
        vertices: world frame, metres.
        faces: either orientation; those that cross the near plane are left out.
        camera: of the same batch size as the vertices, or of one for all.
        size: (height, width) of the image in pixels.
        sigma: how soft the rims are: squared, in units of half the image's short side.
        gamma: how soft the order in depth is: a face this many metres behind another weighs 1/e of it.

    Raises:
        ValueError: shapes that do not fit, a softness that is not positive.
    """
    weights, depths, _ = _sums(vertices, faces, *_one_kind(faces), None, camera, size, sigma, gamma)
    return depths / _or_one(weights[..., 0])


def soft_colours(
    vertices: Float[Tensor, "B V 3"],
    faces: Int64[Tensor, "F 3"],
    colours: Float[Tensor, "#B V C"],
    camera: Camera,
    size: tuple[int, int],
    *,
    background: float | Float[Tensor, "#B H W C"] = 1.0,
    sigma: float = 1e-4,
    gamma: float = 0.02,
) -> Float[Tensor, "B H W C"]:
    """A picture whose gradient reaches colours, outlines and the order in depth: all of SoftRas.

    Args:
        vertices: world frame, metres.
        faces: either orientation; those that cross the near plane are left out.
        colours: any values at the vertices, lit already: RGB, normals, features; carried over each face in perspective.
        camera: of the same batch size as the vertices, or of one for all.
        size: (height, width) of the image in pixels.
        background: one value for all, or the images behind the bodies.
        sigma: how soft the rims are: squared, in units of half the image's short side.
        gamma: how soft the order in depth is: a face this many metres behind another weighs 1/e of it.

    Raises:
        ValueError: shapes that do not fit, a softness that is not positive.
    """
    check(vertices=(vertices, "B V 3"), colours=(colours, "N V C"))
    covered = TorchRasterizer().silhouette(vertices, faces, camera, size, sigma=sigma)[..., None]
    weights, _, moments = _sums(vertices, faces, *_one_kind(faces), colours, camera, size, sigma, gamma)
    return covered * moments / _or_one(weights) + (1 - covered) * background


def _one_kind(faces: Tensor) -> tuple[Tensor, int]:
    return torch.zeros(len(faces), dtype=torch.int64, device=faces.device), 1


def _sums(
    vertices: Tensor,
    faces: Tensor,
    kind_of_face: Tensor,
    kinds: int,
    values: Tensor | None,
    camera: Camera,
    size: tuple[int, int],
    sigma: float,
    gamma: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Per pixel, the sums of w over each kind of face, (B, H, W, kinds), of w z, (B, H, W), and of w times the values.

    All are in proportion only: the nearest face of each pixel is taken to be at depth 0 in exp.
    """
    if not gamma > 0:
        raise ValueError(f"gamma: expected a positive number, got {gamma:g}")
    screen = to_screen(vertices, faces, camera, size)
    unit = softness(sigma, size)
    index, batch = corner_index(screen, faces), len(screen.depth)
    points, depth = in_image(screen).view(2, -1), screen.depth.reshape(-1)
    with torch.no_grad():
        (x, y), w = points[:, index] - points[:, index[:1]], screen.homogeneous[2].reshape(-1)[index]
        area = (x[1] * y[2] - y[1] * x[2]).abs()
        drawn = (w.amin(0) >= screen.near) & (area > smallest_area(size)) & (area < torch.inf)
        chosen = drawn.nonzero().squeeze(1)
    index = index[:, chosen]
    corners = torch.cat([points[:, index] / unit, depth[index][None]])  # (3, corner, N)
    low, high = corners[:2].amin(1) - REACH, corners[:2].amax(1) + REACH
    tiles = cut(low.detach() * unit, high.detach() * unit, chosen // len(faces), batch, size)
    kind = kind_of_face[chosen % len(faces)]
    nearest = _nearest(corners.detach(), tiles, unit, screen.perspective)
    carried = corners[2:]
    if values is not None:
        carried = torch.cat([carried, values.expand(batch, -1, -1).reshape(len(depth), -1).T[:, index]])
    arguments = tiles, kind, kinds, nearest, unit, gamma, screen.perspective
    weights, moments = _Sums.apply(corners, carried, *arguments)
    depths, *others = (tiles.crop(one) for one in moments.unbind(0))
    images = torch.stack(others, -1) if others else depths.new_zeros(*depths.shape, 0)
    return torch.stack([tiles.crop(one) for one in weights.unbind(0)], -1), depths, images


class _Sums(torch.autograd.Function):
    """Sums over faces at the places of the tiles: of w for each kind, and of w times each value carried along."""

    @staticmethod
    def forward(
        ctx: Any,
        corners: Tensor,
        values: Tensor,
        tiles: Tiles,
        kind: Tensor,
        kinds: int,
        nearest: Tensor,
        unit: float,
        gamma: float,
        perspective: bool,
    ) -> tuple[Tensor, Tensor]:
        weights, moments = corners.new_zeros(kinds * tiles.places), corners.new_zeros(len(values), tiles.places)
        ctx.arguments = tiles, kind, nearest, unit, gamma, perspective
        ctx.save_for_backward(corners, values)
        for span, steps, places in tiles.chunks(PAIRS):
            polygon = tiles.polygon[span]
            weight, moment = _weigh(
                corners[..., polygon],
                values[..., polygon],
                tiles.first[:, span],
                steps,
                nearest[places],
                *ctx.arguments[3:],
            )
            cells = kind[polygon, None] * tiles.places + places
            weights.scatter_add_(0, cells.view(-1), weight.view(-1))
            moments.index_add_(1, places.view(-1), moment.view(len(values), -1))
        return weights.view(kinds, -1), moments

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_weights: Tensor, grad_moments: Tensor) -> tuple[Tensor | None, ...]:
        corners, values = ctx.saved_tensors
        tiles, kind, nearest, *rest = ctx.arguments
        grad_weights = grad_weights.reshape(-1)
        results = torch.zeros_like(corners), torch.zeros_like(values)
        for span, steps, places in tiles.chunks(PAIRS):
            polygon = tiles.polygon[span]
            with torch.enable_grad():
                at, carried = corners[..., polygon].requires_grad_(), values[..., polygon].requires_grad_()
                weight, moment = _weigh(at, carried, tiles.first[:, span], steps, nearest[places], *rest)
            cells = kind[polygon, None] * tiles.places + places
            incoming = grad_weights[cells], grad_moments[:, places]
            grads = torch.autograd.grad([weight, moment], [at, carried], incoming)
            for result, grad in zip(results, grads, strict=True):
                result.flatten(0, 1).index_add_(1, polygon, grad.flatten(0, 1))
        return *results, *[None] * 7


def _nearest(corners: Tensor, tiles: Tiles, unit: float, perspective: bool) -> Tensor:
    """Depth of the nearest face that reaches each place; infinite where none does."""
    nearest = corners.new_full((tiles.places,), torch.inf)
    for span, steps, places in tiles.chunks(PAIRS):
        local = corners[..., tiles.polygon[span]]
        probability, _, depth = _look(local, tiles.first[:, span], steps, unit, perspective)
        depth = depth.where(probability > 0, torch.inf)
        nearest.scatter_reduce_(0, places.view(-1), depth.view(-1), "amin")
    return nearest


def _weigh(
    corners: Tensor,
    values: Tensor,
    first: Tensor,
    steps: Tensor,
    nearest: Tensor,
    unit: float,
    gamma: float,
    perspective: bool,
) -> tuple[Tensor, Tensor]:
    """Weights (T, P) of some faces (3, corner, T) at the pixels of their tiles, and times their values, (C, T, P)."""
    probability, share, depth = _look(corners, first, steps, unit, perspective)
    # Where no face reaches, the nearest is infinitely far; what is nearer than it does not reach.
    behind = (depth - nearest.where(nearest < torch.inf, depth)).clamp(min=0)
    weight = probability * torch.exp(-behind / gamma)
    return weight, (values[..., None] * (weight * share)).sum(1)


def _look(
    corners: Tensor, first: Tensor, steps: Tensor, unit: float, perspective: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Of some faces (3, corner, T) at the pixels of their tiles: probability, shares of the corners, depth; (T, P)."""
    points, depths = corners[:2, ..., None], corners[2, ..., None]
    pixel = (first[:, None, :, None] + steps[1:, None, None].to(corners.dtype) + 0.5) / unit
    following = points.roll(-1, 1)
    (edge_x, edge_y), (x, y) = following - points, pixel - points
    part = ((x * edge_x + y * edge_y) / (edge_x.square() + edge_y.square())).clamp(0, 1)
    d2 = ((x - part * edge_x).square() + (y - part * edge_y).square()).amin(0)
    turn = edge_x * y - edge_y * x  # twice the area over each edge, signed: the weight of the corner opposite
    inside = (turn > 0).all(0) | (turn < 0).all(0)
    probability = torch.sigmoid(torch.where(inside, d2, -d2)) * (inside | (d2 < REACH**2))
    share = (turn.roll(-1, 0) * torch.sign(turn.sum(0))).clamp(min=0)
    if perspective:
        share = share / depths
    share = share / share.sum(0)
    return probability, share, (share * depths).sum(0)


def _or_one(weights: Tensor) -> Tensor:
    """The weights, and 1 where no face reaches: something to divide by."""
    return weights.where(weights > 0, 1)
