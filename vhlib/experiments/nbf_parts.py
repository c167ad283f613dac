"""Into how many parts the body is to be cut: 1, 3, 6, 12 or 24, each with all of NBF's losses.

After Omran et al. (3DV 2018): a silhouette does not say which leg is in front; too many parts are hard to tell apart
for a segmentation network, which perfect part maps do not show.
"""

from dataclasses import replace
from typing import Final

from matplotlib.figure import Figure

from vhlib.experiments.nbf_losses import compared
from vhlib.experiments.table import Experiment, Table
from vhlib.training.nbf import PROFILES
from vhlib.viz.palette import COLOURS

PARTS: Final = (1, 3, 6, 12, 24)


def experiment(profile: str) -> Experiment:
    """A row for each number of parts."""
    rows = {f"{parts} part{'s' if parts > 1 else ''}": replace(PROFILES[profile], parts=parts) for parts in PARTS}
    return compared("nbf-parts", profile, rows, _draw)


def _draw(table: Table) -> Figure:
    """Two panels, a bar for each row."""
    figure = Figure(figsize=(9, 2.6), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    names = [row["name"] for row in table.rows]
    for axis, column in zip(axes, ("3D error, mm", "rotation error, rad"), strict=True):
        axis.barh(names, [value or 0.0 for value in table.column(column).values()], color=COLOURS["blue"])
        axis.set_xlabel(column)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    return figure
