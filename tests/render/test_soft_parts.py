"""Soft part maps and depths against the formula written out for every face and pixel, with autograd."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.cameras import PerspectiveCamera, WeakPerspectiveCamera
from vhlib.render import part_map, soft_depth, soft_parts
from vhlib.render.reference import coverage, pixel_centres
from vhlib.render.screen import in_image, softness, to_screen

DOUBLE = torch.float64


def soup(seed, batch=2, vertices=9, faces=7):
    numbers = torch.Generator().manual_seed(seed)
    points = torch.randn(batch, vertices, 3, generator=numbers, dtype=DOUBLE)
    points[..., 2] = points[..., 2].abs() + 1.5
    corners = torch.stack([torch.randperm(vertices, generator=numbers)[:3] for _ in range(faces)])
    return points, corners, torch.randint(0, 3, (faces,), generator=numbers)


def camera_of(kind, size):
    if kind == "weak":
        return WeakPerspectiveCamera(torch.tensor([0.4, 0.5], dtype=DOUBLE), torch.zeros(2, 2, dtype=DOUBLE))
    return PerspectiveCamera.simple(12.0, (size[1], size[0]), like=torch.zeros((), dtype=DOUBLE))


def by_the_formula(vertices, faces, parts, camera, size, sigma, gamma):
    """Liu et al. 2019, eq. 1 to 4; the depth of a face beyond its rim is that of its nearest weights, clipped."""
    screen = to_screen(vertices, faces, camera, size)
    maps, depths = [], []
    unit = softness(sigma, size)
    pixels = pixel_centres(size, vertices)
    for index in range(len(vertices)):
        points, z = in_image(screen)[:, index].T[faces], screen.depth[index][faces]
        probability = coverage(points / unit, pixels / unit)
        rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
        inverse = torch.linalg.inv(torch.cat([points, torch.ones_like(points[..., :1])], -1).mT)
        share = torch.einsum("fkc,hwc->fhwk", inverse, rays).clamp(min=0)
        share = share / share.sum(-1, keepdim=True)
        z = z[:, None, None]
        depth = 1 / (share / z).sum(-1) if screen.perspective else (share * z).sum(-1)
        weight = probability * torch.exp(-(depth - depth.detach().min()) / gamma)
        total = weight.sum(0).clamp(min=1e-300)
        covered = 1 - (1 - probability).prod(0)
        found = [covered * weight[parts == part].sum(0) / total for part in range(3)]
        maps.append(torch.stack([1 - covered, *found], -1))
        depths.append((weight * depth).sum(0) / total)
    return torch.stack(maps), torch.stack(depths)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["perspective", "weak"]), gamma=st.sampled_from([0.05, 0.5]))
def test_same_as_the_formula_values_and_gradients(seed, kind, gamma):
    vertices, faces, parts = soup(seed)
    size, sigma = (13, 40), 3e-3
    camera = camera_of(kind, size)
    vertices.requires_grad_()
    maps = soft_parts(vertices, faces, parts, camera, size, parts=3, sigma=sigma, gamma=gamma)
    depths = soft_depth(vertices, faces, camera, size, sigma=sigma, gamma=gamma)
    wanted_maps, wanted_depths = by_the_formula(vertices, faces, parts, camera, size, sigma, gamma)
    assert_close(maps, wanted_maps, rtol=1e-7, atol=1e-9)
    assert_close(depths, wanted_depths, rtol=1e-7, atol=1e-9)
    weights = torch.randn(maps.shape, dtype=DOUBLE, generator=torch.Generator().manual_seed(seed))
    for ours, theirs in ((maps, wanted_maps), (depths[..., None], wanted_depths[..., None])):
        one, other = (
            torch.autograd.grad((value * weights[..., : value.shape[-1]]).sum(), vertices, retain_graph=True)[0]
            for value in (ours, theirs)
        )
        assert_close(one, other, rtol=1e-6, atol=1e-6 * (1 + other.abs().max().item()))


def test_gradient_by_finite_differences():
    vertices, faces, parts = soup(1, batch=1, vertices=6, faces=3)
    camera = camera_of("perspective", (6, 7))

    def both(points):
        maps = soft_parts(points, faces, parts, camera, (6, 7), parts=3, sigma=2e-2, gamma=0.3)
        return maps, soft_depth(points, faces, camera, (6, 7), sigma=2e-2, gamma=0.3)

    assert torch.autograd.gradcheck(both, vertices.requires_grad_(), eps=1e-7, atol=1e-5)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10**6))
def test_a_pixel_s_classes_sum_to_one(seed):
    vertices, faces, parts = soup(seed)
    maps = soft_parts(vertices.float(), faces, parts, _single(camera_of("perspective", (9, 9))), (9, 9), parts=3)
    assert_close(maps.sum(-1), torch.ones(2, 9, 9))
    assert (maps >= 0).all()


def _single(camera):
    return PerspectiveCamera(
        camera.focal_length.float(), camera.principal_point.float(), camera.rotation.float(), camera.translation.float()
    )


def test_hardened_it_is_the_part_map(body):
    parts = torch.as_tensor(body.files.part_of_face)
    vertices = body.v_template[None].double()
    eye = torch.tensor([[1.0, 0.0, 3.0]], dtype=DOUBLE)
    camera = PerspectiveCamera.looking(eye=eye, target=0 * eye, focal_length=60.0, size=(48, 64))
    soft = soft_parts(vertices, body.faces, parts, camera, (64, 48), parts=24, sigma=1e-9, gamma=1e-5)
    hard = part_map(vertices, body.faces, parts, camera, (64, 48))
    assert (soft.argmax(-1) == hard).double().mean() > 0.998
    assert hard.unique().numel() > 15


def test_a_hidden_part_is_pulled_out():
    """A small square behind a larger one: to be seen at the rim it must move sideways, and the gradient says so."""
    vertices = torch.tensor(
        [[[-1.0, -1, 2], [-1, 1, 2], [1, 1, 2], [1, -1, 2], [0.5, -0.5, 2.1], [0.5, 0.5, 2.1], [0.97, 0.0, 2.1]]],
        dtype=DOUBLE,
        requires_grad=True,
    )
    faces = torch.tensor([[0, 1, 2], [0, 2, 3], [4, 5, 6]])
    camera = PerspectiveCamera.simple(16.0, (40, 40), like=vertices)
    maps = soft_parts(vertices, faces, torch.tensor([0, 0, 1]), camera, (40, 40), parts=2, sigma=1e-3, gamma=0.1)
    maps[0, 18:22, 28:31, 2].sum().backward()
    assert vertices.grad is not None
    assert vertices.grad[0, 6, 0] > 0
    assert vertices.grad[0, 4:, 2].sum() < 0  # and come nearer


def test_refusals():
    vertices, faces, parts = soup(0)
    camera = camera_of("perspective", (4, 4))
    with pytest.raises(ValueError, match="part_of_face: expected parts from 0 to 1"):
        soft_parts(vertices, faces, parts + 2, camera, (4, 4), parts=2)
    with pytest.raises(ValueError, match="gamma: expected a positive number, got 0"):
        soft_depth(vertices, faces, camera, (4, 4), gamma=0.0)
    with pytest.raises(ValueError, match="sigma: expected a positive number, got -1"):
        soft_depth(vertices, faces, camera, (4, 4), sigma=-1.0)
