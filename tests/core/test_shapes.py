"""Shape checks at the door: sizes, and the sentence."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vhlib.core.shapes import check


@given(st.lists(st.integers(0, 5), max_size=4), st.lists(st.integers(0, 5), max_size=3))
def test_returns_the_size_of_every_named_axis(shape, leading):
    letters = "ABCD"[: len(shape)]
    assert check(x=(np.zeros(shape), " ".join(letters))) == dict(zip(letters, shape, strict=True))
    assert check(x=(np.zeros([*leading, *shape]), f"... {' '.join(letters)}")) == dict(zip(letters, shape, strict=True))


def test_arguments_share_their_axes():
    assert check(a=(torch.zeros(2, 5, 3), "B N 3"), b=(np.zeros((2, 5)), "B N")) == {"B": 2, "N": 5}


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"a": (torch.zeros(2, 4), "B 3")}, r"a: expected \(B, 3\), got \(2, 4\)"),
        ({"a": (torch.zeros(3), "B 3")}, r"a: expected \(B, 3\), got \(3,\)"),
        ({"a": (torch.zeros(1, 2, 3), "B 3")}, r"a: expected \(B, 3\), got \(1, 2, 3\)"),
        ({"a": (torch.zeros(()), "... 3")}, r"a: expected \(\.\.\., 3\), got \(\)"),
        ({"a": (torch.zeros(2, 3), "J J")}, r"a: expected \(J, J\) with J = 2 as in a, got \(2, 3\)"),
        (
            {"a": (torch.zeros(2, 3), "B 3"), "b": (torch.zeros(4, 3), "B 3")},
            r"b: expected \(B, 3\) with B = 2 as in a, got \(4, 3\)",
        ),
    ],
)
def test_names_the_argument_what_was_wanted_and_what_came(arrays, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        check(**arrays)
