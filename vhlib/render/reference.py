"""Both passes as one reads them in the papers: every pixel looks at every face, and autograd does the rest.

Hard: `ray_weights`, then `z_buffer`. Soft: `coverage`, then `union`. For lessons, where students write these four, and
as the tests' oracle. Memory grows with faces times pixels: a coarse mesh in a small image.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.functional import pad

from vhlib.exercises import exercise
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
        pixels = pixel_centres(size, like=vertices) / unit
        polygons = visible_polygons(screen, faces, size)
        probability = torch.cat([coverage(corners.permute(2, 1, 0) / unit, pixels) for corners, _ in polygons])
        probability = probability * (probability > FAINTEST)
        image = torch.cat([owner for _, owner in polygons])
        return torch.stack([union(probability[image == index]) for index in range(len(screen.depth))])


def nearest_face(
    corners: Float[Tensor, "F 3 3"],
    depths: Float[Tensor, "F 3"],
    screen: Screen,
    size: tuple[int, int],
    cull_backfaces: bool,
) -> tuple[Int64[Tensor, "H W"], Float[Tensor, "H W"], Float[Tensor, "H W 3"]]:
    """The nearest face of each pixel of one image, its depth and its barycentrics.

    Args:
        corners: homogeneous, ``(x w, y w, w)``.
        depths: of the corners.
        screen: says what is too near.
        size: (height, width) in pixels.
        cull_backfaces: leave out the faces that turn their inside to the camera.
    """
    area = torch.linalg.det(corners) / corners[..., 2].prod(1).abs()
    drawn = ((-area if cull_backfaces else area.abs()) > smallest_area(size)).nonzero().squeeze(1)
    weights = ray_weights(corners[drawn], pixel_centres(size, like=corners))
    seen = weights.detach().sum(-1, keepdim=True) <= 1 / screen.near  # not what is nearer than the near plane
    face, depth, barycentrics = z_buffer(weights.where(seen, -1), depths[drawn])
    return pad(drawn, (0, 1), value=-1)[face], depth, barycentrics


@exercise("02_cameras_and_rendering")
def ray_weights(corners: Float[Tensor, "F 3 3"], pixels: Float[Tensor, "H W 2"]) -> Float[Tensor, "F H W 3"]:
    """Where the ray through each pixel meets the plane of each face: b / w.

    The point with barycentrics b is seen at the pixel (x, y) if the sum of b_k corner_k is w (x, y, 1): three equations
    for the three b / w. The face covers the pixel if none of them is negative; their sum is 1 / w.

    >>> corners = torch.tensor([[[0.0, 0.0, 1.0], [8.0, 0.0, 2.0], [0.0, 16.0, 4.0]]])  # pixels (0, 0), (4, 0), (0, 4)
    >>> ray_weights(corners, torch.tensor([[[1.0, 1.0]]]))  # ½, ¼, ¼ in the image; divided by the depths 1, 2, 4
    tensor([[[[0.5000, 0.1250, 0.0625]]]])

    Args:
        corners: homogeneous pixels of each face's corners, ``(x w, y w, w)``; not in one line.
        pixels: where to look.
    """
    rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    return torch.einsum("fkc,hwc->fhwk", torch.linalg.inv(corners.mT), rays)


@exercise("02_cameras_and_rendering")
def z_buffer(
    weights: Float[Tensor, "F H W 3"], depths: Float[Tensor, "F 3"]
) -> tuple[Int64[Tensor, "H W"], Float[Tensor, "H W"], Float[Tensor, "H W 3"]]:
    """The nearest of the faces that cover each pixel, the first of several at one depth.

    Args:
        weights: of each face's corners at each pixel, in proportion: a face covers the pixel if none is negative.
        depths: of the corners, metres.

    Returns:
        The face, its depth and its barycentrics at the pixel; -1, 0 and 0 where there is none. The face is chosen
        without gradients; depth and barycentrics have them.
    """
    nobody = len(depths)
    with torch.no_grad():
        depth = (weights * depths[:, None, None]).sum(-1) / weights.sum(-1)
        # One face more, the last, stands for nobody.
        nearest, face = pad(depth.where((weights >= 0).all(-1), torch.inf), (0, 0, 0, 0, 0, 1), value=torch.inf).min(0)
        face = face.where(nearest < torch.inf, nobody)
    # Divided only for the winners: elsewhere the sum may be 0, and NaN would come back through it.
    weights = pad(weights, (0, 0, 0, 0, 0, 0, 0, 1), value=1).take_along_dim(face[None, ..., None], 0)[0]
    barycentrics = (weights / weights.sum(-1, keepdim=True)).where(face[..., None] < nobody, 0)
    depth = (barycentrics * pad(depths, (0, 0, 0, 1))[face]).sum(-1)
    return face.where(face < nobody, -1), depth, barycentrics


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


@exercise("02_cameras_and_rendering")
def coverage(polygons: Float[Tensor, "N E 2"], pixels: Float[Tensor, "H W 2"]) -> Float[Tensor, "N H W"]:
    """Probability that each polygon covers each pixel: sigmoid(±d²), + inside (Liu et al. 2019, eq. 1).

    >>> square = torch.tensor([[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]]])
    >>> coverage(square, torch.tensor([[[2.0, 1.0], [2.0, -1.0]]]))  # one unit inside, one outside
    tensor([[[0.7311, 0.2689]]])

    Args:
        polygons: corners in turn, convex, either orientation, in units of sqrt(sigma).
        pixels: where to look, in the same units.
    """
    start = polygons[:, :, None, None]  # (N, E, 1, 1, 2)
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    along = ((offset * edge).sum(-1, keepdim=True) / edge.square().sum(-1, keepdim=True)).clamp(0, 1)
    d2 = (offset - along * edge).square().sum(-1).amin(1)  # squared distance from the outline
    side = edge[..., 0] * offset[..., 1] - edge[..., 1] * offset[..., 0]
    inside = (side > 0).all(1) | (side < 0).all(1)
    return torch.sigmoid(torch.where(inside, d2, -d2))


@exercise("02_cameras_and_rendering")
def union(probability: Float[Tensor, "N H W"]) -> Float[Tensor, "H W"]:
    """Probability that any polygon covers each pixel, as if each did so on its own: 1 - prod(1 - p) (eq. 4).

    >>> union(torch.tensor([[[0.5]], [[0.5]]]))
    tensor([[0.7500]])

    Args:
        probability: of each polygon at each pixel.
    """
    return 1 - (1 - probability).prod(0)
