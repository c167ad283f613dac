import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from vhlib.priors import load_gmm
from vhlib.training import gmm
from vhlib.training.gmm import GMMConfig, Mixture, fit_mixture, log_densities, train_gmm


def two_clusters(count: int = 4000) -> torch.Tensor:
    draws = torch.Generator().manual_seed(0)
    spread = torch.tensor([[1.0, 0.0], [0.8, 0.6]], dtype=torch.float64)  # covariance [[1, 0.8], [0.8, 1]]
    first = torch.randn(3 * count // 4, 2, dtype=torch.float64, generator=draws) @ spread.T
    second = 0.5 * torch.randn(count // 4, 2, dtype=torch.float64, generator=draws) + torch.tensor([6.0, -4.0])
    return torch.cat([first, second])


def test_two_clusters_are_found():
    mixture = fit_mixture(two_clusters(), GMMConfig(components=2, tolerance=1e-6))
    order = mixture.means[:, 0].argsort()
    expected_means = torch.tensor([[0.0, 0.0], [6.0, -4.0]], dtype=torch.float64)
    expected_covariances = torch.tensor([[[1.0, 0.8], [0.8, 1.0]], [[0.25, 0.0], [0.0, 0.25]]], dtype=torch.float64)
    # 3000 and 1000 samples: means to 1/sqrt(1000), covariances to twice that.
    torch.testing.assert_close(mixture.means[order], expected_means, atol=0.06, rtol=0)
    torch.testing.assert_close(mixture.covariances[order], expected_covariances, atol=0.12, rtol=0)
    torch.testing.assert_close(
        mixture.weights[order], torch.tensor([0.75, 0.25], dtype=torch.float64), atol=1e-3, rtol=0
    )


@settings(deadline=None)
@given(seed=st.integers(0, 2**31))
def test_densities_are_scipys(seed):
    draws = torch.Generator().manual_seed(seed)
    means = torch.randn(3, 4, dtype=torch.float64, generator=draws)
    factors = torch.randn(3, 4, 4, dtype=torch.float64, generator=draws)
    mixture = Mixture(
        means, factors @ factors.mT + 0.1 * torch.eye(4), torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    )
    data = torch.randn(5, 4, dtype=torch.float64, generator=draws)
    for k in range(3):
        expected = multivariate_normal(means[k].numpy(), mixture.covariances[k].numpy()).logpdf(data.numpy())
        expected = torch.from_numpy(expected) + math.log(mixture.weights[k])
        torch.testing.assert_close(log_densities(mixture, data)[:, k], expected)


def test_the_likelihood_never_falls_and_the_fit_repeats():
    reached: list[float] = []
    config = GMMConfig(components=3, tolerance=0.0, iterations=30)
    first = fit_mixture(two_clusters(800), config, lambda _, likelihood: reached.append(likelihood))
    second = fit_mixture(two_clusters(800), config)
    assert np.diff(reached).min() > -1e-3  # the ridge on the covariances may cost that much
    assert torch.equal(first.means, second.means)
    other = fit_mixture(two_clusters(800), GMMConfig(components=3, iterations=1, start=1))
    assert not torch.equal(other.means, fit_mixture(two_clusters(800), GMMConfig(components=3, iterations=1)).means)


def test_gradient_of_the_densities(generator):
    mixture = Mixture(
        torch.zeros(2, 3).double(), torch.eye(3).double().repeat(2, 1, 1), torch.tensor([0.5, 0.5]).double()
    )
    data = torch.randn(4, 3, dtype=torch.float64, generator=generator).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: log_densities(mixture, x), data)


def test_fewer_samples_than_components_are_refused():
    with pytest.raises(ValueError, match="data: expected at least 8 samples"):
        fit_mixture(torch.zeros(3, 2), GMMConfig())


def test_training_writes_a_prior_that_loads_with_a_card_that_says_how(tmp_path, monkeypatch):
    # Two families and few poses: the real command takes minutes.
    library = gmm.PoseLibrary
    monkeypatch.setattr(gmm, "PoseLibrary", lambda split: library(split, families=("walking", "running")))
    config = GMMConfig(components=2, poses=400, held_out=100, iterations=5)
    card = train_gmm(tmp_path, config)
    prior = load_gmm(tmp_path / "gmm_02.npz")
    assert prior.mean_pose.shape == (23, 3)
    assert json.loads((tmp_path / "gmm_02.json").read_text())["config"]["poses"] == 400
    held_out = library("val", families=("walking", "running")).sample(100, seed=0).body_pose
    # What was written is what was judged: the energy is minus the log density of the best component, up to a constant.
    written = Mixture(prior.means.double(), torch.linalg.inv(prior._precisions.double()), prior.weights.double())
    densities = log_densities(written, held_out.flatten(1).double())
    assert (prior.energy(held_out).double() + densities.amax(1)).std() < 0.05
    assert -float(densities.logsumexp(1).mean()) == pytest.approx(card["negative_log_likelihood"]["held_out"], abs=0.1)
