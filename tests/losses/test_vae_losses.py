"""The four terms of the pose prior's autoencoder."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import Normal, kl_divergence
from torch.testing import assert_close

from vhlib.core.random import generator
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.losses import determinant, kl_to_standard_normal, orthogonality, rotation_reconstruction


def _rotations(seed: int, *shape: int) -> torch.Tensor:
    return axis_angle_to_matrix(2 * torch.randn(*shape, 3, generator=generator(seed), dtype=torch.float64))


def test_kl_agrees_with_torchs_own():
    mean, std = torch.randn(2, 5, 32, generator=generator(0), dtype=torch.float64)
    std = std.exp()
    expected = kl_divergence(Normal(mean, std), Normal(torch.zeros_like(mean), torch.ones_like(std))).sum(-1)
    assert_close(kl_to_standard_normal(mean, std), expected)


@settings(deadline=None)
@given(st.floats(-5, 5), st.floats(0.01, 10))
def test_kl_is_positive(mean: float, std: float):
    assert kl_to_standard_normal(torch.tensor([[mean]]), torch.tensor([[std]])) >= -1e-6


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.floats(0, 3.1))
def test_reconstruction_of_rotations_depends_on_their_angle_alone(seed: int, angle: float):
    truth = _rotations(seed, 1, 1)
    turned = axis_angle_to_matrix(torch.tensor([[[0.0, angle, 0.0]]], dtype=torch.float64)) @ truth
    expected = 4 * (1 - torch.tensor([angle], dtype=torch.float64).cos())
    assert_close(rotation_reconstruction(turned, truth), expected)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000))
def test_rotations_cost_nothing_and_turning_changes_nothing(seed: int):
    rotations, matrices = _rotations(seed, 2, 21), torch.randn(2, 21, 3, 3, generator=generator(seed)).double()
    assert_close(orthogonality(rotations), torch.zeros(2).double(), atol=1e-20, rtol=0)
    assert_close(determinant(rotations), torch.zeros(2).double(), atol=1e-12, rtol=0)
    for term in (orthogonality, determinant):
        assert_close(term(rotations @ matrices), term(matrices))


def test_only_the_determinant_sees_a_mirror():
    mirrors = -_rotations(3, 2, 4)
    assert_close(orthogonality(mirrors), torch.zeros(2).double(), atol=1e-20, rtol=0)
    assert_close(determinant(mirrors), torch.full((2,), 8.0).double())  # |-1 - 1| for each of four


def test_determinant_agrees_with_torchs_own():
    matrices = torch.randn(3, 5, 3, 3, generator=generator(1), dtype=torch.float64)
    assert_close(determinant(matrices), (torch.linalg.det(matrices) - 1).abs().sum(-1))


def test_gradients():
    draw = generator(2)
    mean, std = torch.randn(2, 2, 3, generator=draw, dtype=torch.float64)
    truth, matrices = torch.randn(2, 2, 2, 3, 3, generator=draw, dtype=torch.float64)
    assert torch.autograd.gradcheck(kl_to_standard_normal, (mean.requires_grad_(), std.exp().requires_grad_()))
    assert torch.autograd.gradcheck(rotation_reconstruction, (matrices.requires_grad_(), truth))
    for term in (orthogonality, determinant):
        assert torch.autograd.gradcheck(term, (matrices,))


def test_gradient_of_the_determinant_is_finite_where_a_matrix_vanishes():
    matrices = torch.zeros(1, 1, 3, 3, requires_grad=True)
    determinant(matrices).sum().backward()
    assert matrices.grad is not None
    assert matrices.grad.isfinite().all()


def test_refusals():
    with pytest.raises(ValueError, match=r"std: expected \(B, Z\) with Z = 3"):
        inspect.unwrap(kl_to_standard_normal)(torch.zeros(1, 3), torch.ones(1, 4))
    with pytest.raises(ValueError, match=r"matrices: expected \(B, J, 3, 3\)"):
        inspect.unwrap(orthogonality)(torch.zeros(3, 3))
    with pytest.raises(ValueError, match=r"matrices: expected"):
        inspect.unwrap(determinant)(torch.zeros(1, 21, 9))
    with pytest.raises(ValueError, match=r"truth: expected"):
        inspect.unwrap(rotation_reconstruction)(torch.zeros(1, 2, 3, 3), torch.zeros(1, 3, 3, 3))
