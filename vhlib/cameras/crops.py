"""Square crops around people: the way of points and cameras into a crop and back.

Convention:
    Pixels are continuous and (0, 0) is the top left corner of the first pixel, so a resize is a mere multiplication;
    with pixel centres at whole numbers there would be half a pixel to add and take away.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.cameras.perspective import PerspectiveCamera
from vhlib.core.shapes import check


@dataclass(frozen=True)
class Crop:
    """A batch of square windows of images, each resized to ``size`` by ``size`` pixels.

    >>> crop = Crop.around(torch.tensor([[100.0, 50.0, 40.0, 80.0]]), size=224, margin=1.4)
    >>> crop.side, crop.to_crop(torch.tensor([[[120.0, 90.0]]]))  # the box's centre is the crop's
    (tensor([112.]), tensor([[[112., 112.]]]))
    """

    centre: Float[Tensor, "B 2"]
    """Full image, pixels."""
    side: Float[Tensor, " B"]
    """Full image, pixels."""
    size: int
    """Width and height after the resize, pixels."""

    @classmethod
    def around(cls, boxes: Float[Tensor, "B 4"], *, size: int, margin: float = 1.2) -> "Crop":
        """The squares around boxes, larger than their longer sides.

        Args:
            boxes: x, y of the top left corner, width, height; full image, pixels.
            size: width and height after the resize, pixels.
            margin: side over the box's longer side; 1.2 is SPIN's.

        Raises:
            ValueError: a box without extent, or a size or margin that is not positive.
        """
        check(boxes=(boxes, "B 4"))
        corner, extent = boxes[:, :2], boxes[:, 2:]
        if not (extent.amax(1) > 0).all() or size <= 0 or margin <= 0:
            raise ValueError("boxes, size, margin: expected (x, y, width, height) with an extent, and positive numbers")
        return cls(corner + extent / 2, margin * extent.amax(1), size)

    @property
    def scale(self) -> Float[Tensor, " B"]:
        """Crop pixels per full-image pixel."""
        return self.size / self.side

    def to_crop(self, points: Float[Tensor, "B N 2"]) -> Float[Tensor, "B N 2"]:
        """Full-image pixels → crop pixels.

        Args:
            points: full image.

        Raises:
            ValueError: shapes that do not fit.
        """
        check(points=(points, "B N 2"))
        return (points - self.centre[:, None]) * self.scale[:, None, None] + self.size / 2

    def to_image(self, points: Float[Tensor, "B N 2"]) -> Float[Tensor, "B N 2"]:
        """Crop pixels → full-image pixels; the inverse of `to_crop`.

        Args:
            points: crop.

        Raises:
            ValueError: shapes that do not fit.
        """
        check(points=(points, "B N 2"))
        return (points - self.size / 2) / self.scale[:, None, None] + self.centre[:, None]

    def matrix(self) -> Float[Tensor, "B 2 3"]:
        """The affine map of `to_crop`: crop = A (x, y, 1)."""
        scale = self.scale[:, None]
        turn = torch.eye(2, dtype=self.side.dtype, device=self.side.device) * scale[..., None]
        return torch.cat([turn, (self.size / 2 - scale * self.centre)[..., None]], dim=-1)

    def crop_camera(self, camera: PerspectiveCamera) -> PerspectiveCamera:
        """The camera whose image is the crop: other focal lengths and principal points, the same place.

        Args:
            camera: over the full image; one for each crop, or one for all.

        Raises:
            ValueError: another number of cameras.
        """
        camera = camera.expand(len(self.side))
        return replace(
            camera,
            focal_length=camera.focal_length * self.scale[:, None],
            principal_point=self.to_crop(camera.principal_point[:, None]).squeeze(1),
        )

    def image_camera(self, camera: PerspectiveCamera) -> PerspectiveCamera:
        """The camera whose image is the full one; the inverse of `crop_camera`.

        Args:
            camera: over the crop; one for each crop, or one for all.

        Raises:
            ValueError: another number of cameras.
        """
        camera = camera.expand(len(self.side))
        return replace(
            camera,
            focal_length=camera.focal_length / self.scale[:, None],
            principal_point=self.to_image(camera.principal_point[:, None]).squeeze(1),
        )
