from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vhlib.fitting.terms import geman_mcclure, keypoint_energy, project, torso_energy, total

DOUBLE: dict[str, Any] = {"dtype": torch.float64}


def test_geman_mcclure_at_three_errors():
    # Bogo et al. 2016, equation 2, with the code's σ² in front: σ² e² / (σ² + e²) at 0, σ and 3 σ, σ = 100.
    errors = torch.tensor([0.0, 100.0, -300.0], **DOUBLE)
    assert geman_mcclure(errors, sigma=100.0).tolist() == pytest.approx([0.0, 5000.0, 9000.0])


@settings(deadline=None)
@given(error=st.floats(-1e4, 1e4), sigma=st.floats(0.1, 1e3))
@example(error=2.2136903322042645e-156, sigma=0.125)  # its square has few digits left
def test_geman_mcclure_is_a_square_for_small_errors_and_bounded_for_large(error, sigma):
    cost = float(geman_mcclure(torch.tensor(error, **DOUBLE), sigma=sigma))
    assert 0 <= cost <= min(error**2, sigma**2) * (1 + 1e-12)
    assert cost == pytest.approx(float(geman_mcclure(torch.tensor(-error, **DOUBLE), sigma=sigma)))


def test_robust_costs_can_be_differentiated():
    errors = torch.tensor([-250.0, 0.0, 3.0], **DOUBLE, requires_grad=True)
    assert torch.autograd.gradcheck(lambda e: geman_mcclure(e, sigma=100.0), errors)


def test_projection_is_the_pinhole_and_refuses_what_is_behind():
    points = torch.tensor([[[0.5, -0.25, 2.0], [0.5, 0.5, -1.0]]], **DOUBLE)
    pixels = project(points, torch.tensor([[100.0, 200.0]], **DOUBLE), torch.tensor([[10.0, 20.0]], **DOUBLE))
    assert pixels[0, 0].tolist() == [35.0, -5.0]
    assert pixels[0, 1].isnan().all()


def test_keypoints_count_by_their_squared_weight():
    projected = torch.tensor([[[3.0, 4.0], [0.0, 100.0], [7.0, 7.0]]], **DOUBLE)
    seen, weight = torch.zeros(1, 3, 2, **DOUBLE), torch.tensor([[2.0, 0.5, 0.0]], **DOUBLE)
    assert torso_energy(projected, seen, weight).item() == pytest.approx(4 * 25 + 0.25 * 1e4)
    robust = 4 * (9e4 / 10009 + 16e4 / 10016) + 0.25 * 5000
    assert keypoint_energy(projected, seen, weight, sigma=100.0).item() == pytest.approx(robust)


def test_a_missing_keypoint_neither_counts_nor_pulls():
    projected = torch.tensor([[[3.0, 4.0], [torch.nan, 5.0]]], **DOUBLE, requires_grad=True)
    seen = torch.tensor([[[0.0, 0.0], [torch.nan, torch.inf]]], **DOUBLE)
    weight = torch.tensor([[1.0, 0.0]], **DOUBLE)
    for energy in (torso_energy(projected, seen, weight), keypoint_energy(projected, seen, weight, sigma=1e9)):
        assert energy.item() == pytest.approx(25.0)
        (gradient,) = torch.autograd.grad(energy.sum(), projected)
        assert gradient[0].flatten().tolist() == pytest.approx([6.0, 8.0, 0.0, 0.0])


def test_weights_are_squared_and_every_term_has_one():
    terms = {"pose": torch.tensor([1.0, 2.0]), "shape": torch.tensor([10.0, 0.0])}
    assert total(terms, {"pose": 3.0, "shape": 0.5}).tolist() == [11.5, 18.0]
    with pytest.raises(KeyError, match=r"\['angle', 'shape'\]"):
        total(terms, {"pose": 3.0, "angle": 1.0})
