"""``vh data``: what the kit's data files are made with."""

from pathlib import Path
from typing import Annotated

import typer

from vhlib.cli import app

data = typer.Typer(no_args_is_help=True, help="Make data files.")
app.add_typer(data, name="data")


@data.callback()
def commands() -> None:
    """Keeps `sample` a command of its own while it is the only one."""


@data.command()
def sample(out: Annotated[Path, typer.Option(help="Folder.")] = Path("data/samples")) -> None:
    """Draw the synthetic person that comes with the kit again."""
    from vhlib.data.sample import draw_sample

    for path in draw_sample(out):
        typer.echo(path)
