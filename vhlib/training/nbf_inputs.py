"""What NBF's second network may be shown: part maps, joints, both, or the picture itself."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.geometry.skeletons import SMPL24
from vhlib.training.part_people import PartPeople

Input = Literal["parts", "joints", "joints and parts", "picture"]

_BLOB = 1.0  # standard deviation of a joint's, pixels


def channels(what: Input, parts: int) -> int:
    """How many a network must take.

    Args:
        what: it is shown.
        parts: in the part maps.
    """
    return {
        "parts": parts + 1,
        "joints": len(SMPL24),
        "joints and parts": len(SMPL24) + parts + 1,
        "picture": 3,
    }[what]


def shown(people: PartPeople, what: Input, parts: int) -> Float[Tensor, "B C H W"]:
    """People as a network sees them; the picture from -1 to 1, everything else from 0 to 1.

    Args:
        people: with pictures, if these are to be shown.
        what: is to be shown.
        parts: in the part maps.
    """
    if what == "picture":
        return people.images.float() / 127.5 - 1
    if what == "parts":
        return people.maps(parts)
    blobs = heat_maps(people.labels.keypoints, people.labels.visible, people.parts.shape[-1])
    return blobs if what == "joints" else torch.cat([people.maps(parts), blobs], 1)


def heat_maps(keypoints: Float[Tensor, "B K 2"], visible: Float[Tensor, "B K"], size: int) -> Float[Tensor, "B K H W"]:
    """A blob of height 1 for each keypoint, in a channel of its own; nothing for one outside the crop.

    >>> heat_maps(torch.zeros(1, 1, 2), torch.ones(1, 1), 2)[0, 0]  # half a pixel from each centre, both ways
    tensor([[0.7788, 0.7788],
            [0.7788, 0.7788]])

    Args:
        keypoints: the crop's [-1, 1].
        visible: 1 inside the crop, else 0.
        size: side of the maps, pixels.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(keypoints=(keypoints, "B K 2"), visible=(visible, "B K"))
    centres = torch.arange(size, device=keypoints.device) + 0.5
    across, down = torch.exp(-((centres - (keypoints[..., None] + 1) * (size / 2)) ** 2) / (2 * _BLOB**2)).unbind(2)
    return visible[..., None, None] * down[..., :, None] * across[..., None, :]
