"""Errors in part maps: how many, and of which kind."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vhlib.core.random import generator
from vhlib.geometry.skeletons import SMPL24
from vhlib.training.corruption import overlooked, ragged, swapped


def blocks(count=2, side=12):
    """A square of part 5 in the middle of nothing."""
    parts = torch.zeros(count, side, side, dtype=torch.uint8)
    parts[:, 3:9, 3:9] = 5
    return parts


@given(st.integers(0, 3), st.integers(0, 100))
def test_only_pixels_near_an_edge_change(reach, seed):
    parts = blocks()
    found = ragged(parts, reach, generator=generator(seed))
    inner = slice(3 + reach, 9 - reach)
    assert (found[:, inner, inner] == 5).all()
    outside = torch.ones(12, dtype=torch.bool)
    outside[3 - reach : 9 + reach] = False
    assert not found[:, outside].any()
    assert reach or torch.equal(found, parts)


def test_edges_fray():
    assert not torch.equal(ragged(blocks(), 1, generator=generator(0)), blocks())


def test_everybodys_left_is_the_right_and_back_again():
    parts = torch.arange(25, dtype=torch.uint8).reshape(1, 5, 5).repeat(3, 1, 1)
    found = swapped(parts, 1.0, generator=generator(0))
    left, right = SMPL24.indices("left_knee", "right_knee")
    assert (found[parts == left + 1] == right + 1).all()
    assert (found[parts == 0] == 0).all()
    assert torch.equal(swapped(found, 1.0, generator=generator(1)), parts)
    assert torch.equal(swapped(parts, 0.0, generator=generator(0)), parts)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_whole_parts_of_a_person_are_missing(share):
    parts = torch.arange(1, 25, dtype=torch.uint8).repeat_interleave(2).reshape(1, 6, 8).repeat(200, 1, 1)
    found = overlooked(parts, share, generator=generator(0))
    missing = (found == 0).reshape(200, 24, 2)
    assert (missing.all(2) == missing.any(2)).all()
    assert missing.float().mean() == pytest.approx(share, abs=0.03)
    assert torch.equal(found[found > 0], parts[found > 0])
