"""Rotations against matrix_exp and scipy, there and back, and their gradients where naive formulas have none."""

import inspect
import math

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.testing import assert_close

from vhlib.geometry import rotations
from vhlib.geometry.rotations import (
    axis_angle_to_matrix,
    axis_angle_to_quaternion,
    geodesic_angle,
    matrix_to_axis_angle,
    matrix_to_quaternion,
    matrix_to_rotation_6d,
    project_to_rotation,
    projection_gradient,
    quaternion_to_axis_angle,
    quaternion_to_matrix,
    rotation_6d_to_matrix,
)

ANGLES = [0.0, 1e-12, 1e-8, 1e-4, 0.0316, 0.0999999, 0.1, 0.1000001, 0.2, 1.0, math.pi / 2, math.pi - 1e-6, math.pi]
IDENTITY = torch.eye(3, dtype=torch.float64)


@st.composite
def axis_angles(draw: st.DrawFn, most: float = math.pi) -> Tensor:
    """A rotation vector; its angle is often one where formulas change or fail."""
    parts = st.floats(-1, 1, allow_subnormal=False)
    axis = torch.tensor([draw(parts), draw(parts), draw(parts)], dtype=torch.float64)
    axis = axis / axis.norm() if axis.norm() > 1e-3 else IDENTITY[draw(st.integers(0, 2))]
    return draw(st.sampled_from(ANGLES) | st.floats(0, most)) * axis


def cross_matrix(v: Tensor) -> Tensor:
    zero = torch.zeros_like(v[..., 0])
    x, y, z = v.unbind(-1)
    return torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).unflatten(-1, (3, 3))


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_rodrigues_agrees_with_the_matrix_exponential_from_0_to_pi():
    angles = torch.tensor([*ANGLES, *(math.pi * i / 500 for i in range(501))], dtype=torch.float64)
    axes = torch.nn.functional.normalize(random(len(angles), 3), dim=-1)
    vectors = angles[:, None] * axes
    error = (axis_angle_to_matrix(vectors) - torch.matrix_exp(cross_matrix(vectors))).abs().max()
    assert error < 1e-14


@given(axis_angles(most=20.0))
@settings(deadline=None)
def test_every_form_agrees_with_scipy(vector: Tensor):
    reference = Rotation.from_rotvec(vector.numpy())
    matrix, quaternion = torch.tensor(reference.as_matrix()), torch.tensor(reference.as_quat(scalar_first=True))
    assert_close(axis_angle_to_matrix(vector), matrix, rtol=0, atol=1e-14)
    ours = axis_angle_to_quaternion(vector)
    assert_close(ours * (ours @ quaternion).sign(), quaternion, rtol=0, atol=1e-14)
    assert_close(quaternion_to_matrix(quaternion), matrix, rtol=0, atol=1e-14)
    ours = matrix_to_quaternion(matrix)
    assert_close(ours * (ours @ quaternion).sign(), quaternion, rtol=0, atol=1e-14)


@given(axis_angles())
@settings(deadline=None)
def test_axis_angle_comes_back_from_matrix_and_quaternion(vector: Tensor):
    for back in (
        matrix_to_axis_angle(axis_angle_to_matrix(vector)),
        quaternion_to_axis_angle(axis_angle_to_quaternion(vector)),
        quaternion_to_axis_angle(-3.0 * axis_angle_to_quaternion(vector)),
    ):
        # At pi an axis and its opposite are one rotation.
        difference = torch.minimum((back - vector).norm(), (back + vector).norm() + 2 * (math.pi - vector.norm()).abs())
        assert difference < 1e-13


@given(axis_angles())
@example(torch.zeros(3, dtype=torch.float64))
@settings(deadline=None)
def test_matrix_comes_back_from_every_form(vector: Tensor):
    matrix = axis_angle_to_matrix(vector)
    assert_close(quaternion_to_matrix(matrix_to_quaternion(matrix)), matrix, rtol=0, atol=1e-14)
    assert_close(axis_angle_to_matrix(matrix_to_axis_angle(matrix)), matrix, rtol=0, atol=1e-14)
    assert_close(rotation_6d_to_matrix(matrix_to_rotation_6d(matrix)), matrix, rtol=0, atol=1e-14)
    assert_close(project_to_rotation(matrix), matrix, rtol=0, atol=1e-14)


@given(axis_angles(), axis_angles())
@settings(deadline=None)
def test_results_are_rotations_and_the_inverse_is_the_negative(one: Tensor, other: Tensor):
    matrix = axis_angle_to_matrix(one)
    assert_close(matrix @ matrix.mT, IDENTITY, rtol=0, atol=1e-14)
    assert abs(torch.linalg.det(matrix).item() - 1) < 1e-14
    assert_close(axis_angle_to_matrix(-one), matrix.mT, rtol=0, atol=1e-14)
    angle = geodesic_angle(matrix, axis_angle_to_matrix(other))
    assert 0 <= angle <= math.pi
    assert_close(angle, geodesic_angle(axis_angle_to_matrix(other), matrix), rtol=0, atol=1e-13)


@given(axis_angles())
@settings(deadline=None)
def test_geodesic_angle_is_the_angle(vector: Tensor):
    assert abs(geodesic_angle(IDENTITY, axis_angle_to_matrix(vector)) - vector.norm()) < 1e-14


def test_quaternion_is_w_first_and_positive():
    half_turns = axis_angle_to_matrix(math.pi * IDENTITY)
    quaternions = matrix_to_quaternion(torch.cat([half_turns, IDENTITY[None]]))
    assert_close(quaternions.abs(), torch.eye(4, dtype=torch.float64)[[1, 2, 3, 0]], rtol=0, atol=1e-15)
    assert (matrix_to_quaternion(axis_angle_to_matrix(random(100, 3, seed=1) * 3))[:, 0] >= 0).all()


def test_6d_is_two_columns_and_gram_schmidt_undoes_length_and_slant():
    matrix = axis_angle_to_matrix(random(3))
    six = matrix_to_rotation_6d(matrix)
    assert_close(six, torch.cat([matrix[:, 0], matrix[:, 1]]))
    slanted = torch.cat([5 * six[:3], 0.1 * six[3:] + 7 * six[:3]])
    assert_close(rotation_6d_to_matrix(slanted), matrix)


def test_projection_is_the_closest_rotation_and_never_a_reflection():
    matrices = random(50, 3, 3)
    closest = project_to_rotation(matrices)
    assert_close(torch.linalg.det(closest), torch.ones(50, dtype=torch.float64))
    distance = (matrices - closest).flatten(1).norm(dim=1)
    for step in (1e-2, 0.3, 2.0):
        other = closest @ axis_angle_to_matrix(step * torch.nn.functional.normalize(random(50, 3, seed=2), dim=-1))
        assert ((matrices - other).flatten(1).norm(dim=1) > distance).all()


@settings(deadline=None)
@given(seed=st.integers(0, 2**31), size=st.sampled_from([1e-15, 1.0, 1e15]))
def test_a_gpu_finds_the_same_rotation_without_an_svd(seed: int, size: float):
    matrices = size * random(20, 3, 3, seed=seed)
    scales = torch.linalg.svdvals(matrices)
    clear = (scales[:, 1] + torch.linalg.det(matrices).sign() * scales[:, 2]) / scales[:, 0] > 1e-2
    found, wanted = rotations._closest_by_quaternion(matrices), project_to_rotation(matrices)
    assert_close(found[clear], wanted[clear], rtol=0, atol=1e-11)
    assert_close(found @ found.mT, IDENTITY.expand(20, 3, 3), rtol=0, atol=1e-12)
    assert_close(rotations._closest_by_quaternion(torch.zeros(3, 3)), torch.eye(3))


@pytest.mark.parametrize("angle", [0.0, 1e-9, 0.05, 0.2, 2.0, math.pi])
def test_gradients_of_the_exponential_side_pass_gradcheck_at_every_angle(angle: float):
    vector = (angle * torch.nn.functional.normalize(random(3), dim=-1)).requires_grad_()
    assert gradcheck(axis_angle_to_matrix, vector)
    assert gradcheck(axis_angle_to_quaternion, vector)
    assert gradgradcheck(axis_angle_to_matrix, vector)


@pytest.mark.parametrize("angle", [0.0, 1e-9, 0.05, 0.2, 2.0, 3.0])
def test_gradients_of_the_logarithmic_side_pass_gradcheck(angle: float):
    vector = angle * torch.nn.functional.normalize(random(3), dim=-1)
    # Off the rotations the map may be anything: step along them.
    assert gradcheck(lambda v: matrix_to_axis_angle(axis_angle_to_matrix(v)), vector.requires_grad_())
    assert gradcheck(quaternion_to_axis_angle, axis_angle_to_quaternion(vector.detach()).requires_grad_())
    assert gradcheck(quaternion_to_matrix, axis_angle_to_quaternion(vector.detach()).requires_grad_())
    assert gradcheck(matrix_to_quaternion, axis_angle_to_matrix(vector.detach()).requires_grad_())


@given(axis_angles())
@example(torch.zeros(3, dtype=torch.float64))
@example(torch.tensor([0.0, math.pi, 0.0], dtype=torch.float64))
@settings(deadline=None, max_examples=50)
def test_no_gradient_is_ever_infinite(vector: Tensor):
    for dtype in (torch.float32, torch.float64):
        leaf = vector.detach().to(dtype).requires_grad_()
        matrix = axis_angle_to_matrix(leaf)
        everything = [
            matrix_to_axis_angle(matrix).sum(),
            quaternion_to_axis_angle(axis_angle_to_quaternion(leaf)).sum(),
            rotation_6d_to_matrix(matrix_to_rotation_6d(matrix)).sum(),
            project_to_rotation(matrix).sum(),
            geodesic_angle(matrix, torch.eye(3, dtype=dtype)),
            geodesic_angle(matrix, matrix.detach()),
        ]
        (gradient,) = torch.autograd.grad(torch.stack(everything).sum(), leaf)
        assert gradient.isfinite().all()
        assert gradient.norm() < 1e4


def test_6d_gradient():
    assert gradcheck(rotation_6d_to_matrix, random(4, 6).requires_grad_())


def test_geodesic_gradient_away_from_its_kink():
    one, other = (axis_angle_to_matrix(random(4, 3, seed=seed)) for seed in (3, 4))
    assert gradcheck(geodesic_angle, (one.requires_grad_(), other.requires_grad_()))


def test_projection_gradient_is_right_where_singular_values_differ_and_where_they_coincide():
    rotation = axis_angle_to_matrix(random(3))
    two_alike = rotation @ torch.diag(torch.tensor([2.0, 1.0, 1.0], dtype=torch.float64)) @ rotation
    mirrored = rotation @ torch.diag(torch.tensor([3.0, 2.0, -1.0], dtype=torch.float64))
    for matrix in (random(3, 3), IDENTITY, rotation, 5 * rotation, two_alike, mirrored):
        assert gradcheck(project_to_rotation, matrix.clone().requires_grad_())
        assert gradgradcheck(project_to_rotation, matrix.clone().requires_grad_())


@pytest.mark.parametrize("diagonal", [(0, 0, 0), (1, 0, 0), (1, 1, -1), (1, 1e-8, -1e-8), (-1, -1, -1), (1e-15, 0, 0)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_projection_gradient_is_finite_where_the_closest_rotation_is_not_unique(diagonal: tuple, dtype: torch.dtype):
    matrix = torch.diag(torch.tensor(diagonal, dtype=dtype)).requires_grad_()
    rotation = project_to_rotation(matrix)
    assert_close(torch.linalg.det(rotation), torch.ones((), dtype=dtype))
    (gradient,) = torch.autograd.grad((rotation * random(3, 3).to(dtype)).sum(), matrix)
    assert gradient.isfinite().all()


def test_projection_gradient_is_that_of_the_factors_where_these_have_one():
    matrix, slope = random(4, 3, 3).requires_grad_(), random(4, 3, 3, seed=1)
    left, _, right = torch.linalg.svd(matrix)
    sign = torch.linalg.det(left @ right).detach()[:, None, None]
    rotation = torch.cat([left[..., :2], left[..., 2:] * sign], -1) @ right
    (wanted,) = torch.autograd.grad(rotation, matrix, slope)
    assert_close(projection_gradient(matrix.detach(), rotation.detach(), slope), wanted)


def test_projection_runs_under_vmap():
    matrices = random(5, 3, 3)
    jacobians = torch.func.vmap(torch.func.jacrev(project_to_rotation))(matrices)
    assert_close(jacobians[2], torch.autograd.functional.jacobian(project_to_rotation, matrices[2]))


def test_leading_axes_dtype_and_broadcasting():
    vectors = torch.zeros(2, 5, 3, dtype=torch.float32)
    assert axis_angle_to_matrix(vectors).shape == (2, 5, 3, 3)
    assert matrix_to_axis_angle(axis_angle_to_matrix(vectors)).shape == (2, 5, 3)
    assert axis_angle_to_matrix(vectors.half()).dtype == torch.float16
    assert geodesic_angle(torch.eye(3), axis_angle_to_matrix(vectors)).shape == (2, 5)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("axis_angle_to_matrix", "4"),
        ("axis_angle_to_quaternion", "4"),
        ("quaternion_to_matrix", "3"),
        ("quaternion_to_axis_angle", "3"),
        ("rotation_6d_to_matrix", "9"),
        ("matrix_to_quaternion", "4 4"),
        ("matrix_to_rotation_6d", "3 2"),
        ("project_to_rotation", "2 2"),
    ],
)
def test_refuses_other_shapes(name: str, size: str):
    unchecked = inspect.unwrap(getattr(rotations, name))  # as users have it: without the tests' shape checks
    with pytest.raises(ValueError, match=r"expected \(\.\.\., "):
        unchecked(torch.zeros([2, *map(int, size.split())]))
