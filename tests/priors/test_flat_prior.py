import pytest
import torch

from vhlib.priors import FlatPrior, QuadraticPrior


def test_every_pose_costs_nothing_and_pulls_nowhere(generator):
    pose = torch.randn(2, 23, 3, generator=generator).requires_grad_()
    prior = FlatPrior()
    assert isinstance(prior, QuadraticPrior)
    energy = prior.energy(pose)
    assert energy.tolist() == [0.0, 0.0]
    (gradient,) = torch.autograd.grad(energy.sum(), pose)
    assert gradient.abs().max() == 0
    model = prior.quadratic(pose.detach())
    assert model.energy.tolist() == [0.0, 0.0]
    assert model.gradient.shape == (2, 69)
    assert model.curvature.abs().max() == 0


def test_a_pose_without_a_batch_is_refused():
    with pytest.raises(Exception, match="body_pose"):
        FlatPrior().energy(torch.zeros(23, 3))
