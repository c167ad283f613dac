"""The energies of SMPLify as scalars, one number per person, without weights (Bogo et al. 2016, section 3).

These are the functions to read and to teach with; they are differentiated by autograd. `gauss_newton` holds the same
terms as the fast solver sees them. The pose, angle and shape priors are in `vhlib.priors`, the interpenetration term in
`capsules`.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.cameras.perspective import project_points
from vhlib.exercises import exercise


def geman_mcclure(error: Float[Tensor, "*N"], *, sigma: float) -> Float[Tensor, "*N"]:
    """ρ(e) = σ² e² / (σ² + e²): e² for small errors, at most σ² for outliers.

    Convention:
        The scale σ² stands in front, as in SMPLify's code, so that small errors count as squared pixels whatever σ is;
        without it ρ would lie between 0 and 1. An error of σ costs σ² / 2.

    >>> geman_mcclure(torch.tensor([1.0, 100.0]), sigma=100.0)
    tensor([9.9990e-01, 5.0000e+03])

    Args:
        error: residuals, in the unit of ``sigma``.
        sigma: where outliers begin.
    """
    square = error.square()
    return square / (1 + square / sigma**2)  # the same, and exact for errors whose squares are hardly numbers


def project(
    points: Float[Tensor, "B K 3"], focal_length: Float[Tensor, "B 2"], principal_point: Float[Tensor, "B 2"]
) -> Float[Tensor, "B K 2"]:
    """Pixels f X / Z + c of points in the camera frame; NaN for what is not in front of the camera.

    Args:
        points: OpenCV camera frame, metres.
        focal_length: pixels.
        principal_point: pixels.
    """
    return project_points(torch.where(points[..., 2:] > 0, points, torch.nan), focal_length, principal_point)


@exercise("04_smplify")
def keypoint_energy(
    projected: Float[Tensor, "B K 2"],
    keypoints_2d: Float[Tensor, "B K 2"],
    weight: Float[Tensor, "B K"],
    *,
    sigma: float,
) -> Float[Tensor, "B"]:
    """E_J = Σ_i w_i² (ρ(dx_i) + ρ(dy_i)): the paper's data term, robust in each coordinate.

    Args:
        projected: where the body's joints are in the image, pixels.
        keypoints_2d: where they were seen, pixels.
        weight: of each residual, usually a joint's weight times its confidence; 0 leaves the joint out.
        sigma: where outliers begin, pixels.
    """
    cost = geman_mcclure(_error(projected, keypoints_2d, weight), sigma=sigma)
    return (weight.square() * cost.sum(-1)).sum(-1)


def torso_energy(
    projected: Float[Tensor, "B K 2"], keypoints_2d: Float[Tensor, "B K 2"], weight: Float[Tensor, "B K"]
) -> Float[Tensor, "B"]:
    """Σ_i w_i² (dx_i² + dy_i²): the term that places the camera, in which an outlier counts in full.

    Args:
        projected: where the body's joints are in the image, pixels.
        keypoints_2d: where they were seen, pixels.
        weight: of each residual; 0 leaves the joint out.
    """
    return (weight.square() * _error(projected, keypoints_2d, weight).square().sum(-1)).sum(-1)


def total(terms: Mapping[str, Float[Tensor, "B"]], weights: Mapping[str, float]) -> Float[Tensor, "B"]:
    """Σ weight² · term. Weights are those of residuals, as the paper's code gives them: squared in the energy.

    Args:
        terms: energies by name.
        weights: residual weights by the same names.

    Raises:
        KeyError: a term without a weight, or a weight without a term.
    """
    if odd := terms.keys() ^ weights.keys():
        raise KeyError(f"terms without a weight, or weights without a term: {sorted(odd)}")
    return torch.stack([weights[name] ** 2 * terms[name] for name in terms]).sum(0)


def _error(projected: Tensor, keypoints_2d: Tensor, weight: Tensor) -> Tensor:
    """How far off each joint is; 0, and without a gradient, where it does not count, whatever its place."""
    return torch.where(weight[..., None] > 0, projected - keypoints_2d, 0.0)
