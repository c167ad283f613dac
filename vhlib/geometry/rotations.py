"""Rotations in five forms and the ways between them: axis-angle, quaternion, 6-D, matrix, any 3 x 3 matrix.

Convention:
    Matrices act on columns (``R @ x``); angles are radians, counter-clockwise about the axis (right-hand rule);
    quaternions are ``(w, x, y, z)``. Every function takes any leading axes and follows its input's dtype and device.

Every value and every gradient is finite wherever the rotation is defined, at angle 0 and at angle pi too: close to 0
a series in the squared angle replaces the quotient, and the branch that is not taken sees a harmless number (a
``where`` alone would still send NaN back through it).
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.exercises import exercise

# Below this squared angle the series take over. The first term that they leave out is under 1e-17 there, and the
# gradient of the quotients above it has lost at most two of its sixteen digits.
_SMALL = 1e-2

# After so many, an eigenvalue that is smaller by a thousandth is gone to a double's last digit.
_SQUARINGS = 15


@exercise("01_body_model")
def axis_angle_to_matrix(axis_angle: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3 3"]:
    """Rodrigues' formula: R = I + (sin θ / θ) K + ((1 - cos θ) / θ²) K² with K the cross-product matrix.

    Convention:
        A quarter turn about +z sends x to y.

    >>> quarter = axis_angle_to_matrix(torch.tensor([0.0, 0.0, torch.pi / 2]))
    >>> (quarter @ torch.tensor([1.0, 0.0, 0.0])).round(decimals=3).abs()
    tensor([0., 1., 0.])

    Args:
        axis_angle: unit axis times angle, radians.

    Raises:
        ValueError: the last axis is not 3.
    """
    check(axis_angle=(axis_angle, "... 3"))
    # With the half angle nothing cancels: sin θ = 2 sin(θ/2) cos(θ/2) and 1 - cos θ = 2 sin²(θ/2).
    half = axis_angle.square().sum(-1, keepdim=True).clamp_min(torch.finfo(axis_angle.dtype).eps ** 2).sqrt() / 2
    cosine = half.cos()
    sine = half.sin() / half / 2 * axis_angle  # sin(θ/2) along the axis
    # K² = a aᵀ - θ² I: the outer product costs less than the matrix product.
    skew = _cross_matrix(2 * cosine * sine, diagonal=1 - 2 * sine.square().sum(-1))
    return skew + 2 * sine[..., :, None] * sine[..., None, :]


def matrix_to_axis_angle(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 3"]:
    """The axis-angle of a rotation matrix, angle in [0, pi], as accurate at pi as elsewhere.

    Goes by way of the quaternion: the antisymmetric part of R alone loses the axis at pi. At pi exactly, two
    opposite axes describe the same rotation and either may be returned.

    Args:
        matrix: rotation matrices; for others use `project_to_rotation` first.
    """
    return quaternion_to_axis_angle(matrix_to_quaternion(matrix))


def axis_angle_to_quaternion(axis_angle: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 4"]:
    """Unit quaternion (cos θ/2, a sin(θ/2) / θ).

    Convention:
        The real part comes first.

    >>> axis_angle_to_quaternion(torch.zeros(3))
    tensor([1., 0., 0., 0.])

    Args:
        axis_angle: unit axis times angle, radians.

    Raises:
        ValueError: the last axis is not 3.
    """
    check(axis_angle=(axis_angle, "... 3"))
    quarter = axis_angle.square().sum(-1, keepdim=True) / 4
    small = quarter < _SMALL
    half = torch.where(small, torch.ones_like(quarter), quarter).sqrt()
    real = torch.where(small, _polynomial(quarter, 1.0, -1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800), half.cos())
    ratio = torch.where(small, _polynomial(quarter, 1.0, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880), half.sin() / half)
    return torch.cat([real, ratio * axis_angle / 2], dim=-1)


def quaternion_to_axis_angle(quaternion: Float[Tensor, "*batch 4"]) -> Float[Tensor, "*batch 3"]:
    """Axis-angle with the angle in [0, pi]; ``q`` and ``-q`` give the same.

    Args:
        quaternion: w first; of any length but zero.

    Raises:
        ValueError: the last axis is not 4.
    """
    check(quaternion=(quaternion, "... 4"))
    quaternion = torch.where(quaternion[..., :1] < 0, -quaternion, quaternion)
    real, imaginary = quaternion[..., :1], quaternion[..., 1:]
    squared = imaginary.square().sum(-1, keepdim=True)
    small = squared < 1e-3 * real.square()
    safe = torch.where(small, torch.ones_like(squared), squared).sqrt()
    # θ / |v| = 2 atan(t) / |v| with t = |v| / w, and its series 2 (1 - t²/3 + t⁴/5 - …) / w.
    safe_real = torch.where(small, real, torch.ones_like(real))
    series = _polynomial(squared / safe_real.square(), 1.0, -1 / 3, 1 / 5, -1 / 7, 1 / 9) / safe_real
    return 2 * torch.where(small, series, torch.atan2(safe, real) / safe) * imaginary


def quaternion_to_matrix(quaternion: Float[Tensor, "*batch 4"]) -> Float[Tensor, "*batch 3 3"]:
    """The rotation matrix of a quaternion: R = I + 2 (w K + K²) / |q|² with K the cross-product matrix of (x, y, z).

    Args:
        quaternion: w first; of any length but zero.

    Raises:
        ValueError: the last axis is not 4.
    """
    check(quaternion=(quaternion, "... 4"))
    unit = quaternion / quaternion.norm(dim=-1, keepdim=True)
    real, imaginary = unit[..., :1, None], unit[..., 1:]
    cross = _cross_matrix(imaginary)
    identity = torch.eye(3, dtype=quaternion.dtype, device=quaternion.device)
    return identity + 2 * (real * cross + cross @ cross)


def matrix_to_quaternion(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 4"]:
    """Unit quaternion with w ≥ 0, by the largest of the four components (Shepperd 1978).

    The entries of R give the 4 x 4 matrix 4 q qᵀ. The row with the largest diagonal is 4 q_k q with |q_k| ≥ 1/2: one
    normalises it, and no root of a difference that could vanish is taken.

    Args:
        matrix: rotation matrices; for others use `project_to_rotation` first.

    Raises:
        ValueError: the last two axes are not 3 and 3.
    """
    check(matrix=(matrix, "... 3 3"))
    outer = torch.eye(4, dtype=matrix.dtype, device=matrix.device) + _alignment(matrix)
    largest = outer.diagonal(dim1=-2, dim2=-1).argmax(-1)
    row = outer.take_along_dim(largest[..., None, None], dim=-2).squeeze(-2)
    return F.normalize(torch.where(row[..., :1] < 0, -row, row), dim=-1)


def rotation_6d_to_matrix(rotation_6d: Float[Tensor, "*batch 6"]) -> Float[Tensor, "*batch 3 3"]:
    """The continuous 6-D form by Gram-Schmidt (Zhou et al., CVPR 2019, eq. 15).

    Convention:
        ``rotation_6d[..., :3]`` is the matrix's first **column**, ``rotation_6d[..., 3:]`` its second. Other code
        interleaves the two (SPIN) or means rows (PyTorch3D): their numbers do not fit here.

    >>> rotation_6d_to_matrix(torch.tensor([0.0, 1.0, 0.0, -1.0, 0.0, 0.0]))[:, 0]
    tensor([0., 1., 0.])

    Args:
        rotation_6d: two vectors of any length but zero, and not parallel: those name no rotation.

    Raises:
        ValueError: the last axis is not 6.
    """
    check(rotation_6d=(rotation_6d, "... 6"))
    first = F.normalize(rotation_6d[..., :3], dim=-1)
    second = rotation_6d[..., 3:]
    second = F.normalize(second - (first * second).sum(-1, keepdim=True) * first, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=-1)


def matrix_to_rotation_6d(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 6"]:
    """The first column of the matrix, then the second.

    Args:
        matrix: rotation matrices.

    Raises:
        ValueError: the last two axes are not 3 and 3.
    """
    check(matrix=(matrix, "... 3 3"))
    return matrix[..., :2].mT.flatten(-2)


@exercise("05_pose_priors")
def project_to_rotation(matrix: Float[Tensor, "*batch 3 3"]) -> Float[Tensor, "*batch 3 3"]:
    """The rotation closest to a matrix: R = U diag(1, 1, det UVᵀ) Vᵀ (Umeyama 1991).

    The gradient is that of the map, not of the factors: an SVD's own has 1 / (s_i - s_j) and is infinite wherever two
    singular values coincide, as they do at every rotation. Ours has 1 / (s_i + s_j), the last s counted negative
    when det < 0, and fades to zero where that sum vanishes: there the closest rotation is not unique.

    >>> project_to_rotation(torch.diag(torch.tensor([2.0, 2.0, -1.0]))).diagonal()
    tensor([1., 1., 1.])

    Args:
        matrix: any matrices.

    Raises:
        ValueError: the last two axes are not 3 and 3.
    """
    check(matrix=(matrix, "... 3 3"))
    return _Projection.apply(matrix)


@exercise("07_nbf")
def projection_gradient(
    matrix: Float[Tensor, "*batch 3 3"], rotation: Float[Tensor, "*batch 3 3"], slope: Float[Tensor, "*batch 3 3"]
) -> Float[Tensor, "*batch 3 3"]:
    """∂L/∂M of R = `project_to_rotation`(M), from ∂L/∂R.

    With M = R S, S symmetric, a step dM turns R by R [w]× with (tr(S) I - S) w = vee(Rᵀ dM - dMᵀ R); the matrix on
    the left has the eigenvalues s_i + s_j. Its adjugate over its determinant is its inverse.

    Args:
        matrix: M, any matrices.
        rotation: R, what they are projected to.
        slope: ∂L/∂R.

    Raises:
        ValueError: the last two axes are not 3 and 3.
    """
    check(matrix=(matrix, "... 3 3"), rotation=(rotation, "... 3 3"), slope=(slope, "... 3 3"))
    stretch = rotation.mT @ matrix
    stretch = (stretch + stretch.mT) / 2
    trace = stretch.diagonal(dim1=-2, dim2=-1).sum(-1)[..., None, None]
    identity = torch.eye(3, dtype=matrix.dtype, device=matrix.device)
    system = trace * identity - stretch
    first, second, third = system.unbind(-2)
    cross = torch.linalg.cross
    adjugate = torch.stack([cross(second, third), cross(third, first), cross(first, second)], dim=-1)
    determinant = (first * adjugate[..., 0]).sum(-1)[..., None, None]
    # Damped inverse: d / (d² + ε) is 1 / d to rounding wherever the answer is clear and 0 where it is ambiguous.
    limits = torch.finfo(matrix.dtype)
    ambiguity = limits.eps * matrix.square().sum((-2, -1), keepdim=True) ** 3 + limits.tiny
    inverse = adjugate * determinant / (determinant.square() + ambiguity)
    turn = inverse @ _antisymmetric(rotation.mT @ slope)[..., None]
    return rotation @ _cross_matrix(turn.squeeze(-1))


def geodesic_angle(
    first: Float[Tensor, "*#batch 3 3"], second: Float[Tensor, "*#batch 3 3"]
) -> Float[Tensor, "*#batch"]:
    """The angle of the rotation between two, in [0, pi] radians.

    By atan2 of sine and cosine: arccos of the trace loses half of the digits at 0 and at pi, and its gradient is
    infinite there. Ours is zero where the rotations agree, as a loss wants.

    Args:
        first: rotation matrices.
        second: rotation matrices; leading axes broadcast against the first's.

    Raises:
        ValueError: the last two axes are not 3 and 3.
    """
    check(first=(first, "... 3 3"), second=(second, "... 3 3"))
    between = first.mT @ second
    twice_sine = _norm(_antisymmetric(between))
    return torch.atan2(twice_sine, between.diagonal(dim1=-2, dim2=-1).sum(-1) - 1)


class _Projection(torch.autograd.Function):
    """`project_to_rotation` with `projection_gradient`."""

    generate_vmap_rule = True

    @staticmethod
    def forward(matrix: Tensor) -> Tensor:
        if matrix.is_cuda:
            return _closest_by_quaternion(matrix)
        left, _, right = torch.linalg.svd(matrix)
        sign = torch.det(left @ right)[..., None, None]
        return torch.cat([left[..., :2], left[..., 2:] * sign], dim=-1) @ right

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs, output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        matrix, rotation = ctx.saved_tensors
        return projection_gradient(matrix, rotation, gradients[0])


def _closest_by_quaternion(matrix: Tensor) -> Tensor:
    """The same without an SVD, which a GPU does slowly and one has to wait for.

    The closest rotation is the eigenvector of `_alignment` with the largest eigenvalue (Horn 1987). Moved until it has
    no negative one, and squared again and again, that matrix becomes the vector's outer product with itself.
    """
    identity = torch.eye(4, dtype=matrix.dtype, device=matrix.device)
    least = math.sqrt(3) * torch.linalg.matrix_norm(matrix) + torch.finfo(matrix.dtype).tiny
    power = _alignment(matrix) + least[..., None, None] * identity
    for _ in range(_SQUARINGS):
        power = power / power.diagonal(dim1=-2, dim2=-1).sum(-1)[..., None, None]
        power = power @ power
    largest = power.diagonal(dim1=-2, dim2=-1).argmax(-1)
    return quaternion_to_matrix(power.take_along_dim(largest[..., None, None], dim=-2).squeeze(-2))


def _alignment(matrix: Tensor) -> Tensor:
    """K, (..., 4, 4), for which tr(RᵀM) = qᵀ K q: how well the rotation R of q fits M; K + I = 4 q qᵀ if M is R."""
    (a, b, c), (d, e, f), (g, h, i) = (row.unbind(-1) for row in matrix.unbind(-2))
    return torch.stack(
        [
            torch.stack([a + e + i, h - f, c - g, d - b], dim=-1),
            torch.stack([h - f, a - e - i, b + d, c + g], dim=-1),
            torch.stack([c - g, b + d, e - a - i, f + h], dim=-1),
            torch.stack([d - b, c + g, f + h, i - a - e], dim=-1),
        ],
        dim=-2,
    )


def _polynomial(x: Tensor, *coefficients: float) -> Tensor:
    """Horner's scheme, constant first."""
    total = torch.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


def _antisymmetric(matrix: Tensor) -> Tensor:
    """The vector v of M - Mᵀ = [v]×."""
    flipped = matrix - matrix.mT
    return torch.stack([flipped[..., 2, 1], flipped[..., 0, 2], flipped[..., 1, 0]], dim=-1)


def _cross_matrix(vector: Tensor, diagonal: Tensor | None = None) -> Tensor:
    """[v]×, the matrix that takes x to v × x; plus a multiple of the identity where one is given."""
    x, y, z = vector.unbind(-1)
    d = torch.zeros_like(x) if diagonal is None else diagonal
    return torch.stack([d, -z, y, z, d, -x, -y, x, d], dim=-1).unflatten(-1, (3, 3))


def _norm(vector: Tensor) -> Tensor:
    """Length with gradient zero at zero."""
    squared = vector.square().sum(-1)
    zero = squared == 0
    return torch.where(zero, torch.zeros_like(squared), torch.where(zero, torch.ones_like(squared), squared).sqrt())
