"""People as a regressor meets them: square crops, and labels in the crop's own measure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Final

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from vhlib.body import GENDERS, load_body
from vhlib.core.errors import InputError
from vhlib.data.synthetic import Sample, SyntheticPeople, collate
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.training.kept import kept

LABELLED: Final = ("lsp14", "smpl24")
"""The skeletons whose keypoints are kept."""


@dataclass(frozen=True)
class Crops:
    """Crops with what is known about the people in them."""

    images: Float[Tensor, "B 3 H W"]
    """RGB from 0 to 1."""
    keypoints: Float[Tensor, "B K 2"]
    """The crop's [-1, 1]."""
    visible: Float[Tensor, "B K"]
    """1 where a keypoint is inside the crop and labelled, else 0."""
    joints: Float[Tensor, "B K 3"]
    """The same keypoints in the camera's frame, metres, around any origin."""
    rotations: Float[Tensor, "B J 3 3"]
    """Global orientation to the camera's frame, then the joints relative to their parents."""
    betas: Float[Tensor, "B S"]
    """Standard deviations."""
    paired: Bool[Tensor, " B"]
    """Whether `joints`, `rotations` and `betas` may be used for this person."""


@dataclass(frozen=True)
class People:
    """A set of `Crops` that fits into memory: pictures as bytes."""

    images: UInt8[Tensor, "N 3 H W"]
    """RGB."""
    labels: Crops
    """Everything else, with pictures of no size."""

    @classmethod
    def of(cls, samples: Sample) -> "People":
        """Synthetic people, nobody's body known.

        Args:
            samples: a batch.
        """
        known = described(samples)
        return cls(known["images"], labels_of(known, "lsp14"))

    def __len__(self) -> int:
        return len(self.images)

    def pairing(self, part: float) -> "People":
        """The same people, the first of them with known bodies.

        Args:
            part: of all, between 0 and 1.

        Raises:
            InputError: another part.
        """
        if not 0 <= part <= 1:
            raise InputError(f"paired: expected a part between 0 and 1, got {part}")
        known = torch.arange(len(self), device=self.images.device) < round(part * len(self))
        return People(self.images, replace(self.labels, paired=known))

    def to(self, device: torch.device | str) -> "People":
        """The same on another device.

        Args:
            device: where to.
        """
        labels = Crops(**{field.name: getattr(self.labels, field.name).to(device) for field in fields(Crops)})
        return People(self.images.to(device), labels)

    def crops(self, chosen: Tensor) -> Crops:
        """Some of them, ready for a network.

        Args:
            chosen: which.
        """
        chosen = chosen.to(self.images.device)
        values = {field.name: getattr(self.labels, field.name)[chosen] for field in fields(Crops)}
        return Crops(**{**values, "images": self.images[chosen].float() / 255})


def synthetic_people(
    split: str, count: int, *, size: int, seed: int = 0, progress: Callable[[int], None] = lambda made: None
) -> People:
    """The first people of a synthetic set, nobody's body known.

    Args:
        split: "train", "val" or "test".
        count: how many.
        size: side of the crops, pixels.
        seed: of the set.
        progress: told how many there are.
    """
    known = dressed(split, count, size=size, seed=seed, progress=progress)
    return People(known["images"], labels_of(known, "lsp14"))


def dressed(
    split: str, count: int, *, size: int, seed: int = 0, progress: Callable[[int], None] = lambda made: None
) -> dict[str, Tensor]:
    """Everything that trainings ask for about the first people of a synthetic set, see `described`; made once, kept.

    Args:
        split: "train", "val" or "test".
        count: how many.
        size: side of the crops, pixels.
        seed: of the set.
        progress: told how many there are.
    """
    return kept("dressed", _dressed, split, count, size=size, seed=seed, progress=progress)


def described(samples: Sample) -> dict[str, Tensor]:
    """What is kept of synthetic people, a row for each.

    Convention:
        Keypoints are in the crop's [-1, 1], the focal length is in half crops: (x, y, z) is seen at focal · (x, y) / z.
        Betas are the neutral body's.

    Args:
        samples: a batch.

    Returns:
        ``images``, ``parts``, ``garments``, ``rotations``, ``betas``, ``focal_length``, and for each skeleton of
        `LABELLED` its ``/keypoints``, ``/visible`` and ``/joints``.
    """
    height = samples.image.shape[1]
    known = {
        "images": samples.image.movedim(-1, 1).contiguous(),
        "parts": samples.parts,
        "garments": samples.garments,
        "rotations": axis_angle_to_matrix(torch.cat([samples.global_orient[:, None], samples.body_pose], 1)),
        "betas": neutral_betas(samples.betas, samples.genders),
        "focal_length": samples.focal_length[:, 0] * (2 / height),
    }
    for name in LABELLED:
        known[f"{name}/keypoints"] = samples.keypoints_2d[name] * (2 / height) - 1
        known[f"{name}/visible"] = (samples.visibility[name] > 0).float()
        known[f"{name}/joints"] = samples.keypoints_3d[name]
    return known


def labels_of(known: Mapping[str, Tensor], skeleton: str, *, paired: bool = False) -> Crops:
    """Labels in one skeleton's keypoints, with pictures of no size.

    Args:
        known: of `described`.
        skeleton: one of `LABELLED`.
        paired: whether everybody's body is known, else nobody's.
    """
    count = len(known["rotations"])
    return Crops(
        images=torch.empty(count, 3, 0, 0),
        keypoints=known[f"{skeleton}/keypoints"],
        visible=known[f"{skeleton}/visible"],
        joints=known[f"{skeleton}/joints"],
        rotations=known["rotations"],
        betas=known["betas"],
        paired=torch.full((count,), paired),
    )


def neutral_betas(betas: Float[Tensor, "B S"], genders: Sequence[str]) -> Float[Tensor, "B S"]:
    """The neutral body's betas that come closest to bodies of other genders, vertex by vertex.

    A regressor has one body model; its people have three. Least squares: the shape space is linear.

    Args:
        betas: of each body in its own gender's shape space.
        genders: of each body.
    """
    result = torch.empty_like(betas)
    for number, gender in enumerate(genders):
        matrix, offset = _into_neutral(gender)
        result[number] = matrix @ betas[number] + offset
    return result


@cache
def _into_neutral(gender: str) -> tuple[Tensor, Tensor]:
    """Matrix and offset of `neutral_betas`."""
    if gender not in GENDERS:
        raise InputError(f"gender: expected one of {', '.join(GENDERS)}, got {gender!r}")
    neutral, other = (load_body(each, source="standin", dtype=torch.float64) for each in ("neutral", gender))
    directions, theirs = neutral.shapedirs.flatten(0, 1), other.shapedirs.flatten(0, 1)
    difference = (other.v_template - neutral.v_template).flatten()[:, None]
    solved = torch.linalg.lstsq(directions, torch.cat([theirs, difference], 1)).solution.float()
    return solved[:, :-1], solved[:, -1]


def _dressed(split: str, seed: int, size: int, start: int, stop: int) -> dict[str, Tensor]:
    people = SyntheticPeople(split, seed=seed, size=size)
    return described(collate([people[index] for index in range(start, stop)]))
