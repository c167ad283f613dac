"""One synthetic picture with everything known about it, or a batch of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import torch
from jaxtyping import Bool, Float, Int64, UInt8
from torch import Tensor

from vhlib.body import GENDERS
from vhlib.cameras import PerspectiveCamera
from vhlib.data.synthetic.wardrobe import GARMENTS


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture of one person, or with a leading axis B of B persons.

    Convention:
        Pixels of this image, (0, 0) the top left corner of the first pixel; OpenCV's camera frame; metres, radians.
    """

    image: UInt8[Tensor, "*B H W 3"]
    """RGB."""
    parts: UInt8[Tensor, "*B H W"]
    """What each pixel's centre sees: SMPL's joint i + 1 on the person, clothes and hair included, 0 elsewhere."""
    mask: Bool[Tensor, "*B H W"]
    """True where it sees the person."""
    depth: Float[Tensor, "*B H W"]
    """Of the person, along the camera's axis, metres; 0 elsewhere."""
    keypoints_2d: Mapping[str, Float[Tensor, "*B K 2"]]
    """By skeleton (smpl24, lsp14, coco17, h36m17): pixels, also of points that are not seen or outside the image."""
    keypoints_3d: Mapping[str, Float[Tensor, "*B K 3"]]
    """By skeleton: camera frame, metres."""
    visibility: Mapping[str, UInt8[Tensor, "*B K"]]
    """By skeleton, as COCO's: 0 outside the image, 1 inside but hidden by something or by the person, 2 seen."""
    betas: Float[Tensor, "*B S"]
    """Shape of the stand-in of `gender`, standard deviations."""
    body_pose: Float[Tensor, "*B 23 3"]
    """Axis-angle, relative to the parent."""
    global_orient: Float[Tensor, "*B 3"]
    """Axis-angle, pelvis → camera frame."""
    transl: Float[Tensor, "*B 3"]
    """Camera frame."""
    focal_length: Float[Tensor, "*B 2"]
    """Along x and y, pixels."""
    principal_point: Float[Tensor, "*B 2"]
    """Pixels; the middle of the image."""
    gender: Int64[Tensor, "*B"]
    """Index into `vhlib.body.GENDERS`: which stand-in it is."""
    garments: Bool[Tensor, "*B G"]
    """Which of `vhlib.data.synthetic.GARMENTS` the person wears, hair among them."""
    family: Int64[Tensor, "*B"]
    """Index into `vhlib.data.poses.FAMILIES`: what the person does."""
    seed: Int64[Tensor, "*B"]
    """Of the set."""
    index: Int64[Tensor, "*B"]
    """Of the sample in its split."""

    @property
    def camera(self) -> PerspectiveCamera:
        """The cameras, one for each person; their frame is the world."""
        focal, principal = self.focal_length.reshape(-1, 2), self.principal_point.reshape(-1, 2)
        eye = torch.eye(3, dtype=focal.dtype, device=focal.device).expand(len(focal), 3, 3)
        return PerspectiveCamera(focal, principal, eye, torch.zeros_like(eye[:, 0]))

    @property
    def genders(self) -> tuple[str, ...]:
        """The persons' genders in words."""
        return tuple(GENDERS[number] for number in self.gender.reshape(-1).tolist())

    @property
    def outfits(self) -> tuple[tuple[str, ...], ...]:
        """What each person wears, in words."""
        rows = self.garments.reshape(-1, len(GARMENTS)).tolist()
        return tuple(tuple(name for name, worn in zip(GARMENTS, row, strict=True) if worn) for row in rows)

    def __len__(self) -> int:
        """How many persons a batch has.

        Raises:
            TypeError: one sample is no batch.
        """
        if self.index.ndim == 0:
            raise TypeError("one sample has no length; `collate` makes a batch")
        return len(self.index)

    def __getitem__(self, which: int | slice) -> "Sample":
        """One or some of a batch."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return Sample(**{name: _each(value, lambda tensor: tensor[which]) for name, value in values.items()})

    def to(self, device: torch.device | str) -> "Sample":
        """The same on another device.

        Args:
            device: where to.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return Sample(**{name: _each(value, lambda tensor: tensor.to(device)) for name, value in values.items()})


def collate(samples: Sequence[Sample]) -> Sample:
    """Single samples as a batch; give it to a DataLoader as ``collate_fn``.

    Args:
        samples: at least one, all of one size.

    Raises:
        ValueError: no sample.
    """
    if not samples:
        raise ValueError("samples: expected at least one")
    batch: dict[str, Any] = {}
    for field in fields(Sample):
        values = [getattr(sample, field.name) for sample in samples]
        if isinstance(values[0], Mapping):
            batch[field.name] = {name: torch.stack([value[name] for value in values]) for name in values[0]}
        else:
            batch[field.name] = torch.stack(values)
    return Sample(**batch)


def _each(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    return {name: change(tensor) for name, tensor in value.items()} if isinstance(value, Mapping) else change(value)
