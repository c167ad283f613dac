"""Both passes as one reads them in the papers: every pixel looks at every face, and autograd does the rest.

For lessons and as the tests' oracle. Memory grows with faces times pixels: a coarse mesh in a small image.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.functional import pad

from vhlib.render.coverage import FAINTEST
from vhlib.render.screen import Screen, smallest_area, softness, to_screen, visible_polygons
from vhlib.render.types import Camera, Fragments


class ReferenceRasterizer:
    """Plain and slow."""

    name = "reference"

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
        corners_of_faces = screen.homogeneous[..., faces].permute(1, 2, 3, 0)  # (B, F, 3, 3)
        images = [
            nearest_face(corners.double(), depths.double(), screen, size, cull_backfaces)
            for corners, depths in zip(corners_of_faces, screen.depth[:, faces], strict=True)
        ]
        face, depth, barycentrics = (torch.stack(parts) for parts in zip(*images, strict=True))
        return Fragments(face, depth.to(vertices), barycentrics.to(vertices))

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
        screen = to_screen(vertices, faces, camera, size)
        unit = softness(sigma, size)
        uncovered = torch.ones((), dtype=vertices.dtype, device=vertices.device)
        for polygons, image in visible_polygons(screen, faces, size):
            probability = coverage(polygons.permute(2, 1, 0) / unit, pixel_centres(size, like=vertices) / unit)
            none = [(1 - probability[image == index]).prod(0) for index in range(len(screen.depth))]
            uncovered = uncovered * torch.stack(none)
        return 1 - uncovered


def nearest_face(
    corners: Float[Tensor, "F 3 3"],
    depths: Float[Tensor, "F 3"],
    screen: Screen,
    size: tuple[int, int],
    cull_backfaces: bool,
) -> tuple[Int64[Tensor, "H W"], Float[Tensor, "H W"], Float[Tensor, "H W 3"]]:
    """The nearest face of each pixel of one image, its depth and its barycentrics.

    A pixel's ray meets the plane of a face in w (x, y, 1) = sum of b_k corner_k: three equations for b / w.

    Args:
        corners: homogeneous, ``(x w, y w, w)``.
        depths: of the corners.
        screen: says what is too near.
        size: (height, width) in pixels.
        cull_backfaces: leave out the faces that turn their inside to the camera.
    """
    area = torch.linalg.det(corners) / corners[..., 2].prod(1).abs()
    drawn = ((-area if cull_backfaces else area.abs()) > smallest_area(size)).nonzero().squeeze(1)
    pixels = pixel_centres(size, like=corners)
    rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    weights = torch.einsum("fkc,hwc->hwfk", torch.linalg.inv(corners[drawn].mT), rays)  # b / w
    with torch.no_grad():
        w = 1 / weights.sum(-1)
        depth = (weights * depths[drawn]).sum(-1) * w
        covered = (weights >= 0).all(-1) & (w >= screen.near)
        # One face more, the last, stands for nobody.
        nearest, winner = pad(depth.where(covered, torch.inf), (0, 1), value=torch.inf).min(-1)
        winner = winner.where(nearest < torch.inf, len(drawn))
    weights = pad(weights, (0, 0, 0, 1), value=1).take_along_dim(winner[..., None, None], 2)[..., 0, :]
    barycentrics = (weights / weights.sum(-1, keepdim=True)).where(winner[..., None] < len(drawn), 0)
    depth = (barycentrics * pad(depths[drawn], (0, 0, 0, 1))[winner]).sum(-1)
    return pad(drawn, (0, 1), value=-1)[winner], depth, barycentrics


def pixel_centres(size: tuple[int, int], like: Tensor) -> Float[Tensor, "H W 2"]:
    """Where each pixel is sampled, (x, y).

    >>> pixel_centres((1, 2), like=torch.zeros(()))
    tensor([[[0.5000, 0.5000],
             [1.5000, 0.5000]]])

    Args:
        size: (height, width) in pixels.
        like: a tensor whose dtype and device to take.
    """
    y, x = (torch.arange(count, dtype=like.dtype, device=like.device) + 0.5 for count in size)
    return torch.stack(torch.meshgrid(x, y, indexing="xy"), -1)


def coverage(polygons: Float[Tensor, "N E 2"], pixels: Float[Tensor, "H W 2"]) -> Float[Tensor, "N H W"]:
    """Probability that each polygon covers each pixel (Liu et al. 2019, "Soft Rasterizer", eq. 1).

    Args:
        polygons: corners, convex, in units of sqrt(sigma).
        pixels: where to look, in the same units.
    """
    start = polygons[:, :, None, None]  # (N, E, 1, 1, 2)
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    along = ((offset * edge).sum(-1, keepdim=True) / edge.square().sum(-1, keepdim=True)).clamp(0, 1)
    d2 = (offset - along * edge).square().sum(-1).amin(1)  # squared distance from the outline
    side = edge[..., 0] * offset[..., 1] - edge[..., 1] * offset[..., 0]
    inside = (side > 0).all(1) | (side < 0).all(1)
    probability = torch.sigmoid(torch.where(inside, d2, -d2))
    return probability * (probability > FAINTEST)
