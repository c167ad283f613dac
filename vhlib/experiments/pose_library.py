"""Do real people's poses lie inside the library that the priors learn from?

A prior's number for a pose (the mixture's energy; the autoencoder's error when it puts a pose together again) is
"inside" below the 95th percentile of the library's own validation split. Rows: the library's test split, of which 95 %
should be, then each family; and motion capture, all takes together and one by one, where ``vh data cmu`` has put them.
No prior of the kit has seen a take.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import torch
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from vhlib.core import paths
from vhlib.data.mocap import Capture, read_capture
from vhlib.data.mocap.capture import FILE
from vhlib.data.poses import FAMILIES, PoseLibrary
from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.geometry import implausible
from vhlib.priors import VAEPrior, load_gmm, load_vae
from vhlib.training.vae_figures import joint_angles
from vhlib.viz.palette import COLOURS

POSES: Final = {"fast": 4000, "full": 20_000}
"""Of the library's splits."""

PERCENTILE: Final = 0.95
CAPTURED: Final = "motion capture"
TIMES: Final = 10.0
"""Frames of a take per second: nearer ones are too alike to count twice."""

TOLERANCE: Final = 1e-3
"""Radians beyond a joint's limits that count as rounding."""

Measure = Callable[[Float[Tensor, "B 23 3"]], Float[Tensor, "B"]]


@dataclass(frozen=True)
class Judge:
    """A prior's number for a pose, and the number below which the library's own held-out poses stay."""

    measure: Measure
    """Lower is more like the library."""
    edge: float
    """The percentile of the validation split."""


def judges(poses: Float[Tensor, "B 23 3"]) -> dict[str, Judge]:
    """The mixture and the autoencoder that come with the kit.

    Args:
        poses: of the library's validation split.
    """
    error = partial(reconstruction_error, load_vae())
    measures: dict[str, Measure] = {"GMM energy": load_gmm().energy, "VAE error": error}
    return {
        name: Judge(measure, float(measure(poses).quantile(PERCENTILE).detach())) for name, measure in measures.items()
    }


def experiment(profile: str) -> Experiment:
    """A row for the library, each family, all of the motion capture, and each take."""
    count, seed = POSES[profile], 0
    judged = judges(PoseLibrary("val").sample(count, seed=seed).body_pose)
    columns = [column for name in judged for column in (f"inside by {name}, %", f"{name}, share of its edge")]

    def measure(poses: Callable[[], Float[Tensor, "B 23 3"]]) -> Values:
        body_pose = poses()
        values: dict[str, float | None] = {}
        for name, judge in judged.items():
            numbers = judge.measure(body_pose).detach()
            values[f"inside by {name}, %"] = 100 * float((numbers < judge.edge).float().mean())
            values[f"{name}, share of its edge"] = float(numbers.median()) / judge.edge
        values["joints outside limits, %"] = 100 * float(implausible(body_pose, tolerance=TOLERANCE).mean())
        return values

    def of_library(families: tuple[str, ...] | None, number: int) -> Float[Tensor, "B 23 3"]:
        return PoseLibrary("test", families=families).sample(number, seed=seed).body_pose

    rows = [Row("library, test split", partial(measure, partial(of_library, None, count)))]
    rows += [Row(name, partial(measure, partial(of_library, (name,), count // 10))) for name in FAMILIES]
    if paths.user(FILE).exists():
        capture = read_capture()
        takes = {CAPTURED: capture.takes, **{f"{CAPTURED} {name}": (name,) for name in capture.takes}}
        rows += [Row(name, partial(measure, partial(_frames, capture, chosen))) for name, chosen in takes.items()]
    return Experiment("pose-library", profile, (seed,), (*columns, "joints outside limits, %"), tuple(rows), _draw)


def reconstruction_error(prior: VAEPrior, body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B"]:
    """The mean angle between a pose's joints and the autoencoder's, degrees.

    Args:
        prior: the autoencoder.
        body_pose: axis-angle, radians, relative to the parent.
    """
    return joint_angles(prior, body_pose).mean(-1)


def _frames(capture: Capture, takes: tuple[str, ...]) -> Float[Tensor, "B 23 3"]:
    step = max(1, round(capture.fps / TIMES))
    return torch.cat([capture.of([name]).body_pose[::step] for name in takes])


def _draw(table: Table) -> Figure:
    """The shares inside, row by row."""
    figure = Figure(figsize=(6.4, 0.22 * len(table.rows) + 1.0), layout="constrained")
    axis = figure.subplots()
    inside = [column for column in table.columns if column.startswith("inside")]
    names = list(table.column(inside[0]))
    for column, colour, offset in zip(inside, ("blue", "orange"), (-0.15, 0.15), strict=False):
        shares = [value or 0.0 for value in table.column(column).values()]
        places = [place + offset for place in range(len(names))]
        axis.scatter(shares, places, s=14, color=COLOURS[colour], label=column.removesuffix(", %"))
    axis.axvline(100 * PERCENTILE, color=COLOURS["grey"], linewidth=1)
    axis.set_yticks(range(len(names)), names, fontsize=7)
    axis.invert_yaxis()
    axis.set_xlabel("poses inside, %")
    axis.set_xlim(0, 101)
    axis.legend(frameon=False, fontsize=7)
    axis.spines[["top", "right"]].set_visible(False)
    return figure
