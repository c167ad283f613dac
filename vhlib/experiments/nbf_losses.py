"""What each of NBF's losses is for: L_2D, L_3D, L_lat and all of them, on the same part maps.

After the ablation of Omran et al. (3DV 2018): perfect part maps, the true camera, absolute rotations. Joints in the
picture do not say how far away they are, and joints in space do not say how a limb is turned about its own axis: only
L_lat does.
"""

from dataclasses import replace
from typing import Final

from matplotlib.figure import Figure

from vhlib.experiments.nbf import SEEDS, compared
from vhlib.experiments.table import Experiment, Table
from vhlib.training.augmentation import Augmentation
from vhlib.training.nbf import PROFILES, NBFTraining, NBFWeights
from vhlib.viz.palette import COLOURS

TRAINED: Final = {
    "fast": PROFILES["fast"],
    "full": replace(
        PROFILES["full"],
        weights=NBFWeights(latent=10.0),
        pooled=True,
        steps=31_000,
        rate=1e-3,
        augmentation=Augmentation(scale=0.1, shift=0.0, turn=20.0, colour=0.0),
    ),
}
"""With all losses. How well a joint is placed in the picture differs little between them, but only once they have seen
enough: ``full`` trains far longer than elsewhere, on people who move, two minutes of an H100 or an hour and a half of a
core for each training. L_lat counts twice as much there: rotations are then about as good as where they are all that
is learned."""

PUBLISHED: Final = {
    "3D error, mm": (198.0, 83.7, 83.7, 82.0),
    "PCKh, %": (94.0, 93.5, 93.1, 93.5),
    "rotation error, rad": (1.971, 1.962, 0.278, 0.279),
}
"""What the lecture's slides print for photographs, in the order of the rows: other people, other data."""


def experiment(profile: str) -> Experiment:
    """A row for each choice of losses."""
    return compared("nbf-losses", profile, variants(TRAINED[profile]), _draw, seeds=SEEDS[profile])


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
