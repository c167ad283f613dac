import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.priors import ResidualPrior, ShapePrior


def test_known_answer():
    assert ShapePrior().energy(torch.tensor([[1.0, -2.0, 2.0], [0.0, 0.0, 0.0]])).tolist() == [9.0, 0.0]


@settings(deadline=None)
@given(seed=st.integers(0, 2**31), scale=st.floats(0, 10))
def test_it_grows_with_the_square_of_the_distance_from_average(seed, scale):
    betas = torch.randn(2, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    prior = ShapePrior()
    assert isinstance(prior, ResidualPrior)
    torch.testing.assert_close(prior.energy(scale * betas), scale**2 * prior.energy(betas))
    torch.testing.assert_close(prior.residuals(betas).square().sum(-1), prior.energy(betas))


def test_gradient(generator):
    betas = torch.randn(2, 10, dtype=torch.float64, generator=generator).requires_grad_()
    assert torch.autograd.gradcheck(ShapePrior().energy, betas)


def test_betas_of_one_body_without_a_batch_are_refused():
    with pytest.raises(Exception, match="betas"):
        ShapePrior().energy(torch.zeros(10))
