"""PyTorch3D as a second rasterizer: the only file that imports it, and only when it is to draw.

Convention:
    PyTorch3D takes vertices as (x, y) in units of half the image's short side, x to the left and y up from the middle,
    and z in the camera frame. It is given faces beyond the near plane as its FoV cameras would give them: clipped.

Which faces a pixel sees is asked of PyTorch3D in single precision, the only one it has; depth and barycentrics are
computed from them as everywhere here. Its soft pass keeps the nearest faces of a pixel, `FACES_PER_PIXEL` unless told
otherwise, so where more meet (hands and faces in small pictures) it covers a little less than the formula says.
"""

from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from vhlib.render.coverage import REACH
from vhlib.render.screen import Screen, fragments, softness, to_screen
from vhlib.render.types import NEAR, Camera, Fragments

FACES_PER_PIXEL = 100
"""How many faces of a pixel the soft pass takes into account unless told otherwise."""


class PyTorch3DRasterizer:
    """Faces found by PyTorch3D; on the CPU it looks at every face for every pixel.

    Args:
        faces_per_pixel: how many the soft pass takes into account; its time and memory grow with them.
    """

    name = "pytorch3d"

    def __init__(self, *, faces_per_pixel: int = FACES_PER_PIXEL) -> None:
        self.faces_per_pixel = faces_per_pixel

    def rasterize(
        self,
        vertices: Float[Tensor, "B V 3"],
        faces: Int64[Tensor, "F 3"],
        camera: Camera,
        size: tuple[int, int],
        *,
        cull_backfaces: bool = False,
    ) -> Fragments:
        """The nearest face of each pixel: see `vhlib.render.Rasterizer`."""
        screen = to_screen(vertices, faces, camera, size)
        with torch.no_grad():
            packed, _, face_of_packed = _nearest(screen, faces, size, count=1, cull_backfaces=cull_backfaces)
        return fragments(face_of_packed[packed[..., 0]], faces, screen)

    def silhouette(
        self,
        vertices: Float[Tensor, "B V 3"],
        faces: Int64[Tensor, "F 3"],
        camera: Camera,
        size: tuple[int, int],
        *,
        sigma: float = 1e-4,
    ) -> Float[Tensor, "B H W"]:
        """How surely each pixel is covered: see `vhlib.render.Rasterizer`."""
        softness(sigma, size)  # refuses what is no softness
        screen = to_screen(vertices, faces, camera, size)
        packed, signed_squares, _ = _nearest(screen, faces, size, count=self.faces_per_pixel, blur=REACH**2 * sigma)
        probability = torch.sigmoid(-signed_squares / sigma) * (packed >= 0)
        return (1 - (1 - probability).prod(-1)).to(vertices.dtype)


def _nearest(
    screen: Screen,
    faces: Tensor,
    size: tuple[int, int],
    *,
    count: int,
    blur: float = 0.0,
    cull_backfaces: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:
    """Nearest faces of each pixel as PyTorch3D counts them, signed squared distances, and which face is which."""
    from pytorch3d.renderer.mesh.rasterize_meshes import rasterize_meshes

    meshes, face_of_packed = _meshes(screen, faces, size)
    if len(face_of_packed) == 1:  # nobody: without a face PyTorch3D forgets how many images there are
        shape = (len(screen.depth), *size, count)
        return faces.new_full(shape, -1), screen.depth.new_zeros(shape), face_of_packed
    packed, _, _, signed_squares = rasterize_meshes(
        meshes,
        image_size=size,
        blur_radius=blur,
        faces_per_pixel=count,
        perspective_correct=screen.perspective,
        clip_barycentric_coords=True,  # else a depth extrapolated below zero drops the face
        cull_backfaces=cull_backfaces,
        z_clip_value=screen.near if screen.perspective else None,
    )
    return packed, signed_squares, face_of_packed


def _meshes(screen: Screen, faces: Tensor, size: tuple[int, int]) -> tuple[Any, Tensor]:
    """The batch as PyTorch3D takes it, and which of `faces` each of its faces is; the last says nobody, -1."""
    from pytorch3d.structures import Meshes

    x_w, y_w, w = screen.homogeneous
    away = w.where(w.abs() > 1e-6, 1e-6)  # PyTorch3D multiplies by z again before it clips
    half = min(size) / 2
    x, y = (size[1] / 2 - x_w / away) / half, (size[0] / 2 - y_w / away) / half
    # An orthographic depth has no zero, but what is below it is left out: move all of it beyond, and no further, for
    # PyTorch3D adds 1e-8 to a face's area and so takes the depth of a small one a little less, in proportion to it.
    z = screen.depth if screen.perspective else screen.depth - screen.depth.detach().amin() + NEAR
    points = torch.stack([x, y, z], -1).float()
    known = w.isfinite()[:, faces].all(-1)  # PyTorch3D itself would draw faces whose vertices are no numbers
    kept = [image.nonzero().squeeze(1) for image in known]
    meshes = Meshes(list(points), [faces[index] for index in kept])
    return meshes, torch.cat([*kept, faces.new_tensor([-1])])
