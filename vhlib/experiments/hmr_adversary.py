"""What the adversary is for: HMR learns from 2D keypoints alone, with judges, with known bodies, and from those alone.

The same network, people, batches and augmentation; only what it is told differs. All encoders start as that of the
kit's segmentation, as HMR's starts from ImageNet. All people have 2D keypoints; with "paired" their bodies are known
too; the judges see the pose library and shapes from N(0, 1), unpaired. Errors are on people of the test split that no
training saw, see `vhlib.training.hmr_figures`. Implausible are joints more than 0.1 rad outside the anatomical limits.
The network that learned from 3D alone knows no camera: it is given the one that fits the true keypoints best, by least
squares. The trained networks stay in the user's folder, ``hmr-adversary``.
"""

import csv
import functools
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from jaxtyping import UInt8
from matplotlib.figure import Figure

from vhlib.body import load_body
from vhlib.cameras.frames import opencv_to_opengl
from vhlib.core import paths
from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.nets import HMR
from vhlib.render.portraits import portrait
from vhlib.training.adversarial import Supervision
from vhlib.training.checkpoints import finished
from vhlib.training.crops import People, synthetic_people
from vhlib.training.hmr import HELD_OUT, PROFILES, HMRTraining, load_hmr, train_hmr
from vhlib.training.hmr_figures import figures
from vhlib.viz.palette import COLOURS

COLUMNS: Final[dict[str, str]] = {
    "PCKh, %": "pckh",
    "MPJPE, mm": "mpjpe_mm",
    "PA-MPJPE, mm": "pa_mpjpe_mm",
    "PVE, mm": "pve_mm",
    "implausible joints, %": "implausible_joints",
    "GMM energy": "gmm_energy",
    "judges on real": "score of real",
    "judges on made up": "score of fake",
}
"""Each column, and the name of its figure; the judges' scores are means over the last lines of the log."""

SHOWN: Final = 3
"""People in the figure."""

_ONLY_3D = "3D only"
_LAST_LINES = 4


def variants(config: HMRTraining) -> dict[str, HMRTraining]:
    """What is compared, by name."""
    flat = Supervision(joints=0.0, parameters=0.0)
    told = {
        "2D only": (replace(flat, adversarial=0.0), 0.0),
        "2D + adversary": (flat, 0.0),
        "2D + adversary + 3D": (Supervision(), 1.0),
        _ONLY_3D: (Supervision(reprojection=0.0, adversarial=0.0), 1.0),
    }
    return {name: replace(config, supervision=terms, paired=paired) for name, (terms, paired) in told.items()}


def experiment(profile: str) -> Experiment:
    """One row for each of `variants`."""
    command = f"vh experiment hmr-adversary --profile {profile}"

    @functools.cache
    def held_out(size: int) -> People:
        return synthetic_people("test", HELD_OUT, size=size)

    def measure(name: str, config: HMRTraining) -> Values:
        folder = _folder(profile, name)
        if finished(folder, "hmr", asdict(config)) is None:
            train_hmr(folder, config, command=command, held_out=held_out(config.size))
        net = load_hmr(folder / "hmr.safetensors")
        found: dict[str, float | None] = dict(
            figures(lambda images: net(images)[-1], held_out(config.size), solve_camera=name == _ONLY_3D)
        )
        if config.supervision.adversarial:
            found |= _balance(folder / "hmr.csv")
        shares = {"pckh", "implausible_joints"}
        return {
            column: None if (value := found.get(figure)) is None else 100 * value if figure in shares else value
            for column, figure in COLUMNS.items()
        }

    def draw(table: Table) -> Figure:
        nets = {row["name"]: load_hmr(_folder(profile, row["name"]) / "hmr.safetensors") for row in table.rows}
        return _draw(table, nets, held_out(PROFILES[profile].size))

    def share() -> None:
        synthetic_people("train", PROFILES[profile].people, size=PROFILES[profile].size)
        held_out(PROFILES[profile].size)

    rows = tuple(
        Row(name, functools.partial(measure, name, config), config=asdict(config))
        for name, config in variants(PROFILES[profile]).items()
    )
    return Experiment("hmr-adversary", profile, (0,), tuple(COLUMNS), rows, draw, share)


def _folder(profile: str, name: str) -> Path:
    return paths.user("hmr-adversary", profile, name.lower().replace(" + ", "-").replace(" ", "-"))


def _balance(log: Path) -> dict[str, float]:
    """The judges' mean scores at the end of a run: 1 and 0 if they know real from made up, ½ and ½ if they do not."""
    with log.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))[-_LAST_LINES:]
    return {name: sum(float(line[name]) for line in lines) / len(lines) for name in ("score of real", "score of fake")}


def _draw(table: Table, nets: dict[str, HMR], people: People) -> Figure:
    """Bars of two columns; below them people, and what each network makes of them, from the front and the side."""
    figure = Figure(figsize=(11, 3.0 + 1.75 * SHOWN), layout="constrained")
    bars, bodies = figure.subfigures(2, 1, height_ratios=[2.6, 1.75 * SHOWN], squeeze=False)[:, 0]
    compared = ("PA-MPJPE, mm", "implausible joints, %")
    for axis, column in zip(bars.subplots(1, 2, sharey=True, squeeze=False)[0], compared, strict=True):
        values = table.column(column)
        axis.barh(list(values), [value or 0.0 for value in values.values()], color=COLOURS["blue"])
        axis.set_xlabel(column)
        axis.spines[["top", "right"]].set_visible(False)
    bars.axes[0].invert_yaxis()
    axes = bodies.subplots(SHOWN, 1 + 2 * len(nets), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    images = people.images[:SHOWN].movedim(1, -1).numpy()
    for row, image in zip(axes, images, strict=True):
        row[0].imshow(image)
    for number, (name, net) in enumerate(nets.items()):
        axes[0, 1 + 2 * number].set_title(f"{name}, and from the side", fontsize=8, loc="left")
        for row, views in zip(axes, two_views(net, people, SHOWN), strict=True):
            for axis, view in zip(row[1 + 2 * number :], views, strict=False):
                axis.imshow(view)
    return figure


@torch.no_grad()
def two_views(net: HMR, people: People, count: int) -> list[tuple[UInt8[np.ndarray, "H W 3"], ...]]:
    """What a network makes of the first people: bodies as the camera sees them, and from their left.

    Args:
        net: the network.
        people: whom to show it.
        count: how many of them.
    """
    body, estimate = load_body("neutral", source="standin"), net(people.crops(torch.arange(count)).images)[-1]
    posed = body(betas=estimate.betas, body_pose=estimate.body_pose, global_orient=estimate.global_orient).vertices
    views = []
    for vertices in opencv_to_opengl(posed):
        middle = ((vertices.amin(0) + vertices.amax(0)) / 2).tolist()
        target = (middle[0], middle[1], middle[2])
        views.append(
            tuple(
                portrait(vertices, body.faces, size=(150, 120), target=target, extent=2.2, turn=turn)
                for turn in (0.0, 90.0)
            )
        )
    return views
