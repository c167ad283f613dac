"""Rigid and similarity alignment of two point sets (Procrustes; Umeyama, PAMI 1991)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.geometry.rotations import project_to_rotation


@dataclass(frozen=True)
class Similarity:
    """Turn, scale, then shift: x → s R x + t."""

    rotation: Float[Tensor, "B 3 3"]
    """Acts on columns."""
    translation: Float[Tensor, "B 3"]
    """In the target's frame and unit."""
    scale: Float[Tensor, " B"]
    """Target's size over source's; ones for a rigid motion."""

    def apply(self, points: Float[Tensor, "B N 3"]) -> Float[Tensor, "B N 3"]:
        """Move points from the source's frame to the target's."""
        return self.scale[:, None, None] * points @ self.rotation.mT + self.translation[:, None]


def procrustes(
    source: Float[Tensor, "B N 3"],
    target: Float[Tensor, "B N 3"],
    *,
    scale: bool,
    weights: Float[Tensor, "B N"] | None = None,
) -> Similarity:
    """The motion of the source that minimises Σ_n w_n ‖s R x_n + t - y_n‖².

    Never a reflection: a mirrored source gets the best rotation. Points on one line leave the turn about that line
    open, and one of the best is returned. A source whose points all coincide is moved onto the target's mean with
    scale 0 (scale 1 and some rotation where ``scale`` is false), so that a network's collapsed answer still has an
    error to report.

    Args:
        source: points, in any unit.
        target: the points that they should meet, in the same order.
        scale: whether the size may change as well.
        weights: how much each point counts, not negative; all alike if left out.

    Raises:
        ValueError: shapes that do not fit, or a sample whose weights are not positive in sum.
    """
    check(source=(source, "B N 3"), target=(target, "B N 3"))
    if weights is None:
        weights = torch.ones_like(source[..., 0])
    check(source=(source, "B N 3"), weights=(weights, "B N"))
    total = weights.sum(1)
    if not (total > 0).all():
        raise ValueError("weights: each sample needs a point of positive weight; leave out samples without any")
    share = (weights / total[:, None])[..., None]
    mean_source, mean_target = (share * source).sum(1), (share * target).sum(1)
    from_mean, to_mean = source - mean_source[:, None], target - mean_target[:, None]
    covariance = (share * to_mean).mT @ from_mean
    rotation = project_to_rotation(covariance)
    size = torch.ones_like(total)
    if scale:
        variance = (share * from_mean.square()).sum((1, 2))
        size = (rotation * covariance).sum((1, 2)) / variance.clamp_min(torch.finfo(variance.dtype).tiny)
    translation = mean_target - size[:, None] * (rotation @ mean_source[..., None]).squeeze(-1)
    return Similarity(rotation, translation, size)
