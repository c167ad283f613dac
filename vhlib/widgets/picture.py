"""What the body explorer shows, drawn without a browser: for documents, for tests, and where no widget can live."""

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image, ImageDraw

from vhlib.render.portraits import portrait, viewer
from vhlib.render.scenes import CLAY
from vhlib.viz.palette import PARTS, heat
from vhlib.widgets.colours import split_at_borders
from vhlib.widgets.state import ExplorerState

TURN = 7.0
"""Degrees by which the explorer's camera first stands to one side: from the very front a body looks flat."""


def picture(state: ExplorerState, *, height: int = 480) -> Image.Image:
    """The body as the explorer first shows it: same camera, same view, same step.

    Args:
        state: what to draw.
        height: pixels; the picture is square.
    """
    size = (height, height)
    vertices, faces = state.vertices(), state.body.faces.numpy()
    colours = np.tile(np.array(CLAY), (len(vertices), 1))
    if state.view == "parts":
        source, faces, labels = split_at_borders(faces, state.part_of_face())
        vertices, colours = vertices[source], PARTS[labels]
    elif state.view == "weights":
        colours = heat(state.weights())
    paint = torch.as_tensor(colours, dtype=torch.float32)
    pixels = portrait(torch.as_tensor(vertices), torch.as_tensor(faces), colours=paint, size=size, turn=TURN)
    image = Image.fromarray(pixels)
    if state.view == "skeleton":
        joints = viewer(size, turn=TURN).project(torch.as_tensor(state.joints())[None])[0].numpy()
        image = _with_bones(image, joints, state.body.parents)
    return image


def _with_bones(image: Image.Image, joints: Float[np.ndarray, "J 2"], parents: tuple[int, ...]) -> Image.Image:
    """The body fades and its bones show."""
    image = Image.blend(image, Image.new("RGB", image.size, "white"), 0.6)
    pen = ImageDraw.Draw(image)
    width = max(1, image.height // 160)
    for joint, parent in enumerate(parents):
        if parent >= 0:
            pen.line([*joints[parent], *joints[joint]], fill="#4d4d4d", width=width)
    for x, y in joints:
        pen.ellipse([x - 1.6 * width, y - 1.6 * width, x + 1.6 * width, y + 1.6 * width], fill="#d55e00")
    return image
