"""What an autoencoder learns of real motion: trained on the library, on motion capture, or on both.

Each row is one network, trained for as many steps. What it is judged on are takes that none of them saw, ten frames a
second, and the library's test split; frames of one take are too alike to be on both sides, so whole takes are held out.
The captured poses are the user's own, where ``vh data cmu`` has put them.
"""

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import torch
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from vhlib.data.mocap import read_capture
from vhlib.data.mocap.capture import split_by_take
from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.training.vae import PROFILES, VAETraining, library_poses, trained_prior
from vhlib.training.vae_figures import joint_angles, vertex_distances
from vhlib.viz.palette import COLOURS

SIZES: Final = {
    "fast": replace(PROFILES["fast"], poses=20_000, steps=4_000),
    "full": replace(PROFILES["full"], poses=200_000, steps=20_000),
}

HELD_OUT: Final = {"fast": 500, "full": 2_000}
"""Poses of the library's test split."""

TIMES: Final = 10.0
"""Frames of a held-out take per second."""

COLUMNS: Final = ("held-out takes, °", "held-out takes, mm", "library, °", "library, mm", "poses trained on, °")
"""Mean angle per joint and mean distance per vertex between a pose and what the network makes of it again."""


def experiment(profile: str) -> Experiment:
    """A row for each thing to learn from.

    Raises:
        InputError: no captured poses, or too few takes to hold any out.
    """
    config, seed = SIZES[profile], 0
    capture = read_capture()
    learned, held_out = split_by_take(capture)
    frames = held_out.body_pose[:: max(1, round(capture.fps / TIMES))]

    @functools.cache
    def library(split: str, count: int) -> Float[Tensor, "N 23 3"]:
        return library_poses(split, count, seed=seed)

    def taught(by_library: bool, by_takes: bool) -> Float[Tensor, "N 23 3"]:
        poses = [library("train", config.poses)] if by_library else []
        if by_takes:  # beside the library, as often as it
            poses.append(learned.body_pose.repeat(max(1, config.poses // len(learned.body_pose)), 1, 1))
        return torch.cat(poses)

    def measured(poses: Callable[[], Float[Tensor, "N 23 3"]]) -> Values:
        return measure(config, poses(), frames, library("test", HELD_OUT[profile]))

    takes = f"{len(learned.takes)} takes"
    lessons = {"library": (True, False), takes: (False, True), f"library and {takes}": (True, True)}
    rows = [Row(name, functools.partial(measured, functools.partial(taught, *by))) for name, by in lessons.items()]
    return Experiment("capture-vae", profile, (seed,), COLUMNS, tuple(rows), _draw)


def measure(
    config: VAETraining,
    poses: Float[Tensor, "N 23 3"],
    captured: Float[Tensor, "M 23 3"],
    library: Float[Tensor, "K 23 3"],
) -> Values:
    """Train one network, and let it put together poses again.

    Args:
        config: what is trained.
        poses: what on.
        captured: frames of takes that it never saw.
        library: poses of the library that it never saw.
    """
    prior = trained_prior(config, poses)
    found = [
        float(error(prior, judged).mean())
        for judged in (captured, library)
        for error in (joint_angles, vertex_distances)
    ]
    few = poses[:: max(1, len(poses) // 2_000)]
    return dict(zip(COLUMNS, [*found, float(joint_angles(prior, few).mean())], strict=True))


def _draw(table: Table) -> Figure:
    """Degrees and millimetres: a group for what is judged, a bar for each row."""
    figure = Figure(figsize=(8.5, 3.0), layout="constrained")
    names = [row["name"] for row in table.rows]
    for axis, unit in zip(figure.subplots(1, 2), ("°", "mm"), strict=True):
        groups = [column for column in COLUMNS[:4] if column.endswith(f", {unit}")]
        for number, (name, colour) in enumerate(zip(names, ("blue", "orange", "green"), strict=True)):
            heights = [table.column(column)[name] or 0.0 for column in groups]
            places = [group + 0.26 * (number - 1) for group in range(len(groups))]
            axis.bar(places, heights, width=0.24, color=COLOURS[colour], label=name)
        axis.set_xticks(range(len(groups)), [group.removesuffix(f", {unit}") for group in groups])
        axis.set_ylabel(f"reconstruction error, {unit}")
        axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, title="trained on")
    return figure
