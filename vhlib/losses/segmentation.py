"""Losses of part segmentation: class-balanced cross entropy and Dice.

Most pixels are background, and a hand is a few: counted pixel by pixel, a network may leave hands out at no cost.

Convention:
    Scores are before the softmax; labels are whole numbers, the background 0. Labels of `IGNORED` count nowhere.
"""

from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Float, Shaped
from torch import Tensor

from vhlib.core.shapes import check

IGNORED: Final = 255
"""The label of pixels that nobody labelled."""


def class_weights(labels: Shaped[Tensor, "B H W"], classes: int, *, power: float = 0.5) -> Float[Tensor, "C"]:
    """How much a pixel of each class counts: (its share of the pixels)^-power, scaled to a mean of 1 over the pixels.

    >>> class_weights(torch.tensor([[[0, 0, 0, 1]]]), 2, power=1.0)
    tensor([0.6667, 2.0000])

    Args:
        labels: of the training's pictures.
        classes: how many.
        power: 0 counts every pixel the same, 1 every class the same.

    Raises:
        ValueError: labels of no class.
    """
    check(labels=(labels, "B H W"))
    counts = torch.bincount(labels[labels != IGNORED].long(), minlength=classes).float()
    if len(counts) > classes:
        raise ValueError(f"labels: expected 0 to {classes - 1}, got {len(counts) - 1}")
    share = counts / counts.sum().clamp(min=1)
    weights = torch.where(counts > 0, share.clamp(min=torch.finfo(share.dtype).tiny) ** -power, 0.0)
    return weights / (weights * share).sum().clamp(min=torch.finfo(share.dtype).eps)


def balanced_cross_entropy(
    scores: Float[Tensor, "B C H W"], labels: Shaped[Tensor, "B H W"], weights: Float[Tensor, "C"]
) -> Float[Tensor, ""]:
    """Σ w_y (-log p_y) / Σ w_y over the labelled pixels; 0 where there are none.

    Args:
        scores: of each class.
        labels: the truth.
        weights: of each class, as `class_weights`.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(scores=(scores, "B C H W"), labels=(labels, "B H W"), weights=(weights, "C"))
    total = F.cross_entropy(scores, labels.long(), weights, ignore_index=IGNORED, reduction="sum")
    known = labels != IGNORED
    return total / weights[labels[known].long()].sum().clamp(min=torch.finfo(weights.dtype).eps)


def dice(scores: Float[Tensor, "B C H W"], labels: Shaped[Tensor, "B H W"]) -> Float[Tensor, ""]:
    """1 - mean over classes of 2 Σ p t / (Σ p + Σ t), over the whole batch (Milletari et al. 2016, without squares).

    A soft F1 score. Classes that the batch does not show are left out: their truth is 0 and so is any answer's overlap.

    Args:
        scores: of each class.
        labels: the truth.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(scores=(scores, "B C H W"), labels=(labels, "B H W"))
    known = (labels != IGNORED)[:, None]
    probabilities = scores.softmax(1) * known
    classes = torch.arange(scores.shape[1], device=labels.device)[None, :, None, None]
    truth = (labels[:, None] == classes).to(scores.dtype)
    overlap, total = (x.sum((0, 2, 3)) for x in (probabilities * truth, probabilities + truth))
    shown = truth.sum((0, 2, 3)) > 0
    scores_of_classes = torch.where(shown, 2 * overlap / total.clamp(min=torch.finfo(total.dtype).eps), 0.0)
    return shown.any().to(total) - scores_of_classes.sum() / shown.sum().clamp(min=1)
