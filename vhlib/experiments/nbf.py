"""What NBF's experiments share: a training for each row, judged on people of the test split, and bars of two errors."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Final

from matplotlib.figure import Figure

from vhlib.body import load_body
from vhlib.experiments.table import SPREAD, Experiment, Row, Table, Values
from vhlib.nets import NBF
from vhlib.training.devices import best_device
from vhlib.training.nbf import HELD_OUT, NBFTask, NBFTraining, people_for, reader
from vhlib.training.nbf_figures import judged
from vhlib.training.part_people import PartPeople
from vhlib.viz.palette import COLOURS

SEEDS: Final = {"fast": (0,), "full": (0, 1, 2)}
"""Of weights and batches."""

COLUMNS: Final[dict[str, str]] = {
    "3D error, mm": "joints_mm",
    "PA-MPJPE, mm": "aligned_mm",
    "PCKh, %": "pckh",
    "rotation error, rad": "rotation_rad",
}
"""Each column, and the name of its figure."""


def compared(
    name: str,
    profile: str,
    rows: Mapping[str, NBFTraining],
    draw: Callable[[Table], Figure],
    *,
    seeds: tuple[int, ...] = (0,),
) -> Experiment:
    """An experiment with a training for each row and seed.

    Args:
        name: as on the command line.
        profile: "fast" or "full".
        rows: what is trained.
        draw: the figure.
        seeds: of each row.
    """
    lines = tuple(Row(row, functools.partial(measure, config), asdict(config), seeds) for row, config in rows.items())

    def share() -> None:
        for config in rows.values():
            _people(config.people, config.size, config.dressed)

    return Experiment(name, profile, seeds, (*COLUMNS, f"{SPREAD}{next(iter(COLUMNS))}"), lines, draw, share)


def measure(config: NBFTraining, seed: int) -> Values:
    """Train a network, and judge it on people of the test split.

    Args:
        config: what is trained.
        seed: of the training.
    """
    people, held_out = _people(config.people, config.size, config.dressed)
    net = learned(replace(config, seed=seed), people)
    body = load_body("neutral", source="standin").to(held_out.parts.device)
    found = judged(reader(net, config), held_out, body)
    return {column: found[name] for column, name in COLUMNS.items()}


def learned(config: NBFTraining, people: PartPeople) -> NBF:
    """Train a network.

    Args:
        config: what is trained.
        people: on whom.
    """
    task = NBFTask(config, people)
    for number in range(config.steps):
        task.step(number)
    return task.net


def bars(table: Table) -> Figure:
    """Two panels, a bar for each row.

    Args:
        table: with the columns of `compared`.
    """
    figure = Figure(figsize=(9, 2.5), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    names = [row["name"] for row in table.rows]
    for axis, column in zip(axes, ("3D error, mm", "rotation error, rad"), strict=True):
        axis.barh(names, [value or 0.0 for value in table.column(column).values()], color=COLOURS["blue"])
        axis.set_xlabel(column)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    return figure


@functools.cache
def _people(count: int, size: int, dressed: bool) -> tuple[PartPeople, PartPeople]:
    device = best_device()
    config = NBFTraining(size=size, dressed=dressed)
    people, held_out = (people_for(config, split, many) for split, many in (("train", count), ("test", HELD_OUT)))
    return people.to(device), held_out.to(device)
