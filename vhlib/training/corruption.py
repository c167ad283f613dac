"""Part maps with errors in them, as networks make them: ragged edges, sides mixed up, parts overlooked."""

from functools import cache

import torch
from jaxtyping import UInt8
from torch import Tensor

from vhlib.geometry.skeletons import SMPL24


def ragged(parts: UInt8[Tensor, "B H W"], reach: int, *, generator: torch.Generator) -> UInt8[Tensor, "B H W"]:
    """Each pixel says what a random one near it should have said: edges fray, the inside stays.

    Args:
        parts: labels, 0 the background.
        reach: how far away that one may be, along x and y, pixels.
        generator: on the CPU.
    """
    count, height, width = parts.shape
    down, across = torch.randint(-reach, reach + 1, (2, count, height, width), generator=generator).to(parts.device)
    rows = (torch.arange(height, device=parts.device)[:, None] + down).clamp(0, height - 1)
    columns = (torch.arange(width, device=parts.device) + across).clamp(0, width - 1)
    return parts.flatten(1).gather(1, (rows * width + columns).flatten(1)).reshape(parts.shape)


def swapped(parts: UInt8[Tensor, "B H W"], share: float, *, generator: torch.Generator) -> UInt8[Tensor, "B H W"]:
    """Left taken for right and right for left, on some people.

    Args:
        parts: labels of SMPL's 24 parts, counted from 1.
        share: of the people, from 0 to 1.
        generator: on the CPU.
    """
    chosen = torch.rand(len(parts), 1, 1, generator=generator).to(parts.device) < share
    return torch.where(chosen, _mirror().to(parts.device)[parts.int()], parts)


def overlooked(parts: UInt8[Tensor, "B H W"], share: float, *, generator: torch.Generator) -> UInt8[Tensor, "B H W"]:
    """Parts taken for background.

    Args:
        parts: labels of SMPL's 24 parts, counted from 1.
        share: how many of each person's parts, on average, from 0 to 1.
        generator: on the CPU.
    """
    kept = torch.rand(len(parts), len(SMPL24) + 1, generator=generator).to(parts.device) >= share
    return parts * kept.gather(1, parts.flatten(1).long()).reshape(parts.shape)


@cache
def _mirror() -> Tensor:
    return torch.tensor([0, *(1 + other for other in SMPL24.mirror)], dtype=torch.uint8)
