import inspect
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.body.lbs import blend_shapes, linear_blend_skinning, pose_blend_shapes, vertices_to_joints
from vhlib.geometry.rotations import axis_angle_to_matrix

SEEDS = st.integers(0, 2**32 - 1)


def numbers(seed, *shape):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def rotations(seed, *shape):
    return axis_angle_to_matrix(numbers(seed, *shape, 3))


def skinned(seed, batch=2, vertices=5, joints=3):
    """Arguments of `linear_blend_skinning`."""
    weights = numbers(seed + 1, vertices, joints).softmax(1)
    points = numbers(seed, batch, vertices, 3)
    return (
        points,
        rotations(seed, batch, joints),
        numbers(seed + 2, batch, joints, 3),
        numbers(seed, batch, joints, 3),
        weights,
    )


# blend_shapes


def test_a_shape_is_the_weighted_sum_of_the_directions():
    shapedirs = torch.tensor([[[0.1, 0.0], [0.0, 0.3], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]])
    moved = blend_shapes(torch.tensor([[2.0, -1.0]]), shapedirs)
    assert_close(moved, torch.tensor([[[0.2, -0.3, 0.0], [0.0, 0.0, 1.0]]]))


@settings(deadline=None)
@given(SEEDS, st.floats(-5, 5), st.floats(-5, 5))
def test_shapes_add_up(seed, first, second):
    shapedirs, betas, others = numbers(seed, 7, 3, 4), numbers(seed + 1, 2, 4), numbers(seed + 2, 2, 4)
    together = blend_shapes(first * betas + second * others, shapedirs)
    assert_close(together, first * blend_shapes(betas, shapedirs) + second * blend_shapes(others, shapedirs))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_the_order_in_memory_does_not_matter(order):
    shapedirs = numbers(0, 7, 3, 4)
    stored = shapedirs.permute(order).contiguous().permute(order)
    assert_close(blend_shapes(numbers(1, 2, 4), stored), torch.einsum("bs,vas->bva", numbers(1, 2, 4), shapedirs))


def test_gradient_of_blend_shapes():
    betas, shapedirs = numbers(0, 2, 4).requires_grad_(), numbers(1, 5, 3, 4).requires_grad_()
    assert torch.autograd.gradcheck(blend_shapes, (betas, shapedirs))


def test_blend_shapes_refuses_another_number_of_coefficients():
    with pytest.raises(ValueError, match=r"shapedirs: expected \(V, 3, S\) with S = 10 as in betas, got \(5, 3, 16\)"):
        inspect.unwrap(blend_shapes)(torch.zeros(1, 10), torch.zeros(5, 3, 16))


# vertices_to_joints


def test_a_joint_is_the_weighted_mean_of_its_vertices():
    vertices = torch.tensor([[[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 4.0, 0.0]]])
    joints = vertices_to_joints(vertices, torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]]))
    assert_close(joints, torch.tensor([[[1.0, 0.0, 0.0], [0.5, 3.0, 0.0]]]))


@settings(deadline=None)
@given(SEEDS)
def test_joints_move_with_the_vertices(seed):
    vertices, regressor, shift = numbers(seed, 2, 6, 3), numbers(seed + 1, 3, 6).softmax(1), numbers(seed + 2, 2, 1, 3)
    assert_close(vertices_to_joints(vertices + shift, regressor), vertices_to_joints(vertices, regressor) + shift)


def test_gradient_of_vertices_to_joints():
    inputs = numbers(0, 2, 6, 3).requires_grad_(), numbers(1, 3, 6).requires_grad_()
    assert torch.autograd.gradcheck(vertices_to_joints, inputs)


def test_vertices_to_joints_refuses_another_mesh():
    with pytest.raises(ValueError, match=r"regressor: expected \(J, V\) with V = 6 as in vertices, got \(3, 7\)"):
        inspect.unwrap(vertices_to_joints)(torch.zeros(1, 6, 3), torch.zeros(3, 7))


# pose_blend_shapes


def test_a_bend_moves_vertices_by_its_matrix_minus_the_identity():
    # A quarter turn about z: R - I = [[-1, -1, 0], [1, -1, 0], [0, 0, 0]], read row by row.
    turns = axis_angle_to_matrix(torch.tensor([[[9.0, 9.0, 9.0], [0.0, 0.0, math.pi / 2]]]))
    posedirs = torch.zeros(2, 3, 9)
    posedirs[0, 0] = torch.arange(9.0)  # x of the first vertex takes 0·(-1) + 1·(-1) + 3·1 + 4·(-1)
    posedirs[1, 2, 8] = 1.0
    assert_close(pose_blend_shapes(turns, posedirs), torch.tensor([[[-2.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]))


@settings(deadline=None)
@given(SEEDS)
def test_the_root_and_the_zero_pose_move_nothing(seed):
    turns = torch.eye(3, dtype=torch.float64).repeat(2, 4, 1, 1)
    turns[:, 0] = rotations(seed, 2)
    assert_close(pose_blend_shapes(turns, numbers(seed, 5, 3, 27)), torch.zeros(2, 5, 3, dtype=torch.float64))


def test_gradient_of_pose_blend_shapes():
    inputs = rotations(0, 2, 3).requires_grad_(), numbers(1, 5, 3, 18).requires_grad_()
    assert torch.autograd.gradcheck(pose_blend_shapes, inputs)


def test_pose_blend_shapes_refuses_another_number_of_joints():
    with pytest.raises(ValueError, match=r"posedirs: expected \(V, 3, 18\), got \(5, 3, 27\)"):
        pose_blend_shapes(torch.eye(3).repeat(1, 3, 1, 1), torch.zeros(5, 3, 27))


# linear_blend_skinning


def test_a_vertex_halfway_between_two_joints_goes_half_the_way_with_each():
    # An elbow at x = 1 turns by 90° about z; a vertex at x = 2 on the forearm comes up to (1, 1), one that follows
    # both joints by half ends in the middle between there and where it was: on the chord, not on the arc.
    turns = torch.eye(3).repeat(1, 2, 1, 1)
    turns[0, 1] = axis_angle_to_matrix(torch.tensor([0.0, 0.0, math.pi / 2]))
    rest = torch.tensor([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]])
    vertices = torch.tensor([[[2.0, 0.0, 0.0], [2.0, 0.0, 0.0], [2.0, 0.0, 0.0]]])
    weights = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    posed = linear_blend_skinning(vertices, turns, rest, rest, weights)
    assert_close(posed, torch.tensor([[[2.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.5, 0.5, 0.0]]]))


@settings(deadline=None)
@given(SEEDS)
def test_skinning_is_equation_2_term_by_term(seed):
    vertices, turns, positions, rest, weights = skinned(seed)
    expected = torch.zeros_like(vertices)
    for body in range(2):
        for vertex in range(5):
            for joint in range(3):
                along = turns[body, joint] @ (vertices[body, vertex] - rest[body, joint]) + positions[body, joint]
                expected[body, vertex] += weights[vertex, joint] * along
    assert_close(linear_blend_skinning(vertices, turns, positions, rest, weights), expected)


@settings(deadline=None)
@given(SEEDS)
def test_joints_that_move_as_one_move_the_body_rigidly(seed):
    vertices, _, _, rest, weights = skinned(seed)
    turn, shift = rotations(seed, 2, 1), numbers(seed + 4, 2, 1, 3)
    positions = rest @ turn[:, 0].mT + shift
    posed = linear_blend_skinning(vertices, turn.expand(2, 3, 3, 3), positions, rest, weights)
    assert_close(posed, vertices @ turn[:, 0].mT + shift)


def test_gradient_of_linear_blend_skinning():
    assert torch.autograd.gradcheck(linear_blend_skinning, [value.requires_grad_() for value in skinned(0)])


def test_linear_blend_skinning_refuses_weights_of_another_body():
    points, turns, positions, rest, _ = skinned(0)
    with pytest.raises(ValueError, match=r"weights: expected \(V, J\) with V = 5 as in vertices, got \(3, 5\)"):
        inspect.unwrap(linear_blend_skinning)(points, turns, positions, rest, torch.zeros(3, 5))


def test_skinned_vertices_can_be_viewed_flat():
    assert linear_blend_skinning(*skinned(0)).view(2, -1).shape == (2, 15)
