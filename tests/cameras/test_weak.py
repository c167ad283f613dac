"""Weak perspective: HMR's form, SPIN's translation, and the limit of far cameras."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck
from torch.testing import assert_close

from vhlib.cameras.perspective import PerspectiveCamera
from vhlib.cameras.weak import WeakPerspectiveCamera, project_weakly


def random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def any_weak(seed: int) -> WeakPerspectiveCamera:
    return WeakPerspectiveCamera(0.8 + 0.1 * random(3, seed=seed).tanh(), 0.1 * random(3, 2, seed=seed + 1))


def test_scale_multiplies_the_translation_too():
    """batch_orth_proj_idrot in HMR's projection.py: s (X + t)."""
    camera = WeakPerspectiveCamera(torch.tensor([2.0]), torch.tensor([[0.1, -0.2]]))
    assert_close(camera.project(torch.tensor([[[0.3, 0.3, 9.0]]])), torch.tensor([[[0.8, 0.2]]]))


def test_spin_s_translation():
    """SPIN's demo: t = (t_x, t_y, 2 · 5000 / (224 s + 1e-9)); a body 2 / s tall fills the crop."""
    camera = WeakPerspectiveCamera(torch.tensor([0.8]), torch.tensor([[0.1, 0.2]])).to_perspective(5000.0, 224)
    assert_close(camera.translation, torch.tensor([[0.1, 0.2, 2 * 5000 / (224 * 0.8)]]))
    assert_close(camera.principal_point, torch.tensor([[112.0, 112.0]]))


@given(st.integers(0, 1000))
@settings(deadline=None)
def test_perspective_agrees_at_the_origin_s_depth_and_comes_back(seed: int):
    weak = any_weak(seed)
    camera = weak.to_perspective(1000.0, 256)
    flat = torch.cat([0.3 * random(3, 6, 2, seed=seed + 2), torch.zeros(3, 6, 1).double()], dim=-1)
    assert_close((camera.project(flat) - 128) / 128, weak.project(flat))
    back = WeakPerspectiveCamera.from_perspective(camera, 256)
    assert_close((back.scale, back.translation), (weak.scale, weak.translation))


def test_the_difference_shrinks_with_the_focal_length():
    weak, points = any_weak(0), 0.3 * random(3, 6, 3, seed=1)
    errors = [
        ((weak.to_perspective(focal, 256).project(points) - 128) / 128 - weak.project(points)).abs().max().item()
        for focal in (500.0, 5000.0, 50000.0)
    ]
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.2)
    assert errors[1] / errors[2] == pytest.approx(10, rel=0.2)


def test_an_off_centre_principal_point_becomes_a_shift():
    camera = PerspectiveCamera(
        focal_length=torch.tensor([[900.0, 900.0]]),
        principal_point=torch.tensor([[90.0, 140.0]]),
        rotation=torch.eye(3)[None],
        translation=torch.tensor([[0.1, 0.2, 7.0]]),
    )
    flat = torch.tensor([[[0.0, 0.0, 0.0], [0.5, -0.4, 0.0]]])
    weak = WeakPerspectiveCamera.from_perspective(camera, 200)
    assert_close(weak.project(flat), camera.project(flat) / 100 - 1)


def test_gradient():
    points = random(3, 4, 3, seed=0).requires_grad_()
    fields = (any_weak(0).scale.requires_grad_(), any_weak(0).translation.requires_grad_())

    def both(points: Tensor, scale: Tensor, translation: Tensor) -> tuple[Tensor, Tensor]:
        weak = WeakPerspectiveCamera(scale, translation)
        return weak.project(points), weak.to_perspective(500.0, 100).project(points)

    assert gradcheck(both, (points, *fields))


def test_refuses_cameras_that_see_nothing():
    with pytest.raises(ValueError, match="scale: expected positive numbers, got -1"):
        WeakPerspectiveCamera(torch.tensor([1.0, -1.0]), torch.zeros(2, 2)).to_perspective(500.0, 100)
    simple = PerspectiveCamera.simple(500.0, (100, 100))
    with pytest.raises(ValueError, match="expected the world's origin in front"):
        WeakPerspectiveCamera.from_perspective(simple, 100)
    squeezed = PerspectiveCamera(
        torch.tensor([[500.0, 600.0]]), simple.principal_point, simple.rotation, torch.tensor([[0.0, 0.0, 5.0]])
    )
    with pytest.raises(ValueError, match="one focal length"):
        WeakPerspectiveCamera.from_perspective(squeezed, 100)
    with pytest.raises(ValueError, match="points: expected"):
        inspect.unwrap(project_weakly)(torch.zeros(3, 4, 2), torch.ones(3), torch.zeros(3, 2))
