"""A whole body by PyTorch3D's own cameras, rasterizer and blending: the same faces, weights and silhouettes.

`test_backends` holds PyTorch3D to what every rasterizer promises; here the kit is held to what PyTorch3D itself says.
"""

import math

import pytest
import torch
from torch.testing import assert_close

from vhlib.cameras import PerspectiveCamera, WeakPerspectiveCamera
from vhlib.cameras.frames import pytorch3d_camera
from vhlib.render import NEAR, available, backend
from vhlib.render.coverage import FAINTEST

renderer = pytest.importorskip("pytorch3d.renderer", reason="PyTorch3D is not installed")
structures = pytest.importorskip("pytorch3d.structures", reason="PyTorch3D is not installed")
pytestmark = [pytest.mark.pytorch3d, pytest.mark.slow]

OURS = [name for name in available() if name in ("torch", "numba")]
SIGMA = 1e-4
DISTANCE = 0.5
"""From PyTorch3D's orthographic camera, metres: it drops faces below zero, and scales depths a little."""
ALL_FACES = 800
"""Per pixel: more than meet in any of a body of 64 pixels, so that PyTorch3D cuts none off."""


def views(kind, size):
    """One view of a standing body as our camera and as PyTorch3D's."""
    eye, target = torch.tensor([[0.4, 0.1, 2.4]]), torch.tensor([[0.0, -0.35, 0.0]])
    ours = PerspectiveCamera.looking(eye=eye, target=target, focal_length=1.1 * min(size), size=size)
    rotation, translation = pytorch3d_camera(ours.rotation, ours.translation)
    if kind == "fov":
        angle = 2 * math.atan(1 / 2.2)  # of the image's short side; clips at half of znear
        return ours, renderer.FoVPerspectiveCameras(
            R=rotation, T=translation, fov=angle, degrees=False, znear=2 * NEAR, aspect_ratio=1.0
        )
    return ours, renderer.PerspectiveCameras(
        R=rotation,
        T=translation,
        focal_length=ours.focal_length,
        principal_point=ours.principal_point,
        in_ndc=False,
        image_size=torch.tensor([size]),
    )


def weak_views():
    ours = WeakPerspectiveCamera(torch.tensor([0.9]), torch.tensor([[0.05, -0.35]]))
    return ours, renderer.OrthographicCameras(
        R=pytorch3d_camera(torch.eye(3)[None], torch.zeros(1, 3))[0],
        T=torch.tensor([[0.0, 0.0, DISTANCE]]),
        focal_length=ours.scale[:, None],
        principal_point=-ours.scale[:, None] * ours.translation,
    )


def rasterizer_of(camera, size, *, count=1, blur=0.0, cull=False):
    settings = renderer.RasterizationSettings(
        image_size=size, faces_per_pixel=count, blur_radius=blur, bin_size=0, cull_backfaces=cull
    )
    return renderer.MeshRasterizer(cameras=camera, raster_settings=settings)


def upright(kind, body):
    """The body's vertices; a weak-perspective camera has no pose, so they get OpenCV's axes for it."""
    vertices = body.v_template[None]
    return vertices * torch.tensor([1.0, -1.0, -1.0]) if kind == "weak" else vertices


@pytest.mark.parametrize("cull", [False, True])
@pytest.mark.parametrize("size", [(64, 64), (128, 128), (96, 160)])
@pytest.mark.parametrize("kind", ["perspective", "fov", "weak"])
def test_the_same_face_in_every_pixel(kind, size, cull, body, record_property):
    """From the body to the pixel in single precision, projection included: same faces; weights as exact as that is."""
    ours, theirs = weak_views() if kind == "weak" else views(kind, size)
    vertices = upright(kind, body)
    wanted = rasterizer_of(theirs, size, cull=cull)(structures.Meshes(vertices, body.faces[None]))
    for name in OURS:
        seen = backend(name).rasterize(vertices, body.faces, ours, size, cull_backfaces=cull)
        assert seen.mask.double().mean() > 0.05
        assert (seen.pix_to_face == wanted.pix_to_face[..., 0]).all()
        depth = wanted.zbuf[..., 0]
        if kind == "weak":
            depth = depth / wanted.bary_coords[..., 0, :].sum(-1) - DISTANCE
        depth = depth.where(seen.mask, 0)
        off = (seen.barycentrics - weights_of(wanted)).abs().max().item(), (seen.depth - depth).abs().max().item()
        record_property(f"{name}, barycentrics and depth differ by", off)
        assert off[0] < 1e-3  # of faces that are seen nearly from their edge
        assert off[1] < 1e-5


@pytest.mark.parametrize("size", [(64, 64), (128, 128), (96, 160)])
@pytest.mark.parametrize("kind", ["perspective", "weak"])
def test_the_same_weights_of_the_same_points(kind, size, body, record_property):
    """What PyTorch3D rasterizes, its points in the image, handed to the kit as they are: in double, so unrounded."""
    _, theirs = weak_views() if kind == "weak" else views(kind, size)
    meshes, rasterizer = structures.Meshes(upright(kind, body), body.faces[None]), rasterizer_of(theirs, size)
    x, y, z = rasterizer.transform(meshes).verts_padded().double().unbind(-1)
    across = -torch.stack([x, y], -1) * (z[..., None] if kind == "perspective" else 1)
    points = torch.cat([across, z[..., None]], -1)
    ours = (
        PerspectiveCamera.simple(min(size) / 2, size, like=points)
        if kind == "perspective"
        else WeakPerspectiveCamera(points.new_ones(1), points.new_zeros(1, 2))
    )
    wanted = rasterizer(meshes)
    for name in OURS:
        seen = backend(name).rasterize(points, body.faces, ours, size)
        assert (seen.pix_to_face == wanted.pix_to_face[..., 0]).all()
        # A face that is so small that the 1e-8 counts, it does not know to six digits.
        known = (wanted.bary_coords[..., 0, :].sum(-1) - 1).abs() < 2e-3
        assert (known == seen.mask).double().mean() > 0.998
        off = (seen.barycentrics - weights_of(wanted))[known].abs().max().item()
        record_property(f"{name}, barycentrics differ by", off)
        if size[0] == size[1]:  # else it rounds the pixels' centres
            assert off <= 1e-6


def weights_of(wanted):
    """PyTorch3D's barycentrics, 0 where there is no face; it adds 1e-8 to areas, so not all of its own sum to 1."""
    weights = wanted.bary_coords[..., 0, :].clamp(min=0)
    return weights / weights.sum(-1, keepdim=True).clamp(min=1e-12)


def test_the_same_silhouette_and_gradient(body, record_property):
    size = (64, 64)
    ours, theirs = views("perspective", size)
    vertices = body.v_template[None].clone().requires_grad_()
    weights = torch.linspace(-1, 1, 64 * 64).view(1, 64, 64)
    meshes = structures.Meshes(vertices, body.faces[None])
    wanted = rasterizer_of(theirs, size, count=ALL_FACES, blur=math.log(1 / FAINTEST - 1) * SIGMA)(meshes)
    assert (wanted.pix_to_face[..., -1] < 0).all()  # none was cut off
    shader = renderer.SoftSilhouetteShader(blend_params=renderer.BlendParams(sigma=SIGMA))
    alpha = shader(wanted, meshes)[..., 3]
    (slope,) = torch.autograd.grad((alpha * weights).sum(), vertices)
    for name in OURS:
        soft = backend(name).silhouette(vertices, body.faces, ours, size, sigma=SIGMA)
        (ours_slope,) = torch.autograd.grad((soft * weights).sum(), vertices)
        off = (soft - alpha).abs().max().item(), ((ours_slope - slope).abs().max() / slope.abs().max()).item()
        record_property(f"{name}, alpha and its gradient (of the largest) differ by", off)
        assert off[0] <= 1e-5
        assert off[1] <= 2e-4  # most of which is PyTorch3D's: the kit is closer to the same in double precision


@pytest.mark.parametrize("name", OURS)
def test_the_same_room_around_the_camera(name):
    """Walls that run from behind the camera to before it: clipped as PyTorch3D's field-of-view cameras clip."""
    corners = torch.tensor([[x, y, z] for x in (-2.0, 1.0) for y in (-1.0, 1.5) for z in (-2.0, 4.0)])
    walls = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [1, 5, 7, 3]]
    faces = torch.tensor([[a, b, c] for a, b, c, _ in walls] + [[a, c, d] for a, _, c, d in walls])
    size = (64, 64)
    ours = PerspectiveCamera.simple(70.4, size)
    rotation, translation = pytorch3d_camera(ours.rotation, ours.translation)
    theirs = renderer.FoVPerspectiveCameras(
        R=rotation, T=translation, fov=2 * math.atan(1 / 2.2), degrees=False, znear=2 * NEAR, aspect_ratio=1.0
    )
    wanted = rasterizer_of(theirs, size)(structures.Meshes(corners[None], faces[None]))
    seen = backend(name).rasterize(corners[None], faces, ours, size)
    agreed = seen.pix_to_face == wanted.pix_to_face[..., 0]
    assert agreed.double().mean() > 0.99  # all but pixels on edges between faces, which it gives to none
    same = agreed & seen.mask
    assert_close(seen.depth[same], wanted.zbuf[..., 0][same], rtol=1e-4, atol=1e-5)
