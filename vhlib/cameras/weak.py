"""The weak-perspective camera: what a regressor predicts for a crop.

Convention:
    HMR's form (Kanazawa et al., CVPR 2018, their released code): x = s (X + t) in crop coordinates, -1 at the left or
    top edge and +1 at the right or bottom one. The scale multiplies the translation too; the paper's eq. 2 adds t
    after scaling. Points are in a frame with OpenCV's axes: x right, y down, z forward.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.cameras.perspective import PerspectiveCamera
from vhlib.core.shapes import check
from vhlib.exercises import exercise


@dataclass(frozen=True)
class WeakPerspectiveCamera:
    """A batch of scaled orthographic cameras.

    >>> camera = WeakPerspectiveCamera(torch.tensor([0.5]), torch.tensor([[0.2, 0.0]]))
    >>> camera.project(torch.tensor([[[1.0, 1.0, 3.0]]]))
    tensor([[[0.6000, 0.5000]]])
    """

    scale: Float[Tensor, " B"]
    """Half crops per metre."""
    translation: Float[Tensor, "B 2"]
    """Metres, before scaling."""

    def project(self, points: Float[Tensor, "B N 3"]) -> Float[Tensor, "B N 2"]:
        """Points → crop coordinates in [-1, 1]; depth is left out.

        Args:
            points: OpenCV axes, metres.

        Raises:
            ValueError: shapes that do not fit.
        """
        return project_weakly(points, self.scale, self.translation)

    def to_perspective(self, focal_length: float, size: int) -> PerspectiveCamera:
        """The pinhole camera over the crop's pixels that sees the same at the depth of the points' origin.

        Its translation is SPIN's, t = (t_x, t_y, 2 f / (size · s)); Kolotouros et al., ICCV 2019, use f = 5000 and
        size = 224.

        >>> weak = WeakPerspectiveCamera(torch.tensor([0.9]), torch.tensor([[0.0, 0.25]]))
        >>> weak.to_perspective(5000.0, 224).translation.round(decimals=2)
        tensor([[ 0.0000,  0.2500, 49.6000]])

        Args:
            focal_length: pixels of the crop.
            size: width and height of the crop, pixels.

        Raises:
            ValueError: a scale that is not positive: no camera in front of the points.
        """
        if not (self.scale > 0).all():
            raise ValueError(f"scale: expected positive numbers, got {self.scale.min().item():g}")
        depth = 2 * focal_length / (size * self.scale)
        camera = PerspectiveCamera.simple(focal_length, (size, size), like=self.scale).expand(len(self.scale))
        return replace(camera, translation=torch.cat([self.translation, depth[:, None]], dim=-1))

    @classmethod
    def from_perspective(cls, camera: PerspectiveCamera, size: int) -> "WeakPerspectiveCamera":
        """The weak camera that agrees with a pinhole camera around the world's origin.

        The rotation is left out: apply it to the points first. So is an offset of the principal point from the middle
        of the crop, which at the origin's depth is a shift of the points.

        Args:
            camera: over the crop's pixels, with one focal length for both axes.
            size: width and height of the crop, pixels.

        Raises:
            ValueError: two focal lengths, or an origin that is not in front of the camera.
        """
        if not torch.allclose(camera.focal_length[:, 0], camera.focal_length[:, 1]):
            raise ValueError("camera: expected one focal length for x and y, as weak perspective has one scale")
        across, depth = camera.translation[:, :2], camera.translation[:, 2]
        if not (depth > 0).all():
            raise ValueError(f"camera: expected the world's origin in front of it, got depth {depth.min().item():g}")
        offset = (camera.principal_point - size / 2) * (depth[:, None] / camera.focal_length)
        return cls(2 * camera.focal_length[:, 0] / (size * depth), across + offset)


@exercise("06_hmr")
def project_weakly(
    points: Float[Tensor, "B N 3"], scale: Float[Tensor, " B"], translation: Float[Tensor, "B 2"]
) -> Float[Tensor, "B N 2"]:
    """Crop coordinates, s (X + t_x) and s (Y + t_y); depth is left out.

    >>> project_weakly(torch.tensor([[[0.3, 0.3, 9.0]]]), torch.tensor([2.0]), torch.tensor([[0.1, -0.2]]))
    tensor([[[0.8000, 0.2000]]])

    Args:
        points: OpenCV axes, metres.
        scale: half crops per metre.
        translation: metres, before scaling.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(points=(points, "B N 3"))
    return scale[:, None, None] * (points[..., :2] + translation[:, None])
