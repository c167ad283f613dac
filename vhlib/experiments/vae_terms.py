"""What each term of the VAE prior is for: the same short training with one term switched off, or weighing too much.

Each row is one network, trained on the same poses, batches and noise, and judged on poses that it never saw. What the
decoder's nine numbers are before they are projected says whether they learned to be rotations; what samples of N(0, I)
decode to says whether the latent space is the poses' own. Coverage compares rotation matrices (Naeem et al. 2020).
"""

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.training.vae import PROFILES, VAETraining, library_poses, trained_prior
from vhlib.training.vae_figures import figures
from vhlib.viz.palette import COLOURS

SIZES: Final = {
    "fast": replace(PROFILES["fast"], poses=10_000, steps=1_000),
    "full": replace(PROFILES["full"], poses=200_000, steps=20_000),
}
"""Short trainings: what breaks shows early."""

HELD_OUT: Final = {"fast": 2_000, "full": 5_000}

COLUMNS: Final[dict[str, str]] = {
    "joint angle, °": "joint_angle_deg",
    "‖R̂R̂ᵀ-I‖, reconstructed": "reconstructed_orthogonality",
    "det R̂, reconstructed": "reconstructed_determinant",
    "‖R̂R̂ᵀ-I‖, sampled": "sampled_orthogonality",
    "det R̂, sampled": "sampled_determinant",
    "mirrors, sampled": "sampled_reflections",
    "KL, nats": "kl_nats",
    "latents in use": "active_latents",
    "joints outside limits": "samples_joints_outside_limits",
    "coverage": "coverage",
}
"""Each column, and the name of its figure."""


def variants(config: VAETraining) -> dict[str, VAETraining]:
    """What is compared, by name."""

    def weighing(**changes: float) -> VAETraining:
        return replace(config, weights=replace(config.weights, **changes))

    return {
        "all four terms": config,
        "no KL": weighing(kl=0.0),
        "KL × 30": weighing(kl=30 * config.weights.kl),
        "no reconstruction": weighing(reconstruction=0.0),
        "no L_orth": weighing(orthogonality=0.0),
        "no L_det": weighing(determinant=0.0),
        "neither L_orth nor L_det": weighing(orthogonality=0.0, determinant=0.0),
        "6-D output": replace(config, net=replace(config.net, output="6d")),
    }


def experiment(profile: str) -> Experiment:
    """One row for each of `variants`."""
    config, held_out = SIZES[profile], HELD_OUT[profile]

    @functools.cache
    def poses() -> tuple[Tensor, Tensor]:
        return library_poses("train", config.poses, seed=0), library_poses("test", held_out, seed=0)

    rows = tuple(
        Row(name, functools.partial(lambda variant: measure(variant, *poses()), variant))
        for name, variant in variants(config).items()
    )
    return Experiment("vae-terms", profile, (0,), tuple(COLUMNS), rows, _draw)


def measure(config: VAETraining, poses: Float[Tensor, "N 23 3"], held_out: Float[Tensor, "M 23 3"]) -> Values:
    """Train one network, and judge it.

    Args:
        config: what is trained.
        poses: what on.
        held_out: what it is judged on.
    """
    found = figures(trained_prior(config, poses), held_out, poses, seed=config.seed)
    return {column: found[name] for column, name in COLUMNS.items()}


def _draw(table: Table) -> Figure:
    """Four panels, a bar for each row."""
    panels: Mapping[str, str] = {
        "det R̂, sampled": "1 for rotations",
        "‖R̂R̂ᵀ-I‖, sampled": "0 for rotations",
        "joint angle, °": "error of reconstructions",
        "coverage": "of held-out poses by samples",
    }
    figure = Figure(figsize=(11, 3.2), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True)
    names = [row["name"] for row in table.rows]
    for axis, (column, says) in zip(axes, panels.items(), strict=True):
        values = [value or 0.0 for value in table.column(column).values()]
        axis.barh(names, values, color=[COLOURS["blue"]] + [COLOURS["orange"]] * (len(values) - 1))
        axis.set(title=column, xlabel=says)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    return figure
