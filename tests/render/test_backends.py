"""One suite for every rasterizer that is installed here."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.cameras import PerspectiveCamera, WeakPerspectiveCamera
from vhlib.core.errors import InputError
from vhlib.render import NEAR, available, backend

NAMES = available()
EXACT = [name for name in NAMES if name != "pytorch3d"]  # which finds faces, and covers softly, in single precision
SQUARE = torch.tensor([[0, 1, 2], [0, 2, 3]])
DOUBLE = torch.float64


@pytest.fixture(params=NAMES)
def rasterizer(request):
    return backend(request.param)


def tolerance(rasterizer):
    return {"rtol": 1e-5, "atol": 1e-6} if rasterizer.name == "pytorch3d" else {"rtol": 1e-9, "atol": 1e-12}


def pinhole(size, focal=20.0, dtype=DOUBLE):
    return PerspectiveCamera.simple(focal, (size[1], size[0]), like=torch.zeros((), dtype=dtype))


def soup(seed, *, batch=1, vertices=24, faces=30, in_front=True, dtype=DOUBLE):
    """Random triangles: they cut each other, and unless in front they cross the camera plane and lie behind it."""
    numbers = torch.Generator().manual_seed(seed)
    points = torch.randn(batch, vertices, 3, generator=numbers, dtype=DOUBLE)
    if in_front:
        points[..., 2] = points[..., 2].abs() + 1.5
    corners = torch.stack([torch.randperm(vertices, generator=numbers)[:3] for _ in range(faces)])
    return points.to(dtype), torch.unique(corners.sort(1).values, dim=0)


def camera_of(kind, size, batch):
    if kind == "perspective":
        return pinhole(size)
    scale = torch.linspace(0.3, 0.5, batch, dtype=DOUBLE)
    return WeakPerspectiveCamera(scale, torch.full((batch, 2), 0.1, dtype=DOUBLE))


def square(half, z, dtype=DOUBLE):
    """A square across the optical axis, counter-clockwise seen by the camera."""
    corners = [[-half, -half, z], [-half, half, z], [half, half, z], [half, -half, z]]
    return torch.tensor([corners], dtype=dtype)


# --- hard pass ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, DOUBLE])
def test_a_triangle_by_hand(rasterizer, dtype):
    """Corners at pixels (0, 0), (0, 4.4), (4.4, 0) at depths 1, 2, 4; there (0.55, 1.1) would weigh 5/8, 1/4, 1/8.

    That is in the image; in space the weights go with weight / depth, 20 : 4 : 1, and the depth is
    1 / (5/8 / 1 + 1/4 / 2 + 1/8 / 4) = 32 / 25. The pixel's centre is (0.5, 0.5), so all is moved by (-0.05, -0.6).
    """
    camera = pinhole((4, 4), focal=1.0, dtype=dtype)
    pixels = torch.tensor([[0, 0], [0, 4.4], [4.4, 0]], dtype=dtype) - torch.tensor([0.05, 0.6], dtype=dtype)
    vertices = camera.unproject(pixels[None], torch.tensor([[1, 2, 4]], dtype=dtype))
    seen = rasterizer.rasterize(vertices, torch.tensor([[0, 1, 2]]), camera, (4, 4))
    assert seen.pix_to_face[0].tolist() == [[0, 0, 0, -1], [0, 0, -1, -1], [0, -1, -1, -1], [-1] * 4]
    assert_close(seen.barycentrics[0, 0, 0], torch.tensor([20, 4, 1], dtype=dtype) / 25)
    assert_close(seen.depth[0, 0, 0], torch.tensor(32 / 25, dtype=dtype))
    assert seen.depth[0, 3, 3] == 0
    assert seen.barycentrics[0, 3, 3].tolist() == [0, 0, 0]


def test_the_nearer_face_is_seen_whatever_the_order(rasterizer):
    vertices = torch.cat([square(1.0, 3.0), square(0.5, 2.0)], 1)
    faces = torch.cat([SQUARE, SQUARE + 4])
    camera, size = pinhole((12, 12), focal=12.0), (12, 12)
    seen = rasterizer.rasterize(vertices, faces, camera, size)
    turned = rasterizer.rasterize(vertices, faces.flip(0), camera, size)
    assert_close(seen.depth[0, 6, 7], torch.tensor(2.0, dtype=DOUBLE))
    assert_close(seen.depth[0, 2, 3], torch.tensor(3.0, dtype=DOUBLE))
    assert_close(turned.depth, seen.depth)
    assert (turned.pix_to_face[turned.mask] // 2 == 1 - seen.pix_to_face[seen.mask] // 2).all()


@pytest.mark.parametrize("name", EXACT)
@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["perspective", "weak"]))
def test_the_surface_point_lies_on_the_pixel_s_ray(name, seed, kind):
    """What barycentrics and depth say, project says back."""
    vertices, faces = soup(seed)
    size = (14, 19)
    camera = camera_of(kind, size, 1)
    seen = backend(name).rasterize(vertices, faces, camera, size)
    points = seen.interpolate(vertices, faces)[seen.mask]
    row, column = seen.mask[0].nonzero(as_tuple=True)
    pixels = camera.project(points[None])[0]
    if kind == "weak":  # from -1 .. 1 over the short side
        pixels = pixels * 7 + torch.tensor([19, 14]) / 2
    assert_close(pixels, torch.stack([column, row], 1) + torch.tensor(0.5, dtype=DOUBLE), rtol=0, atol=1e-8)
    assert_close(points[:, 2], seen.depth[seen.mask])
    assert (seen.barycentrics >= -1e-9).all()
    assert_close(seen.barycentrics.sum(-1), seen.mask.to(DOUBLE))


@pytest.mark.parametrize("name", [name for name in EXACT if name != "reference"])
@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["perspective", "weak"]),
    in_front=st.booleans(),
    cull=st.booleans(),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_same_as_the_reference(name, seed, kind, in_front, cull, size):
    """The same face in every pixel, also where faces cross the camera plane."""
    vertices, faces = soup(seed, batch=2, in_front=in_front)
    camera = camera_of(kind, size, 2)
    ours, theirs = (
        backend(one).rasterize(vertices, faces, camera, size, cull_backfaces=cull) for one in (name, "reference")
    )
    assert (ours.pix_to_face == theirs.pix_to_face).all()
    assert_close(ours.depth, theirs.depth, rtol=1e-7, atol=1e-7)
    assert_close(ours.barycentrics, theirs.barycentrics, rtol=1e-7, atol=1e-7)


def test_a_batch_is_its_images(rasterizer):
    vertices, faces = soup(3, batch=3)
    size, camera = (17, 23), camera_of("weak", (17, 23), 3)
    together = rasterizer.rasterize(vertices, faces, camera, size)
    for index in range(3):
        alone_camera = WeakPerspectiveCamera(camera.scale[index, None], camera.translation[index, None])
        alone = rasterizer.rasterize(vertices[index, None], faces, alone_camera, size)
        assert (alone.pix_to_face[0] == together.pix_to_face[index]).all()
        assert_close(alone.depth[0], together.depth[index])


def test_one_body_seen_by_two_cameras(rasterizer):
    vertices, faces = soup(4)
    eye = torch.tensor([[0.0, 0.0, -4.0], [3.0, 0.0, 2.0]], dtype=DOUBLE)
    target = vertices.mean(1).expand(2, 3)
    both = PerspectiveCamera.looking(eye=eye, target=target, focal_length=30.0, size=(16, 16))
    seen = rasterizer.rasterize(vertices, faces, both, (16, 16))
    assert seen.pix_to_face.shape == (2, 16, 16)
    again = rasterizer.rasterize(vertices.expand(2, -1, -1), faces, both, (16, 16))
    assert (seen.pix_to_face == again.pix_to_face).all()


@settings(deadline=None, max_examples=10)
@given(rows=st.integers(-3, 3), columns=st.integers(-3, 3))
@pytest.mark.parametrize("name", EXACT)
def test_moving_the_principal_point_moves_the_picture(name, rows, columns):
    vertices, faces = soup(5)
    size = (20, 30)
    camera = pinhole(size)
    moved = PerspectiveCamera(
        camera.focal_length, camera.principal_point + torch.tensor([columns, rows]), camera.rotation, camera.translation
    )
    before, after = (backend(name).rasterize(vertices, faces, one, size).pix_to_face for one in (camera, moved))
    shifted = torch.roll(before, (rows, columns), (1, 2))
    inner = (slice(None), slice(3, -3), slice(3, -3))
    assert (after[inner] == shifted[inner]).all()


def test_the_floor_goes_under_the_camera_up_to_the_near_plane(rasterizer):
    """A floor 1 m below the camera, from 50 m behind it to 50 m ahead: row y sees it at f / (y - horizon)."""
    floor = torch.tensor([[[-50.0, 1, -50], [50, 1, -50], [50, 1, 50], [-50, 1, 50]]], dtype=DOUBLE)
    size, focal = (24, 24), 3.0
    seen = rasterizer.rasterize(floor, SQUARE, pinhole(size, focal), size)
    rows = torch.arange(24, dtype=DOUBLE) + 0.5 - 12
    assert not seen.mask[0, :12].any()
    assert seen.mask[0, 12:].all()
    assert_close(seen.depth[0, 12:, 5], focal / rows[12:])


def test_nothing_nearer_than_the_near_plane_is_seen(rasterizer):
    camera, size = pinhole((8, 8), focal=4.0), (8, 8)
    assert not rasterizer.rasterize(square(1.0, 0.9 * NEAR), SQUARE, camera, size).mask.any()
    assert not rasterizer.rasterize(square(1.0, -1.0), SQUARE, camera, size).mask.any()
    beyond = square(1.0, 1.1 * NEAR) + torch.tensor([0.001, 0, 0])  # no pixel's centre lies on the diagonal
    assert rasterizer.rasterize(beyond, SQUARE, camera, size).mask.all()
    # a wall along the viewing direction, from behind the camera on: seen from the near plane on only
    wall = torch.tensor([[[-0.5, -9, -1], [-0.5, 9, -1], [-0.5, 9, 1], [-0.5, -9, 1]]], dtype=DOUBLE)
    depths = rasterizer.rasterize(wall, SQUARE, camera, size).depth
    assert depths[0, 4, 0] == pytest.approx(0.5 * 4 / 3.5)


def test_culling_leaves_out_what_turns_its_inside_to_the_camera(rasterizer):
    camera, size = pinhole((8, 8), focal=8.0), (8, 8)
    front = square(0.5, 2.0)
    assert rasterizer.rasterize(front, SQUARE, camera, size, cull_backfaces=True).mask.any()
    assert not rasterizer.rasterize(front, SQUARE.flip(1), camera, size, cull_backfaces=True).mask.any()
    assert rasterizer.rasterize(front, SQUARE.flip(1), camera, size).mask.any()


def test_culling_changes_nothing_for_a_closed_body(rasterizer):
    """The octahedron, counter-clockwise from outside in a world whose y points up."""
    tips = torch.tensor([[[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1.0]]], dtype=DOUBLE)
    faces = torch.tensor([[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]])
    eye = torch.tensor([[1.0, 2.0, 3.0]], dtype=DOUBLE)
    camera = PerspectiveCamera.looking(eye=eye, target=0 * eye, focal_length=30.0, size=(25, 25))
    culled = rasterizer.rasterize(tips, faces, camera, (25, 25), cull_backfaces=True)
    assert 0 < culled.mask.sum() < 625
    assert (culled.pix_to_face == rasterizer.rasterize(tips, faces, camera, (25, 25)).pix_to_face).all()


@pytest.mark.parametrize("name", EXACT)
def test_no_crack_where_faces_meet_exactly_on_pixel_centres(name):
    """A square whose diagonal runs through the pixels' centres. PyTorch3D leaves such pixels to no face."""
    vertices = torch.tensor([[[0.5, 0.5, 2], [0.5, 6.5, 2], [6.5, 6.5, 2], [6.5, 0.5, 2]]], dtype=DOUBLE)
    vertices[..., :2] = (vertices[..., :2] - 3.5) * 2
    seen = backend(name).rasterize(vertices, SQUARE, pinhole((7, 7), focal=1.0), (7, 7))
    assert seen.mask.all()


def test_what_cannot_be_drawn_is_left_out(rasterizer):
    """Faces without area, out of the picture, behind the camera, of unknown and of endless vertices."""
    good = square(0.5, 2.0)
    nan, inf = torch.nan, torch.inf
    others = [
        [nan, 0, 2],
        [0.1, inf, 2],
        [0.2, 0.3, -inf],
        [0, 0, -3],
        [99, 99, 2],
        [99, 98, 2],
        [98, 99, 2],
        [0, 0, 1],
    ]
    vertices = torch.cat([good, torch.tensor([others], dtype=DOUBLE)], 1).requires_grad_()
    odd = [[0, 1, 4], [1, 5, 2], [2, 3, 6], [4, 5, 6], [7, 7, 7], [0, 0, 1], [8, 9, 10], [0, 7, 7]]
    faces = torch.cat([torch.tensor(odd), SQUARE])
    camera, size = pinhole((9, 9), focal=9.0), (9, 9)
    plain = rasterizer.rasterize(good, SQUARE, camera, size)
    seen = rasterizer.rasterize(vertices, faces, camera, size)
    assert (seen.pix_to_face == plain.pix_to_face.where(~plain.mask, plain.pix_to_face + len(odd))).all()
    soft = rasterizer.silhouette(vertices, faces, camera, size)
    assert_close(soft, rasterizer.silhouette(good, SQUARE, camera, size), **tolerance(rasterizer))
    (seen.depth.sum() + seen.barycentrics.square().sum() + soft.sum()).backward()
    assert vertices.grad is not None
    assert vertices.grad.isfinite().all()
    assert vertices.grad[0, :4].abs().sum() > 0


def test_nothing_to_draw(rasterizer):
    empty = torch.zeros(0, 3, dtype=torch.int64)
    vertices = square(0.5, 2.0).requires_grad_()
    seen = rasterizer.rasterize(vertices, empty, pinhole((3, 4)), (3, 4))
    soft = rasterizer.silhouette(vertices, empty, pinhole((3, 4)), (3, 4))
    assert not seen.mask.any()
    assert soft.tolist() == [[[0.0] * 4] * 3]
    (seen.depth.sum() + soft.sum()).backward()


def test_nothing_to_draw_in_one_image_of_two(rasterizer):
    """As where a network's body is no number: the other image is as it would be alone."""
    alone = square(0.5, 2.0)
    both = torch.cat([torch.full_like(alone, torch.nan), alone])
    camera, size = pinhole((9, 9), focal=9.0), (9, 9)
    seen, wanted = (rasterizer.rasterize(one, SQUARE, camera, size) for one in (both, alone))
    assert not seen.mask[0].any()
    assert (seen.pix_to_face[1] == wanted.pix_to_face[0]).all()
    soft = rasterizer.silhouette(both, SQUARE, camera, size)
    assert (soft[0] == 0).all()
    assert_close(soft[1:], rasterizer.silhouette(alone, SQUARE, camera, size), **tolerance(rasterizer))


@pytest.mark.parametrize("kind", ["perspective", "weak"])
def test_gradient_of_depth_and_barycentrics(rasterizer, kind):
    vertices, faces = soup(6, vertices=6, faces=3)
    size = (6, 5)

    def values(points, focal, shift):
        still = torch.eye(3, dtype=DOUBLE)[None], torch.zeros(1, 3, dtype=DOUBLE)
        perspective = PerspectiveCamera(focal.expand(1, 2), shift + 3, *still)
        camera = perspective if kind == "perspective" else WeakPerspectiveCamera(focal / 20, shift)
        seen = rasterizer.rasterize(points, faces, camera, size)
        return seen.depth, seen.barycentrics

    focal, shift = torch.tensor([9.0], dtype=DOUBLE), torch.tensor([[0.11, -0.07]], dtype=DOUBLE)
    inputs = tuple(one.clone().requires_grad_() for one in (vertices, focal, shift))
    assert rasterizer.rasterize(vertices, faces, pinhole(size, 9.0), size).mask.any()
    assert torch.autograd.gradcheck(values, inputs, eps=1e-7, atol=1e-5)


# --- soft pass ------------------------------------------------------------------------------------------------------


def test_probability_near_an_edge_by_the_formula(rasterizer):
    """Liu et al. 2019, eq. 1: sigmoid of the squared distance over sigma, + inside, - outside.

    A square from pixel 10 to pixel 30 in an image of 40 x 40: half the short side, the unit, is 20 pixels.
    """
    sigma = 4e-3
    size = (40, 40)
    soft = rasterizer.silhouette(square(0.5, 1.0), SQUARE[:1], pinhole(size, 20.0), size, sigma=sigma)[0]
    for column, distance in ((9, 0.5), (10, -0.5), (8, 1.5), (11, -1.5)):
        signed = -math.copysign((distance / 20) ** 2, distance) / sigma
        assert soft[16, column].item() == pytest.approx(1 / (1 + math.exp(-signed)), rel=1e-5)
    assert soft[16, 5] == 0  # fainter than 1e-4


def test_two_faces_cover_as_independent_events(rasterizer):
    """Liu et al. 2019, eq. 4: 1 - prod(1 - p)."""
    camera, size = pinhole((16, 16), 16.0), (16, 16)
    one, other = square(0.3, 2.0), square(0.2, 3.0) + torch.tensor([0.5, 0.1, 0.0])
    alone = [rasterizer.silhouette(part, SQUARE[:1], camera, size, sigma=1e-2) for part in (one, other)]
    both = torch.cat([SQUARE[:1], SQUARE[:1] + 4])
    together = rasterizer.silhouette(torch.cat([one, other], 1), both, camera, size, sigma=1e-2)
    assert_close(together, 1 - (1 - alone[0]) * (1 - alone[1]), **tolerance(rasterizer))


def test_a_vanishing_sigma_gives_the_mask(rasterizer):
    vertices, faces = soup(7)
    size = (15, 22)
    soft = rasterizer.silhouette(vertices, faces, pinhole(size), size, sigma=1e-12)
    assert_close(soft, rasterizer.rasterize(vertices, faces, pinhole(size), size).mask.to(DOUBLE))


@pytest.mark.parametrize("name", [name for name in EXACT if name != "reference"])
@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["perspective", "weak"]),
    in_front=st.booleans(),
    size=st.tuples(st.integers(1, 90), st.integers(1, 30)),
    sigma=st.sampled_from([1e-5, 1e-4, 1e-3, 1e-2]),
)
def test_soft_pass_same_as_the_reference(name, seed, kind, in_front, size, sigma):
    """Values and gradients, also where faces cross the near plane and where boxes are cut into tiles."""
    vertices, faces = soup(seed, batch=2, vertices=9, faces=8, in_front=in_front)
    vertices.requires_grad_()
    camera = camera_of(kind, size, 2)
    weights = torch.randn(2, *size, dtype=DOUBLE, generator=torch.Generator().manual_seed(seed))
    soft: list[torch.Tensor] = []
    grads: list[torch.Tensor] = []
    for one in (name, "reference"):
        soft.append(backend(one).silhouette(vertices, faces, camera, size, sigma=sigma))
        grads += torch.autograd.grad((soft[-1] * weights).sum(), vertices)
    assert_close(soft[0], soft[1], rtol=1e-9, atol=1e-9)
    assert_close(grads[0], grads[1], rtol=1e-7, atol=1e-7 * (1 + grads[1].abs().max().item()))


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("in_front", [True, False])
def test_gradient_of_the_silhouette(name, in_front):
    rasterizer = backend(name)
    vertices, faces = soup(8, vertices=7, faces=5, in_front=in_front)
    camera, size = pinhole((7, 9), 4.0), (7, 9)

    def soft(points):
        return rasterizer.silhouette(points, faces, camera, size, sigma=2e-2)

    assert 0 < soft(vertices).mean() < 0.99
    assert torch.autograd.gradcheck(soft, vertices.requires_grad_(), eps=1e-7, atol=1e-5)


def test_a_gap_pulls_the_nearest_edge(rasterizer):
    """More coverage wanted to the right of a square: its right corners are told to go there."""
    vertices = square(0.25, 1.0).requires_grad_()
    size = (20, 20)
    soft = rasterizer.silhouette(vertices, SQUARE, pinhole(size, 20.0), size, sigma=1e-3)
    soft[0, 8:12, 15:17].sum().backward()
    assert vertices.grad is not None
    assert (vertices.grad[0, 2:, 0] > 0).all()
    assert vertices.grad[0, :2].abs().max() < 1e-3 * vertices.grad[0, 2:, 0].max()


@pytest.mark.pytorch3d
@pytest.mark.skipif("pytorch3d" not in NAMES, reason="PyTorch3D is not installed")
@pytest.mark.parametrize("kind", ["perspective", "weak"])
@pytest.mark.parametrize("in_front", [True, False])
def test_pytorch3d_agrees(kind, in_front):
    size = (24, 33)
    vertices, faces = soup(9, batch=2, in_front=in_front)
    vertices.requires_grad_()
    camera = camera_of(kind, size, 2)
    ours, theirs = (backend(name).rasterize(vertices, faces, camera, size) for name in ("torch", "pytorch3d"))
    assert (ours.pix_to_face != theirs.pix_to_face).double().mean() < 0.005
    same = ours.pix_to_face == theirs.pix_to_face
    assert_close(ours.depth[same], theirs.depth[same])
    if in_front:  # of a face cut in two at the near plane, PyTorch3D takes the nearer half alone
        softs = [backend(name).silhouette(vertices, faces, camera, size, sigma=1e-3) for name in ("torch", "pytorch3d")]
        assert_close(softs[0], softs[1], rtol=0, atol=1e-4)
        grads = [torch.autograd.grad(soft.square().sum(), vertices)[0] for soft in softs]
        assert_close(grads[0], grads[1], rtol=0, atol=1e-3 * grads[0].abs().max().item())


def test_body_in_single_precision(rasterizer, body):
    """At a size where the reference fits: every pixel that is not on a rim has the same face as in double precision."""
    if rasterizer.name == "reference":
        pytest.skip("13,776 faces times all pixels do not fit in memory")
    size = (96, 64)
    faces = body.faces
    seen, soft = {}, {}
    for dtype in (torch.float32, DOUBLE):
        eye = torch.tensor([[0.0, -0.3, 3.0]], dtype=dtype)
        target = torch.tensor([[0.0, -0.3, 0.0]], dtype=dtype)
        camera = PerspectiveCamera.looking(eye=eye, target=target, focal_length=120.0, size=(64, 96))
        vertices = body.v_template[None].to(dtype)
        seen[dtype] = rasterizer.rasterize(vertices, faces, camera, size)
        soft[dtype] = rasterizer.silhouette(vertices, faces, camera, size)
    assert seen[DOUBLE].mask.sum() > 500
    assert (seen[torch.float32].pix_to_face != seen[DOUBLE].pix_to_face).sum() <= 2
    assert_close(soft[torch.float32], soft[DOUBLE].float(), rtol=0, atol=2e-5)


# --- at the door ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["rasterize", "silhouette"])
def test_refusals(rasterizer, method):
    draw = getattr(rasterizer, method)
    vertices, camera = square(0.5, 2.0), pinhole((4, 4))
    with pytest.raises(ValueError, match=r"faces: expected vertex indices from 0 to 3, got 0 to 4"):
        draw(vertices, torch.tensor([[0, 1, 4]]), camera, (4, 4))
    with pytest.raises(ValueError, match=r"faces: expected vertex indices"):
        draw(vertices, torch.tensor([[-1, 1, 2]]), camera, (4, 4))
    with pytest.raises(ValueError, match=r"size: expected \(height, width\)"):
        draw(vertices, SQUARE, camera, (0, 4))
    with pytest.raises(Exception, match="vertices"):
        draw(vertices[0], SQUARE, camera, (4, 4))
    with pytest.raises(ValueError, match=r"vertices: expected at least one body .* got \(0, 4, 3\)"):
        draw(vertices[:0], SQUARE, camera, (4, 4))


def test_a_softness_that_is_none_is_refused(rasterizer):
    with pytest.raises(ValueError, match="sigma: expected a positive number, got 0"):
        rasterizer.silhouette(square(0.5, 2.0), SQUARE, pinhole((4, 4)), (4, 4), sigma=0.0)


@pytest.mark.skipif("numba" not in NAMES, reason="numba is not installed")
def test_numba_refuses_what_is_not_on_the_cpu():
    from vhlib.render.numba_backend import _array

    with pytest.raises(ValueError, match=r'expected them on the CPU, got meta; use backend\("torch"\) there'):
        _array(torch.zeros(3, device="meta"))


def test_one_face_over_a_large_image(rasterizer):
    """Its box is cut in pieces; no pixel is lost at the seams."""
    size = (300, 530)
    wall = square(9.0, 1.0) + torch.tensor([0.003, 0, 0])  # no pixel's centre lies on the diagonal
    seen = rasterizer.rasterize(wall, SQUARE, pinhole(size, 50.0), size)
    reference = backend("reference").rasterize(wall, SQUARE, pinhole(size, 50.0), size)
    assert (seen.pix_to_face == reference.pix_to_face).all()
    assert seen.mask.all()
    assert_close(seen.depth, reference.depth)


def test_backend_by_name():
    assert backend("torch").name == "torch"
    assert backend("auto", device="cuda").name == "torch"
    assert backend("auto").name == ("numba" if "numba" in NAMES else "torch")
    with pytest.raises(InputError, match="rasterizer: expected auto, torch, numba, pytorch3d, reference; got 'opengl'"):
        backend("opengl")


def test_auto_does_without_a_numba_that_cannot_be_imported(monkeypatch):
    """As on machines whose numpy is newer than numba knows."""
    monkeypatch.setitem(__import__("sys").modules, "vhlib.render.numba_backend", None)
    assert backend("auto").name == "torch"
