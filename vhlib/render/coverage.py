"""Soft silhouettes in plain torch, with an analytic backward pass and bounded memory.

A pixel at squared distance d2 from a polygon's outline is covered by it with probability p = sigmoid(+d2) inside and
sigmoid(-d2) outside, in units of sigma (Liu et al. 2019, "Soft Rasterizer", eq. 1); the polygons cover it together with
1 - prod(1 - p) (eq. 4). Its logarithm is a sum, so any number of polygons per pixel is one scatter-add, and nothing is
cut off but what is below `FAINTEST`. `vhlib.render.reference` says the same in the plainest way.

Each polygon's box is cut into tiles; tiles of one size are evaluated together. Along an edge, distance from its line
and position on it are affine in the pixel: one small matrix product per chunk gives both for every pixel. The backward
pass evaluates them again instead of keeping them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.autograd.function import once_differentiable

from vhlib.render.tiles import Tiles, cut

FAINTEST = 1e-4
"""Probabilities below this count as 0, as in PyTorch3D's silhouettes."""
REACH = math.sqrt(math.log(1 / FAINTEST - 1))
"""How far outside a polygon that is, in units of sqrt(sigma)."""
PAIRS = 1 << 14
"""(polygon, pixel) pairs evaluated in one go: what they need stays in a core's cache."""


def log_uncovered(
    polygons: Float[Tensor, "2 E N"], image: Int64[Tensor, " N"], batch: int, size: tuple[int, int], unit: float
) -> Float[Tensor, "B H W"]:
    """Logarithm of the probability that none of an image's polygons covers a pixel.

    Args:
        polygons: corners in pixels, convex, either orientation, of an area above 0.
        image: which image of the batch each polygon belongs to.
        batch: number of images.
        size: (height, width) in pixels.
        unit: sqrt(sigma) in pixels.
    """
    result: Tensor = _LogUncovered.apply(polygons / unit, image, batch, size, unit)
    return result


class _LogUncovered(torch.autograd.Function):
    """`log_uncovered` of polygons in units of sqrt(sigma)."""

    @staticmethod
    def forward(ctx: Any, polygons: Tensor, image: Tensor, batch: int, size: tuple[int, int], unit: float) -> Tensor:
        low, high = polygons.amin(1) - REACH, polygons.amax(1) + REACH
        tiles = cut(low * unit, high * unit, image, batch, size)
        lines = _lines(polygons, tiles, unit)
        total = polygons.new_zeros(tiles.places)
        for _, places, near in _evaluate(tiles, lines):
            total.scatter_add_(0, places, near.probability.neg_().log1p_())
        ctx.tiles, ctx.lines, ctx.count = tiles, lines, polygons.shape[2]
        return tiles.crop(total)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        tiles, lines = ctx.tiles, ctx.lines
        padded = tiles.pad(grad)
        edges, count = lines.length.shape
        sums = lines.length.new_empty(4, edges, count)
        for span, places, near in _evaluate(tiles, lines):
            # log(1 - p) falls by p per unit of signed distance; all of that goes to the nearest edge, the first of two.
            slope = near.probability.mul_(padded.index_select(0, places)).view_as(near.d2).mul_(near.side)
            elsewhere = near.d2_of_edge.sub_(near.d2).sign_()
            slopes = torch.empty_like(elsewhere)
            for edge in range(edges):
                rest = slope * elsewhere[edge]
                torch.sub(slope, rest, out=slopes[edge])
                slope = rest
            across, along = near.across.mul_(slopes), near.along.mul_(slopes)
            sums[0, :, span], sums[1, :, span] = across.sum(-1), along.sum(-1)
            sums[2, :, span], sums[3, :, span] = across.mul_(near.part).sum(-1), along.mul_(near.part).sum(-1)
        # The vector v from the nearest point to the pixel is across * normal + along * tangent, and that point lies at
        # a fraction t between corners a and b: d(d2)/da = -2 (1 - t) v, d(d2)/db = -2 t v.
        whole, end = (2 * (s[0] * lines.normal + s[1] * lines.tangent) for s in (sums[:2], sums[2:]))
        per_tile = (whole - end) + end.roll(1, 1)  # edge e runs from corner e to corner e + 1
        result = per_tile.new_zeros(2 * edges, ctx.count).index_add_(1, tiles.polygon, per_tile.view(2 * edges, -1))
        return result.view(2, edges, -1), None, None, None, None


@dataclass(frozen=True)
class _Lines:
    """The edges of each tile's polygon."""

    affine: (
        Tensor  # (3, 2, E, T) distance from the edge's line, place along it: at the tile's first pixel, per x, per y
    )
    length: Tensor  # (E, T)
    normal: Tensor  # (2, E, T) unit, to the inside
    tangent: Tensor  # (2, E, T) unit


@dataclass(frozen=True)
class _Near:
    """How some pixels lie, seen from their tiles' polygons: (T, P), per edge (E, T, P)."""

    probability: Tensor  # (T P,) that the polygon covers the pixel
    side: Tensor  # 1 inside, -1 outside
    d2: Tensor  # squared distance from the outline
    d2_of_edge: Tensor
    across: Tensor  # signed distance from the edge's line
    along: Tensor  # how far beyond the edge's ends, signed
    part: Tensor  # the nearest point's place on the edge, 0 to 1


def _lines(polygons: Tensor, tiles: Tiles, unit: float) -> _Lines:
    edges = polygons.shape[1]
    corner = polygons.reshape(2 * edges, -1).index_select(1, tiles.polygon).view(2, edges, -1)
    x, y = edge = corner.roll(-1, 1) - corner
    length = torch.hypot(x, y)
    tangent = edge / length
    side = torch.sign(x[0] * y[1] - y[0] * x[1])
    normal = torch.stack([-tangent[1], tangent[0]]) * side
    offset = ((tiles.first.to(corner) + 0.5) / unit)[:, None] - corner
    axes = torch.stack([normal, tangent / length], 1)  # (2, which, E, T)
    affine = torch.cat([(offset[:, None] * axes).sum(0, keepdim=True), axes / unit])
    return _Lines(affine, length, normal, tangent)


def _evaluate(tiles: Tiles, lines: _Lines) -> Iterator[tuple[slice, Tensor, _Near]]:
    """All pixels of all tiles, some tiles at a time: which tiles, the places of their pixels, and what is near."""
    edges = lines.length.shape[0]
    for span, steps, places in tiles.chunks(PAIRS):
        # No comparison below: torch evaluates sign and clamp some ten times faster than where and masks.
        values = lines.affine[..., span].reshape(3, -1).T @ steps.to(lines.affine.dtype)
        across, place = values.view(2, edges, *places.shape)
        part = place.clamp(0, 1)
        along = place.sub_(part).mul_(lines.length[:, span, None])
        d2_of_edge = along.square().addcmul_(across, across)
        d2, side = d2_of_edge.amin(0), across.amin(0).sign_()
        signed = torch.nn.functional.threshold(d2 * side, -(REACH**2), -torch.inf)
        yield span, places.view(-1), _Near(signed.sigmoid_().view(-1), side, d2, d2_of_edge, across, along, part)
