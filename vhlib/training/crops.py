"""People as a regressor meets them: square crops, and labels in the crop's own measure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from vhlib.body import GENDERS, load_body
from vhlib.core.errors import InputError
from vhlib.data.synthetic import Sample, SyntheticPeople, collate
from vhlib.geometry.rotations import axis_angle_to_matrix


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
    def of(cls, samples: Sample, *, paired: float = 0.0) -> "People":
        """Synthetic people; the first part of them with known bodies.

        Args:
            samples: a batch.
            paired: the part.

        Raises:
            InputError: a part that is not between 0 and 1.
        """
        if not 0 <= paired <= 1:
            raise InputError(f"paired: expected a part between 0 and 1, got {paired}")
        count, height = len(samples), samples.image.shape[1]
        pose = torch.cat([samples.global_orient[:, None], samples.body_pose], 1)
        labels = Crops(
            images=torch.empty(count, 3, 0, 0),
            keypoints=samples.keypoints_2d["lsp14"] * (2 / height) - 1,
            visible=(samples.visibility["lsp14"] > 0).float(),
            joints=samples.keypoints_3d["lsp14"],
            rotations=axis_angle_to_matrix(pose),
            betas=neutral_betas(samples.betas, samples.genders),
            paired=torch.arange(count) < round(paired * count),
        )
        return cls(samples.image.movedim(-1, 1).contiguous(), labels)

    def __len__(self) -> int:
        return len(self.images)

    def crops(self, chosen: Tensor, device: torch.device | str = "cpu") -> Crops:
        """Some of them, ready for a network.

        Args:
            chosen: which.
            device: where to.
        """
        values = {field.name: getattr(self.labels, field.name)[chosen].to(device) for field in fields(Crops)}
        return Crops(**{**values, "images": self.images[chosen].to(device).float() / 255})


def synthetic_people(
    split: str,
    count: int,
    *,
    size: int,
    seed: int = 0,
    paired: float = 0.0,
    progress: Callable[[int], None] = lambda made: None,
) -> People:
    """The first people of a synthetic set.

    Args:
        split: "train", "val" or "test".
        count: how many.
        size: side of the crops, pixels.
        seed: of the set.
        paired: which part of them has known bodies.
        progress: told how many there are.
    """
    source, samples = SyntheticPeople(split, seed=seed, size=size), []
    for index in range(count):
        samples.append(source[index])
        progress(index + 1)
    return People.of(collate(samples), paired=paired)


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
