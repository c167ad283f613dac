import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.geometry.skeletons import SMPL24
from vhlib.priors import AnglePrior, ResidualPrior


def bent(joint: str, axis: int, angle: float) -> torch.Tensor:
    body_pose = torch.zeros(1, 23, 3, dtype=torch.float64)
    body_pose[0, SMPL24.index(joint) - 1, axis] = angle
    return body_pose


@pytest.mark.parametrize(
    ("joint", "axis", "natural"),
    [("left_elbow", 1, -1), ("right_elbow", 1, +1), ("left_knee", 0, +1), ("right_knee", 0, +1)],
)
def test_each_hinge_costs_what_the_formula_says(joint, axis, natural):
    energy = AnglePrior().energy
    assert energy(bent(joint, axis, natural * 0.5)).item() == pytest.approx(3 + math.exp(-1))
    assert energy(bent(joint, axis, -natural * 0.5)).item() == pytest.approx(3 + math.exp(1))


def test_the_columns_are_smplifys():
    # The released fit_3d.py penalises entries 55, 58, 12, 15 of the 72 pose numbers, with signs +, -, -, -.
    flat = torch.zeros(72)
    flat[[55, 58, 12, 15]] = torch.tensor([0.1, 0.2, 0.3, 0.4])
    residuals = AnglePrior().residuals(flat[3:].reshape(1, 23, 3))
    torch.testing.assert_close(residuals, torch.tensor([[0.1, -0.2, -0.3, -0.4]]).exp())


@settings(deadline=None)
@given(seed=st.integers(0, 2**31))
def test_only_the_four_hinges_count_and_squares_sum_to_the_energy(seed):
    draws = torch.Generator().manual_seed(seed)
    body_pose = torch.randn(3, 23, 3, dtype=torch.float64, generator=draws)
    prior = AnglePrior()
    assert isinstance(prior, ResidualPrior)
    torch.testing.assert_close(prior.residuals(body_pose).square().sum(-1), prior.energy(body_pose))
    other = body_pose + 1
    for joint, axis in (("left_elbow", 1), ("right_elbow", 1), ("left_knee", 0), ("right_knee", 0)):
        other[:, SMPL24.index(joint) - 1, axis] = body_pose[:, SMPL24.index(joint) - 1, axis]
    torch.testing.assert_close(prior.energy(other), prior.energy(body_pose))


def test_gradient(generator):
    body_pose = torch.randn(2, 23, 3, dtype=torch.float64, generator=generator).requires_grad_()
    assert torch.autograd.gradcheck(AnglePrior().energy, body_pose)


def test_a_pose_without_hands_is_refused():
    with pytest.raises(Exception, match="body_pose"):
        AnglePrior().energy(torch.zeros(1, 21, 3))
