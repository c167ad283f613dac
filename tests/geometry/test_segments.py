import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.core.random import generator
from vhlib.geometry import axis_angle_to_matrix, segment_distance

ALONG_X = torch.tensor([[0.0, 0, 0], [2, 0, 0]], dtype=torch.float64)


@pytest.mark.parametrize(
    ("other", "distance"),
    [
        ([[1, -1, 3], [1, 1, 3]], 3.0),  # across, inside both
        ([[5, 0, 4], [5, 1, 4]], 5.0),  # end to end: 3-4-5
        ([[1, 2, 0], [1, 9, 0]], 2.0),  # an end against the inside
        ([[-1, 1, 0], [3, 1, 0]], 1.0),  # parallel
        ([[3, 0, 0], [4, 0, 0]], 1.0),  # on one line
        ([[1, 0, 2], [1, 0, 2]], 2.0),  # a point
        ([[0.5, -1, 0], [0.5, 1, 0]], 0.0),  # they cross
    ],
)
def test_known_distances(other, distance):
    other = torch.tensor(other, dtype=torch.float64)
    for first, second in ((ALONG_X, other), (other, ALONG_X), (ALONG_X.flip(0), other)):
        assert float(segment_distance(first, second)) == pytest.approx(distance, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**31))
def test_no_two_points_are_closer_and_moving_both_changes_nothing(seed):
    draw = generator(seed)
    first, second = torch.randn(2, 4, 2, 3, generator=draw, dtype=torch.float64)
    along = torch.linspace(0, 1, 101, dtype=torch.float64)[:, None]
    points = [ends[:, :1] + along * (ends[:, 1:] - ends[:, :1]) for ends in (first, second)]
    distance, sampled = segment_distance(first, second), torch.cdist(*points).amin((1, 2))
    assert (distance <= sampled + 1e-9).all()
    assert (sampled - distance <= 0.05 * (1 + distance)).all()
    turn = axis_angle_to_matrix(torch.randn(3, generator=draw, dtype=torch.float64))
    assert_close(segment_distance(first @ turn.T + 1, second @ turn.T + 1), distance)


def test_gradient(generator):
    first, second = torch.randn(2, 3, 2, 3, generator=generator, dtype=torch.float64)
    assert torch.autograd.gradcheck(segment_distance, (first.requires_grad_(), second.requires_grad_()))


def test_one_end_is_no_segment():
    with pytest.raises(ValueError, match=r"second: expected \(..., 2, 3\)"):
        inspect.unwrap(segment_distance)(ALONG_X, torch.zeros(1, 3))
