"""A trained regressor's answer to a whole picture: crop, predict, and back to the picture's own camera."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from vhlib.cameras import Crop, PerspectiveCamera
from vhlib.geometry.rotations import matrix_to_axis_angle
from vhlib.nets import HMR, Estimate

MARGIN = 1.2
"""Of a crop around a person's box, as the synthetic people are framed."""

FAR = 5000 / 224
"""Focal length in pictures, or in crops where they are larger, if none is known: SPIN's; perspective hardly shows."""


@dataclass(frozen=True)
class Prediction:
    """A body as the picture's camera sees it; OpenCV camera frame."""

    parameters: dict[str, Float[Tensor, "1 ..."]]
    """`betas, body_pose, global_orient, transl`; axis-angle."""
    camera: PerspectiveCamera
    """Over the picture, principal point in its middle."""


@torch.no_grad()
def predict(
    net: HMR,
    size: int,
    image: UInt8[np.ndarray, "H W 3"],
    *,
    box: tuple[float, float, float, float] | None = None,
    focal_length: float | None = None,
) -> Prediction:
    """The body of the person in a box.

    Args:
        net: a trained network.
        size: side of its crops, pixels.
        image: RGB.
        box: x, y of the top left corner, width, height, pixels; None: the person fills the picture.
        focal_length: of the picture, pixels; None: `FAR`.
    """
    window = window_around(image, box, size=size)
    return placed(net(cut(image, window))[-1], window, image, focal_length=focal_length)


def window_around(
    image: UInt8[np.ndarray, "H W 3"], box: tuple[float, float, float, float] | None, *, size: int
) -> Crop:
    """The window of a picture that a network is shown.

    Args:
        image: RGB.
        box: x, y of the top left corner, width, height, pixels; None: the person fills the picture.
        size: side of the network's crops, pixels.
    """
    height, width = image.shape[:2]
    around, margin = ((0.0, 0.0, width, height), 1.0) if box is None else (box, MARGIN)
    return Crop.around(torch.tensor([around], dtype=torch.float32), size=size, margin=margin)


def placed(
    estimate: Estimate, window: Crop, image: UInt8[np.ndarray, "H W 3"], *, focal_length: float | None = None
) -> Prediction:
    """A body that was seen in a window, as the picture's own camera sees it.

    Args:
        estimate: one, of the window.
        window: one.
        image: RGB.
        focal_length: of the picture, pixels; None: `FAR`.
    """
    height, width = image.shape[:2]
    focal = FAR * max(height, width, float(window.side)) if focal_length is None else focal_length
    seen = window.image_camera(estimate.camera.to_perspective(focal * float(window.scale), window.size))
    # That camera looks through the crop's middle; the picture's own through its middle, so the body moves aside.
    camera = PerspectiveCamera.simple(focal, (height, width))
    aside = (seen.principal_point - camera.principal_point) * seen.translation[:, 2:] / focal
    parameters = {
        "betas": estimate.betas,
        "body_pose": matrix_to_axis_angle(estimate.body_pose),
        "global_orient": matrix_to_axis_angle(estimate.global_orient),
        "transl": seen.translation + F.pad(aside, (0, 1)),
    }
    return Prediction(parameters, camera)


def cut(image: UInt8[np.ndarray, "H W 3"], window: Crop) -> Float[Tensor, "1 3 S S"]:
    """A window of a picture as a network takes it: from 0 to 1; beyond the edges the edges go on.

    Args:
        image: RGB.
        window: one.
    """
    side, (x, y) = float(window.side), window.centre[0].tolist()
    left, top = x - side / 2, y - side / 2
    room = int(np.ceil(max(0.0, -left, -top, left + side - image.shape[1], top + side - image.shape[0]))) + 1
    wide = Image.fromarray(np.pad(image, ((room, room), (room, room), (0, 0)), mode="edge"))
    corners = (left + room, top + room, left + room + side, top + room + side)
    small = wide.resize((window.size, window.size), Image.Resampling.BILINEAR, box=corners)
    return torch.from_numpy(np.array(small)).movedim(-1, 0)[None].float() / 255
