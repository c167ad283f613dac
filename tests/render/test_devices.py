"""Everything is made where the vertices are: on a GPU, a tensor made elsewhere is an error or a slow copy."""

import pytest
import torch
from torch.testing import assert_close

from vhlib.cameras import PerspectiveCamera, WeakPerspectiveCamera
from vhlib.render import (
    MATT,
    STUDIO,
    Harmonics,
    Texture,
    available,
    backend,
    depth_map,
    part_map,
    shaded,
    soft_colours,
    soft_depth,
    soft_parts,
)

NAMES = [name for name in available() if name != "pytorch3d"]
FACES = torch.tensor([[0, 1, 2], [0, 2, 3], [0, 4, 1], [2, 1, 5]])
SIZE = (12, 17)


def scene(*, gaps=False):
    """Some triangles, one of which crosses the near plane; and if wanted a vertex that is no number."""
    corners = [[-0.5, -0.5, 2], [-0.5, 0.5, 2], [0.5, 0.5, 3], [0.5, -0.5, 2], [0, 0, -1], [0.9, 0.9, 4]]
    points = torch.tensor([corners])
    points[0, 5, 0] = torch.nan if gaps else 0.9
    return points.requires_grad_()


def cameras():
    return PerspectiveCamera.simple(12.0, SIZE), WeakPerspectiveCamera(torch.ones(1), torch.zeros(1, 2))


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_rasterizers_make_nothing_elsewhere(name, gaps):
    """With a default device that holds no numbers, whatever does not ask for the vertices' own cannot be used."""
    points, rasterizer = scene(gaps=gaps), backend(name)
    for camera in cameras():
        with torch.device("meta"):
            seen = rasterizer.rasterize(points, FACES, camera, SIZE, cull_backfaces=gaps)
            soft = rasterizer.silhouette(points, FACES, camera, SIZE)
            (seen.depth.sum() + soft.sum()).backward()
        assert seen.depth.device == soft.device == points.device


def test_pictures_make_nothing_elsewhere():
    points, parts = scene(), torch.tensor([0, 0, 1, 1])
    light = Harmonics(torch.ones(9, 3))
    texture = Texture(torch.rand(1, 4, 4, 3), torch.rand(6, 2), FACES)
    colours = torch.rand(1, 6, 3)
    for camera in cameras():
        with torch.device("meta"):
            pictures = [
                soft_parts(points, FACES, parts, camera, SIZE, parts=2),
                soft_depth(points, FACES, camera, SIZE),
                soft_colours(points, FACES, colours, camera, SIZE),
                shaded(points, FACES, camera, SIZE, lighting=STUDIO),
                shaded(points, FACES, camera, SIZE, lighting=MATT, colours=colours[0]),
                shaded(points, FACES, camera, SIZE, lighting=light, colours=texture),
            ]
            torch.stack([picture.sum() for picture in pictures]).sum().backward()
            maps = part_map(points, FACES, parts, camera, SIZE), depth_map(points, FACES, camera, SIZE)
        assert {picture.device for picture in (*pictures, *maps)} == {points.device}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_the_same_on_a_gpu():
    points, parts = scene(), torch.tensor([0, 0, 1, 1])
    found = []
    for device in ("cpu", "cuda"):
        there = points.detach().to(device).requires_grad_()
        faces = FACES.to(device)
        camera = PerspectiveCamera.simple(12.0, SIZE, like=there)
        rasterizer = backend("auto", device=device)
        seen = rasterizer.rasterize(there, faces, camera, SIZE)
        soft = rasterizer.silhouette(there, faces, camera, SIZE)
        maps = soft_parts(there, faces, parts.to(device), camera, SIZE, parts=2)
        picture = shaded(there, faces, camera, SIZE, rasterizer=rasterizer)
        (seen.depth.sum() + soft.sum() + maps[..., 1].sum() + picture.sum()).backward()
        assert there.grad is not None
        found.append([one.cpu() for one in (seen.pix_to_face, seen.depth, soft, maps, picture, there.grad)])
    for here, there in zip(*found, strict=True):
        assert_close(here, there, rtol=1e-4, atol=1e-4)
