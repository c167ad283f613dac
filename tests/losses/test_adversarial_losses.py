import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.losses import discriminator_loss, generator_loss


def test_known_answers():
    # Kanazawa et al. 2018, section 3.3: sums over discriminators, means over bodies.
    fake = torch.tensor([[0.0, 1.0, 3.0], [1.0, 1.0, 1.0]])
    assert generator_loss(fake).item() == pytest.approx((1 + 0 + 4) / 2)
    real = torch.tensor([[1.0, 1.0, 0.0]])
    assert discriminator_loss(real, fake).item() == pytest.approx(1 + (1 + 9 + 3) / 2)


@settings(deadline=None)
@given(seed=st.integers(0, 2**31))
def test_a_perfect_judge_leaves_nothing_to_gain_and_nobody_loses_less_than_nothing(seed):
    scores = torch.randn(4, 25, generator=torch.Generator().manual_seed(seed))
    assert generator_loss(scores) >= 0
    assert discriminator_loss(scores, scores) >= 12.5 - 1e-4  # (x - 1)² + x² is never below 1/2
    assert discriminator_loss(torch.ones(4, 25), torch.zeros(4, 25)) == 0
    assert generator_loss(torch.ones(4, 25)) == 0


def test_gradient(generator):
    real, fake = (torch.randn(3, 5, dtype=torch.float64, generator=generator, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(discriminator_loss, (real, fake))
    assert torch.autograd.gradcheck(generator_loss, (fake,))


def test_scores_of_different_judges_are_refused():
    with pytest.raises(Exception, match="fake"):
        discriminator_loss(torch.zeros(2, 25), torch.zeros(2, 24))
