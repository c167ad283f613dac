"""The three angles that the joint limits bound: there and back, inside the limits, and what they mean."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.geometry import (
    BODY_JOINTS,
    axis_angle_to_matrix,
    from_swing_and_twist,
    joint_axes,
    limit_excess,
    swing_and_twist,
)

RANGES = torch.tensor([joint_axes(joint) for joint in BODY_JOINTS], dtype=torch.float64)
ELBOW = BODY_JOINTS.index("left_elbow")


def within_limits(seed: int) -> torch.Tensor:
    share = torch.rand(4, 23, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return RANGES[..., 0] + share * (RANGES[..., 1] - RANGES[..., 0])


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_any_three_angles_within_their_ranges_are_within_the_limits_and_come_back(seed):
    angles = within_limits(seed)
    pose = from_swing_and_twist(angles)
    assert float(limit_excess(pose).max()) < 1e-6
    assert_close(swing_and_twist(pose), angles, atol=1e-6, rtol=0)


def test_the_twist_comes_first():
    """A forearm turned by 60° and bent by 90° is Ry(-90°) Rx(60°): bending does not change how far it is turned."""
    angles = torch.zeros(1, 23, 3, dtype=torch.float64)
    angles[0, ELBOW] = torch.tensor([60.0, -90.0, 0.0]).deg2rad()
    turned, bent = torch.zeros(2, 3, dtype=torch.float64)
    turned[0], bent[1] = angles[0, ELBOW, 0], angles[0, ELBOW, 1]
    expected = axis_angle_to_matrix(bent) @ axis_angle_to_matrix(turned)
    assert_close(axis_angle_to_matrix(from_swing_and_twist(angles))[0, ELBOW], expected)


def test_gradient():
    angles = within_limits(0)[:1].requires_grad_()
    assert torch.autograd.gradcheck(from_swing_and_twist, angles)
    assert torch.autograd.gradcheck(swing_and_twist, from_swing_and_twist(angles).detach().requires_grad_())


@pytest.mark.parametrize("function", [swing_and_twist, from_swing_and_twist])
def test_a_pose_without_its_hands_is_refused(function):
    with pytest.raises(Exception, match=r"23|type-check"):
        function(torch.zeros(1, 21, 3))
