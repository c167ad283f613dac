"""``vh train``: fit priors and networks."""

from pathlib import Path
from typing import Annotated

import typer

from vhlib.cli import app

train = typer.Typer(no_args_is_help=True, help="Fit priors and networks.")
app.add_typer(train, name="train")


@train.command()
def gmm(
    out: Annotated[Path, typer.Option(help="Folder for gmm_08.npz and its card, gmm_08.json.")],
    poses: Annotated[int, typer.Option(min=1000, help="How many poses of the library to fit to.")] = 25_000,
    seed: Annotated[int, typer.Option(help="Of the poses.")] = 0,
) -> None:
    """Fit the pose prior's mixture of Gaussians to the pose library: minutes on two cores."""
    from rich.console import Console

    from vhlib.training.gmm import GMMConfig, train_gmm

    config = GMMConfig(poses=poses, seed=seed)
    console = Console()
    with console.status("making poses") as status:
        card = train_gmm(
            out,
            config,
            lambda iteration, likelihood: status.update(
                f"iteration {iteration} of at most {config.iterations}, mean log likelihood {likelihood:.3f}"
            ),
        )
    figures = card["negative_log_likelihood"]
    console.print(
        f"{out}: negative log likelihood {figures['train']:.2f} on the poses it was fitted to, "
        f"{figures['held_out']:.2f} on held-out ones, {card['seconds']} s"
    )
