"""Synthetic people are made once, by all cores, and kept in the user's folder for the next time."""

import os
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from vhlib import __version__
from vhlib.core import paths
from vhlib.core.processes import each
from vhlib.nets import read_tensors, write_tensors

_PIECE = 416  # people in a file: poses are made in pages of 64 of each of 26 families, and this is a quarter of that

Maker = Callable[[str, int, int, int, int], dict[str, Tensor]]
"""From a split, a seed, a size and the first and last index to what is known of these people, a row for each."""


def kept(
    kind: str, make: Maker, split: str, count: int, *, size: int, seed: int, progress: Callable[[int], None]
) -> dict[str, Tensor]:
    """What is known of the first people of a synthetic set, read back or made.

    Args:
        kind: sets the folder apart, for example "dressed".
        make: a function of a module, for other processes know it by its name.
        split: "train", "val" or "test".
        count: how many.
        size: side of the crops, pixels.
        seed: of the set.
        progress: told how many there are.
    """
    folder = paths.user("people", f"{kind}-{split}-{seed}-{size}-{__version__}")
    pieces = [(start, min(start + _PIECE, count)) for start in range(0, count, _PIECE)]
    files = {piece: folder / f"{piece[0]}-{piece[1]}.safetensors" for piece in pieces}
    jobs = [(make, files[piece], split, seed, size, *piece) for piece in pieces if not files[piece].exists()]
    done = count - sum(stop - start for *_, start, stop in jobs)
    progress(done)
    for made in each(_keep, jobs, workers=min(os.cpu_count() or 1, max(len(jobs), 1))):
        progress(done := done + made)
    read = [read_tensors(file)[0] for file in files.values()]
    return {name: torch.cat([piece[name] for piece in read]) for name in read[0]}


def _keep(make: Maker, file: Path, split: str, seed: int, size: int, start: int, stop: int) -> int:
    write_tensors(file, make(split, seed, size, start, stop), {})
    return stop - start
