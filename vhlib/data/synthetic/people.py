"""The generator: seed, split and index in, a sample out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import get_args

import numpy as np
import torch

from vhlib.core.errors import InputError
from vhlib.data.poses.library import Split
from vhlib.data.synthetic.casting import cast
from vhlib.data.synthetic.draws import Draws
from vhlib.data.synthetic.figure import Figure, Stance, figure
from vhlib.data.synthetic.framing import framed, placed
from vhlib.data.synthetic.sample import Sample
from vhlib.data.synthetic.stage import Stage, dress, labelled, photograph, set_stage
from vhlib.render import Rasterizer, backend

SMALLEST, LARGEST = 32, 1024
"""Sides of an image, pixels."""


class SyntheticPeople:
    """Any number of pictures of people that never were; picture i of a seed is the same in any order and batch.

    Args:
        split: "train", "val" or "test"; they share no motion and no other draw.
        seed: of the whole set.
        size: side of the images, pixels.
        pictures: False leaves the images black: the labels alone, in half the time.
        rasterizer: default: numba's where it is installed. Another one may differ in the last digit at edges.

    Raises:
        InputError: an unknown split, a size that is too small or too large.

    >>> people = SyntheticPeople("val", seed=0, size=32)
    >>> tuple(people[5].image.shape)
    (32, 32, 3)
    """

    def __init__(
        self,
        split: str = "train",
        *,
        seed: int = 0,
        size: int = 128,
        pictures: bool = True,
        rasterizer: Rasterizer | None = None,
    ) -> None:
        if split not in get_args(Split):
            raise InputError(f"split: expected one of {', '.join(get_args(Split))}, got {split!r}")
        if not SMALLEST <= size <= LARGEST:
            raise InputError(f"size: expected {SMALLEST} to {LARGEST} pixels, got {size}")
        self.split, self.seed, self.size = split, seed, size
        self.pictures, self.rasterizer = pictures, rasterizer or backend()

    def __getitem__(self, index: int) -> Sample:
        """Sample number `index`.

        Args:
            index: from 0 on, without end.

        Raises:
            IndexError: a negative index.
        """
        if index < 0:
            raise IndexError(f"index: expected 0 or more, got {index}")
        draws = Draws(self.seed, self.split, index)
        with one_thread(), torch.no_grad():
            upright, family = cast(draws)
            stage, stance, person = staged(draws, upright, family, self.size)
            actor = dress(stage, stance, person)
            black = np.zeros((self.size, self.size, 3), np.uint8)
            image = photograph(stage, actor, self.rasterizer) if self.pictures else black
            return labelled(stage, actor, image, self.rasterizer)


def staged(draws: Draws, upright: Stance, family: str, size: int) -> tuple[Stage, Stance, Figure]:
    """Put a camera before somebody and a scene around them.

    Args:
        draws: chance.
        upright: the person, world, y up.
        family: of their motion.
        size: of the image, pixels.

    Returns:
        The stage, and the person in the camera's frame.
    """
    person = figure(upright)
    view = framed(person.vertices, size, draws.stream("camera"))
    there = person.moved(view.rotation, view.translation)
    pelvis = person.joints_rest[0].astype(np.float64)
    return set_stage(draws, view, there.vertices, family), placed(upright, pelvis, view), there


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums in another number of threads round otherwise; workers are what makes many samples at once."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
