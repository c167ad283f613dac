"""Synthetic people: with numba's rasterizer against torch's, by how many processes, and each step's share of a sample.

A row "whole sample" compares the generator with itself on the slower rasterizer. A row "streamed" takes batches from a
DataLoader's worker processes, which were started before, against the same stream in this process: a thousand by the
milliseconds is how many samples a training gets in a second. A row of a step times that step alone, on one thread,
against the whole sample: its ratio says how many times the step fits into it, and one by the ratio is its share.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.data import DataLoader

from vhlib.bench.timing import Case
from vhlib.core.errors import MissingDependencyError
from vhlib.data.poses import FAMILIES
from vhlib.data.synthetic import Sample, SyntheticPeople, loader
from vhlib.data.synthetic.casting import PAGE, cast, pose_page
from vhlib.data.synthetic.draws import Draws
from vhlib.data.synthetic.figure import Figure, Stance
from vhlib.data.synthetic.people import one_thread, staged
from vhlib.data.synthetic.stage import Actor, Stage, dress, labelled, photograph
from vhlib.render import available, backend

SIZES = (128, 256)
COUNT = 24
"""Samples of a run: enough for scenes of all kinds."""

WORKERS, BATCH, STREAMED = 2, 4, 96
"""Processes of a stream, samples that each hands over at once, and samples of a pass: all have their share of it."""


@dataclass(frozen=True, eq=False)
class _Made:
    """A sample's steps, done."""

    draws: Draws
    upright: Stance
    family: str
    stage: Stage
    stance: Stance
    person: Figure
    actor: Actor


def cases() -> Iterator[Case]:
    """Whole samples and their steps at two sizes.

    Raises:
        MissingDependencyError: numba is not installed: nothing to compare with.
    """
    if "numba" not in available():
        raise MissingDependencyError("numba: not installed, so torch would be compared with itself; pip install numba")
    for size in SIZES:
        people = SyntheticPeople(size=size, rasterizer=backend("numba"))
        slower = SyntheticPeople(size=size, rasterizer=backend("torch"))
        whole = functools.partial(_all, people)
        yield Case(f"{size} x {size}, whole sample", whole, "torch", functools.partial(_all, slower), COUNT, COUNT)
        many, alone = (loader(people, batch=BATCH, stop=STREAMED, workers=workers) for workers in (WORKERS, 0))
        yield Case(
            f"{size} x {size}, streamed by {WORKERS} workers",
            functools.partial(_pass, many),
            "one process",
            functools.partial(_pass, alone),
            STREAMED,
            STREAMED,
            rehearsals=1,
        )
        made = [_made(people, index) for index in range(COUNT)]
        for name, step in _steps(people).items():
            ours = functools.partial(_each, step, made)
            yield Case(f"{size} x {size}, {name}", ours, "whole sample", whole, COUNT, COUNT)
        poses = functools.partial(_poses, people)
        yield Case(f"{size} x {size}, poses", poses, "whole sample", whole, PAGE * len(FAMILIES), COUNT)


def _steps(people: SyntheticPeople) -> dict[str, Callable[[_Made], object]]:
    blank = np.zeros((people.size, people.size, 3), np.uint8)
    return {
        "body, camera, scene": lambda made: staged(made.draws, made.upright, made.family, people.size),
        "clothes, hair": lambda made: dress(made.stage, made.stance, made.person),
        "picture": lambda made: photograph(made.stage, made.actor, people.rasterizer),
        "labels": lambda made: labelled(made.stage, made.actor, blank, people.rasterizer),
    }


def _all(people: SyntheticPeople) -> None:
    for index in range(COUNT):
        people[index]


def _pass(stream: DataLoader[Sample]) -> None:
    for _ in stream:
        pass


def _each(step: Callable[[_Made], object], made: list[_Made]) -> None:
    with one_thread(), torch.no_grad():
        for each in made:
            step(each)


def _poses(people: SyntheticPeople) -> None:
    with one_thread():
        for family in range(len(FAMILIES)):
            pose_page(people.split, people.seed, family, 0)


def _made(people: SyntheticPeople, index: int) -> _Made:
    draws = Draws(people.seed, people.split, index)
    with one_thread(), torch.no_grad():
        upright, family = cast(draws)
        stage, stance, person = staged(draws, upright, family, people.size)
        return _Made(draws, upright, family, stage, stance, person, dress(stage, stance, person))
