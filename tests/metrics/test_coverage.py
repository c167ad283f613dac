import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.core.random import generator
from vhlib.metrics import coverage


def test_a_generator_that_repeats_one_sample_covers_few():
    line = torch.arange(10.0)[:, None]
    # Within one step of 3 lie 2, 3 and 4.
    assert coverage(line, torch.full((50, 1), 3.0), neighbours=1) == pytest.approx(0.3)


def test_two_sets_of_one_distribution_cover_each_other_to_one_minus_two_to_the_minus_k():
    real, generated = torch.randn(2, 4000, 4, generator=generator(0))  # Naeem et al. 2020, section 3.3
    for neighbours, expected in ((1, 0.5), (3, 0.875), (5, 0.969)):
        assert coverage(real, generated, neighbours=neighbours) == pytest.approx(expected, abs=0.02)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31))
def test_more_samples_never_cover_less_and_moving_both_changes_nothing(seed):
    real, generated = torch.randn(2, 40, 3, generator=generator(seed), dtype=torch.float64)
    some, all_ = coverage(real, generated[:10]), coverage(real, generated)
    assert some <= all_
    assert coverage(real + 5, generated + 5) == pytest.approx(all_, abs=0.03)


def test_refusals():
    with pytest.raises(ValueError, match="neighbours: expected 1 to 2 among 3 real samples, got 5"):
        coverage(torch.zeros(3, 2), torch.zeros(9, 2))
