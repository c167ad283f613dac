"""What a body is best read from: the picture, its parts, its joints, or joints and parts.

After Omran et al. (3DV 2018). The same network and losses, and the same dressed people; parts and joints are the true
ones, joints as a heat map each.
"""

from dataclasses import replace
from typing import Final

from matplotlib.figure import Figure

from vhlib.experiments.nbf_losses import compared
from vhlib.experiments.table import Experiment, Table
from vhlib.training.nbf import DRESSED
from vhlib.training.nbf_inputs import Input
from vhlib.viz.palette import COLOURS

SHOWN: Final[tuple[Input, ...]] = ("picture", "parts", "joints", "joints and parts")


def experiment(profile: str) -> Experiment:
    """A row for each input."""
    return compared("nbf-input", profile, {what: replace(DRESSED[profile], shown=what) for what in SHOWN}, _draw)


def _draw(table: Table) -> Figure:
    """Two panels, a bar for each row."""
    figure = Figure(figsize=(9, 2.4), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    names = [row["name"] for row in table.rows]
    for axis, column in zip(axes, ("3D error, mm", "rotation error, rad"), strict=True):
        axis.barh(names, [value or 0.0 for value in table.column(column).values()], color=COLOURS["blue"])
        axis.set_xlabel(column)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    return figure
