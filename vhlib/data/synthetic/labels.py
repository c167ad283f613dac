"""Where a person's keypoints are, and which of them are seen."""

from typing import Final

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from vhlib.data.synthetic.figure import SKELETON_NAMES, Figure, regressor
from vhlib.data.synthetic.picture import Seen

HIDDEN, VISIBLE = 1, 2
"""COCO's words for a keypoint inside the image; 0 is outside."""

_DEEP: Final = ("pelvis", "spine", "neck", "hip", "collar", "shoulder", "head", "jaw", "ear", "eye", "nose")
_TRUNK, _LIMB = 0.24, 0.13
"""How deep under what is seen of it a joint may lie, metres: in the trunk and head, and in limbs."""


def keypoints(person: Figure, vertices: Float[Tensor, "V 3"], gender: str) -> dict[str, Float[Tensor, "K 3"]]:
    """Keypoints of every skeleton in the camera frame.

    Args:
        person: whose joints.
        vertices: the posed skin.
        gender: whose regressors.
    """
    points = {name: regressor(gender, name) @ vertices for name in SKELETON_NAMES if name != "smpl24"}
    return {"smpl24": person.joints[0], **points}


def visibility(
    names: tuple[str, ...], points: Float[Tensor, "K 3"], pixels: Float[Tensor, "K 2"], seen: Seen
) -> UInt8[Tensor, "K"]:
    """Which keypoints a picture shows.

    A keypoint lies inside the body: it is seen where its pixel, or one beside it, shows the person not much in front
    of it. An arm before the trunk or a post before the arm hides it.

    Args:
        names: of the keypoints.
        points: camera frame, metres.
        pixels: where they are in the image.
        seen: what the pixels show.
    """
    side = seen.mask.shape[0]
    at = pixels.numpy()
    inside = ((at >= 0) & (at < side)).all(1)
    column, row = (np.clip(np.floor(at[:, k]).astype(int), 0, side - 1) for k in range(2))
    depth = np.where(seen.mask, seen.depth, -np.inf)
    around = np.stack(
        [
            depth[np.clip(row + down, 0, side - 1), np.clip(column + across, 0, side - 1)]
            for down in (-1, 0, 1)
            for across in (-1, 0, 1)
        ]
    )
    reach = np.array([_TRUNK if any(word in name for word in _DEEP) else _LIMB for name in names])
    shown = around.max(0) > points[:, 2].numpy() - reach
    return torch.from_numpy(np.where(inside, np.where(shown, VISIBLE, HIDDEN), 0).astype(np.uint8))
