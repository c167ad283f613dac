"""Where natural poses lie: SMPLify's mixture of Gaussians on the axis-angles of all joints (Bogo et al. 2016, 3.2)."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vhlib.core import paths
from vhlib.core.errors import InputError
from vhlib.core.shapes import check
from vhlib.core.unpickle import load_pickle
from vhlib.exercises import exercise
from vhlib.priors.types import Quadratic


@exercise("05_pose_priors")
def mixture_constants(factors: Float[Tensor, "K D D"], weights: Float[Tensor, "K"]) -> Float[Tensor, "K"]:
    """-log ŵ_k = D/2 log 2π + log |Σ_k|^½ - min_j log |Σ_j|^½ - log w_k.

    Two components of one width and weight ½ in one dimension: log 2 + ½ log 2π each, the width does not matter.

    >>> mixture_constants(torch.full((2, 1, 1), 0.1), torch.tensor([0.5, 0.5]))
    tensor([1.6121, 1.6121])

    Args:
        factors: lower triangular C_k with Σ_k = C_k C_kᵀ; the product of its diagonal is |Σ_k|^½.
        weights: positive, sum to 1.
    """
    # Logarithms before anything is multiplied: in 69 dimensions determinants leave the range of float32.
    log_root_det = factors.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    log_norm = 0.5 * factors.shape[-1] * math.log(2 * math.pi) + log_root_det - log_root_det.min()
    return log_norm - weights.log()


@exercise("05_pose_priors")
def max_mixture(whitened: Float[Tensor, "B K D"], constants: Float[Tensor, "K"]) -> Float[Tensor, "B"]:
    """min_k [ ‖r_k‖² - log ŵ_k ]: the energy of the component that explains a pose best.

    >>> max_mixture(torch.tensor([[[3.0, 4.0], [0.0, 1.0]]]), torch.tensor([0.5, 2.0]))
    tensor([3.])

    Args:
        whitened: r_k = √½ C_k⁻¹ (θ - μ_k), whose square is ½ (θ - μ_k)ᵀ Σ_k⁻¹ (θ - μ_k).
        constants: -log ŵ_k.
    """
    return _energies(whitened, constants).amin(-1)


class GMMPrior(nn.Module):
    """Max-mixture: the energy of the component that explains the pose best.

    E(θ) = min_k [ ½ (θ - μ_k)ᵀ Σ_k⁻¹ (θ - μ_k) - log ŵ_k ],
    ŵ_k = w_k / ((2π)^{D/2} |Σ_k|^½ / min_j |Σ_j|^½).

    The minimum stands in for the sum of a true mixture because it keeps the energy a sum of squares: near a pose
    one component is active, and its Cholesky factor gives the residuals.

    Convention:
        ŵ_k is SMPLify's: determinants count relative to the smallest, so energies are positive, and differ from the
        negative log likelihood by a constant.

    Args:
        means: radians, flattened joint by joint; D = 3 x joints, 69 for SMPL.
        covariances: symmetric, positive definite, radians squared.
        weights: positive, sum to 1.

    Raises:
        ValueError: shapes disagree, a covariance is not positive definite, or weights that are no mixture.
    """

    means: Float[Tensor, "K D"]
    weights: Float[Tensor, "K"]
    _whitening: Float[Tensor, "D KD"]
    _whitened_means: Float[Tensor, "KD"]
    _constants: Float[Tensor, "K"]
    _precisions: Float[Tensor, "K D D"]

    def __init__(self, means: Float[Tensor, "K D"], covariances: Float[Tensor, "K D D"], weights: Float[Tensor, "K"]):
        super().__init__()
        sizes = check(means=(means, "K D"), covariances=(covariances, "K D D"), weights=(weights, "K"))
        if not torch.all(weights > 0) or abs(float(weights.sum()) - 1) > 1e-4:
            raise ValueError(f"weights: expected positive numbers that sum to 1, got {weights.tolist()}")
        factors, failed = torch.linalg.cholesky_ex(covariances.double())  # Σ = C Cᵀ
        if failed.any():
            raise ValueError(f"covariances: number {int(failed.nonzero()[0])} is not positive definite")
        # ½ dᵀ Σ⁻¹ d = ‖√½ C⁻¹ d‖²; all K side by side make one product of the batch.
        identity = torch.eye(sizes["D"], dtype=torch.float64, device=factors.device)
        whitening = math.sqrt(0.5) * torch.linalg.solve_triangular(factors, identity, upper=False)
        columns = whitening.flatten(0, 1).T
        for name, buffer in {
            "means": means,
            "weights": weights,
            "_whitening": columns,
            "_whitened_means": torch.einsum("kij,kj->ki", whitening, means.double()).flatten(),
            "_constants": mixture_constants(factors, weights.double()),
            "_precisions": 2 * whitening.mT @ whitening,
        }.items():
            self.register_buffer(name, buffer.to(means.dtype).contiguous())

    @property
    def mean_pose(self) -> Float[Tensor, "J 3"]:
        """Σ w_k μ_k: where SMPLify starts. Radians."""
        return (self.weights @ self.means).reshape(-1, 3)

    def energy(self, body_pose: Float[Tensor, "B J 3"]) -> Float[Tensor, "B"]:
        """min_k of the components' energies.

        Args:
            body_pose: axis-angle, radians, relative to the parent.

        Raises:
            ValueError: another number of joints than the mixture has.
        """
        return max_mixture(self._whitened(body_pose), self._constants.to(body_pose))

    def residuals(self, body_pose: Float[Tensor, "B J 3"]) -> Float[Tensor, "B R"]:
        """√½ C_k⁻¹ (θ - μ_k) and √(-log ŵ_k) of the best component: R = D + 1, squares sum to the energy.

        Args:
            body_pose: axis-angle, radians, relative to the parent.

        Raises:
            ValueError: another number of joints than the mixture has.
        """
        whitened = self._whitened(body_pose)
        best = _energies(whitened, self._constants.to(whitened)).argmin(-1)
        chosen = whitened.gather(1, best[:, None, None].expand(-1, 1, whitened.shape[-1])).squeeze(1)
        return torch.cat([chosen, self._constants.to(chosen).sqrt()[best][:, None]], -1)

    def quadratic(self, body_pose: Float[Tensor, "B J 3"]) -> Quadratic:
        """The best component as it is: gradient Σ_k⁻¹ (θ - μ_k) and curvature Σ_k⁻¹.

        Args:
            body_pose: axis-angle, radians, relative to the parent.

        Raises:
            ValueError: another number of joints than the mixture has.
        """
        energies = _energies(self._whitened(body_pose), self._constants.to(body_pose))
        energy, best = energies.min(-1)
        precision = self._precisions.to(body_pose)[best]
        apart = body_pose.flatten(1) - self.means.to(body_pose)[best]
        return Quadratic(energy, (precision @ apart[..., None]).squeeze(-1), precision)

    def component(self, body_pose: Float[Tensor, "B J 3"]) -> Int[Tensor, "B"]:
        """Which component explains each pose best.

        Args:
            body_pose: axis-angle, radians, relative to the parent.
        """
        return _energies(self._whitened(body_pose), self._constants.to(body_pose)).argmin(-1)

    def _whitened(self, body_pose: Float[Tensor, "B J 3"]) -> Float[Tensor, "B K D"]:
        pose, components = body_pose.flatten(1), len(self.weights)
        if pose.shape[1] != self.means.shape[1]:
            joints = self.means.shape[1] // 3
            raise ValueError(f"body_pose: expected (B, {joints}, 3), got {tuple(body_pose.shape)}")
        whitened = pose @ self._whitening.to(pose) - self._whitened_means.to(pose)
        return whitened.unflatten(1, (components, -1))


def load_gmm(path: Path | None = None) -> GMMPrior:
    """A mixture from a file.

    Args:
        path: ours (``.npz``) or SMPLify's ``gmm_08.pkl``; both hold means (K, D), covars (K, D, D), weights (K,).
            None: the one that comes with the kit, fitted to its pose library.

    Raises:
        InputError: no such file, or it holds something else.
    """
    path = paths.shipped("priors", "gmm_08.npz") if path is None else Path(path)
    content = _read(path)
    try:
        means, covars, weights = (torch.from_numpy(np.asarray(content[k], np.float32)) for k in _KEYS)
        return GMMPrior(means, covars, weights)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: expected a mixture with {', '.join(_KEYS)}, but: {error}") from error


def _energies(whitened: Tensor, constants: Tensor) -> Tensor:
    return whitened.square().sum(-1) + constants


_KEYS = ("means", "covars", "weights")


def _read(path: Path) -> Any:
    if path.suffix == ".pkl":
        return load_pickle(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: expected an .npz of arrays or SMPLify's .pkl ({error})") from error
