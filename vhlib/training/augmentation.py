"""Crops that move: the same people larger, shifted, turned, mirrored, in other colours, and their labels with them.

Convention:
    Keypoints are in the crop's [-1, 1], y down; rotations and joints are in the camera's frame (x right, y down, z
    forward). A turn of the picture is a turn about the camera's axis; a mirrored picture shows the mirrored body.
"""

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import SMPL24, Skeleton
from vhlib.training.crops import Crops


@dataclass(frozen=True)
class Augmentation:
    """How far crops move (scale, shift and flip as in HMR's code, turn as in SPIN's)."""

    scale: float = 0.25
    """Larger or smaller by up to this part."""
    shift: float = 0.1
    """Aside by up to this part of the crop."""
    turn: float = 30.0
    """Standard deviation in degrees; cut off at twice as much."""
    upright: float = 0.6
    """How often a crop is not turned."""
    flip: float = 0.5
    """How often it is mirrored."""
    colour: float = 0.4
    """Each channel brighter or darker by up to this part."""


def augment(batch: Crops, config: Augmentation, *, skeleton: Skeleton, generator: torch.Generator) -> Crops:
    """The same people, seen otherwise.

    Args:
        batch: crops and labels.
        config: how far they may move.
        skeleton: the keypoints' order.
        generator: on the CPU; the same seed moves crops the same way on every device.
    """
    count, like = len(batch.images), batch.keypoints

    def uniform(*shape: int) -> Tensor:
        return (2 * torch.rand(count, *shape, generator=generator) - 1).to(like)

    mirrored = torch.rand(count, generator=generator).to(like) < config.flip
    batch = _mirror(batch, mirrored, skeleton)
    degrees = (config.turn * torch.randn(count, generator=generator)).clamp(-2 * config.turn, 2 * config.turn).to(like)
    degrees = torch.where(torch.rand(count, generator=generator).to(like) < config.upright, 0.0, degrees)
    batch = _move(batch, (1 + config.scale) ** uniform(), degrees.deg2rad(), 2 * config.shift * uniform(2))
    colours = 1 + config.colour * uniform(3)[..., None, None]
    return replace(batch, images=(batch.images * colours).clamp(0, 1))


def _mirror(batch: Crops, mirrored: Tensor, skeleton: Skeleton) -> Crops:
    """Left for right, where asked."""
    other, limbs = list(skeleton.mirror), list(SMPL24.mirror)
    across = batch.keypoints.new_tensor([-1.0, 1.0, 1.0])

    def choose(mirror: Tensor, plain: Tensor) -> Tensor:
        return torch.where(mirrored.view(-1, *[1] * (plain.ndim - 1)), mirror, plain)

    return replace(
        batch,
        images=choose(batch.images.flip(-1), batch.images),
        keypoints=choose(batch.keypoints[:, other] * across[:2], batch.keypoints),
        visible=choose(batch.visible[:, other], batch.visible),
        joints=choose(batch.joints[:, other] * across, batch.joints),
        # A rotation seen in the mirror: M R M.
        rotations=choose(batch.rotations[:, limbs] * across[:, None] * across, batch.rotations),
    )


def _move(batch: Crops, scale: Tensor, angle: Tensor, shift: Tensor) -> Crops:
    """Every x goes to scale · turn(angle) x + shift, in the crop's [-1, 1]."""
    axis = batch.keypoints.new_tensor([0.0, 0.0, 1.0])
    turn = axis_angle_to_matrix(angle[:, None] * axis)
    forward = scale[:, None, None] * turn[:, :2, :2]
    keypoints = batch.keypoints @ forward.mT + shift[:, None]
    # The sampler asks for the way back: where in the old crop each new pixel comes from.
    backward = turn[:, :2, :2].mT / scale[:, None, None]
    theta = torch.cat([backward, -(backward @ shift[..., None])], 2)
    grid = F.affine_grid(theta, list(batch.images.shape), align_corners=False)
    images = F.grid_sample(batch.images, grid, padding_mode="border", align_corners=False)
    inside = (keypoints.abs() <= 1).all(-1)
    first = turn @ batch.rotations[:, 0]
    return replace(
        batch,
        images=images,
        keypoints=keypoints,
        visible=batch.visible * inside,
        joints=batch.joints @ turn.mT,
        rotations=torch.cat([first[:, None], batch.rotations[:, 1:]], 1),
    )
