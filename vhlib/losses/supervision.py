"""Losses against labels: each counts what is labelled, whatever stands in the place of the rest.

Convention:
    A loss is a mean over what is labelled, and 0 (with a gradient of 0) where nothing is. 2D points are in the crop's
    [-1, 1]; 3D points in metres, centred between the hips; rotations are matrices.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.exercises import exercise


@exercise("06_hmr")
def reprojection_loss(
    predicted: Float[Tensor, "B K 2"], truth: Float[Tensor, "B K 2"], visible: Float[Tensor, "B K"]
) -> Float[Tensor, ""]:
    """Σ_i v_i ‖x_i - x̂_i‖₁ / Σ_i v_i (Kanazawa et al., CVPR 2018, eq. 3; their code divides by what is visible).

    Args:
        predicted: projected keypoints.
        truth: labelled keypoints; anything where not visible.
        visible: 1 or 0, or a confidence.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(predicted=(predicted, "B K 2"), truth=(truth, "B K 2"), visible=(visible, "B K"))
    # Not a product with 0: where nothing was seen there may be NaN.
    distance = torch.where(visible[..., None] > 0, (predicted - truth).abs(), 0.0).sum(-1)
    return (visible * distance).sum() / visible.sum().clamp(min=torch.finfo(visible.dtype).eps)


@exercise("07_nbf")
def joint_loss(
    predicted: Float[Tensor, "B K 3"],
    truth: Float[Tensor, "B K 3"],
    known: Bool[Tensor, " B"],
    hips: tuple[int, ...],
) -> Float[Tensor, ""]:
    """½ ‖X - X̂‖², per joint, after both are centred between their hips (HMR's L_3D joints, in its code).

    Args:
        predicted: joints, metres.
        truth: labelled joints, metres; anything where not known.
        known: which bodies have 3D joints.
        hips: which two of the joints they are.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(predicted=(predicted, "B K 3"), truth=(truth, "B K 3"), known=(known, "B"))
    one, other = (points - _middle(points, hips) for points in (predicted, truth))
    return _mean_known(0.5 * _where_known(one - other, known).square().sum(-1).mean(1), known)


@exercise("07_nbf")
def parameter_loss(
    rotations: Float[Tensor, "B J 3 3"],
    betas: Float[Tensor, "B S"],
    true_rotations: Float[Tensor, "B J 3 3"],
    true_betas: Float[Tensor, "B S"],
    known: Bool[Tensor, " B"],
) -> Float[Tensor, ""]:
    """½ ‖[R, β] - [R̂, β̂]‖², per number, on rotation matrices (HMR's L_3D smpl, in its code).

    Args:
        rotations: of all joints, the root included.
        betas: standard deviations.
        true_rotations: labelled; anything where not known.
        true_betas: labelled; anything where not known.
        known: which bodies have parameters.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(rotations=(rotations, "B J 3 3"), true_rotations=(true_rotations, "B J 3 3"), known=(known, "B"))
    check(betas=(betas, "B S"), true_betas=(true_betas, "B S"))
    one, other = torch.cat([rotations.flatten(1), betas], 1), torch.cat([true_rotations.flatten(1), true_betas], 1)
    return _mean_known(0.5 * _where_known(one - other, known).square().mean(1), known)


def _middle(points: Tensor, of: tuple[int, ...]) -> Tensor:
    return torch.stack([points[:, each] for each in of], 1).mean(1, keepdim=True)


def _where_known(difference: Tensor, known: Tensor) -> Tensor:
    # Before anything is squared: behind a square, the gradient would be 0 times NaN where a label is NaN.
    return torch.where(known.reshape(-1, *[1] * (difference.ndim - 1)), difference, 0.0)


def _mean_known(values: Tensor, known: Tensor) -> Tensor:
    return values.sum() / known.sum().clamp(min=1)
