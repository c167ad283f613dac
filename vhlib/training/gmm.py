"""The pose prior's mixture of Gaussians, fitted to the library of poses by expectation-maximisation (Bishop 2006, 9.2).

SMPLify's own mixture was fitted to motion capture and comes under SMPL's licence; this one is made of poses that the
kit makes itself.
"""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.random import generator
from vhlib.core.shapes import check
from vhlib.data.poses import PoseLibrary

Progress = Callable[[int, float], None]
"""Told the number of each iteration and the mean log likelihood that it reached."""


@dataclass(frozen=True)
class GMMConfig:
    """What is fitted, and to how much."""

    components: int = 8
    """Gaussians; SMPLify uses 8."""
    poses: int = 25_000
    """Poses of the library's training split."""
    held_out: int = 5_000
    """Poses of its validation split that the result is judged on."""
    iterations: int = 200
    """At most so many."""
    tolerance: float = 1e-2
    """Stop when an iteration gains less mean log likelihood than this."""
    regularisation: float = 1e-4
    """Added to every variance, radians squared: no direction is narrower than 0.6 degrees."""
    seed: int = 0
    """Of the poses."""
    start: int = 3
    """Of the starting components. Which hill a mixture climbs depends on it, and likelihood does not say which one is
    good for fits: of 0 to 3, this one fitted 128 people of the validation split best (`vhlib.data.crowd`)."""


@dataclass(frozen=True)
class Mixture:
    """A mixture of Gaussians."""

    means: Float[Tensor, "K D"]
    """Centres."""
    covariances: Float[Tensor, "K D D"]
    """Symmetric, positive definite."""
    weights: Float[Tensor, "K"]
    """Positive, sum to 1."""


def log_densities(mixture: Mixture, data: Float[Tensor, "N D"]) -> Float[Tensor, "N K"]:
    """Logarithm of w_k N(x; μ_k, Σ_k) for every sample and component; their logsumexp is the log likelihood.

    Args:
        mixture: of float64.
        data: samples, float64.
    """
    check(data=(data, "N D"), means=(mixture.means, "K D"))
    factors = torch.linalg.cholesky(mixture.covariances)
    log_root_det = factors.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    constant = mixture.weights.log() - log_root_det - 0.5 * data.shape[1] * math.log(2 * math.pi)
    columns = []
    for mean, factor in zip(mixture.means, factors, strict=True):
        whitened = torch.linalg.solve_triangular(factor, (data - mean).T, upper=False)
        columns.append(-0.5 * whitened.square().sum(0))
    return torch.stack(columns, 1) + constant


def fit_mixture(data: Float[Tensor, "N D"], config: GMMConfig, progress: Progress | None = None) -> Mixture:
    """The mixture that makes the data most likely, from a start spread over the data (k-means++).

    Args:
        data: samples; computed in float64.
        config: how many components, and when to stop.
        progress: told about every iteration.

    Raises:
        ValueError: fewer samples than components.
    """
    data = data.double()
    if len(data) < config.components:
        raise ValueError(f"data: expected at least {config.components} samples, one per component, got {len(data)}")
    mixture = _maximise(data, _spread(data, config), config.regularisation)
    reached = -math.inf
    for iteration in range(1, config.iterations + 1):
        densities = log_densities(mixture, data)
        evidence = densities.logsumexp(1, keepdim=True)
        before, reached = reached, float(evidence.mean())
        if progress:
            progress(iteration, reached)
        if reached - before < config.tolerance:
            break
        mixture = _maximise(data, (densities - evidence).exp(), config.regularisation)
    return mixture


def train_gmm(out: Path, config: GMMConfig, progress: Progress | None = None) -> dict[str, Any]:
    """Fit the prior to the pose library and write it, with a card that says how it was made and how good it is.

    Args:
        out: folder for ``gmm_08.npz`` (means, covars, weights) and ``gmm_08.json``.
        config: how much data, and when to stop.
        progress: told about every iteration.

    Returns:
        The card.
    """
    began = time.perf_counter()
    poses = PoseLibrary("train").sample(config.poses, seed=config.seed).body_pose.flatten(1)
    mixture = fit_mixture(poses, config, progress)
    held_out = PoseLibrary("val").sample(config.held_out, seed=config.seed).body_pose.flatten(1).double()
    card = {
        "command": "vh train gmm --out data/priors",
        "config": asdict(config),
        "families": PoseLibrary("train").families,
        "negative_log_likelihood": {
            "train": -float(log_densities(mixture, poses.double()).logsumexp(1).mean()),
            "held_out": -float(log_densities(mixture, held_out).logsumexp(1).mean()),
        },
        "seconds": round(time.perf_counter() - began, 1),
    }
    name = f"gmm_{config.components:02d}"
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out / f"{name}.npz",
        means=mixture.means.float().numpy(),
        covars=mixture.covariances.float().numpy(),
        weights=mixture.weights.float().numpy(),
    )
    (out / f"{name}.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return card


def _maximise(data: Float[Tensor, "N D"], responsibilities: Float[Tensor, "N K"], regularisation: float) -> Mixture:
    """The M step: moments of the data under each component's share of it."""
    mass = responsibilities.sum(0)
    means = (responsibilities.T @ data) / mass[:, None]
    ridge = regularisation * torch.eye(data.shape[1], dtype=data.dtype)
    covariances = torch.stack(
        [
            ((data - mean) * share[:, None]).T @ (data - mean) / total + ridge
            for mean, share, total in zip(means, responsibilities.T, mass, strict=True)
        ]
    )
    return Mixture(means, covariances, mass / mass.sum())


def _spread(data: Float[Tensor, "N D"], config: GMMConfig) -> Float[Tensor, "N K"]:
    """Each sample given to the nearest of K samples drawn far apart: k-means++ (Arthur and Vassilvitskii 2007)."""
    draws = generator(config.start, "gmm")
    centres = data[torch.randint(len(data), (1,), generator=draws)]
    for _ in range(config.components - 1):
        nearest = torch.cdist(data, centres).square().amin(1)
        centres = torch.cat([centres, data[torch.multinomial(nearest, 1, generator=draws)]])
    return torch.nn.functional.one_hot(torch.cdist(data, centres).argmin(1), config.components).to(data.dtype)
