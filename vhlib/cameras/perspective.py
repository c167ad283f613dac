"""The pinhole camera.

Convention:
    Camera frame as OpenCV's: x right, y down, z forward, metres. Pixels of the full image, (0, 0) the top left corner
    of the first pixel, so that its centre is (0.5, 0.5). ``rotation`` and ``translation`` take world to camera: they
    are no pose of the camera in the world.
"""

from dataclasses import dataclass, fields, replace

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.cameras.frames import look_at
from vhlib.core.shapes import check
from vhlib.exercises import exercise


@dataclass(frozen=True)
class PerspectiveCamera:
    """A batch of pinhole cameras. A batch of one serves any number of bodies.

    >>> camera = PerspectiveCamera.simple(1000.0, (100, 200))
    >>> camera.project(torch.tensor([[[0.1, 0.0, 10.0]]]))  # 0.1 m to the right at 10 m: 10 px right of the centre
    tensor([[[110.,  50.]]])
    """

    focal_length: Float[Tensor, "B 2"]
    """Along x and y, pixels."""
    principal_point: Float[Tensor, "B 2"]
    """Where the optical axis meets the image, pixels."""
    rotation: Float[Tensor, "B 3 3"]
    """World to camera."""
    translation: Float[Tensor, "B 3"]
    """World to camera, metres: where the world's origin stands in the camera frame."""

    @classmethod
    def simple(
        cls, focal_length: float, size: tuple[int, int], *, like: Float[Tensor, "..."] | None = None
    ) -> "PerspectiveCamera":
        """One camera at the world's origin whose frame is the world's, its axis through the middle of the image.

        Args:
            focal_length: pixels.
            size: height and width of the image, pixels, as arrays and renderers order them.
            like: a tensor whose dtype and device to take.

        Raises:
            ValueError: a focal length or size that is not positive.
        """
        if focal_length <= 0 or min(size) <= 0:
            raise ValueError(f"focal_length, size: expected positive numbers, got {focal_length} and {size}")
        like = torch.zeros(()) if like is None else like
        return cls(
            focal_length=like.new_full((1, 2), focal_length),
            principal_point=like.new_tensor([size[::-1]]) / 2,
            rotation=torch.eye(3, dtype=like.dtype, device=like.device)[None],
            translation=like.new_zeros(1, 3),
        )

    @classmethod
    def looking(
        cls,
        *,
        eye: Float[Tensor, "B 3"],
        target: Float[Tensor, "B 3"],
        focal_length: float,
        size: tuple[int, int],
    ) -> "PerspectiveCamera":
        """Cameras in a world whose y points up, upright, looking from one point at another.

        >>> front = torch.tensor([[0.0, 0.0, 4.0]])
        >>> camera = PerspectiveCamera.looking(eye=front, target=0 * front, focal_length=100.0, size=(100, 100))
        >>> camera.project(torch.tensor([[[0.4, 0.8, 0.0]]]))  # the body's left is on the right, its head is up
        tensor([[[60., 30.]]])

        Args:
            eye: where the camera stands, world, metres.
            target: what it looks at, world, metres; not straight above or below.
            focal_length: pixels.
            size: height and width of the image, pixels, as arrays and renderers order them.
        """
        rotation, translation = look_at(eye, target)
        middle = cls.simple(focal_length, size, like=eye).expand(len(eye))
        return replace(middle, rotation=rotation, translation=translation)

    def expand(self, count: int) -> "PerspectiveCamera":
        """The same camera for each of several images, without copying its numbers.

        Args:
            count: how many.

        Raises:
            ValueError: the batch is neither one camera nor already that many.
        """
        have = len(self.focal_length)
        if have not in (1, count):
            raise ValueError(f"count: expected {have}, the number of cameras, got {count}")
        values = (getattr(self, field.name) for field in fields(self))
        return PerspectiveCamera(*(value.expand(count, *value.shape[1:]) for value in values))

    def to_camera(self, points: Float[Tensor, "B N 3"]) -> Float[Tensor, "B N 3"]:
        """World → camera frame.

        Args:
            points: world, metres.

        Raises:
            ValueError: shapes that do not fit.
        """
        check(points=(points, "B N 3"))
        return _moved(points, self.rotation, self.translation)

    def to_world(self, points: Float[Tensor, "B N 3"]) -> Float[Tensor, "B N 3"]:
        """Camera frame → world.

        Args:
            points: camera frame, metres.

        Raises:
            ValueError: shapes that do not fit.
        """
        check(points=(points, "B N 3"))
        return (points - self.translation[:, None]) @ self.rotation

    def project(self, points: Float[Tensor, "B N 3"]) -> Float[Tensor, "B N 2"]:
        """World → pixels.

        A point behind the camera gets the pixel that the line through it and the camera meets: ask `to_camera` for
        its depth where that may happen.

        Args:
            points: world, metres.

        Raises:
            ValueError: shapes that do not fit.
        """
        check(points=(points, "B N 3"))
        return world_to_pixels(points, self.rotation, self.translation, self.focal_length, self.principal_point)

    def unproject(self, pixels: Float[Tensor, "B N 2"], depth: Float[Tensor, "B N"]) -> Float[Tensor, "B N 3"]:
        """Pixels and depth → world; the inverse of `project`.

        Args:
            pixels: full image.
            depth: z in the camera frame (not the distance from the camera), metres.

        Raises:
            ValueError: shapes that do not fit.
        """
        check(pixels=(pixels, "B N 2"), depth=(depth, "B N"))
        across = (pixels - self.principal_point[:, None]) / self.focal_length[:, None] * depth[..., None]
        return self.to_world(torch.cat([across, depth[..., None]], dim=-1))


@exercise("02_cameras_and_rendering")
def world_to_pixels(
    points: Float[Tensor, "B N 3"],
    rotation: Float[Tensor, "#B 3 3"],
    translation: Float[Tensor, "#B 3"],
    focal_length: Float[Tensor, "#B 2"],
    principal_point: Float[Tensor, "#B 2"],
) -> Float[Tensor, "B N 2"]:
    """A camera's whole equation: into its frame by R p + T, then through the pinhole.

    A point behind the camera gets the pixel that the line through it and the camera meets.

    Args:
        points: world, metres.
        rotation: world to camera.
        translation: world to camera, metres.
        focal_length: pixels.
        principal_point: pixels.
    """
    return project_points(_moved(points, rotation, translation), focal_length, principal_point)


@exercise("04_smplify")
def project_points(
    points: Float[Tensor, "B N 3"], focal_length: Float[Tensor, "#B 2"], principal_point: Float[Tensor, "#B 2"]
) -> Float[Tensor, "B N 2"]:
    """The pinhole equation: u = f x / z + c.

    Args:
        points: camera frame, metres.
        focal_length: pixels.
        principal_point: pixels.
    """
    return focal_length[:, None] * points[..., :2] / points[..., 2:] + principal_point[:, None]


def _moved(points: Tensor, rotation: Tensor, translation: Tensor) -> Tensor:
    return points @ rotation.mT + translation[:, None]
