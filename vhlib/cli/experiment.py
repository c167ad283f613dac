"""``vh experiment``: a table and a figure from one command."""

from pathlib import Path
from typing import Annotated

import typer

from vhlib.cli import app
from vhlib.core.errors import InputError


@app.command()
def experiment(
    name: Annotated[str | None, typer.Argument(help="Which experiment.")] = None,
    profile: Annotated[str, typer.Option(help="fast: minutes on two cores; full: for a GPU, or hours.")] = "fast",
    out: Annotated[Path | None, typer.Option(help="Folder; default: out/NAME.")] = None,
    show_list: Annotated[bool, typer.Option("--list", help="List the experiments.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Rows and seeds measured at the same time.")] = 1,
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure finished rows again.")] = False,
) -> None:
    """Run an experiment: table.json, table.md and figure.png; rows that are done already are read back."""
    import shutil

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from vhlib.experiments import experiments, prepare, run

    if name is None or show_list:
        for known, what in experiments().items():
            typer.echo(f"{known:28} {what}")
        return
    folder = out or Path("out") / name
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--out {folder}: this is a file; name a folder")
    prepared = prepare(name, profile)
    if fresh:
        shutil.rmtree(folder / "rows", ignore_errors=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=None)

        def show(says: str, done: int, total: int) -> None:
            progress.update(task, description=says, completed=done, total=total)

        table = run(prepared, folder, workers=workers, progress=show)
    typer.echo(table.markdown())
    typer.echo(f"table.json, table.md and figure.png are in {folder}/")
