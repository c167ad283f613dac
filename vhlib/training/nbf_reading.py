"""Both of NBF's trained networks behind each other, and what they say of a picture: its parts, then a body."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from vhlib.body import SMPL
from vhlib.cameras import Crop
from vhlib.core.config import from_mapping
from vhlib.core.errors import InputError
from vhlib.core.paths import shipped
from vhlib.nets import PixelsToBody, read_tensors
from vhlib.training.nbf import NBFTraining, load_nbf
from vhlib.training.prediction import Prediction, cut, placed, window_around
from vhlib.training.segmentation import SegmentationTraining, load_segmentation

NOBODY = 0.01
"""Of a crop's pixels: with fewer of them on a body, nobody is there."""


@dataclass(frozen=True)
class Reader:
    """NBF, ready for pictures; the files of its networks decide all sizes."""

    net: PixelsToBody
    """Pixels to parts, parts to a body."""
    size: int
    """Side of the crops that it takes, pixels."""
    parts: int
    """That it tells apart."""


@dataclass(frozen=True)
class Reading:
    """What a reader says of a picture."""

    probabilities: Float[Tensor, "C S S"]
    """Of each part at each of the crop's pixels, the background first."""
    window: Crop
    """Which window of the picture the crop is."""
    prediction: Prediction
    """The body, as the picture's camera sees it."""

    @property
    def labels(self) -> UInt8[np.ndarray, "S S"]:
        """The most likely part at each of the crop's pixels, counted from 1; 0 where nobody is."""
        return self.probabilities.argmax(0).numpy().astype(np.uint8)

    def labels_in(self, image: UInt8[np.ndarray, "H W 3"]) -> UInt8[np.ndarray, "H W"]:
        """The same at each of the picture's pixels; 0 outside the crop.

        Args:
            image: the picture that was read.
        """
        height, width = image.shape[:2]
        y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
        column, row = self.window.to_crop(torch.stack([x, y], -1).reshape(1, -1, 2))[0].floor().long().T
        inside = (column >= 0) & (column < self.window.size) & (row >= 0) & (row < self.window.size)
        labels = np.zeros(height * width, np.uint8)
        labels[inside.numpy()] = self.labels[row[inside].numpy(), column[inside].numpy()]
        return labels.reshape(height, width)


def load_reader(segmentation: Path | None = None, nbf: Path | None = None) -> Reader:
    """Both trained networks: those that come with the kit learned one after the other, then end to end.

    Args:
        segmentation: ``segmentation.safetensors``; None: the one that comes with the kit.
        nbf: ``nbf.safetensors``; None: the one that comes with the kit.

    Raises:
        InputError: no such file, that of another network, networks that tell other parts apart, or one that never
            learned a camera.
    """
    first = shipped("checkpoints", "nbf", "segmentation.safetensors") if segmentation is None else segmentation
    second = shipped("checkpoints", "nbf", "nbf.safetensors") if nbf is None else nbf
    networks = load_segmentation(first), load_nbf(second)
    seeing = from_mapping(SegmentationTraining, read_tensors(first)[1]["config"])
    fitting = from_mapping(NBFTraining, read_tensors(second)[1]["config"])
    if seeing.parts != fitting.parts:
        raise InputError(
            f"{second}: it takes {fitting.parts} parts, and {first} finds {seeing.parts}; train both alike"
        )
    if fitting.camera != "predicted":
        raise InputError(f"{second}: it was given the true camera, a picture has none; train with --camera predicted")
    return Reader(PixelsToBody(*networks, size=fitting.size).eval(), seeing.size, seeing.parts)


@torch.no_grad()
def read(
    reader: Reader,
    body: SMPL,
    image: UInt8[np.ndarray, "H W 3"],
    *,
    box: tuple[float, float, float, float] | None = None,
    focal_length: float | None = None,
) -> Reading:
    """The parts and the body of the person in a box.

    Args:
        reader: trained networks.
        body: whose shapes they learned: the neutral stand-in.
        image: RGB.
        box: x, y of the top left corner, width, height, pixels; None: the person fills the picture.
        focal_length: of the picture, pixels; None: `vhlib.training.prediction.FAR`.

    Raises:
        InputError: no part of anybody is found.
    """
    window = window_around(image, box, size=reader.size)
    scores, estimate = reader.net(cut(image, window))
    if (scores.argmax(1) > 0).float().mean() < NOBODY:
        where = "in this picture; say where the person is with --box x,y,w,h" if box is None else "in this box"
        raise InputError(f"nbf finds nobody {where}")
    found = placed(estimate, window, image, focal_length=focal_length)
    # In training joints are seen around the pelvis; the body has its own somewhat below its origin.
    found.parameters["transl"] -= body.joints(betas=estimate.betas)[:, 0]
    return Reading(scores[0].softmax(0), window, found)
