import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd.functional import jacobian

from vhlib.fitting.articulation import Articulation, left_jacobian
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import SMPL24

JOINTS, VERTICES = SMPL24.indices("pelvis", "left_wrist", "head"), (5, 40)


def draw(toy_body, seed=0, people=2):
    numbers = torch.Generator().manual_seed(seed)
    pose = 0.7 * torch.randn(people, 24, 3, dtype=torch.float64, generator=numbers)
    return pose, torch.randn(people, toy_body.num_betas, dtype=torch.float64, generator=numbers)


@pytest.fixture(scope="module")
def arm(toy_body):
    return Articulation(toy_body.files, joints=JOINTS, vertices=VERTICES, like=torch.zeros((), dtype=torch.float64))


def test_the_points_are_the_bodys(toy_body, arm):
    pose, betas = draw(toy_body)
    output = toy_body(betas=betas, body_pose=pose[:, 1:], global_orient=pose[:, 0])
    expected = torch.cat([output.joints[:, list(JOINTS)], output.vertices[:, list(VERTICES)]], 1)
    motion = arm.move(pose, betas)
    torch.testing.assert_close(arm.positions(motion), expected)
    torch.testing.assert_close(arm.points(motion).positions, expected)


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 2**31))
def test_derivatives_are_those_of_autograd(toy_body, arm, seed):
    pose, betas = draw(toy_body, seed, people=1)
    points = arm.points(arm.move(pose, betas))
    by_pose, by_betas = jacobian(lambda p, b: arm.positions(arm.move(p, b)), (pose, betas), vectorize=True)
    torch.testing.assert_close(points.by_pose, by_pose[:, :, :, 0].flatten(-2))
    torch.testing.assert_close(points.by_betas, by_betas[:, :, :, 0])


def test_derivatives_at_rest_are_finite_and_exact(toy_body, arm):
    pose, betas = torch.zeros(1, 24, 3, dtype=torch.float64), torch.zeros(1, 2, dtype=torch.float64)
    points = arm.points(arm.move(pose, betas))
    by_pose = jacobian(lambda p: arm.positions(arm.move(p, betas)), pose, vectorize=True)
    torch.testing.assert_close(points.by_pose, by_pose[:, :, :, 0].flatten(-2))


def test_a_joint_alone_needs_no_vertex(toy_body):
    pose, betas = draw(toy_body)
    wrist = Articulation(toy_body.files, joints=SMPL24.indices("left_wrist"), like=pose)
    points = wrist.points(wrist.move(pose, betas))
    place = SMPL24.index("left_hand")
    assert points.by_pose.shape == (2, 1, 3, 72)
    assert not points.by_pose[..., 3 * place : 3 * place + 3].any()  # what hangs below a joint does not move it


def test_left_jacobian_of_a_half_turn():
    # About its own axis a rotation turns by the full angle; across it, J(π z) = [[0, -2/π], [2/π, 0]] (equation 145).
    turn = left_jacobian(torch.tensor([0.0, 0.0, math.pi], dtype=torch.float64))
    expected = torch.tensor([[0, -2 / math.pi, 0], [2 / math.pi, 0, 0], [0, 0, 1]], dtype=torch.float64)
    torch.testing.assert_close(turn, expected, atol=1e-12, rtol=0)


@settings(deadline=None)
@given(angle=st.one_of(st.floats(0, 3), st.sampled_from([1e-12, 1e-6, 0.0099, 0.0101, 0.1])), seed=st.integers(0, 1000))
def test_left_jacobian_says_how_a_rotation_moves(angle, seed):
    numbers = torch.Generator().manual_seed(seed)
    axis, change = torch.randn(2, 3, dtype=torch.float64, generator=numbers)
    theta = angle * axis / axis.norm()
    step = 1e-6 * change
    moved = axis_angle_to_matrix(left_jacobian(theta) @ step) @ axis_angle_to_matrix(theta)
    torch.testing.assert_close(axis_angle_to_matrix(theta + step), moved, atol=1e-11, rtol=0)
