"""The terms of `terms` as a least squares solver sees them: energy, exact gradient, Gauss-Newton curvature.

For residuals r with Jacobian J the energy is Σ r², its gradient 2 Jᵀr, and its curvature 2 JᵀJ: what is left of the
second derivative when the residuals bend little. Every function here is tested against autograd of its twin.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.fitting.capsules import Overlaps
from vhlib.fitting.terms import project
from vhlib.priors import Quadratic, QuadraticPrior, ResidualPrior


def of_residuals(residuals: Float[Tensor, "B R"], jacobian: Float[Tensor, "B R P"]) -> Quadratic:
    """The model of Σ r².

    Args:
        residuals: r.
        jacobian: their derivatives in the P parameters.
    """
    doubled = 2 * jacobian.mT
    return Quadratic(residuals.square().sum(-1), (doubled @ residuals[..., None]).squeeze(-1), doubled @ jacobian)


def of_keypoints(
    points: Float[Tensor, "B K 3"],
    by_parameters: Float[Tensor, "B K 3 P"],
    focal_length: Float[Tensor, "B 2"],
    principal_point: Float[Tensor, "B 2"],
    keypoints_2d: Float[Tensor, "B K 2"],
    weight: Float[Tensor, "B K"],
    *,
    sigma: float | None,
) -> Quadratic:
    """The model of `keypoint_energy`, whose residuals are sign(e) √ρ(e) = σ e / √(σ² + e²), or of `torso_energy`.

    Args:
        points: OpenCV camera frame, metres.
        by_parameters: their derivatives in the P parameters.
        focal_length: pixels.
        principal_point: pixels.
        keypoints_2d: where the points were seen, pixels.
        weight: of each residual; 0 leaves a point out.
        sigma: where outliers begin, pixels; None for plain squares.
    """
    projected = project(points, focal_length, principal_point)
    error = torch.where(weight[..., None] > 0, projected - keypoints_2d, 0.0)
    # u = f X / Z + c, so du = (f dX - (u - c) dZ) / Z.
    ray = (projected - principal_point[:, None])[..., None]
    moved = focal_length[:, None, :, None] * by_parameters[:, :, :2] - ray * by_parameters[:, :, 2:]
    slope = weight[..., None] / points[..., 2:]
    if sigma is not None:
        spread = sigma**2 + error.square()
        error, slope = sigma * error / spread.sqrt(), slope * sigma**3 / spread**1.5
    residuals = weight[..., None] * error
    return of_residuals(residuals.flatten(1), (slope[..., None] * moved).flatten(1, 2))


def of_prior(prior: ResidualPrior, parameters: Float[Tensor, "B ..."]) -> Quadratic:
    """The model of a prior: its own where it has one, else from the derivatives of its residuals.

    Args:
        prior: a sum of squares.
        parameters: what it is an energy of.
    """
    if isinstance(prior, QuadraticPrior):
        return prior.quadratic(parameters)
    with torch.enable_grad():
        parameters = parameters.detach().requires_grad_()
        residuals = prior.residuals(parameters)
        # Row i of every person's Jacobian at once: people do not influence each other.
        rows = torch.eye(residuals.shape[1]).to(residuals)[:, None].expand(-1, *residuals.shape)
        (jacobian,) = torch.autograd.grad(residuals, parameters, rows, is_grads_batched=True)
    return of_residuals(residuals.detach(), jacobian.flatten(2).transpose(0, 1))


def of_overlaps(overlaps: Overlaps) -> Quadratic:
    """The model of the interpenetration energy Σ_n s_n, whose residuals are √s_n, one for each pair of parts.

    Args:
        overlaps: the s_n and their gradients.
    """
    # d√s = ds / (2 √s). A pair that is well apart has s = 0 up to rounding, and no curvature.
    root = overlaps.values.clamp_min(torch.finfo(overlaps.values.dtype).tiny).sqrt()
    jacobian = overlaps.by_pose / (2 * root[..., None])
    return of_residuals(overlaps.values.sqrt(), jacobian)
