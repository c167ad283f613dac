"""Bodies as a viewer in front of them sees them: the pictures of a lesson, all from one place and at one scale."""

import math

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from vhlib.cameras import PerspectiveCamera
from vhlib.render.scenes import CLAY, shaded

FIELD_OF_VIEW = 30.0
"""Degrees from top to bottom: about that of a portrait lens, so nothing near the camera looks swollen."""

STANDING = (0.0, -0.35, 0.0)
"""The middle of SMPL's body at rest, metres."""

WHOLE_BODY = 2.1
"""Metres from top to bottom of a picture that holds a standing body."""

Point = tuple[float, float, float]


def viewpoint(*, target: Point = STANDING, extent: float = WHOLE_BODY, turn: float = 0.0, rise: float = 0.0) -> Point:
    """Where the camera stands that sees so many metres of what is around a point.

    >>> viewpoint(target=(0.0, 1.0, 0.0), extent=2 * math.tan(math.radians(15)))
    (0.0, 1.0, 1.0)

    Args:
        target: what is in the middle of the picture; world, metres.
        extent: metres from its top to its bottom, at the target.
        turn: degrees to the viewer's right around the body; 90 sees its left side.
        rise: degrees upward.
    """
    distance = extent / 2 / math.tan(math.radians(FIELD_OF_VIEW / 2))
    across, up = math.radians(turn), math.radians(rise)
    x, y, z = math.cos(up) * math.sin(across), math.sin(up), math.cos(up) * math.cos(across)
    return target[0] + distance * x, target[1] + distance * y, target[2] + distance * z


def viewer(
    size: tuple[int, int],
    *,
    target: Point = STANDING,
    extent: float = WHOLE_BODY,
    turn: float = 0.0,
    rise: float = 0.0,
) -> PerspectiveCamera:
    """The camera at `viewpoint`.

    Args:
        size: (height, width) in pixels.
        target: what is in the middle of the picture; world, metres.
        extent: metres from its top to its bottom, at the target.
        turn: degrees to the viewer's right around the body; 90 sees its left side.
        rise: degrees upward.
    """
    height, _ = size
    return PerspectiveCamera.looking(
        eye=torch.tensor([viewpoint(target=target, extent=extent, turn=turn, rise=rise)]),
        target=torch.tensor([target]),
        focal_length=height / 2 / math.tan(math.radians(FIELD_OF_VIEW / 2)),
        size=size,
    )


def portrait(
    vertices: Float[Tensor, "V 3"],
    faces: Int64[Tensor, "F 3"],
    *,
    colours: Float[Tensor, "V 3"] | Point = CLAY,
    size: tuple[int, int] = (480, 400),
    target: Point = STANDING,
    extent: float = WHOLE_BODY,
    turn: float = 0.0,
    rise: float = 0.0,
) -> UInt8[np.ndarray, "H W 3"]:
    """A shaded picture of one body on white.

    Args:
        vertices: world frame, y up, metres.
        faces: counter-clockwise from outside.
        colours: RGB from 0 to 1, one for all or one per vertex.
        size: (height, width) in pixels.
        target: what is in the middle of the picture; world, metres.
        extent: metres from its top to its bottom, at the target.
        turn: degrees to the viewer's right around the body; 90 sees its left side.
        rise: degrees upward.
    """
    camera = viewer(size, target=target, extent=extent, turn=turn, rise=rise)
    with torch.no_grad():
        pixels = shaded(vertices[None].float().contiguous(), faces, camera, size, colours=colours)[0]
    return (255 * pixels.clamp(0, 1)).round().byte().numpy()
