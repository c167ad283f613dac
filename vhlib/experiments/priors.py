"""Which pose prior fits people best: none, the mixture, the autoencoder's latent space, both, or HMR's adversary.

The same synthetic people, seen with more and more noise and with joints missing, are fitted with each; everything but
the prior is the same. Errors are on LSP-14, MPJPE centred between the hips. Implausible are joints more than 0.1 rad
outside the anatomical limits. Time is the processor's own, which a busy machine does not stretch. Where ``vh data cmu``
has put real motion capture, its people are fitted too.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

import torch
from matplotlib.figure import Figure

from vhlib.body import SMPL, load_body
from vhlib.core import paths
from vhlib.data.crowd import Crowd, crowd
from vhlib.data.mocap import read_capture
from vhlib.data.mocap.capture import FILE
from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.fitting import PRIORS, PriorChoice, fit_smplify
from vhlib.geometry.limits import implausible
from vhlib.geometry.skeletons import LSP14
from vhlib.metrics import mpjpe, pa_mpjpe
from vhlib.priors import load_adversary
from vhlib.viz.palette import COLOURS

PEOPLE: Final = {"fast": 256, "full": 1024}
CONDITIONS: Final = {
    "2 px": (2.0, 0.0),
    "10 px": (10.0, 0.0),
    "10 px, 40% missing": (10.0, 0.4),
}
"""Noise of the keypoints, where people are 500 px tall, and the share of joints that are not seen."""

CHOICES: Final[dict[str, Callable[[], PriorChoice]]] = {
    **PRIORS,
    "adversary": lambda: PriorChoice(load_adversary(), None),
}
"""What is compared; the adversary's discriminators weigh as much as the mixture, and their fit starts at rest."""

CAPTURED: Final = "motion capture, 2 px"

COLUMNS: Final = ("PA-MPJPE, mm", "MPJPE, mm", "implausible joints, %", "reprojection, px", "CPU ms per person")


def measure(body: SMPL, people: Crowd, prior: str) -> Values:
    """Fit everybody at once with one prior, and compare with the truth.

    Args:
        body: the body that the people are of.
        people: whom to fit.
        prior: one of `CHOICES`.
    """
    count, choice = len(people.confidence), CHOICES[prior]()
    start = time.process_time()
    result = fit_smplify(
        body,
        people.keypoints_2d,
        people.confidence,
        focal_length=people.camera.focal_length.expand(count, 2),
        principal_point=people.camera.principal_point.expand(count, 2),
        pose_prior=choice.pose_prior,
        latent=choice.latent,
    )
    seconds = time.process_time() - start
    with torch.no_grad():
        joints = [body.keypoints("lsp14", **who) for who in (asdict(result.parameters), people.truth)]
    measured = (
        pa_mpjpe(*joints).mean(),
        mpjpe(*joints, align="pelvis", skeleton=LSP14).mean(),
        100 * implausible(result.parameters.body_pose).mean(),
        result.reprojection_px.mean(),
    )
    return dict(zip(COLUMNS, [*map(float, measured), 1000 * seconds / count], strict=True))


def experiment(profile: str) -> Experiment:
    """A row for each prior under each of `CONDITIONS`."""
    body, count, seed = load_body("neutral", source="standin"), PEOPLE[profile], 0
    crowds: dict[str, Callable[[], Crowd]] = {
        condition: functools.partial(crowd, body, count, seed=seed, noise=noise, missing=missing)
        for condition, (noise, missing) in CONDITIONS.items()
    }
    if paths.user(FILE).exists():
        crowds[CAPTURED] = functools.partial(_captured, body, count, seed)
    rows = tuple(
        Row(f"{prior}, {condition}", functools.partial(lambda make, prior: measure(body, make(), prior), make, prior))
        for condition, make in crowds.items()
        for prior in CHOICES
    )
    return Experiment("priors", profile, (seed,), COLUMNS, rows, _draw)


def _captured(body: SMPL, count: int, seed: int) -> Crowd:
    """People in poses of motion capture, frames spread evenly over all takes."""
    capture = read_capture()
    frames = torch.linspace(0, len(capture.body_pose) - 1, count).round().long()
    return crowd(body, count, seed=seed, poses=(capture.body_pose[frames], capture.global_orient[frames]))


def _draw(table: Table) -> Figure:
    """PA-MPJPE and implausible joints: a group for each condition, a bar for each prior."""
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    hues = dict(zip(CHOICES, ("grey", "blue", "orange", "green", "vermilion"), strict=True))
    for axis, column in zip(figure.subplots(1, 2), COLUMNS[::2], strict=False):
        values = table.column(column)
        conditions = list(dict.fromkeys(name.partition(", ")[2] for name in values))
        for number, prior in enumerate(CHOICES):
            heights = [values[f"{prior}, {condition}"] or 0.0 for condition in conditions]
            places = [group + 0.16 * (number - 2) for group in range(len(conditions))]
            axis.bar(places, heights, width=0.14, color=COLOURS[hues[prior]], label=prior)
        axis.set_xticks(range(len(conditions)), [name.replace(", ", ",\n") for name in conditions])
        axis.set_ylabel(column)
        axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, title="prior")
    return figure
