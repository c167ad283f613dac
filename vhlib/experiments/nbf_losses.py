"""What each of NBF's losses is for: L_2D, L_3D, L_lat and all of them, on the same part maps.

After the ablation of Omran et al. (3DV 2018): perfect part maps, the true camera, absolute rotations. Joints in the
picture do not say how far away they are, and joints in space do not say how a limb is turned about its own axis: only
L_lat does.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import torch
from matplotlib.figure import Figure

from vhlib.body import load_body
from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.training.nbf import HELD_OUT, PROFILES, NBFTask, NBFTraining, NBFWeights
from vhlib.training.nbf_figures import figures
from vhlib.training.part_people import PartPeople, bare_people
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

SPREAD: Final = "± 3D error, mm"
"""Standard deviation over the seeds; none for a single one."""

PUBLISHED: Final = {
    "3D error, mm": (198.0, 83.7, 83.7, 82.0),
    "PCKh, %": (94.0, 93.5, 93.1, 93.5),
    "rotation error, rad": (1.971, 1.962, 0.278, 0.279),
}
"""What the lecture's slides print for photographs, in the order of the rows: other people, other data."""


def experiment(profile: str) -> Experiment:
    """A row for each choice of losses."""
    return compared("nbf-losses", profile, variants(PROFILES[profile]), _draw)


def variants(config: NBFTraining) -> dict[str, NBFTraining]:
    """What is compared, by name.

    Args:
        config: all losses.
    """
    weights = config.weights
    chosen = {
        "L_2D": NBFWeights(latent=0.0, joints=0.0, reprojection=weights.reprojection),
        "L_3D": NBFWeights(latent=0.0, joints=weights.joints, reprojection=0.0),
        "L_lat": NBFWeights(latent=weights.latent, joints=0.0, reprojection=0.0),
        "L_lat + L_3D + L_2D": weights,
    }
    return {name: replace(config, weights=each) for name, each in chosen.items()}


def compared(name: str, profile: str, rows: Mapping[str, NBFTraining], draw: Callable[[Table], Figure]) -> Experiment:
    """An experiment with a training for each row.

    Args:
        name: as on the command line.
        profile: of `SEEDS`.
        rows: what is trained.
        draw: the figure.
    """
    seeds = SEEDS[profile]
    lines = tuple(Row(row, functools.partial(measure, config, seeds)) for row, config in rows.items())
    return Experiment(name, profile, seeds, (*COLUMNS, SPREAD), lines, draw)


def measure(config: NBFTraining, seeds: tuple[int, ...]) -> Values:
    """Train a network from each seed, and judge it on people of the test split.

    Args:
        config: what is trained.
        seeds: of the trainings.
    """
    people, held_out = _people(config.people, config.size)
    found = [trained(replace(config, seed=seed), people, held_out) for seed in seeds]
    means = {column: float(np.mean([each[name] for each in found])) for column, name in COLUMNS.items()}
    errors = [each["joints_mm"] for each in found]
    return {**means, SPREAD: float(np.std(errors, ddof=1)) if len(errors) > 1 else None}


def trained(config: NBFTraining, people: PartPeople, held_out: PartPeople) -> dict[str, float]:
    """Train one network, and judge it.

    Args:
        config: what is trained.
        people: on whom.
        held_out: whom it is judged on.
    """
    task = NBFTask(config, people)
    for number in range(config.steps):
        task.step(number)
    body = load_body("neutral", source="standin").to(held_out.parts.device)
    return figures(task.net, held_out, body, parts=config.parts)


@functools.cache
def _people(count: int, size: int) -> tuple[PartPeople, PartPeople]:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return bare_people("train", count, size=size).to(device), bare_people("test", HELD_OUT, size=size).to(device)


def _draw(table: Table) -> Figure:
    """Three panels, a bar for each row and a mark for what was published."""
    figure = Figure(figsize=(10, 2.6), layout="constrained")
    axes = figure.subplots(1, 3, sharey=True)
    names = [row["name"] for row in table.rows]
    for axis, (column, published) in zip(axes, PUBLISHED.items(), strict=True):
        values = [value or 0.0 for value in table.column(column).values()]
        axis.barh(names, values, color=COLOURS["blue"], label="here, synthetic people")
        axis.plot(published, names, "D", color=COLOURS["orange"], label="Omran et al. 2018")
        axis.set_xlabel(column)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    return figure
