"""Boxes around polygons, cut into tiles of a few sizes, so that all pixels of many polygons are evaluated together.

Images are padded on the right and below by the largest tile: a tile may reach beyond its box and beyond the image, and
none needs an edge of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from vhlib.render.screen import unroll

SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32)
"""Heights and widths of tiles, in pixels; a box is rounded up to them."""
LARGEST = SIZES[-1]
"""Larger boxes are cut."""


@dataclass(frozen=True)
class Tiles:
    """Tiles of all polygons, sorted by size."""

    polygon: Int64[Tensor, " T"]
    """The polygon each belongs to."""
    first: Int64[Tensor, "2 T"]
    """x and y of its top left pixel."""
    first_place: Int64[Tensor, " T"]
    """Where that pixel stands in the padded images."""
    groups: list[tuple[int, int, int]]
    """(height, width, how many tiles) of each size that there is."""
    size: tuple[int, int]
    """(height, width) of the images."""
    batch: int
    """Number of images."""

    @property
    def places(self) -> int:
        """Pixels of all padded images together."""
        return self.batch * (self.size[0] + LARGEST) * (self.size[1] + LARGEST)

    def chunks(self, pairs: int) -> Iterator[tuple[slice, Float[Tensor, "3 P"], Int64[Tensor, "T P"]]]:
        """Some tiles of one size at a time.

        Args:
            pairs: how many (polygon, pixel) pairs to hand out at once, about.

        Yields:
            Which tiles; 1, x and y of their pixels, counted from the first; the places of their pixels.
        """
        device, stop = self.polygon.device, 0
        for height, width, count in self.groups:
            y = torch.arange(height, device=device).repeat_interleave(width)
            x = torch.arange(width, device=device).repeat(height)
            steps = torch.stack([torch.ones_like(x), x, y]).to(torch.float64)
            end, at_once = stop + count, max(1, pairs // (height * width))
            while stop < end:
                tiles = slice(stop, min(end, stop + at_once))
                stop = tiles.stop
                yield tiles, steps, self.first_place[tiles, None] + (y * (self.size[1] + LARGEST) + x)

    def crop(self, places: Float[Tensor, " M"]) -> Float[Tensor, "B H W"]:
        """What stands at the places, as images.

        Args:
            places: one number for each place.
        """
        height, width = self.size
        return places.view(self.batch, height + LARGEST, width + LARGEST)[:, :height, :width]

    def pad(self, images: Float[Tensor, "B H W"]) -> Float[Tensor, " M"]:
        """The way back from `crop`, with zeros around the images.

        Args:
            images: one number for each pixel.
        """
        return torch.nn.functional.pad(images, (0, LARGEST, 0, LARGEST)).reshape(-1)


def cut(
    low: Float[Tensor, "2 N"], high: Float[Tensor, "2 N"], image: Int64[Tensor, " N"], batch: int, size: tuple[int, int]
) -> Tiles:
    """Tiles over all pixels whose centres lie in the boxes.

    Args:
        low: left and top of each polygon's box, pixels.
        high: right and bottom, pixels.
        image: which image each polygon belongs to.
        batch: number of images.
        size: (height, width) in pixels.
    """
    height, width = size
    last = low.new_tensor([[width - 1], [height - 1]])
    first = torch.ceil(low - 0.5).clamp_(min=0)
    extent = torch.floor(high - 0.5).minimum(last) - first + 1
    drawn = (extent.amin(0) >= 1).nonzero().squeeze(1)
    first, extent = first.index_select(1, drawn).long(), extent.index_select(1, drawn).long()
    box, first, extent = split(first, extent, LARGEST)
    kind = torch.bucketize(extent, torch.tensor(SIZES, device=low.device))
    code, order = (kind[1] * len(SIZES) + kind[0]).sort(stable=True)
    codes, counts = torch.unique_consecutive(code, return_counts=True)
    groups = [
        (SIZES[code // len(SIZES)], SIZES[code % len(SIZES)], count)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
    ]
    first, polygon = first.index_select(1, order), drawn.index_select(0, box.index_select(0, order))
    row = image.index_select(0, polygon) * (height + LARGEST) + first[1]
    return Tiles(polygon, first, row * (width + LARGEST) + first[0], groups, size, batch)


def split(
    first: Int64[Tensor, "2 N"], extent: Int64[Tensor, "2 N"], largest: int
) -> tuple[Int64[Tensor, " T"], Int64[Tensor, "2 T"], Int64[Tensor, "2 T"]]:
    """Boxes cut into pieces that are no larger than so many pixels.

    >>> box, first, extent = split(torch.tensor([[7], [0]]), torch.tensor([[5], [2]]), 3)
    >>> box.tolist(), first.T.tolist(), extent.T.tolist()
    ([0, 0], [[7, 0], [10, 0]], [[3, 2], [2, 2]])

    Args:
        first: x and y of each box's first pixel.
        extent: its width and height.
        largest: width and height of a piece.

    Returns:
        The box each piece is cut from, its first pixel, its width and height.
    """
    cuts = (extent + largest - 1) // largest
    box, number = unroll(cuts[0] * cuts[1])
    columns = cuts[0].index_select(0, box)
    shift = torch.stack([number % columns, number // columns]) * largest
    return box, first.index_select(1, box) + shift, (extent.index_select(1, box) - shift).clamp_(max=largest)
