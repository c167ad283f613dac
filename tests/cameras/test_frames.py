"""Axes: who is right of whom, in every frame."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck
from torch.testing import assert_close

from vhlib.cameras import frames
from vhlib.cameras.frames import facing_camera, look_at, opencv_to_opengl, opencv_to_pytorch3d, pytorch3d_camera

FLIPS = pytest.mark.parametrize("flip", [opencv_to_opengl, opencv_to_pytorch3d])
VECTORS = st.lists(st.floats(-10, 10), min_size=3, max_size=3).map(torch.tensor)


@FLIPS
@given(vector=VECTORS)
@settings(deadline=None)
def test_a_flip_is_a_rotation_and_undoes_itself(flip, vector):
    assert_close(flip(flip(vector)), vector)
    assert_close(torch.linalg.det(flip(torch.eye(3))), torch.tensor(1.0))


def test_right_and_down_in_opencv_are_left_and_down_in_pytorch3d():
    right, down, forward = torch.eye(3)
    assert_close(opencv_to_pytorch3d(right), torch.tensor([-1.0, 0.0, 0.0]))  # PyTorch3D's x is to the left
    assert_close(opencv_to_pytorch3d(down), torch.tensor([0.0, -1.0, 0.0]))  # and its y up
    assert_close(opencv_to_pytorch3d(forward), forward)
    assert_close(opencv_to_opengl(forward), -forward)  # OpenGL looks along -z
    assert_close(opencv_to_opengl(right), right)


def test_a_body_in_front_of_the_camera_has_its_left_on_the_image_s_right_and_its_head_up():
    rotation, translation = facing_camera(torch.tensor([3.0]))
    left, head, nose = rotation[0].T  # the body's x, y and z axes as the camera sees them
    assert left[0] > 0  # right
    assert head[1] < 0  # up
    assert nose[2] < 0  # towards the camera
    assert_close(translation, torch.tensor([[0.0, 0.0, 3.0]]))


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_pytorch3d_rows_times_r_plus_t_is_our_camera_point_flipped(seed):
    numbers = torch.Generator().manual_seed(seed)
    eye, target, point = torch.randn(3, 2, 3, dtype=torch.float64, generator=numbers)
    rotation, translation = look_at(eye, target)
    R, T = pytorch3d_camera(rotation, translation)
    ours = (rotation @ point[..., None]).squeeze(-1) + translation
    assert_close((point[:, None] @ R).squeeze(1) + T, opencv_to_pytorch3d(ours))


def test_gradient():
    eye, target = torch.randn(2, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert gradcheck(look_at, (eye.requires_grad_(), target.requires_grad_()))
    assert gradcheck(opencv_to_opengl, eye.detach().requires_grad_())


def test_refuses_a_camera_that_looks_straight_down_and_other_shapes():
    eye = torch.tensor([[0.0, 2.0, 0.0]])
    for target in (torch.zeros(1, 3), eye):
        with pytest.raises(ValueError, match="target: expected a point"):
            look_at(eye, target)
    with pytest.raises(ValueError, match="points: expected"):
        inspect.unwrap(frames.opencv_to_opengl)(torch.zeros(2, 4))
    with pytest.raises(ValueError, match="translation: expected"):
        inspect.unwrap(frames.pytorch3d_camera)(torch.zeros(2, 3, 3), torch.zeros(3, 3))
