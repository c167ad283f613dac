"""Where axes turn round: the only file of the library that changes the sign of one.

Convention:
    ======================= ======= ===== ========== ==========================================
    frame                   x       y     z          used by
    ======================= ======= ===== ========== ==========================================
    world                   left    up    forward    bodies: "left" and "forward" are the body's
    OpenCV camera           right   down  forward    this library's cameras, keypoints, most papers
    OpenGL camera           right   up    backward   pyrender, trimesh, octopus
    PyTorch3D camera        left    up    forward    PyTorch3D
    ======================= ======= ===== ========== ==========================================

    For cameras, "right" is the image's. All four are right-handed.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.exercises import exercise


def opencv_to_opengl(points: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3"]:
    """Between OpenCV's camera frame and OpenGL's; its own inverse: half a turn about x.

    >>> opencv_to_opengl(torch.tensor([1.0, 2.0, 3.0]))
    tensor([ 1., -2., -3.])

    Args:
        points: points or directions.

    Raises:
        ValueError: the last axis is not 3.
    """
    return _flip(points, 1, -1, -1)


def opencv_to_pytorch3d(points: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3"]:
    """Between OpenCV's camera frame and PyTorch3D's; its own inverse: half a turn about z.

    >>> opencv_to_pytorch3d(torch.tensor([1.0, 2.0, 3.0]))
    tensor([-1., -2.,  3.])

    Args:
        points: points or directions.

    Raises:
        ValueError: the last axis is not 3.
    """
    return _flip(points, -1, -1, 1)


def pytorch3d_camera(
    rotation: Float[Tensor, "B 3 3"], translation: Float[Tensor, "B 3"]
) -> tuple[Float[Tensor, "B 3 3"], Float[Tensor, "B 3"]]:
    """PyTorch3D's R and T of an OpenCV world-to-camera motion.

    Convention:
        PyTorch3D multiplies rows, x R + T: its R is the transpose of a matrix that acts on columns.

    >>> quarter = torch.tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])
    >>> pytorch3d_camera(quarter, torch.tensor([[1.0, 2.0, 3.0]]))[0][0, 1]
    tensor([1., -0., 0.])

    Args:
        rotation: world to camera, acts on columns.
        translation: world to camera, metres.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(rotation=(rotation, "B 3 3"), translation=(translation, "B 3"))
    return opencv_to_pytorch3d(rotation.mT), opencv_to_pytorch3d(translation)


def facing_camera(
    distance: Float[Tensor, " B"],
) -> tuple[Float[Tensor, "B 3 3"], Float[Tensor, "B 3"]]:
    """World-to-camera motion of an OpenCV camera in front of a body that faces +z, level with the world's origin.

    >>> rotation, translation = facing_camera(torch.tensor([4.0]))
    >>> (rotation @ torch.tensor([0.1, 0.2, 0.3]))[0] + translation[0]
    tensor([ 0.1000, -0.2000,  3.7000])

    Args:
        distance: from the world's origin along its z axis, metres.
    """
    eye = torch.stack([torch.zeros_like(distance), torch.zeros_like(distance), distance], dim=-1)
    return look_at(eye, torch.zeros_like(eye))


@exercise("02_cameras_and_rendering")
def look_at(
    eye: Float[Tensor, "B 3"], target: Float[Tensor, "B 3"]
) -> tuple[Float[Tensor, "B 3 3"], Float[Tensor, "B 3"]]:
    """World-to-camera motion of an upright OpenCV camera in a world whose y points up.

    Args:
        eye: where the camera stands, world, metres.
        target: what it looks at, world, metres.

    Raises:
        ValueError: shapes that do not fit, or a target straight above, below or in the camera: no side is up then.
    """
    check(eye=(eye, "B 3"), target=(target, "B 3"))
    forward = target - eye
    right = torch.linalg.cross(forward, torch.tensor([0.0, 1.0, 0.0]).to(forward).expand_as(forward))
    if not (right.norm(dim=-1) > 1e-6 * forward.norm(dim=-1)).all():
        raise ValueError("target: expected a point that is not straight above, below or in the camera")
    down = torch.linalg.cross(forward, right)
    rotation = torch.stack([axis / axis.norm(dim=-1, keepdim=True) for axis in (right, down, forward)], dim=-2)
    return rotation, -(rotation @ eye[..., None]).squeeze(-1)


def _flip(points: Tensor, *signs: int) -> Tensor:
    check(points=(points, "... 3"))
    return points * points.new_tensor(signs)
