"""The split on which every experiment reports: which samples it is, and how to tell that a machine makes the same.

``data/synthetic_benchmark.json`` holds seed, size, counts, and a checksum of the labels of every `BLOCK` samples.

Convention:
    Two machines may differ in the last bit of a float, and a number that lies next to the edge between two rounded
    ones would then round the other way: among some hundred thousand labels one always does, so that a hash of rounded
    labels fails on a sound machine. Here only what is whole (gender, family, garments) is hashed. Each field of floats
    is summed over the block, each number times a weight between -1 and 1 of its own, and the sum is compared to within
    `TOLERANCES`: one keypoint that is a tenth of a pixel off shows, the last bits of all of them do not.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import torch

from vhlib.core.errors import InputError
from vhlib.core.paths import shipped
from vhlib.core.random import numpy_generator
from vhlib.data.synthetic.people import SyntheticPeople
from vhlib.data.synthetic.sample import Sample
from vhlib.data.synthetic.stream import loader

FILE: Final = "synthetic_benchmark.json"
"""In ``data/``."""
BLOCK: Final = 50
"""Samples of a checksum."""
CHECKED: Final = {"train": 1, "val": 1, "test": 20}
"""Blocks from the first on that have checksums: all of the test split."""

TOLERANCES: Final = {
    "betas": 1e-3,
    "body_pose": 1e-2,
    "global_orient": 1e-2,
    "transl": 1e-2,
    "focal_length": 5e-2,
    "keypoints_2d": 5e-2,
    "keypoints_3d": 1e-2,
    "areas": 25.0,
}
"""Of the sums: standard deviations, radians, metres, pixels; areas of the parts in pixels."""


@dataclass(frozen=True)
class Checksum:
    """Of the labels of some samples."""

    whole: str
    """SHA-256 of the labels that are whole numbers."""
    sums: Mapping[str, float]
    """By field, the weighted sum of its floats."""


@dataclass(frozen=True)
class Recipe:
    """The benchmark split."""

    seed: int
    """Of all splits."""
    size: int
    """Of the images, pixels."""
    counts: Mapping[str, int]
    """Samples of train, val and test."""
    checksums: Mapping[str, Sequence[Checksum]]
    """By split, of its first blocks."""

    def people(self, split: str, *, pictures: bool = True) -> SyntheticPeople:
        """The generator of a split; its samples are the first `counts[split]`.

        Args:
            split: "train", "val" or "test".
            pictures: False: the labels alone.
        """
        return SyntheticPeople(split, seed=self.seed, size=self.size, pictures=pictures)


def benchmark(path: Path | None = None) -> Recipe:
    """The recipe that comes with the kit.

    Args:
        path: another one.
    """
    path = shipped(FILE) if path is None else path
    values = json.loads(path.read_text(encoding="utf-8"))
    checksums = {split: tuple(Checksum(**each) for each in some) for split, some in values.pop("checksums").items()}
    return Recipe(**values, checksums=checksums)


def write_benchmark(
    path: Path,
    *,
    seed: int,
    size: int,
    counts: Mapping[str, int],
    workers: int = 0,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Make the recipe's file, checksums and all.

    Args:
        path: the file.
        seed: of all splits.
        size: of the images, pixels.
        counts: samples of train, val and test.
        workers: processes; 0: this one.
        progress: is told how many blocks are done.
    """
    checksums: dict[str, list[Checksum]] = {}
    done = 0
    for split, count in counts.items():
        people = SyntheticPeople(split, seed=seed, size=size, pictures=False)
        stop = min(CHECKED[split] * BLOCK, count)
        for samples in loader(people, batch=BLOCK, stop=stop, workers=workers):
            checksums.setdefault(split, []).append(checksum(samples))
            progress(done := done + 1)
    recipe = Recipe(seed, size, dict(counts), checksums)
    path.write_text(json.dumps(asdict(recipe), indent=1) + "\n", encoding="utf-8")


def checksum(samples: Sample) -> Checksum:
    """Of the labels of a batch.

    Args:
        samples: the batch.
    """
    digest = hashlib.sha256()
    for labels in (samples.index, samples.gender, samples.family, samples.garments):
        digest.update(labels.numpy().astype("<i8").tobytes())
    areas = torch.stack([parts.long().reshape(-1).bincount(minlength=25)[1:] for parts in samples.parts])
    floats = {name: getattr(samples, name) for name in TOLERANCES if hasattr(samples, name)}
    sums = {}
    for name, value in {**floats, "areas": areas}.items():
        several = list(value.values()) if isinstance(value, Mapping) else [value]
        numbers = torch.cat([each.reshape(-1) for each in several]).double().numpy()
        weights = numpy_generator(0, "checksum", name).uniform(-1, 1, len(numbers))
        sums[name] = round(float(weights @ numbers), 4)
    return Checksum(digest.hexdigest(), sums)


def differences(recipe: Recipe, split: str, block: int, samples: Sample) -> tuple[str, ...]:
    """What of a block's labels is not as the recipe says: nothing on a sound machine.

    Args:
        recipe: the benchmark.
        split: "train", "val" or "test".
        block: samples from block · `BLOCK` on.
        samples: what this machine made.

    Raises:
        InputError: a block without a checksum.
    """
    known = recipe.checksums.get(split, ())
    if not 0 <= block < len(known):
        raise InputError(f"block: expected 0 to {len(known) - 1} of split {split}, got {block}")
    ours, theirs = checksum(samples), known[block]
    wrong = [] if ours.whole == theirs.whole else ["gender, family or garments"]
    return (*wrong, *(name for name, limit in TOLERANCES.items() if abs(ours.sums[name] - theirs.sums[name]) > limit))
