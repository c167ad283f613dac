"""Motion capture as the kit keeps it: one .npz of SMPL poses, frame after frame, take after take.

The file holds ``body_pose (N, 23, 3)``, ``global_orient (N, 3)``, ``transl (N, 3)`` (float32; radians, metres, world
y up), ``take (N,)``, the index of each frame's take in ``takes`` (names), and ``fps``.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from vhlib.core import paths
from vhlib.core.arrays import read_npz, write_npz
from vhlib.core.errors import InputError

FILE: Final = "cmu.npz"
"""Of a user's own captured poses, in the user's folder: ``vh data cmu`` writes it there, experiments look for it."""


@dataclass(frozen=True)
class Capture:
    """Frames of one or more takes, each take's in order."""

    body_pose: Float[Tensor, "N 23 3"]
    """Axis-angle, radians, relative to the parent."""
    global_orient: Float[Tensor, "N 3"]
    """Pelvis to world, axis-angle, radians; y up."""
    transl: Float[Tensor, "N 3"]
    """Metres."""
    take: Int[Tensor, "N"]
    """Index into `takes`."""
    takes: tuple[str, ...]
    """Names."""
    fps: float
    """Frames per second."""

    def of(self, takes: Collection[str]) -> "Capture":
        """Some of the takes.

        Args:
            takes: their names.

        Raises:
            InputError: no take of that name.
        """
        if unknown := [name for name in takes if name not in self.takes]:
            raise InputError(f"takes: no {', '.join(unknown)}; there are {', '.join(self.takes)}")
        kept = [number for number, name in enumerate(self.takes) if name in takes]
        rows = torch.isin(self.take, torch.tensor(kept, dtype=self.take.dtype))
        renumbered = torch.searchsorted(torch.tensor(kept, dtype=self.take.dtype), self.take[rows])
        names = tuple(self.takes[number] for number in kept)
        return Capture(self.body_pose[rows], self.global_orient[rows], self.transl[rows], renumbered, names, self.fps)


def split_by_take(capture: Capture, *, every: int = 5) -> tuple[Capture, Capture]:
    """Takes to learn from, and takes to measure on: frames of one take are too alike to be on both sides.

    Args:
        capture: at least two takes.
        every: each take of this number, in the order of names, is held out: of ten takes two.

    Returns:
        The two, in that order.

    Raises:
        InputError: a split that would leave one side empty.

    >>> frames = torch.zeros(10, 3)
    >>> ten = Capture(torch.zeros(10, 23, 3), frames, frames, torch.arange(10), tuple("abcdefghij"), 30.0)
    >>> [part.takes for part in split_by_take(ten)]
    [('a', 'b', 'c', 'd', 'f', 'g', 'h', 'i'), ('e', 'j')]
    """
    names = sorted(capture.takes)
    held_out = names[every - 1 :: every] if every > 1 else []
    if not held_out:
        raise InputError(f"every: expected 2 to {len(names)}, the number of takes, got {every}")
    return capture.of([name for name in names if name not in held_out]), capture.of(held_out)


def write_capture(path: Path, capture: Capture) -> None:
    """Write a pose file.

    Args:
        path: an ``.npz``; its folder is made if need be.
        capture: what to write.
    """
    arrays = {name: getattr(capture, name).float().numpy() for name in ("body_pose", "global_orient", "transl")}
    rest = {"take": capture.take.numpy(), "takes": np.array(capture.takes), "fps": np.array(capture.fps)}
    write_npz(path, arrays | rest)


def read_capture(path: Path | None = None) -> Capture:
    """A pose file.

    Args:
        path: what `write_capture` wrote. None: the user's own, made by ``vh data cmu``.

    Raises:
        InputError: no such file, another format, arrays that do not belong together, or numbers that are not finite.
    """
    path = paths.user(FILE) if path is None else Path(path)
    names = [field.name for field in fields(Capture)]
    try:
        arrays = read_npz(path, names, wanted="a pose file of `vh data cmu`")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such pose file; make it with `vh data cmu FOLDER`") from error
    count = arrays["take"].size
    wanted = {
        "body_pose": (count, 23, 3),
        "global_orient": (count, 3),
        "transl": (count, 3),
        "take": (count,),
        "fps": (),
    }
    for name, shape in wanted.items():
        if arrays[name].shape != shape or arrays[name].dtype.kind not in "fiu":
            raise InputError(f"{path}: expected {name} of shape {shape}, got {arrays[name].shape}; make the file again")
        if not np.isfinite(arrays[name]).all():
            raise InputError(f"{path}: its {name} holds numbers that are not finite; make the file again")
    takes = tuple(str(name) for name in np.atleast_1d(arrays["takes"]))
    take = arrays["take"]
    if take.dtype.kind not in "iu" or not np.isin(take, np.arange(len(takes))).all():
        raise InputError(f"{path}: its take does not index the {len(takes)} names in takes; make the file again")
    body_pose, global_orient, transl = (
        torch.from_numpy(arrays[name].astype(np.float32)) for name in ("body_pose", "global_orient", "transl")
    )
    where = torch.from_numpy(take.astype(np.int64))
    return Capture(body_pose, global_orient, transl, where, takes, float(arrays["fps"]))
