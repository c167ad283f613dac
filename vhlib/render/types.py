"""What a rasterizer takes and returns. Every backend speaks these words and passes one test suite."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from vhlib.cameras import PerspectiveCamera, WeakPerspectiveCamera

Camera: TypeAlias = PerspectiveCamera | WeakPerspectiveCamera
"""Any camera that a rasterizer draws through: perspective, or orthographic up to a scale."""

NEAR = 0.01
"""Distance of the near plane in metres: a perspective camera sees nothing that is closer."""


@dataclass(frozen=True)
class Fragments:
    """Which surface each pixel sees. Pixel ``[i, j]`` is sampled at its centre ``(x, y) = (j + 0.5, i + 0.5)``."""

    pix_to_face: Int64[Tensor, "B H W"]
    """Index into ``faces`` of the nearest face, the same for every image of the batch; -1 where there is none."""
    depth: Float[Tensor, "B H W"]
    """z in the camera frame, in metres; 0 where there is no face. Differentiable."""
    barycentrics: Float[Tensor, "B H W 3"]
    """Weights of the face's three corners on the surface in space (perspective-correct); they sum to 1, or are 0 where
    there is no face. Differentiable."""

    @property
    def mask(self) -> Bool[Tensor, "B H W"]:
        """True where a pixel sees a face."""
        return self.pix_to_face >= 0

    def interpolate(
        self, attributes: Float[Tensor, "#B V C"], faces: Int64[Tensor, "F 3"], background: float = 0.0
    ) -> Float[Tensor, "B H W C"]:
        """Values at the vertices, carried to the pixels.

        Args:
            attributes: any values at the vertices: colours, normals, positions; B may be 1.
            faces: those that were rasterized.
            background: value of the pixels that see no face.
        """
        batch, vertices, channels = attributes.shape
        image, row, column = self.mask.nonzero(as_tuple=True)
        corners = faces[self.pix_to_face[image, row, column]]
        if batch > 1:
            corners = corners + (image * vertices)[:, None]
        values = attributes.reshape(-1, channels)[corners]
        weights = self.barycentrics[image, row, column]
        pixels = torch.full((*self.mask.shape, channels), background, dtype=values.dtype, device=values.device)
        return pixels.index_put((image, row, column), (weights[..., None] * values).sum(1))


@runtime_checkable
class Rasterizer(Protocol):
    """Turns triangles into pixels. Vertices are in the world frame, in metres; the camera places them in the image."""

    name: str
    """What `vhlib.render.backend` knows it by."""

    def rasterize(
        self,
        vertices: Float[Tensor, "B V 3"],
        faces: Int64[Tensor, "F 3"],
        camera: Camera,
        size: tuple[int, int],
        *,
        cull_backfaces: bool = False,
    ) -> Fragments:
        """The nearest face of each pixel.

        Args:
            vertices: world frame, metres.
            faces: counter-clockwise seen from outside.
            camera: of the same batch size as the vertices, or of one for all.
            size: (height, width) of the image in pixels.
            cull_backfaces: leave out the faces that turn their inside to the camera.
        """
        ...

    def silhouette(
        self,
        vertices: Float[Tensor, "B V 3"],
        faces: Int64[Tensor, "F 3"],
        camera: Camera,
        size: tuple[int, int],
        *,
        sigma: float = 1e-4,
    ) -> Float[Tensor, "B H W"]:
        """How surely each pixel is covered, from 0 to 1: the soft silhouette of SoftRas, differentiable everywhere.

        Args:
            vertices: world frame, metres.
            faces: either orientation.
            camera: of the same batch size as the vertices, or of one for all.
            size: (height, width) of the image in pixels.
            sigma: how soft the rim is: squared, in units of half the image's short side (SoftRas, PyTorch3D).
        """
        ...
