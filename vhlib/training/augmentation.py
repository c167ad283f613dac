"""Crops that move: the same people larger, shifted, turned, mirrored, in other colours, and their labels with them.

Convention:
    Keypoints are in the crop's [-1, 1], y down; rotations and joints are in the camera's frame (x right, y down, z
    forward). A turn of the picture is a turn about the camera's axis; a mirrored picture shows the mirrored body.
"""

from dataclasses import dataclass, replace
from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
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


STILL: Final = Augmentation(scale=0.0, shift=0.0, turn=0.0, flip=0.0, colour=0.0)
"""Nothing moves."""


def augment(batch: Crops, config: Augmentation, *, skeleton: Skeleton, generator: torch.Generator) -> Crops:
    """The same people, seen otherwise.

    Args:
        batch: crops and labels.
        config: how far they may move.
        skeleton: the keypoints' order.
        generator: on the CPU; the same seed moves crops the same way on every device.
    """
    motion = _drawn(len(batch.images), config, generator, batch.keypoints)
    batch = _move(_mirror(batch, motion.mirrored, skeleton), motion)
    return replace(batch, images=(batch.images * motion.colours).clamp(0, 1))


def augment_parts(
    images: Float[Tensor, "B 3 H W"],
    parts: UInt8[Tensor, "B H W"],
    config: Augmentation,
    *,
    generator: torch.Generator,
) -> tuple[Float[Tensor, "B 3 H W"], UInt8[Tensor, "B H W"]]:
    """The same pictures with their part maps, seen otherwise; what comes in from outside is background.

    Args:
        images: RGB from 0 to 1.
        parts: the 24 parts, counted from 1; 0 where nobody is.
        config: how far they may move.
        generator: on the CPU, as for `augment`.
    """
    motion = _drawn(len(images), config, generator, images)
    other = torch.tensor([0, *(1 + joint for joint in SMPL24.mirror)], dtype=torch.uint8, device=parts.device)
    images = torch.where(motion.mirrored[:, None, None, None], images.flip(-1), images)
    parts = torch.where(motion.mirrored[:, None, None], other[parts.flip(-1).int()], parts)
    grid = _grid(motion, images)
    maps = F.grid_sample(parts[:, None].float(), grid, mode="nearest", align_corners=False)
    return (_sampled(images, grid) * motion.colours).clamp(0, 1), maps[:, 0].to(torch.uint8)


@dataclass(frozen=True)
class _Motion:
    """What happens to each crop: mirrored, then every x goes to scale · turn x + shift, in the crop's [-1, 1]."""

    mirrored: Tensor
    scale: Tensor
    turn: Tensor
    shift: Tensor
    colours: Tensor


def _drawn(count: int, config: Augmentation, generator: torch.Generator, like: Tensor) -> _Motion:
    def uniform(*shape: int) -> Tensor:
        return (2 * torch.rand(count, *shape, generator=generator) - 1).to(like)

    mirrored = torch.rand(count, generator=generator).to(like) < config.flip
    degrees = (config.turn * torch.randn(count, generator=generator)).clamp(-2 * config.turn, 2 * config.turn).to(like)
    degrees = torch.where(torch.rand(count, generator=generator).to(like) < config.upright, 0.0, degrees)
    turn = axis_angle_to_matrix(degrees.deg2rad()[:, None] * like.new_tensor([0.0, 0.0, 1.0]))
    scale, shift = (1 + config.scale) ** uniform(), 2 * config.shift * uniform(2)
    return _Motion(mirrored, scale, turn, shift, 1 + config.colour * uniform(3)[..., None, None])


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


def _move(batch: Crops, motion: _Motion) -> Crops:
    turn = motion.turn
    forward = motion.scale[:, None, None] * turn[:, :2, :2]
    keypoints = batch.keypoints @ forward.mT + motion.shift[:, None]
    inside = (keypoints.abs() <= 1).all(-1)
    first = turn @ batch.rotations[:, 0]
    return replace(
        batch,
        images=_sampled(batch.images, _grid(motion, batch.images)),
        keypoints=keypoints,
        visible=batch.visible * inside,
        joints=batch.joints @ turn.mT,
        rotations=torch.cat([first[:, None], batch.rotations[:, 1:]], 1),
    )


def _grid(motion: _Motion, images: Tensor) -> Tensor:
    """Where in the old crops each new pixel comes from: the way back."""
    backward = motion.turn[:, :2, :2].mT / motion.scale[:, None, None]
    theta = torch.cat([backward, -(backward @ motion.shift[..., None])], 2)
    return F.affine_grid(theta, list(images.shape), align_corners=False)


def _sampled(images: Tensor, grid: Tensor) -> Tensor:
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)
