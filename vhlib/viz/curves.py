"""Curves over steps or over a setting: energies of an optimisation, losses of a training, errors of an experiment."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from jaxtyping import Real
from matplotlib.figure import Figure

from vhlib.viz.palette import COLOURS

Values: TypeAlias = Real[np.ndarray, " _"] | Sequence[float] | Sequence[int]

HUES = tuple(colour for name, colour in COLOURS.items() if name != "yellow")  # yellow on white cannot be seen
LINES = ("-", "--", ":", "-.")
"""Besides the colour, what tells curves apart: in print, and for eyes that see few colours."""


def curves(
    series: Mapping[str, Values],
    *,
    x: Values | None = None,
    xlabel: str = "step",
    ylabel: str = "energy",
    log: bool = False,
    stages: Sequence[int] = (),
) -> Figure:
    """Named curves over one axis.

    Args:
        series: a name and its values for each curve.
        x: where the values stand; None: 0, 1, 2, ...
        xlabel: what the horizontal axis is, with its unit.
        ylabel: what the vertical axis is, with its unit.
        log: a logarithmic vertical axis.
        stages: steps at which a new stage of the optimisation begins: vertical lines.

    Raises:
        ValueError: no curve, or a curve of another length than x.
    """
    if not series:
        raise ValueError("series: expected at least one curve, got none")
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axis = figure.subplots()
    for index, (name, values) in enumerate(series.items()):
        places = np.arange(len(values)) if x is None else np.asarray(x)
        if len(places) != len(values):
            raise ValueError(f"{name}: expected {len(places)} values, one for each x, got {len(values)}")
        line = LINES[index % len(LINES)]  # seven colours by four lines: all pairs come before one comes again
        axis.plot(places, np.asarray(values), line, color=HUES[index % len(HUES)], label=name)
    for stage in stages:
        axis.axvline(stage, color="0.8", linewidth=0.8, zorder=0)
    axis.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False)
    return figure
