"""`expect` says what is wrong: no tensor, shape, dtype, not finite, how far off and where, and which mistake it is."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.course import WrongAnswer, expect

WANTED = torch.tensor([[0.0, 1.0], [2.0, 3.0]])


@pytest.mark.parametrize(
    ("got", "says"),
    [
        (None, r"expected a tensor of shape \(2, 2\), got None: is there a `return`"),
        (np.zeros((2, 2)), "expected a tensor .* got a ndarray"),
        ((WANTED, WANTED), "expected a tensor .* got 2 results"),
        (WANTED[0], r"expected the shape \(2, 2\), got \(2,\)"),
        (WANTED.double(), "expected numbers of type torch.float32, as the input has, got torch.float64"),
        (WANTED / 0, "4 of 4 numbers are NaN or infinite"),
        (WANTED + torch.tensor([[0.0, 0.0], [0.0, 0.5]]), r"at \[1, 1\] expected 3, got 3.5 \(allowed: 1e-06\)$"),
        (WANTED.mT, r"It looks as if it was transposed\.$"),
    ],
)
def test_what_is_wrong_is_said_in_words(got, says):
    with pytest.raises(WrongAnswer, match=says):
        expect(got, WANTED, within=1e-6, mistakes={"it was transposed": WANTED.mT})


def test_a_single_number_has_no_place():
    with pytest.raises(WrongAnswer, match=r"^expected 2, got 3 \(allowed"):
        expect(torch.tensor(3.0), torch.tensor(2.0), within=1e-6)


def test_several_results_are_told_apart_by_name():
    wanted = {"rotations": WANTED, "positions": WANTED + 1}
    expect((WANTED, WANTED + 1), wanted, within=0.0)
    with pytest.raises(WrongAnswer, match="expected 2 results, rotations and positions, got one tensor"):
        expect(WANTED[0], wanted, within=0.0)
    with pytest.raises(WrongAnswer, match=r"^positions: at"):
        expect((WANTED, WANTED), wanted, within=0.5)


def test_a_recognised_mistake_is_told_before_an_unrecognised_one():
    wanted = {"rotations": WANTED, "positions": WANTED}
    with pytest.raises(WrongAnswer, match=r"^positions: .*as if it was transposed\."):
        expect((WANTED + 7, WANTED.mT), wanted, within=1e-6, mistakes={"it was transposed": WANTED.mT})


def test_a_mistake_that_would_pass_is_none():
    expect(WANTED, WANTED, within=1e-6, mistakes={"nothing was done": WANTED})


@settings(deadline=None)
@given(st.floats(1e-6, 1.0), st.floats(0.0, 0.9), st.integers(0, 3))
def test_it_passes_within_and_refuses_beyond(within, share, place):
    off = torch.zeros(4, dtype=torch.float64)
    off[place] = within
    wanted = WANTED.double()
    expect(wanted + share * off.reshape(2, 2), wanted, within=within)
    with pytest.raises(WrongAnswer):
        expect(wanted + 1.1 * off.reshape(2, 2), wanted, within=within)


def test_nothing_is_as_wanted_as_nothing():
    expect(torch.zeros(0, 3), torch.zeros(0, 3), within=0.0)
