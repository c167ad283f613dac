"""Distances between straight segments."""

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check


def segment_distance(first: Float[Tensor, "*N 2 3"], second: Float[Tensor, "*N 2 3"]) -> Float[Tensor, "*N"]:
    """The shortest distance between two segments (Ericson, Real-Time Collision Detection, 2005, section 5.1.9).

    The squared distance is a convex parabola of the two places along the segments. Its minimum over their square is
    the free one, where that lies inside, or else on an edge: an end of one against the whole of the other.

    >>> along_x, above = torch.tensor([[0.0, 0, 0], [2, 0, 0]]), torch.tensor([[1.0, 1, 3], [1, -1, 3]])
    >>> segment_distance(along_x, above), segment_distance(along_x, above + torch.tensor([4.0, 0, 0]))
    (tensor(3.), tensor(4.2426))

    Args:
        first: both ends.
        second: both ends.

    Raises:
        ValueError: the last axes are not 2 and 3.
    """
    check(first=(first, "... 2 3"), second=(second, "... 2 3"))
    (a, u), (b, v) = ((ends[..., 0, :], ends[..., 1, :] - ends[..., 0, :]) for ends in (first, second))
    apart = a - b
    uu, uv, vv, ua, va = (_dot(p, q) for p, q in ((u, u), (u, v), (v, v), (u, apart), (v, apart)))
    area = uu * vv - uv.square()
    parallel = area <= 1e-9 * uu * vv  # then an edge holds a minimum, too
    safe = torch.where(parallel, 1.0, area)
    s, t = (uv * va - vv * ua) / safe, (uu * va - uv * ua) / safe
    inside = ~parallel & (s >= 0) & (s <= 1) & (t >= 0) & (t <= 1)
    free = (apart + s[..., None] * u - t[..., None] * v).norm(dim=-1)
    edges = [_to_segment(first[..., end, :], b, v) for end in (0, 1)]
    edges += [_to_segment(second[..., end, :], a, u) for end in (0, 1)]
    return torch.where(inside, free, torch.stack(edges).amin(0))


def _to_segment(point: Tensor, start: Tensor, along: Tensor) -> Tensor:
    length = _dot(along, along)
    part = (_dot(point - start, along) / torch.where(length == 0, 1.0, length)).clamp(0, 1)
    return (point - start - part[..., None] * along).norm(dim=-1)


def _dot(first: Tensor, second: Tensor) -> Tensor:
    return (first * second).sum(-1)
