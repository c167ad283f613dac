"""What a network says of a body in a crop: rotations, shape, and a weak-perspective camera.

A network emits plain numbers. For the pose they may be axis-angles, the 6-D form or whole matrices; what comes out here
are rotation matrices, whichever it was.
"""

from dataclasses import dataclass
from typing import Final, Literal

from jaxtyping import Float
from torch import Tensor

from vhlib.cameras import WeakPerspectiveCamera
from vhlib.geometry.rotations import (
    axis_angle_to_matrix,
    matrix_to_axis_angle,
    matrix_to_rotation_6d,
    project_to_rotation,
    rotation_6d_to_matrix,
)

PoseForm = Literal["axis-angle", "6d", "matrix"]
"""How a network writes a rotation: 3, 6 or 9 numbers."""

NUMBERS: Final[dict[PoseForm, int]] = {"axis-angle": 3, "6d": 6, "matrix": 9}
"""Numbers per rotation."""


@dataclass(frozen=True)
class Estimate:
    """One guess at the bodies in a batch of crops."""

    rotations: Float[Tensor, "B J 3 3"]
    """Global orientation first (to the camera frame, OpenCV's axes), then the joints relative to their parents."""
    betas: Float[Tensor, "B S"]
    """Standard deviations."""
    camera: WeakPerspectiveCamera
    """From metres to the crop's [-1, 1]."""

    @property
    def global_orient(self) -> Float[Tensor, "B 3 3"]:
        """As the body model takes it."""
        return self.rotations[:, 0]

    @property
    def body_pose(self) -> Float[Tensor, "B J 3 3"]:
        """As the body model takes it."""
        return self.rotations[:, 1:]


def rotations_from(numbers: Float[Tensor, "B N"], form: PoseForm) -> Float[Tensor, "B J 3 3"]:
    """A network's numbers as rotation matrices; matrices are projected to the closest rotation.

    >>> import torch
    >>> rotations_from(torch.zeros(1, 72), "axis-angle").shape
    torch.Size([1, 24, 3, 3])

    Args:
        numbers: 3, 6 or 9 for each joint.
        form: which.
    """
    each = numbers.unflatten(1, (-1, NUMBERS[form]))
    match form:
        case "axis-angle":
            return axis_angle_to_matrix(each)
        case "6d":
            return rotation_6d_to_matrix(each)
        case "matrix":
            return project_to_rotation(each.unflatten(2, (3, 3)))


def rotations_to(rotations: Float[Tensor, "B J 3 3"], form: PoseForm) -> Float[Tensor, "B N"]:
    """Rotation matrices as a network's numbers; the inverse of `rotations_from`.

    Args:
        rotations: rotation matrices.
        form: what to write them as.
    """
    match form:
        case "axis-angle":
            return matrix_to_axis_angle(rotations).flatten(1)
        case "6d":
            return matrix_to_rotation_6d(rotations).flatten(1)
        case "matrix":
            return rotations.flatten(1)
