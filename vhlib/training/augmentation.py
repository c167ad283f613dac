"""Crops that move: the same people larger, shifted, turned, mirrored, in other colours, and their labels with them.

Convention:
    Keypoints are in the crop's [-1, 1], y down; rotations and joints are in the camera's frame (x right, y down, z
    forward). A turn of the picture is a turn about the camera's axis; a mirrored picture shows the mirrored body.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Final, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import SMPL24, Skeleton
from vhlib.training.crops import Crops
from vhlib.training.part_people import PartPeople


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


class Motion(NamedTuple):
    """What happens to each crop: mirrored, then every x goes to scale · turn x + shift, in the crop's [-1, 1]."""

    mirrored: Bool[Tensor, " B"]
    """Left for right."""
    scale: Float[Tensor, " B"]
    """Above 1: larger."""
    turn: Float[Tensor, "B 3 3"]
    """About the camera's axis."""
    shift: Float[Tensor, "B 2"]
    """In half crops."""
    colours: Float[Tensor, "B 3 1 1"]
    """What red, green and blue are multiplied with."""

    def to(self, device: torch.device | str) -> "Motion":
        """The same on another device.

        Args:
            device: where to.
        """
        return Motion(*(each.to(device) for each in self))


def drawn_motion(count: int, config: Augmentation, *, generator: torch.Generator) -> Motion:
    """How crops shall move; on the CPU, so that the same seed moves them the same way on every device.

    Args:
        count: of crops.
        config: how far they may move.
        generator: on the CPU.
    """

    def uniform(*shape: int) -> Tensor:
        return 2 * torch.rand(count, *shape, generator=generator) - 1

    mirrored = torch.rand(count, generator=generator) < config.flip
    degrees = (config.turn * torch.randn(count, generator=generator)).clamp(-2 * config.turn, 2 * config.turn)
    degrees = torch.where(torch.rand(count, generator=generator) < config.upright, 0.0, degrees)
    turn = axis_angle_to_matrix(degrees.deg2rad()[:, None] * torch.tensor([0.0, 0.0, 1.0]))
    scale, shift = (1 + config.scale) ** uniform(), 2 * config.shift * uniform(2)
    return Motion(mirrored, scale, turn, shift, 1 + config.colour * uniform(3)[..., None, None])


def augment(batch: Crops, config: Augmentation, *, skeleton: Skeleton, generator: torch.Generator) -> Crops:
    """The same people, seen otherwise.

    Args:
        batch: crops and labels.
        config: how far they may move.
        skeleton: the keypoints' order.
        generator: on the CPU, as for `drawn_motion`.
    """
    motion = drawn_motion(len(batch.images), config, generator=generator).to(batch.keypoints.device)
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
        generator: on the CPU, as for `drawn_motion`.
    """
    motion = drawn_motion(len(images), config, generator=generator).to(images.device)
    return _moved_images(images, motion), _moved_parts(parts, motion)


def moved_people(batch: PartPeople, motion: Motion) -> PartPeople:
    """The same people with their part maps, through true cameras that turn and zoom.

    Args:
        batch: people and labels.
        motion: of each, on their device; a shift moves them out of the middle, which their cameras look through.
    """
    return PartPeople(
        images=(255 * _moved_images(batch.images.float() / 255, motion)).round().to(torch.uint8),
        parts=_moved_parts(batch.parts, motion),
        labels=_move(_mirror(batch.labels, motion.mirrored, SMPL24), motion),
        focal_length=motion.scale * batch.focal_length,
        head=motion.scale * batch.head,
    )


def _mirror(batch: Crops, mirrored: Tensor, skeleton: Skeleton) -> Crops:
    """Left for right, where asked."""
    device = batch.keypoints.device
    other, limbs = _index(skeleton.mirror, device), _index(SMPL24.mirror, device)
    across = 1 - 2 * (torch.arange(3, device=device) == 0).to(batch.keypoints.dtype)  # -1, 1, 1

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


def _move(batch: Crops, motion: Motion) -> Crops:
    turn = motion.turn
    forward = motion.scale[:, None, None] * turn[:, :2, :2]
    keypoints = batch.keypoints @ forward.mT + motion.shift[:, None]
    inside = (keypoints.abs() <= 1).all(-1)
    first = turn @ batch.rotations[:, 0]
    return replace(
        batch,
        images=_sampled(batch.images, motion),
        keypoints=keypoints,
        visible=batch.visible * inside,
        joints=batch.joints @ turn.mT,
        rotations=torch.cat([first[:, None], batch.rotations[:, 1:]], 1),
    )


def _moved_images(images: Tensor, motion: Motion) -> Tensor:
    images = torch.where(motion.mirrored[:, None, None, None], images.flip(-1), images)
    return (_sampled(images, motion) * motion.colours).clamp(0, 1)


def _moved_parts(parts: Tensor, motion: Motion) -> Tensor:
    other = _index((0, *(1 + joint for joint in SMPL24.mirror)), parts.device)
    parts = torch.where(motion.mirrored[:, None, None], other[parts.flip(-1).int()], parts.long())[:, None].float()
    return F.grid_sample(parts, _grid(motion, parts), mode="nearest", align_corners=False)[:, 0].to(torch.uint8)


def _sampled(images: Tensor, motion: Motion) -> Tensor:
    if not images.numel():  # labels alone have pictures of no size
        return images
    return F.grid_sample(images, _grid(motion, images), padding_mode="border", align_corners=False)


def _grid(motion: Motion, images: Tensor) -> Tensor:
    """Where in the old crops each new pixel comes from: the way back."""
    backward = motion.turn[:, :2, :2].mT / motion.scale[:, None, None]
    theta = torch.cat([backward, -(backward @ motion.shift[..., None])], 2)
    return F.affine_grid(theta, list(images.shape), align_corners=False)


@cache
def _index(rows: tuple[int, ...], device: torch.device) -> Tensor:
    """Made once: whoever sends numbers to a GPU waits for it."""
    return torch.tensor(rows, device=device)
