"""A body's parameters as one record, and as the vector that a minimiser moves."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.fitting.stages import PARAMETERS


@dataclass(frozen=True)
class BodyParameters:
    """SMPL's parameters in the camera frame: given to the body, they make the body that the camera sees."""

    global_orient: Float[Tensor, "*N 3"]
    """Axis-angle, radians, root to camera frame."""
    body_pose: Float[Tensor, "*N 23 3"]
    """Axis-angle, radians, relative to the parent."""
    betas: Float[Tensor, "*N S"]
    """Standard deviations."""
    transl: Float[Tensor, "*N 3"]
    """Metres, OpenCV camera frame."""

    @property
    def pose(self) -> Float[Tensor, "*N 24 3"]:
        """All 24 joints: global_orient, then body_pose."""
        return torch.cat([self.global_orient[..., None, :], self.body_pose], -2)

    def pack(self) -> Float[Tensor, "*N P"]:
        """One vector for each body, in which the fields stand one after the other."""
        return torch.cat([self.global_orient, self.body_pose.flatten(-2), self.betas, self.transl], -1)

    @classmethod
    def unpack(cls, x: Float[Tensor, "*N P"]) -> "BodyParameters":
        """From the vectors that `pack` makes.

        >>> BodyParameters.unpack(torch.zeros(2, 85)).betas.shape
        torch.Size([2, 10])
        """
        orient, pose, betas, transl = (x[..., part] for part in slices(x.shape[-1]).values())
        return cls(orient, pose.unflatten(-1, (-1, 3)), betas, transl)


def slices(size: int) -> dict[str, slice]:
    """Where each parameter stands in a packed vector.

    >>> slices(85)["betas"]
    slice(72, 82, None)

    Args:
        size: length of the vector.
    """
    ends = (0, 3, 72, size - 3, size)
    return {name: slice(start, end) for name, start, end in zip(PARAMETERS, ends, ends[1:], strict=False)}
