"""The kit in one picture: what was given, the body over it, the body from the side."""

import numpy as np
import torch
from jaxtyping import UInt8
from PIL import Image, ImageDraw

from vhlib.cameras.frames import opencv_to_opengl
from vhlib.data.keypoints import Keypoints
from vhlib.render.portraits import portrait
from vhlib.report.fit import FittedPerson
from vhlib.viz.palette import COLOURS

_FINE = 3  # lines are drawn this much larger, then shrunk: Pillow's own have no soft edges


def picture(person: FittedPerson) -> UInt8[np.ndarray, "H W 3"]:
    """Three views of a fit side by side, as high as the picture.

    Args:
        person: the fit.
    """
    vertices = opencv_to_opengl(person.posed().vertices[0])
    low, high = vertices.amin(0), vertices.amax(0)
    across, up, along = ((low + high) / 2).tolist()
    pixels_per_metre = float(person.focal_length[1]) / -along  # the camera looks along -z
    height, width = person.image.shape[:2]
    side = portrait(
        vertices,
        person.body.faces,
        size=(height, width),
        target=(across, up, along),
        extent=height / pixels_per_metre,
        turn=80.0,
    )
    given = _marked(person.image, person.keypoints) if person.parts is None else person.parts
    return np.concatenate([given, person.overlay(), side], axis=1)


def _marked(image: UInt8[np.ndarray, "H W 3"], keypoints: Keypoints | None) -> UInt8[np.ndarray, "H W 3"]:
    """The picture with its keypoints."""
    if keypoints is None:
        return image
    large = Image.fromarray(image).resize((_FINE * image.shape[1], _FINE * image.shape[0]), Image.Resampling.BICUBIC)
    draw, radius = ImageDraw.Draw(large), _FINE * max(image.shape) / 110
    places = (_FINE * keypoints.positions).tolist()
    seen = torch.nonzero(keypoints.confidence > 0)[:, 0].tolist()
    for a, b in keypoints.skeleton.edges:
        if a in seen and b in seen:
            draw.line([*places[a], *places[b]], fill="white", width=round(radius / 2))
    for x, y in (places[k] for k in seen):
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, fill=COLOURS["vermilion"], outline="white", width=_FINE)
    return np.asarray(large.resize(image.shape[1::-1], Image.Resampling.LANCZOS))
