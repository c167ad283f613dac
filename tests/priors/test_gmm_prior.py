import json
import math
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from vhlib.core import paths
from vhlib.core.errors import InputError
from vhlib.data.poses import PoseLibrary
from vhlib.geometry.skeletons import SMPL24
from vhlib.priors import GMMPrior, QuadraticPrior, load_gmm
from vhlib.priors.gmm import max_mixture, mixture_constants


def tiny() -> GMMPrior:
    """Two Gaussians on one joint: unit variance at the origin, variance 4 at one radian of x."""
    means = torch.tensor([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], dtype=torch.float64)
    covariances = torch.stack([torch.eye(3), 4 * torch.eye(3)]).double()
    return GMMPrior(means, covariances, torch.tensor([0.75, 0.25], dtype=torch.float64))


def random_mixture(seed: int, components: int = 3, joints: int = 2) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    draws = torch.Generator().manual_seed(seed)
    size = 3 * joints
    means = torch.randn(components, size, dtype=torch.float64, generator=draws)
    factors = torch.randn(components, size, size, dtype=torch.float64, generator=draws)
    weights = torch.rand(components, dtype=torch.float64, generator=draws) + 0.1
    return means, factors @ factors.mT + 0.1 * torch.eye(size), weights / weights.sum()


def test_two_gaussians_by_hand():
    # -log ŵ = 3/2 log 2π + log(√|Σ_k| / 1) - log w_k: 3.0445 and 6.2225; the distances at (3, 0, 0) are 4.5 and 0.5.
    prior, there = tiny(), torch.tensor([[[0.0, 0.0, 0.0]], [[3.0, 0.0, 0.0]]], dtype=torch.float64)
    first = 1.5 * math.log(2 * math.pi) - math.log(0.75)
    second = 1.5 * math.log(2 * math.pi) + math.log(8) - math.log(0.25)
    assert prior.energy(there).tolist() == pytest.approx([first, second + 0.5])
    assert prior.component(there).tolist() == [0, 1]
    assert prior.mean_pose.tolist() == [[0.25, 0.0, 0.0]]


@settings(deadline=None)
@given(seed=st.integers(0, 2**31))
def test_it_is_the_best_components_negative_log_density_up_to_a_constant(seed):
    means, covariances, weights = random_mixture(seed)
    pose = 2 * torch.randn(5, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed + 1))
    densities = [
        -multivariate_normal(m.numpy(), c.numpy()).logpdf(pose.flatten(1).numpy()) - math.log(w)
        for m, c, w in zip(means, covariances, weights, strict=True)
    ]
    constant = 0.5 * float(torch.logdet(covariances).min())
    expected = torch.from_numpy(np.min(densities, axis=0)) - constant
    torch.testing.assert_close(GMMPrior(means, covariances, weights).energy(pose), expected)


@settings(deadline=None)
@given(seed=st.integers(0, 2**31))
def test_squares_of_the_residuals_and_the_quadratic_agree_with_the_energy(seed):
    prior = GMMPrior(*random_mixture(seed))
    assert isinstance(prior, QuadraticPrior)
    pose = torch.randn(4, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed + 1))
    pose.requires_grad_()
    energy = prior.energy(pose)
    (gradient,) = torch.autograd.grad(energy.sum(), pose)
    model = prior.quadratic(pose)
    torch.testing.assert_close(prior.residuals(pose).square().sum(-1), energy)
    torch.testing.assert_close(model.energy, energy)
    torch.testing.assert_close(model.gradient, gradient.flatten(1))
    torch.testing.assert_close(model.curvature, torch.linalg.inv(random_mixture(seed)[1])[prior.component(pose)])


def test_gradient(generator):
    prior = GMMPrior(*random_mixture(0))
    pose = torch.randn(3, 2, 3, dtype=torch.float64, generator=generator).requires_grad_()
    assert torch.autograd.gradcheck(prior.energy, pose)
    assert torch.autograd.gradcheck(prior.residuals, pose)


def test_poses_of_either_precision_are_taken():
    prior = load_gmm()
    body_pose = torch.zeros(2, 23, 3)
    assert prior.energy(body_pose).dtype == torch.float32
    torch.testing.assert_close(prior.energy(body_pose.double()).float(), prior.energy(body_pose), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m, c, w: (m, c, 2 * w), "weights: expected positive numbers that sum to 1"),
        (lambda m, c, w: (m, -c, w), "covariances: number 0 is not positive definite"),
        (lambda m, c, w: (m[:2], c, w), "covariances"),
    ],
)
def test_what_is_no_mixture_is_refused(change, message):
    with pytest.raises(Exception, match=message):
        GMMPrior(*change(*random_mixture(0)))


def test_another_number_of_joints_is_refused():
    with pytest.raises(ValueError, match=r"body_pose: expected \(B, 23, 3\), got \(1, 21, 3\)"):
        load_gmm().energy(torch.zeros(1, 21, 3))


def test_the_shipped_prior_prefers_natural_poses():
    # The mixture is soft about knees, as it was fitted to fencers and dancers too: the angle prior is their wall.
    prior, natural = load_gmm(), PoseLibrary("val").sample(256, seed=0).body_pose
    hyperextended, head_turned_back = natural.clone(), natural.clone()
    hyperextended[:, SMPL24.index("left_knee") - 1, 0] = -1.0
    head_turned_back[:, SMPL24.index("head") - 1, 1] = torch.pi
    assert (prior.energy(hyperextended) > prior.energy(natural)).float().mean() > 0.99
    assert (prior.energy(head_turned_back) > prior.energy(natural) + 100).all()


def test_the_shipped_prior_was_made_by_its_card():
    card = json.loads(paths.shipped("priors", "gmm_08.json").read_text())
    assert card["config"]["components"] == len(load_gmm().weights) == 8
    assert card["negative_log_likelihood"]["held_out"] - card["negative_log_likelihood"]["train"] < 3


def test_smplifys_own_pickle_is_read(tmp_path):
    means, covariances, weights = (a.numpy() for a in random_mixture(0, components=8, joints=23))
    path = tmp_path / "gmm_08.pkl"
    path.write_bytes(pickle.dumps({"means": means, "covars": covariances, "weights": weights}, protocol=2))
    pose = torch.zeros(1, 23, 3)
    expected = GMMPrior(*(torch.from_numpy(a) for a in (means, covariances, weights))).energy(pose.double())
    torch.testing.assert_close(load_gmm(path).energy(pose).double(), expected, rtol=1e-3, atol=1e-3)


def test_files_that_hold_something_else_are_named(tmp_path):
    np.savez(tmp_path / "other.npz", means=np.zeros((8, 69)))
    (tmp_path / "text.npz").write_text("not arrays")
    (tmp_path / "list.pkl").write_bytes(pickle.dumps([1, 2]))
    for name, message in {
        "other.npz": "expected a mixture",
        "text.npz": "expected an",
        "list.pkl": "expected a",
    }.items():
        with pytest.raises(InputError, match=rf"{name}: {message}"):
            load_gmm(tmp_path / name)


def test_constants_of_two_components_by_hand():
    # |Σ|^½ is 2 and 6; the smaller counts as 1. -log ŵ = log 2π + log(1 or 3) - log w.
    factors = torch.tensor([[[1.0, 0.0], [5.0, 2.0]], [[3.0, 0.0], [-1.0, 2.0]]], dtype=torch.float64)
    constants = mixture_constants(factors, torch.tensor([0.25, 0.75], dtype=torch.float64))
    two_pi = math.log(2 * math.pi)
    assert constants.tolist() == pytest.approx([two_pi - math.log(0.25), two_pi + math.log(3) - math.log(0.75)])


@settings(deadline=None)
@given(seed=st.integers(0, 2**31), scale=st.floats(1e-6, 1e6))
def test_the_unit_of_angles_does_not_change_the_constants(seed, scale):
    _, covariances, weights = random_mixture(seed)
    factors = torch.linalg.cholesky(covariances)
    torch.testing.assert_close(mixture_constants(scale * factors, weights), mixture_constants(factors, weights))


def test_constants_stay_finite_where_determinants_do_not():
    factors = 1e-3 * torch.eye(300).expand(2, 300, 300)  # |Σ|^½ = 1e-900
    constants = mixture_constants(factors, torch.tensor([0.5, 0.5]))
    assert constants.tolist() == pytest.approx([150 * math.log(2 * math.pi) + math.log(2)] * 2)


def test_constants_and_energy_can_be_differentiated(generator):
    factors = torch.randn(2, 3, 3, dtype=torch.float64, generator=generator).abs().tril().requires_grad_()
    weights = torch.tensor([0.4, 0.6], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(mixture_constants, (factors, weights))
    whitened = torch.randn(4, 2, 3, dtype=torch.float64, generator=generator).requires_grad_()
    assert torch.autograd.gradcheck(max_mixture, (whitened, weights))


@settings(deadline=None)
@given(seed=st.integers(0, 2**31))
def test_the_max_mixture_lies_above_the_mixture_by_less_than_the_number_of_its_components_allows(seed):
    draws = torch.Generator().manual_seed(seed)
    whitened = torch.randn(5, 3, 4, dtype=torch.float64, generator=draws)
    constants = torch.rand(3, dtype=torch.float64, generator=draws)
    soft = -torch.logsumexp(-(whitened.square().sum(-1) + constants), -1)
    hard = max_mixture(whitened, constants)
    assert ((soft <= hard + 1e-12) & (hard <= soft + math.log(3) + 1e-12)).all()
