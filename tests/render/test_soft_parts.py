"""Soft part maps, depths and colours against the formula written out for every face and pixel, with autograd."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.cameras import PerspectiveCamera, WeakPerspectiveCamera
from vhlib.render import backend, part_map, soft_colours, soft_depth, soft_parts
from vhlib.render.coverage import FAINTEST
from vhlib.render.reference import coverage, pixel_centres
from vhlib.render.screen import in_image, softness, to_screen

DOUBLE = torch.float64
BACKGROUND = 0.25


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


def by_the_formula(vertices, faces, parts, colours, camera, size, sigma, gamma):
    """Liu et al. 2019, eq. 1 to 4; the depth of a face beyond its rim is that of its nearest weights, clipped."""
    screen = to_screen(vertices, faces, camera, size)
    maps, depths, pictures = [], [], []
    unit = softness(sigma, size)
    pixels = pixel_centres(size, vertices)
    for index in range(len(vertices)):
        points, z = in_image(screen)[:, index].T[faces], screen.depth[index][faces]
        probability = coverage(points / unit, pixels / unit)
        probability = probability * (probability > FAINTEST)
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
        in_space = share / z if screen.perspective else share
        painted = (in_space / in_space.sum(-1, keepdim=True)) @ colours[index][faces][:, None]
        seen = (weight[..., None] * painted).sum(0) / total[..., None]
        pictures.append(covered[..., None] * seen + (1 - covered[..., None]) * BACKGROUND)
    return torch.stack(maps), torch.stack(depths), torch.stack(pictures)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["perspective", "weak"]), gamma=st.sampled_from([0.05, 0.5]))
def test_same_as_the_formula_values_and_gradients(seed, kind, gamma):
    vertices, faces, parts = soup(seed)
    numbers = torch.Generator().manual_seed(seed)
    colours = torch.rand(2, vertices.shape[1], 2, dtype=DOUBLE, generator=numbers)
    size, sigma = (13, 40), 3e-3
    camera = camera_of(kind, size)
    inputs = vertices.requires_grad_(), colours.requires_grad_()
    ours = (
        soft_parts(vertices, faces, parts, camera, size, parts=3, sigma=sigma, gamma=gamma),
        soft_depth(vertices, faces, camera, size, sigma=sigma, gamma=gamma),
        soft_colours(vertices, faces, colours, camera, size, background=BACKGROUND, sigma=sigma, gamma=gamma),
    )
    for one, other in zip(
        ours, by_the_formula(vertices, faces, parts, colours, camera, size, sigma, gamma), strict=True
    ):
        assert_close(one, other, rtol=1e-7, atol=1e-9)
        weights = torch.randn(one.shape, dtype=DOUBLE, generator=numbers)
        grads = [
            torch.autograd.grad((value * weights).sum(), inputs, retain_graph=True, materialize_grads=True)
            for value in (one, other)
        ]
        for found, wanted in zip(*grads, strict=True):
            assert_close(found, wanted, rtol=1e-6, atol=1e-6 * (1 + wanted.abs().max().item()))


def test_gradient_by_finite_differences():
    vertices, faces, parts = soup(1, batch=1, vertices=6, faces=3)
    camera = camera_of("perspective", (6, 7))

    def all_three(points, colours):
        maps = soft_parts(points, faces, parts, camera, (6, 7), parts=3, sigma=2e-2, gamma=0.3)
        picture = soft_colours(points, faces, colours, camera, (6, 7), sigma=2e-2, gamma=0.3)
        return maps, soft_depth(points, faces, camera, (6, 7), sigma=2e-2, gamma=0.3), picture

    colours = torch.rand(1, 6, 3, dtype=DOUBLE, generator=torch.Generator().manual_seed(2), requires_grad=True)
    assert torch.autograd.gradcheck(all_three, (vertices.requires_grad_(), colours), eps=1e-7, atol=1e-5)


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


def test_hardened_it_is_the_picture(body):
    """Normals as colours: inside the body's outline, what the nearest face carries to the pixel, in perspective."""
    vertices = body.v_template[None].double()
    eye = torch.tensor([[1.0, 0.0, 3.0]], dtype=DOUBLE)
    camera = PerspectiveCamera.looking(eye=eye, target=0 * eye, focal_length=60.0, size=(64, 48))
    seen = backend("torch").rasterize(vertices, body.faces, camera, (64, 48))
    hard = seen.interpolate(vertices, body.faces, background=0.5)
    soft = soft_colours(vertices, body.faces, vertices, camera, (64, 48), background=0.5, sigma=1e-9, gamma=1e-5)
    assert ((soft - hard).abs().amax(-1) < 1e-3).double().mean() > 0.998


def test_a_colour_is_pulled_where_it_shows():
    """Two walls of two colours, one before the other: the hidden one has no say, the other one all."""
    wall = torch.tensor([[-1.0, -1], [-1, 1], [1, 1], [1, -1]], dtype=DOUBLE)
    vertices = torch.cat([torch.cat([wall, torch.full((4, 1), z, dtype=DOUBLE)], 1) for z in (2.0, 3.0)])[None]
    faces = torch.tensor([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    colours = torch.tensor([[[0.2]] * 4 + [[0.9]] * 4], dtype=DOUBLE, requires_grad=True)
    camera = PerspectiveCamera.simple(8.0, (10, 10), like=vertices)
    picture = soft_colours(vertices, faces, colours, camera, (10, 10), background=0.0)
    assert picture[0, 5, 3].item() == pytest.approx(0.2)
    assert picture[0, 0, 0].item() == 0
    picture.sum().backward()
    assert colours.grad is not None
    assert colours.grad[0, :4].sum().item() == pytest.approx(64, rel=0.05)  # 8 x 8 pixels
    assert colours.grad[0, 4:].abs().max() < 1e-12


def test_what_cannot_be_drawn_has_no_say():
    """Vertices that are no numbers, behind the camera, in one line: left out, and no gradient is NaN."""
    nan, inf = torch.nan, torch.inf
    square = [[-0.5, -0.5, 2.0], [-0.5, 0.5, 2], [0.5, 0.5, 2], [0.5, -0.5, 2]]
    others = [[nan, 0, 2], [0.1, inf, 2], [0, 0, -3], [0, 0, 1], [99, 99, 2], [99, 98, 2], [98, 99, 2]]
    vertices = torch.tensor([square + others], dtype=DOUBLE, requires_grad=True)
    colours = torch.ones(1, 11, 3, dtype=DOUBLE, requires_grad=True)
    faces = torch.tensor([[0, 1, 4], [1, 5, 2], [2, 3, 6], [7, 7, 7], [0, 0, 1], [8, 9, 10], [0, 1, 2], [0, 2, 3]])
    camera = PerspectiveCamera.simple(9.0, (9, 9), like=vertices)
    parts = torch.zeros(len(faces), dtype=torch.int64)
    picture = soft_colours(vertices, faces, colours, camera, (9, 9), background=0.0)
    plain = soft_colours(vertices[:, :4].detach(), faces[-2:], colours[:, :4], camera, (9, 9), background=0.0)
    assert_close(picture, plain)
    maps = soft_parts(vertices, faces, parts, camera, (9, 9), parts=1)
    (picture.sum() + maps[..., 1].sum() + soft_depth(vertices, faces, camera, (9, 9)).sum()).backward()
    assert vertices.grad is not None
    assert vertices.grad.isfinite().all()
    assert vertices.grad[0, :4].abs().sum() > 0
    assert colours.grad is not None
    assert colours.grad.isfinite().all()


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
    with pytest.raises(Exception, match="colours"):
        soft_colours(vertices, faces, vertices[:, :8], camera, (4, 4))
