"""Joint limits: movements whose names everybody knows, symmetry, full turns, and clamping."""

import inspect
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck
from torch.testing import assert_close

from vhlib.geometry.limits import (
    BODY_JOINTS,
    JOINT_LIMITS,
    MARGIN,
    clamp_to_limits,
    implausible,
    joint_axes,
    limit_excess,
)
from vhlib.geometry.rotations import axis_angle_to_matrix, geodesic_angle, matrix_to_axis_angle
from vhlib.geometry.skeletons import SMPL24

# Directions in SMPL's rest pose, the T-pose.
LEFT, UP, FRONT = torch.eye(3, dtype=torch.float64)
RIGHT, DOWN, BACK = -LEFT, -UP, -FRONT
MOVEMENTS = [
    # A joint turned by so many degrees about an axis takes its bone from here to there: can a body?
    ("left_elbow", "y", -90, LEFT, FRONT, True),
    ("left_elbow", "y", 90, LEFT, BACK, False),
    ("right_elbow", "y", 90, RIGHT, FRONT, True),
    ("right_elbow", "y", -90, RIGHT, BACK, False),
    ("left_knee", "x", 90, DOWN, BACK, True),
    ("left_knee", "x", -90, DOWN, FRONT, False),
    ("right_knee", "x", 90, DOWN, BACK, True),
    ("right_knee", "z", 90, DOWN, LEFT, False),
    ("left_hip", "x", -90, DOWN, FRONT, True),
    ("left_hip", "x", 90, DOWN, BACK, False),
    ("left_shoulder", "z", -90, LEFT, DOWN, True),
    ("left_shoulder", "z", 90, LEFT, UP, True),
    ("right_shoulder", "z", 90, RIGHT, DOWN, True),
    ("left_shoulder", "y", -90, LEFT, FRONT, True),
    ("left_shoulder", "y", 90, LEFT, BACK, False),
    ("left_wrist", "z", -80, LEFT, DOWN, True),
    ("left_wrist", "y", -80, LEFT, FRONT, False),
    ("left_ankle", "x", 60, FRONT, DOWN, True),
    ("left_ankle", "x", -60, FRONT, UP, False),
    ("spine2", "x", 45, UP, FRONT, True),
    ("spine2", "x", -45, UP, BACK, False),
    ("head", "y", 45, FRONT, LEFT, True),
    ("head", "y", 90, FRONT, LEFT, False),
]


def pose_of(joint: str, axis: str, degrees: float) -> Tensor:
    pose = torch.zeros(1, 23, 3, dtype=torch.float64)
    pose[0, BODY_JOINTS.index(joint), "xyz".index(axis)] = math.radians(degrees)
    return pose


@st.composite
def poses(draw: st.DrawFn, most: float = 3.2) -> Tensor:
    """Two random poses, every joint turned by up to some angle about any axis."""
    numbers = torch.Generator().manual_seed(draw(st.integers(0, 100_000)))
    axes = torch.nn.functional.normalize(torch.randn(2, 23, 3, dtype=torch.float64, generator=numbers), dim=-1)
    return most * torch.rand(2, 23, 1, dtype=torch.float64, generator=numbers) * axes


@pytest.mark.parametrize(("joint", "axis", "degrees", "bone", "goes", "allowed"), MOVEMENTS)
def test_movements_go_where_their_names_say_and_are_allowed_where_people_can(
    joint: str, axis: str, degrees: float, bone: Tensor, goes: Tensor, allowed: bool
):
    pose = pose_of(joint, axis, degrees)
    moved = axis_angle_to_matrix(pose[0, BODY_JOINTS.index(joint)]) @ bone
    assert moved @ goes > 0.7
    excess = limit_excess(pose)
    assert bool((excess == 0).all()) == allowed
    assert (excess[0, [i for i, name in enumerate(BODY_JOINTS) if name != joint]] == 0).all()


def test_every_joint_has_a_range_around_rest_and_slider_ranges_are_the_table_s_with_its_margin():
    assert tuple(JOINT_LIMITS) == BODY_JOINTS == SMPL24.names[1:]
    for name, limits in JOINT_LIMITS.items():
        for (low, high), axis in zip(joint_axes(name), (limits.x, limits.y, limits.z), strict=True):
            assert low < 0 < high
            assert math.degrees(low) == pytest.approx(axis[0] - MARGIN)
            assert math.degrees(high) == pytest.approx(axis[1] + MARGIN)


def test_excess_is_the_angle_beyond_the_end_of_the_range():
    most = JOINT_LIMITS["left_knee"].x[1] + MARGIN
    for beyond in (0.0, 5.0, 25.0, 60.0):  # the last two are past half a turn
        excess = limit_excess(pose_of("left_knee", "x", most + beyond))
        assert math.degrees(excess.max()) == pytest.approx(beyond, abs=1e-6)


def test_a_bent_elbow_can_still_turn_its_forearm_and_no_further():
    """R = swing · twist: the twist's range does not depend on how far the joint is bent."""
    bend = axis_angle_to_matrix(torch.tensor([0, -2.0, 0], dtype=torch.float64))
    for degrees, allowed in ((80, True), (-80, True), (100, False), (-100, False)):
        twist = axis_angle_to_matrix(torch.tensor([math.radians(degrees), 0, 0], dtype=torch.float64))
        pose = torch.zeros(1, 23, 3, dtype=torch.float64)
        pose[0, BODY_JOINTS.index("left_elbow")] = matrix_to_axis_angle(bend @ twist)
        assert bool((limit_excess(pose) == 0).all()) == allowed


@given(poses())
@settings(deadline=None)
def test_mirrored_poses_have_mirrored_excess(pose: Tensor):
    other_side = torch.tensor(SMPL24.mirror[1:]) - 1
    mirrored = pose[:, other_side] * torch.tensor([1.0, -1.0, -1.0])
    assert_close(limit_excess(mirrored), limit_excess(pose)[:, other_side], rtol=0, atol=1e-9)


@given(poses(most=3.0), st.integers(-2, 2))
@settings(deadline=None)
def test_full_turns_change_nothing(pose: Tensor, turns: int):
    angle = pose.norm(dim=-1, keepdim=True)
    around = pose * (angle + 2 * math.pi * turns) / angle
    assert_close(limit_excess(around), limit_excess(pose), rtol=0, atol=1e-9)
    assert_close(
        axis_angle_to_matrix(clamp_to_limits(around)), axis_angle_to_matrix(clamp_to_limits(pose)), rtol=0, atol=1e-9
    )


@given(poses(most=6.0))
@settings(deadline=None)
def test_clamped_poses_are_inside_and_clamping_again_changes_nothing(pose: Tensor):
    inside = clamp_to_limits(pose)
    assert limit_excess(inside).max() < 1e-6
    assert_close(axis_angle_to_matrix(clamp_to_limits(inside)), axis_angle_to_matrix(inside), rtol=0, atol=1e-6)
    assert limit_excess(clamp_to_limits(pose.float())).max() < 1e-3


@given(poses(most=0.6))
@settings(deadline=None)
def test_clamping_leaves_alone_what_is_inside_and_turns_the_rest_by_no_more_than_needed(pose: Tensor):
    excess = limit_excess(pose)
    turned = geodesic_angle(axis_angle_to_matrix(pose), axis_angle_to_matrix(clamp_to_limits(pose)))
    assert_close(turned[excess == 0], torch.zeros_like(turned[excess == 0]), rtol=0, atol=1e-12)
    # The turn is at most the way of the swing plus that of the twist; the excess is the root of their squares' sum.
    assert (turned <= math.sqrt(2) * excess + 1e-9).all()


def test_implausible_is_the_share_of_joints_beyond():
    pose = pose_of("left_knee", "x", -90) + pose_of("right_elbow", "y", -90)
    assert_close(implausible(pose), torch.tensor([2 / 23], dtype=torch.float64))
    nearly = pose_of("left_knee", "x", -MARGIN - math.degrees(0.05))
    assert implausible(nearly) == 0
    assert implausible(nearly, tolerance=0.0) == pytest.approx(1 / 23)


@given(poses(most=2.5))
@settings(deadline=None, max_examples=5)
def test_gradient(pose: Tensor):
    pose = pose[:1].requires_grad_()
    assert gradcheck(limit_excess, pose)
    assert gradcheck(clamp_to_limits, pose)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("angle", [0.0, math.pi, -math.pi, 2 * math.pi])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_no_gradient_is_infinite_at_rest_at_half_a_turn_and_at_a_full_one(axis: int, angle: float, dtype: torch.dtype):
    pose = torch.zeros(1, 23, 3, dtype=dtype)
    pose[..., axis] = angle
    pose.requires_grad_()
    (gradient,) = torch.autograd.grad(limit_excess(pose).sum() + clamp_to_limits(pose).sum(), pose)
    assert gradient.isfinite().all()


def test_going_down_the_excess_leads_inside():
    numbers = torch.Generator().manual_seed(0)
    pose = (2.4 * torch.rand(4, 23, 3, dtype=torch.float64, generator=numbers) - 1.2).requires_grad_()
    start = limit_excess(pose).max()
    optimiser = torch.optim.Adam([pose], lr=0.05)
    for _ in range(200):
        optimiser.zero_grad()
        limit_excess(pose).square().sum().backward()
        optimiser.step()
    assert start > 1
    assert limit_excess(pose).max() < 0.02


def test_refuses_other_shapes_and_names():
    with pytest.raises(ValueError, match="body_pose: expected"):
        inspect.unwrap(limit_excess)(torch.zeros(2, 21, 3))
    with pytest.raises(ValueError, match="joint: expected one of left_hip"):
        joint_axes("pelvis")
