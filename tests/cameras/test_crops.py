"""Crops: corners, there and back, and a camera that sees the crop."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck
from torch.testing import assert_close

from vhlib.cameras.crops import Crop
from vhlib.cameras.perspective import PerspectiveCamera
from vhlib.geometry.rotations import axis_angle_to_matrix


def random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def any_crop(seed: int) -> Crop:
    extent = 20 + 100 * random(2, 2, seed=seed + 1).abs()
    return Crop.around(torch.cat([100 * random(2, 2, seed=seed), extent], dim=-1), size=224)


def test_the_square_around_a_tall_box():
    crop = Crop.around(torch.tensor([[10.0, 20.0, 40.0, 100.0]]), size=60, margin=1.2)
    assert_close((crop.centre, crop.side), (torch.tensor([[30.0, 70.0]]), torch.tensor([120.0])))
    # Corners go to corners: (0, 0) is the corner of a pixel, not its centre.
    corners = torch.tensor([[[-30.0, 10.0], [90.0, 130.0]]])
    assert_close(crop.to_crop(corners), torch.tensor([[[0.0, 0.0], [60.0, 60.0]]]))
    assert_close(crop.scale, torch.tensor([0.5]))


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_points_come_back_and_the_matrix_is_the_same_map(seed: int):
    crop, points = any_crop(seed), 300 * random(2, 7, 2, seed=seed + 2)
    inside = crop.to_crop(points)
    assert_close(crop.to_image(inside), points)
    homogeneous = torch.cat([points, torch.ones(2, 7, 1, dtype=torch.float64)], dim=-1)
    assert_close(homogeneous @ crop.matrix().mT, inside)


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_projecting_into_the_crop_is_projecting_and_cropping(seed: int):
    crop = any_crop(seed)
    camera = PerspectiveCamera(
        focal_length=500 + random(2, 2, seed=seed),
        principal_point=100 + random(2, 2, seed=seed),
        rotation=axis_angle_to_matrix(random(2, 3, seed=seed)),
        translation=random(2, 3, seed=seed),
    )
    points = camera.to_world(random(2, 5, 3, seed=seed + 3) + torch.tensor([0.0, 0.0, 9.0]))
    seen = crop.crop_camera(camera)
    assert_close(seen.project(points), crop.to_crop(camera.project(points)))
    assert_close(crop.image_camera(seen).project(points), camera.project(points))


def test_one_camera_for_all_crops_of_one_image():
    crop = any_crop(0)
    camera = PerspectiveCamera.simple(500.0, (480, 640), like=crop.side)
    seen = crop.crop_camera(camera)
    points = random(2, 5, 3, seed=3) + torch.tensor([0.0, 0.0, 9.0])
    assert_close(seen.project(points), crop.to_crop(camera.project(points)))
    assert_close(crop.image_camera(seen).project(points), camera.project(points))
    with pytest.raises(ValueError, match="count: expected 3, the number of cameras, got 2"):
        crop.crop_camera(camera.expand(3))


def test_gradient():
    boxes = torch.tensor([[10.0, 20.0, 40.0, 100.0]], dtype=torch.float64, requires_grad=True)
    points = random(1, 3, 2, seed=0).requires_grad_()

    def there_and_half_back(boxes: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        crop = Crop.around(boxes, size=64)
        return crop.to_crop(points), crop.to_image(points)

    assert gradcheck(there_and_half_back, (boxes, points))


@pytest.mark.parametrize(
    ("extent", "size", "margin"), [((0.0, 0.0), 10, 1.2), ((5.0, 5.0), 0, 1.2), ((5.0, 5.0), 10, -1.0)]
)
def test_refuses_crops_of_nothing(extent: tuple[float, float], size: int, margin: float):
    with pytest.raises(ValueError, match="boxes, size, margin: expected"):
        Crop.around(torch.tensor([[1.0, 1.0, *extent]]), size=size, margin=margin)


def test_refuses_other_shapes():
    with pytest.raises(ValueError, match="points: expected"):
        inspect.unwrap(Crop.to_crop)(any_crop(0), torch.zeros(2, 7, 3))
    with pytest.raises(ValueError, match="points: expected"):
        inspect.unwrap(Crop.to_image)(any_crop(0), torch.zeros(2, 2))
