"""Where a person's keypoints are, and which of them are seen."""

from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from vhlib.data.synthetic.figure import SKELETON_NAMES, Figure, regressor
from vhlib.data.synthetic.picture import Seen
from vhlib.geometry.skeletons import SKELETONS

HIDDEN, VISIBLE = 1, 2
"""COCO's words for a keypoint inside the image; 0 is outside."""

_DEEP: Final = ("pelvis", "spine", "neck", "hip", "collar", "shoulder", "head", "jaw", "ear", "eye", "nose")
_TRUNK, _LIMB = 0.24, 0.13
"""How deep under what is seen of it a joint may lie, metres: in the trunk and head, and in limbs."""


def keypoints(person: Figure, gender: str) -> dict[str, Float[Tensor, "K 3"]]:
    """Keypoints of every skeleton, in the person's frame.

    Args:
        person: whose.
        gender: whose regressors.
    """
    vertices = torch.from_numpy(person.vertices)
    points = {name: regressor(gender, name) @ vertices for name in SKELETON_NAMES if name != "smpl24"}
    return {"smpl24": person.joints[0], **points}


def visibility(
    points: Mapping[str, Float[Tensor, "K 3"]], pixels: Mapping[str, Float[Tensor, "K 2"]], seen: Seen
) -> dict[str, UInt8[Tensor, "K"]]:
    """Which keypoints a picture shows, by skeleton.

    A keypoint lies inside the body: it is seen where its pixel, or one beside it, shows the person not much in front
    of it. An arm before the trunk or a post before the arm hides it.

    Args:
        points: by skeleton, camera frame, metres.
        pixels: by skeleton, where they are in the image.
        seen: what the pixels show.
    """
    names = [name for skeleton in points for name in SKELETONS[skeleton].names]
    side = seen.mask.shape[0]
    at, away = torch.cat(list(pixels.values())).numpy(), torch.cat(list(points.values()))[:, 2].numpy()
    inside = ((at >= 0) & (at < side)).all(1)
    column, row = np.clip(np.floor(at), 0, side - 1).astype(np.int64).T
    depth = np.full((side + 2, side + 2), -np.inf, np.float32)
    depth[1:-1, 1:-1] = np.where(seen.mask, seen.depth, -np.inf)
    around = np.stack([depth[row + 1 + down, column + 1 + across] for down in (-1, 0, 1) for across in (-1, 0, 1)])
    shown = around.max(0) > away - np.array([_reach(name) for name in names])
    states = torch.from_numpy(np.where(inside, np.where(shown, VISIBLE, HIDDEN), 0).astype(np.uint8))
    return dict(zip(points, states.split([len(each) for each in points.values()]), strict=True))


@cache
def _reach(name: str) -> float:
    return _TRUNK if any(word in name for word in _DEEP) else _LIMB
