"""Gradients of every pass: the same as finite differences, and never NaN, whatever is drawn."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.cameras import PerspectiveCamera, WeakPerspectiveCamera
from vhlib.render import NEAR, available, backend, soft_depth, soft_parts

NAMES = [name for name in available() if name != "pytorch3d"]  # which has single precision only
DOUBLE, NAN, INF = torch.float64, torch.nan, torch.inf
SIZE = (7, 9)
GOOD = torch.tensor([[-0.6, -0.5, 2.0], [0.1, 0.7, 2.5], [0.8, -0.4, 3.0]], dtype=DOUBLE)
PARTS = torch.tensor([0, 1])
ODD = {  # a second triangle that cannot be drawn, or only in part
    "a point": [[0.1, 0.1, 2.0]] * 3,
    "a line": [[0.0, 0.0, 2.0], [0.25, 0.25, 2.0], [0.5, 0.5, 2.0]],
    "edge-on": [[0.0, 0.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 4.0]],
    "with two corners in one place": [[0.0, 0.0, 2.0], [0.0, 0.0, 2.0], [0.4, 0.1, 2.0]],
    "off the picture": [[90.0, 0.0, 2.0], [91.0, 0.0, 2.0], [90.0, 1.0, 2.0]],
    "endlessly far to the side": [[1e30, 0.0, 2.0], [1e30, 1.0, 2.0], [0.0, 1e30, 2.0]],
    "behind the camera": [[0.0, 0.0, -2.0], [0.5, 0.0, -2.0], [0.0, 0.5, -2.0]],
    "in the camera": [[0.0, 0.0, 0.0], [0.5, 0.0, 0.0], [0.0, 0.5, 0.0]],
    "on the near plane": [[0.0, 0.0, NEAR], [0.5, 0.0, NEAR], [0.0, 0.5, NEAR]],
    "across the near plane": [[0.0, 0.3, -1.0], [0.5, 0.3, 2.0], [-0.5, 0.3, 2.0]],
    "with one corner in front": [[0.0, 0.3, 1.0], [0.5, 0.3, -2.0], [-0.5, 0.3, -2.0]],
    "of NaN": [[NAN, NAN, NAN]] * 3,
    "with one NaN": [[0.0, NAN, 2.0], [0.5, 0.0, 2.0], [0.0, 0.5, 2.0]],
    "with an infinite corner": [[INF, 0.0, 2.0], [0.5, 0.0, 2.0], [0.0, 0.5, 2.0]],
    "with an infinite depth": [[0.1, 0.1, INF], [0.5, 0.0, 2.0], [0.0, 0.5, 2.0]],
}


def pinhole(focal=8.0, dtype=DOUBLE):
    return PerspectiveCamera.simple(focal, SIZE, like=torch.zeros((), dtype=dtype))


def passes(name, vertices, faces, camera):
    """All that can be differentiated, by the backend of that name where there are several."""
    rasterizer = backend(name)
    seen = rasterizer.rasterize(vertices, faces, camera, SIZE)
    yield "depth", seen.depth
    yield "barycentrics", seen.barycentrics
    yield "silhouette", rasterizer.silhouette(vertices, faces, camera, SIZE, sigma=2e-2)
    yield "soft depth", soft_depth(vertices, faces, camera, SIZE, sigma=2e-2, gamma=0.3)
    parts = PARTS[torch.arange(len(faces)) % 2]
    yield "soft parts", soft_parts(vertices, faces, parts, camera, SIZE, parts=2, sigma=2e-2, gamma=0.3)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [torch.float32, DOUBLE])
@pytest.mark.parametrize("odd", ODD)
def test_a_face_that_cannot_be_drawn_leaves_gradients_finite(name, odd, dtype):
    """And those of the face beside it what they are without."""
    good = GOOD.to(dtype)
    both = torch.cat([good, torch.tensor(ODD[odd], dtype=dtype)])[None]
    two, one = torch.tensor([[0, 1, 2], [3, 4, 5]]), torch.tensor([[0, 1, 2]])
    camera = pinhole(dtype=dtype)
    for what, value in passes(name, leaf := both.clone().requires_grad_(), two, camera):
        assert value.isfinite().all(), what
        (gradient,) = torch.autograd.grad(value.square().sum(), leaf, retain_graph=True)
        assert gradient.isfinite().all(), what
        if "near" in odd or "corner in front" in odd or odd == "with an infinite depth":
            continue  # part of it is seen
        alone = dict(passes(name, only := good[None].clone().requires_grad_(), one, camera))[what]
        (wanted,) = torch.autograd.grad(alone.square().sum(), only)
        torch.testing.assert_close(gradient[:, :3], wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["perspective", "weak"])
def test_every_pass_agrees_with_finite_differences(name, kind):
    """Two triangles that cut each other, in double precision; also by the camera's own numbers."""
    points = torch.cat([GOOD, GOOD.flip(0) * torch.tensor([0.8, -0.9, 1.0]) + torch.tensor([0.1, 0.05, 0.1])])[None]
    faces = torch.tensor([[0, 1, 2], [3, 4, 5]])

    def values(vertices, focal, shift):
        still = torch.eye(3, dtype=DOUBLE)[None], torch.zeros(1, 3, dtype=DOUBLE)
        perspective = PerspectiveCamera(focal.expand(1, 2), shift + torch.tensor([4.5, 3.5]), *still)
        camera = perspective if kind == "perspective" else WeakPerspectiveCamera(focal / 9, shift / 9)
        return tuple(value for _, value in passes(name, vertices, faces, camera))

    focal, shift = torch.tensor([7.3], dtype=DOUBLE), torch.tensor([[0.13, -0.08]], dtype=DOUBLE)
    inputs = tuple(one.clone().requires_grad_() for one in (points, focal, shift))
    assert torch.autograd.gradcheck(values, inputs, eps=1e-7, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=12)
@given(
    seed=st.integers(0, 10**6),
    spoilt=st.lists(
        st.tuples(st.integers(0, 11), st.integers(0, 2), st.sampled_from([NAN, INF, -INF, 0.0, 1e30, -1e30]))
    ),
)
def test_whatever_stands_among_the_vertices_no_gradient_is_nan(name, seed, spoilt):
    numbers = torch.Generator().manual_seed(seed)
    vertices = torch.randn(1, 12, 3, generator=numbers, dtype=DOUBLE)  # half of them behind the camera
    faces = torch.stack([torch.randint(0, 12, (3,), generator=numbers) for _ in range(10)])  # some of them points
    for vertex, axis, value in spoilt:
        vertices[0, vertex, axis] = value
    vertices.requires_grad_()
    for what, value in passes(name, vertices, faces, pinhole()):
        assert value.isfinite().all(), what
        (gradient,) = torch.autograd.grad(value.square().sum(), vertices, retain_graph=True)
        assert gradient.isfinite().all(), what
