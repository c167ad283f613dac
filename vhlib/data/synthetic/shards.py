"""Samples on disk: a folder of archives, each with its checksum, and a manifest that says what they hold.

``manifest.json`` names split, seed, size and the shards with their SHA-256; ``shard-00000.npz`` holds fields of
`Sample` stacked, those by skeleton as ``keypoints_2d.lsp14``. A shard appears only when it is whole, so an interrupted
run loses at most the one that it was at.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from vhlib.core.arrays import write_npz
from vhlib.core.errors import InputError
from vhlib.core.paths import shipped
from vhlib.data.synthetic.people import SyntheticPeople
from vhlib.data.synthetic.sample import Sample
from vhlib.data.synthetic.stream import loader

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
SHARD: Final = 200
"""Samples in a shard."""

_BATCH: Final = 8


@dataclass(frozen=True)
class Shard:
    """One archive."""

    file: str
    """Its name in the folder."""
    start: int
    """Index of its first sample."""
    count: int
    """How many it holds."""
    sha256: str
    """Of its bytes."""


@dataclass(frozen=True)
class Manifest:
    """What a folder holds."""

    split: str
    """"train", "val" or "test"."""
    seed: int
    """Of the set."""
    size: int
    """Of the images, pixels."""
    count: int
    """Samples that the whole set has, whether made yet or not."""
    shard: int
    """Samples in each shard but the last."""
    shards: tuple[Shard, ...] = ()
    """Those that are made."""
    format: int = FORMAT
    """Of the files."""


def write_shards(
    people: SyntheticPeople,
    count: int,
    folder: Path,
    *,
    shard: int = SHARD,
    workers: int = 0,
    progress: Callable[[int], None] = lambda done: None,
) -> Manifest:
    """Make samples 0 to count - 1 and keep them; what is there already and sound is kept, what is damaged made again.

    Args:
        people: what makes them.
        count: how many.
        folder: where to; made if need be.
        shard: samples in an archive.
        workers: processes that make samples; 0: this one.
        progress: is told how many samples are done.

    Raises:
        InputError: the folder holds another set.
    """
    wanted = Manifest(people.split, people.seed, people.size, count, shard)
    kept: dict[str, Shard] = {}
    if (folder / MANIFEST).exists():
        found = read_manifest(folder)
        if (found.split, found.seed, found.size, found.shard) != (wanted.split, wanted.seed, wanted.size, shard):
            raise InputError(
                f"{folder}: holds another set (split {found.split}, seed {found.seed}, size {found.size}, shards of "
                f"{found.shard}); expected the same, give another folder or delete it"
            )
        kept = {each.file: each for each in found.shards if _sound(folder, each)}
    folder.mkdir(parents=True, exist_ok=True)
    shards: list[Shard] = []
    for number, start in enumerate(range(0, count, shard)):
        name, stop = f"shard-{number:05d}.npz", min(start + shard, count)
        old = kept.get(name)
        if old is None or (old.start, old.count) != (start, stop - start):
            shards.append(_write(people, folder, name, start, stop, workers, progress))
        else:
            shards.append(old)
        _write_manifest(folder, Manifest(people.split, people.seed, people.size, count, shard, tuple(shards)))
        progress(stop)
    return read_manifest(folder)


class ShardedPeople(Dataset[Sample]):
    """Samples that `write_shards` kept. A shard is checked when it is first opened.

    Args:
        folder: of the archives.

    Raises:
        InputError: no manifest, or one of another format.
    """

    def __init__(self, folder: Path):
        self.folder, self.manifest = folder, read_manifest(folder)
        self._checked: set[str] = set()
        self._open: tuple[str, Sample] | None = None

    def __len__(self) -> int:
        return sum(shard.count for shard in self.manifest.shards)

    def __getitem__(self, index: int) -> Sample:
        """One sample.

        Raises:
            IndexError: beyond the last.
            InputError: its shard is missing, truncated or altered; names the file.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"index: expected 0 to {len(self) - 1}, got {index}")
        shard = self.manifest.shards[index // self.manifest.shard]
        return self.read(shard)[index - shard.start]

    def read(self, shard: Shard) -> Sample:
        """All samples of a shard as a batch.

        Args:
            shard: one of the manifest's.

        Raises:
            InputError: it is missing, truncated or altered; names the file.
        """
        if self._open and self._open[0] == shard.file:
            return self._open[1]
        path = self.folder / shard.file
        if shard.file not in self._checked:
            if not path.is_file():
                raise InputError(f"{path}: this shard is missing; make the set again with `vh data make`, it is mended")
            if not _sound(self.folder, shard):
                raise InputError(
                    f"{path}: this shard is truncated or altered, its SHA-256 is not {shard.sha256[:12]}…; make the "
                    f"set again with `vh data make`, it is mended"
                )
            self._checked.add(shard.file)
        with np.load(path, allow_pickle=False) as archive:
            samples = from_arrays({name: archive[name] for name in archive.files})
        self._open = (shard.file, samples)
        return samples


def synthetic_sample() -> Sample:
    """The 64 samples that come with the kit, for lessons: 112 px a side, of the val split.

    ``vh data make --n 64 --split val --size 112 --out data/synthetic_sample`` makes them again.
    """
    people = ShardedPeople(shipped("synthetic_sample"))
    return people.read(people.manifest.shards[0])


def read_manifest(folder: Path) -> Manifest:
    """What a folder holds.

    Args:
        folder: of the archives.

    Raises:
        InputError: no manifest, a damaged one, or one of another format.
    """
    path = folder / MANIFEST
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        shards = tuple(Shard(**shard) for shard in values.pop("shards"))
        manifest = Manifest(**values, shards=shards)
    except OSError as error:
        raise InputError(f"{path}: cannot read it ({error.strerror}); expected a set made by `vh data make`") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path}: damaged, or no manifest of `vh data make`; make the set again") from error
    if manifest.format != FORMAT:
        raise InputError(f"{path}: expected format {FORMAT}, got {manifest.format}; make the set again")
    return manifest


def to_arrays(samples: Sample) -> dict[str, np.ndarray]:
    """A batch as named arrays.

    Args:
        samples: a batch.
    """
    arrays: dict[str, np.ndarray] = {}
    for field in fields(Sample):
        value = getattr(samples, field.name)
        parts = value.items() if isinstance(value, Mapping) else [("", value)]
        arrays |= {f"{field.name}.{part}".rstrip("."): tensor.numpy() for part, tensor in parts}
    return arrays


def from_arrays(arrays: Mapping[str, np.ndarray]) -> Sample:
    """The inverse of `to_arrays`.

    Args:
        arrays: name to array.
    """
    values: dict[str, Any] = {}
    for name, array in arrays.items():
        field, _, part = name.partition(".")
        tensor: Tensor = torch.from_numpy(array)
        if part:
            values.setdefault(field, {})[part] = tensor
        else:
            values[field] = tensor
    return Sample(**values)


def _write(
    people: SyntheticPeople,
    folder: Path,
    name: str,
    start: int,
    stop: int,
    workers: int,
    progress: Callable[[int], None],
) -> Shard:
    parts, done = [], start
    for batch in loader(people, batch=_BATCH, start=start, stop=stop, workers=workers):
        parts.append(to_arrays(batch))
        progress(done := done + len(batch))
    arrays = {field: np.concatenate([part[field] for part in parts]) for field in parts[0]}
    unfinished = folder / f"{name}.part"
    write_npz(unfinished, arrays, level=1)
    sha256 = _sha256(unfinished)
    unfinished.replace(folder / name)
    return Shard(name, start, stop - start, sha256)


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    unfinished = folder / f"{MANIFEST}.part"
    unfinished.write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
    unfinished.replace(folder / MANIFEST)


def _sound(folder: Path, shard: Shard) -> bool:
    path = folder / shard.file
    return path.is_file() and _sha256(path) == shard.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
