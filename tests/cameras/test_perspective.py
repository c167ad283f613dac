"""The pinhole camera: numbers anybody can check, there and back, gradients, refusals."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck
from torch.testing import assert_close

from vhlib import exercises
from vhlib.cameras.perspective import PerspectiveCamera, project_points, world_to_pixels
from vhlib.geometry.rotations import axis_angle_to_matrix

SEEDS = st.integers(0, 10_000)


def random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def any_camera(seed: int, batch: int = 2) -> PerspectiveCamera:
    return PerspectiveCamera(
        focal_length=500 + 50 * random(batch, 2, seed=seed),
        principal_point=100 + 20 * random(batch, 2, seed=seed + 1),
        rotation=axis_angle_to_matrix(random(batch, 3, seed=seed + 2)),
        translation=random(batch, 3, seed=seed + 3),
    )


def test_one_metre_at_five_metres_is_a_fifth_of_the_focal_length():
    camera = PerspectiveCamera.simple(1000.0, (480, 640))
    points = torch.tensor([[[0.0, 0.0, 5.0], [1.0, 0.0, 5.0], [0.0, 1.0, 5.0]]])
    # x to the right, y down, from the middle of the image
    assert_close(camera.project(points), torch.tensor([[[320.0, 240.0], [520.0, 240.0], [320.0, 440.0]]]))


def test_translation_is_where_the_world_s_origin_stands_in_the_camera_s_frame():
    camera = any_camera(0)
    origin = torch.zeros(2, 1, 3, dtype=torch.float64)
    assert_close(camera.to_camera(origin)[:, 0], camera.translation)


def test_looking_keeps_the_target_in_the_middle_and_up_upward():
    eye, target = 3 * random(4, 3, seed=0), random(4, 3, seed=1)
    camera = PerspectiveCamera.looking(eye=eye, target=target, focal_length=800.0, size=(200, 300))
    above = target + torch.tensor([0.0, 0.01, 0.0])
    pixels = camera.project(torch.stack([target, above], dim=1))
    assert_close(pixels[:, 0], torch.tensor([[150.0, 100.0]], dtype=torch.float64).expand(4, 2))
    assert_close(pixels[:, 1, 0], pixels[:, 0, 0])
    assert (pixels[:, 1, 1] < pixels[:, 0, 1]).all()
    assert_close(camera.to_camera(eye[:, None]), torch.zeros(4, 1, 3, dtype=torch.float64))
    assert_close(torch.linalg.det(camera.rotation), torch.ones(4, dtype=torch.float64))


@given(SEEDS)
@settings(deadline=None)
def test_unproject_undoes_project_and_to_world_undoes_to_camera(seed: int):
    camera = any_camera(seed)
    depth = 1 + 10 * torch.rand(2, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    pixels = 100 * random(2, 6, 2, seed=seed + 4)
    points = camera.unproject(pixels, depth)
    assert_close(camera.project(points), pixels)
    assert_close(camera.to_camera(points)[..., 2], depth)
    assert_close(camera.to_world(camera.to_camera(points)), points)


@given(SEEDS, st.floats(0.1, 50))
@settings(deadline=None, max_examples=20)
def test_scene_and_camera_scaled_together_give_the_same_image(seed: int, scale: float):
    camera = any_camera(seed)
    points = random(2, 5, 3, seed=seed + 5)
    larger = PerspectiveCamera(camera.focal_length, camera.principal_point, camera.rotation, scale * camera.translation)
    assert_close(larger.project(scale * points), camera.project(points), rtol=1e-6, atol=1e-6)


def test_one_camera_serves_a_batch_and_keeps_dtype():
    camera = PerspectiveCamera.simple(1000.0, (10, 10), like=torch.zeros(1, dtype=torch.float64))
    points = random(5, 4, 3, seed=0) + torch.tensor([0.0, 0.0, 9.0])
    pixels = camera.project(points)
    assert pixels.dtype == torch.float64
    assert_close(pixels[3:4], camera.project(points[3:4]))
    assert_close(camera.unproject(pixels, points[..., 2]), points)


def test_gradient():
    camera = any_camera(7)
    points = camera.to_world(random(2, 3, 3, seed=0) + torch.tensor([0.0, 0.0, 9.0])).detach().requires_grad_()
    fields = [camera.focal_length, camera.principal_point, camera.rotation, camera.translation]

    def project(points: Tensor, *fields: Tensor) -> Tensor:
        return PerspectiveCamera(*fields).project(points)

    assert gradcheck(project, (points, *(field.requires_grad_() for field in fields)))
    depth = torch.full((2, 3), 3.0, dtype=torch.float64, requires_grad=True)
    assert gradcheck(camera.unproject, (random(2, 3, 2, seed=1).requires_grad_(), depth))


def test_refuses_what_is_no_camera_and_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="focal_length, size: expected positive"):
        PerspectiveCamera.simple(0.0, (10, 10))
    with pytest.raises(ValueError, match="focal_length, size: expected positive"):
        PerspectiveCamera.simple(100.0, (10, 0))
    camera = any_camera(0)
    with pytest.raises(ValueError, match="points: expected"):
        inspect.unwrap(PerspectiveCamera.to_camera)(camera, torch.zeros(2, 3))
    with pytest.raises(ValueError, match="depth: expected"):
        inspect.unwrap(PerspectiveCamera.unproject)(camera, torch.zeros(2, 3, 2), torch.zeros(2, 4))


def test_project_points_is_the_pinhole_equation():
    point = torch.tensor([[[1.0, 2.0, 4.0]]])
    pixels = project_points(point, torch.tensor([[100.0, 200.0]]), torch.tensor([[5.0, 6.0]]))
    assert_close(pixels, torch.tensor([[[30.0, 106.0]]]))


def test_world_to_pixels_turns_then_moves_then_divides():
    # Half a turn about x, the world's origin 5 m ahead: (1, 1, 1) is 1 m right, 1 m up, and 4 m away.
    rotation, translation = torch.diag(torch.tensor([1.0, -1.0, -1.0]))[None], torch.tensor([[0.0, 0.0, 5.0]])
    focal_length, middle = torch.tensor([[100.0, 200.0]]), torch.tensor([[50.0, 60.0]])
    points = torch.tensor([[[1.0, 1.0, 1.0]]])
    assert_close(world_to_pixels(points, rotation, translation, focal_length, middle), torch.tensor([[[75.0, 10.0]]]))


@given(SEEDS, st.floats(0.1, 10))
@settings(deadline=None, max_examples=20)
def test_what_is_behind_is_seen_where_the_line_through_it_and_the_camera_goes(seed: int, step: float):
    camera = any_camera(seed)
    ahead = camera.to_world(random(2, 3, 3, seed=seed + 4) + torch.tensor([0.0, 0.0, 9.0]))
    eye = camera.to_world(torch.zeros(2, 1, 3, dtype=torch.float64))
    assert_close(camera.project(eye - step * (ahead - eye)), camera.project(ahead))


def test_a_students_projection_stands_in_for_every_camera():
    points = torch.tensor([[[1.0, 2.0, 4.0]]])

    def corner(points, rotation, translation, focal_length, principal_point):
        return torch.zeros_like(points[..., :2])

    with exercises.use(world_to_pixels=corner):
        assert_close(PerspectiveCamera.simple(100.0, (10, 10)).project(points), torch.zeros(1, 1, 2))
