"""People as a regressor meets them: square crops, and labels in the crop's own measure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from vhlib import __version__
from vhlib.body import GENDERS, load_body
from vhlib.core import paths
from vhlib.core.errors import InputError
from vhlib.data.synthetic import Sample, SyntheticPeople, loader
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import read_tensors, write_tensors

_PIECE = 500  # people in a file


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
        count, height = len(samples), samples.image.shape[1]
        pose = torch.cat([samples.global_orient[:, None], samples.body_pose], 1)
        labels = Crops(
            images=torch.empty(count, 3, 0, 0),
            keypoints=samples.keypoints_2d["lsp14"] * (2 / height) - 1,
            visible=(samples.visibility["lsp14"] > 0).float(),
            joints=samples.keypoints_3d["lsp14"],
            rotations=axis_angle_to_matrix(pose),
            betas=neutral_betas(samples.betas, samples.genders),
            paired=torch.zeros(count, dtype=torch.bool),
        )
        return cls(samples.image.movedim(-1, 1).contiguous(), labels)

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
    """The first people of a synthetic set, made by two processes; the user's folder keeps them for the next time.

    Args:
        split: "train", "val" or "test".
        count: how many.
        size: side of the crops, pixels.
        seed: of the set.
        progress: told how many there are.
    """
    folder = paths.user("people", f"{split}-{seed}-{size}-{__version__}")
    pieces = []
    for start in range(0, count, _PIECE):
        stop = min(start + _PIECE, count)
        file = folder / f"{start}-{stop}.safetensors"
        if not file.exists():
            made = loader(SyntheticPeople(split, seed=seed, size=size), batch=16, start=start, stop=stop, workers=2)
            _write(file, _joined([People.of(samples) for samples in made]))
        pieces.append(_read(file))
        progress(stop)
    return _joined(pieces)


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


def _joined(pieces: Sequence[People]) -> People:
    labels = {field.name: torch.cat([getattr(each.labels, field.name) for each in pieces]) for field in fields(Crops)}
    return People(torch.cat([each.images for each in pieces]), Crops(**labels))


def _write(path: Path, people: People) -> None:
    labels = {field.name: getattr(people.labels, field.name) for field in fields(Crops)}
    write_tensors(path, labels | {"images": people.images}, {})


def _read(path: Path) -> People:
    tensors, _ = read_tensors(path)
    images = tensors.pop("images")
    return People(images, Crops(images=torch.empty(len(images), 3, 0, 0), **tensors))
