"""Part maps as a network takes them: one channel for each part, or one colour for each part (Omran et al., 3DV 2018).

NBF was given colours, because its encoder came with weights for pictures. Channels say the same without two parts being
closer to each other than to a third, and a segmentation network's probabilities fit into the same place: a gradient
comes through.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.exercises import exercise


@exercise("07_nbf")
def one_hot(labels: Shaped[Tensor, "B H W"], classes: int) -> Float[Tensor, "B C H W"]:
    """A channel for each label: 1 where it is, 0 elsewhere.

    >>> one_hot(torch.tensor([[[0, 2]]]), 3)[0, :, 0]
    tensor([[1., 0.],
            [0., 0.],
            [0., 1.]])

    Args:
        labels: whole numbers; 0 is the background.
        classes: how many labels there are, the background among them.

    Raises:
        ValueError: labels outside 0 to classes - 1.
    """
    check(labels=(labels, "B H W"))
    _inside(labels, classes)
    channels = torch.zeros(len(labels), classes, *labels.shape[1:], device=labels.device)
    return channels.scatter_(1, labels[:, None].long(), 1.0)


def coloured(labels: Shaped[Tensor, "B H W"], colours: Float[Tensor, "C 3"]) -> Float[Tensor, "B 3 H W"]:
    """A colour for each label.

    Args:
        labels: whole numbers; 0 is the background.
        colours: RGB from 0 to 1 of each label.

    Raises:
        ValueError: labels without a colour.
    """
    check(labels=(labels, "B H W"), colours=(colours, "C 3"))
    _inside(labels, len(colours))
    return colours[labels.long()].movedim(-1, 1)


@exercise("07_nbf")
def from_colours(pictures: Float[Tensor, "B 3 H W"], colours: Float[Tensor, "C 3"]) -> Int[Tensor, "B H W"]:
    """The label whose colour is closest: the inverse of `coloured`, also of a picture that was painted or compressed.

    Args:
        pictures: RGB from 0 to 1.
        colours: of each label.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(pictures=(pictures, "B 3 H W"), colours=(colours, "C 3"))
    return torch.cdist(pictures.movedim(1, -1).flatten(1, 2), colours).argmin(-1).unflatten(1, pictures.shape[2:])


def resized(channels: Float[Tensor, "B C H W"], size: int) -> Float[Tensor, "B C S S"]:
    """Channels on a coarser grid: each cell's mean, so that what summed to 1 still does.

    Args:
        channels: one-hot, or probabilities.
        size: side of the grid.

    Raises:
        ValueError: no channels of pictures.
    """
    check(channels=(channels, "B C H W"))
    return channels if channels.shape[2:] == (size, size) else F.adaptive_avg_pool2d(channels, size)


def _inside(labels: Tensor, classes: int) -> None:
    # A GPU's own assertion finds such labels, and to ask it would mean to wait for it.
    if not labels.is_cuda and labels.numel() and not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        raise ValueError(f"labels: expected 0 to {classes - 1}, got {int(labels.min())} to {int(labels.max())}")
