"""How well body parts are found, pixel by pixel.

Convention:
    Counts are added up over all pixels of all pictures first, as for the LSP segmentations (Lassner et al., CVPR 2017):
    a picture in which a part is hidden is no division by zero. Pixels labelled 255 count nowhere.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from vhlib.core.shapes import check

_IGNORED = 255


@dataclass(frozen=True)
class Confusion:
    """How many pixels of each class were taken for which."""

    counts: Int[Tensor, "C C"]
    """Rows: the truth. Columns: what was said."""

    def __add__(self, other: "Confusion") -> "Confusion":
        return Confusion(self.counts + other.counts)

    @property
    def accuracy(self) -> float:
        """Share of the pixels that are right."""
        return float(self.counts.diagonal().sum() / self.counts.sum())

    @property
    def iou(self) -> Float[Tensor, "C"]:
        """Of each class: hits / (hits + misses + false alarms); NaN for one that is neither there nor said."""
        hits = self.counts.diagonal()
        return hits / (self.counts.sum(0) + self.counts.sum(1) - hits)

    @property
    def f1(self) -> Float[Tensor, "C"]:
        """Of each class: 2 hits / (2 hits + misses + false alarms); NaN likewise."""
        return 2 * self.counts.diagonal() / (self.counts.sum(0) + self.counts.sum(1))


def confusion(said: Shaped[Tensor, "B H W"], truth: Shaped[Tensor, "B H W"], classes: int) -> Confusion:
    """Count pixels.

    >>> found = confusion(torch.tensor([[[0, 1, 1]]]), torch.tensor([[[0, 1, 0]]]), 2)
    >>> found.counts.tolist(), found.iou.tolist()
    ([[1, 1], [0, 1]], [0.5, 0.5])

    Args:
        said: labels that a network gave.
        truth: labels.
        classes: how many there are, the background among them.

    Raises:
        ValueError: shapes that do not fit, or labels of no class.
    """
    check(said=(said, "B H W"), truth=(truth, "B H W"))
    known = truth != _IGNORED
    pairs = truth[known].long() * classes + said[known].long()
    if known.any() and max(int(truth[known].max()), int(said[known].max())) >= classes:
        raise ValueError(f"said, truth: expected labels from 0 to {classes - 1}, got larger ones")
    return Confusion(torch.bincount(pairs, minlength=classes**2).reshape(classes, classes))
