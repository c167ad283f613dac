"""`vh course`: check, release and publish assignments."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from vhlib.cli import app

course = typer.Typer(no_args_is_help=True, help="For those who teach: check, release and publish assignments.")
app.add_typer(course, name="course")

Name = Annotated[str, typer.Argument(help="The assignment, for example 01_body_model.")]
Seed = Annotated[int | None, typer.Option(help="Draws the oracles' inputs; a fresh one if not given.")]


@course.command()
def check(name: Name, seed: Seed = None) -> None:
    """Say whether an assignment may be released: solution, release, planted answers, leaks, points."""
    from vhlib.course.building import find_root
    from vhlib.course.checking import check as look

    seed = _seed(seed)
    if found := look(find_root(Path.cwd()), name, seed=seed):
        _refuse(f"{name} must not be released (seed {seed}):", *(f"  - {problem}" for problem in found))
    typer.echo(f"{name} may be released.")


@course.command()
def release(name: Name, seed: Seed = None) -> None:
    """Check an assignment, write assignments/NAME and record it in the gradebook."""
    from vhlib.course.building import find_root
    from vhlib.course.release import NotReadyError
    from vhlib.course.release import release as write

    try:
        folder = write(find_root(Path.cwd()), name, seed=_seed(seed))
    except NotReadyError as error:
        _refuse(str(error))
    typer.echo(f"Released to {folder}")


@course.command()
def publish(
    folder: Annotated[Path, typer.Argument(help="The students' repository: a clone of it, or a new folder.")],
) -> None:
    """Write and commit the students' repository: no solutions, checks or planted answers. Then push it yourself."""
    from vhlib.course.building import find_root
    from vhlib.course.publish import publish as write
    from vhlib.course.release import NotReadyError

    try:
        commit = write(find_root(Path.cwd()), folder)
    except NotReadyError as error:
        _refuse(str(error))
    typer.echo(f"Published to {folder}; Colab installs commit {commit[:12]} of it. Push it when you are content.")


def _seed(given: int | None) -> int:
    os.environ["MPLBACKEND"] = "agg"  # plots in a notebook must not open windows
    return secrets.randbits(32) if given is None else given


def _refuse(*lines: str) -> None:
    typer.echo("\n".join(lines), err=True)
    raise typer.Exit(1)
