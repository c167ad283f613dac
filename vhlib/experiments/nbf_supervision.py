"""How many people need labels in 3D, when all have joints in the picture: from everybody to nobody (NBF).

After Omran et al. (3DV 2018). The same people, steps and losses in every row; L_lat and L_3D count only where the body
is known, and are means over the batch. Whoever has labels fills a quarter of each batch where fewer have them.
"""

from dataclasses import replace
from typing import Final

from matplotlib.figure import Figure

from vhlib.experiments.nbf import SEEDS, compared
from vhlib.experiments.table import SPREAD, Experiment, Table
from vhlib.training.nbf import PROFILES
from vhlib.viz.palette import COLOURS

SHARES: Final = (100, 50, 20, 10, 5, 2, 1, 0)
"""Per cent of the people."""


def experiment(profile: str) -> Experiment:
    """A row for each share."""
    rows = {f"{share} %": replace(PROFILES[profile], paired=share / 100) for share in SHARES}
    return compared("nbf-supervision", profile, rows, _draw, seeds=SEEDS[profile])


def _draw(table: Table) -> Figure:
    """The 3D error over the share of people whose body is known, and the rotation error."""
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    names = [row["name"] for row in table.rows]
    for axis, column in zip(figure.subplots(1, 2), ("3D error, mm", "rotation error, rad"), strict=True):
        spread = table.column(SPREAD + column).values() if SPREAD + column in table.columns else [None] * len(names)
        values = [value or 0.0 for value in table.column(column).values()]
        axis.errorbar(names, values, [each or 0.0 for each in spread], fmt="o-", capsize=3, color=COLOURS["blue"])
        axis.set(xlabel="people with labels in 3D", ylabel=column)
        axis.set_ylim(bottom=0)
        axis.spines[["top", "right"]].set_visible(False)
    return figure
