"""`vh course`: check, release, publish, autograde, feedback, export and report."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from vhlib.cli import app

course = typer.Typer(no_args_is_help=True, help="For those who teach: from a release to exported marks.")
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


@course.command()
def autograde(
    name: Name,
    student: Annotated[list[str] | None, typer.Option(help="Only this student; may be given again.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="How many submissions at once.")] = 2,
    scheduler: Annotated[str, typer.Option(help="Address of a running Dask scheduler to use instead.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Grade again what has not changed.")] = False,
    no_sandbox: Annotated[bool, typer.Option("--no-sandbox", help="Run submissions unguarded. Do not.")] = False,
    image: Annotated[str, typer.Option(help="A container image to run submissions in instead of bubblewrap.")] = "",
    seconds: Annotated[float, typer.Option(min=1, help="How long one question, or one cell, may take.")] = 30.0,
    memory: Annotated[float, typer.Option(min=1, help="How many GiB one submission may use.")] = 4.0,
    seed: Seed = None,
) -> None:
    """Mark all of grading/submitted in sandboxes and write the marks, with reasons, into nbgrader's gradebook."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from vhlib.course.building import find_root
    from vhlib.course.grading import batch
    from vhlib.course.grading.marking import Job
    from vhlib.course.grading.sandbox import Limits, choose

    root = find_root(Path.cwd())
    chosen = batch.plan(root, name, student or (), force=force)
    if not chosen:
        typer.echo(f"{name}: everything is graded already; --force grades it again.")
        return
    sandbox = choose(guarded=not no_sandbox, image=image)
    limits = Limits(seconds=seconds, memory=int(memory * 2**30))
    seed = _seed(seed)
    jobs = [Job(root, name, each, sandbox, limits, seed) for each in chosen]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    failed, waiting = [], list(chosen)
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(_names(waiting), total=len(jobs))
        for record in batch.run(jobs, workers=workers, scheduler=scheduler):
            waiting.remove(record.student)
            progress.update(task, advance=1, description=_names(waiting))
            said = f"not graded: {record.failure}" if record.failure else f"{record.earned:g} points"
            progress.console.print(f"{record.student}: {said}", markup=False, highlight=False)
            failed += [record] if record.failure else []
    typer.echo(f"{len(jobs) - len(failed)} of {len(jobs)} submissions of {name} graded; marks are in the gradebook.")
    if failed:
        _refuse("Marked for a person:", *(f"  - {record.student}: {record.failure}" for record in failed))


@course.command()
def feedback(
    name: Name, student: Annotated[list[str] | None, typer.Option(help="Only this student; may be given again.")] = None
) -> None:
    """Write a page for each student: their code, what it showed, marks and reasons; no hidden test, no solution."""
    from vhlib.course.building import find_root
    from vhlib.course.feedback import pages

    written = pages(find_root(Path.cwd()), name, tuple(student or ()))
    typer.echo(f"{len(written)} pages in {written[0].parents[2]}")


@course.command()
def export(
    name: Name,
    layout: Annotated[str, typer.Option("--format", help="csv, canvas or moodle.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="Where to write it; printed if left out.")] = None,
) -> None:
    """Write the marks that stand in the gradebook now, as a table, or as Canvas or Moodle read them."""
    from vhlib.course.building import find_root
    from vhlib.course.grading.exporting import export as table

    text = table(find_root(Path.cwd()), name, layout)
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8", newline="")
    typer.echo(f"Written to {out}")


@course.command()
def report(name: Name) -> None:
    """Say how the class did: scores by question, what was lost most, what a person should look at, who is alike."""
    from vhlib.course.building import find_root
    from vhlib.course.grading.reporting import report as write

    page = write(find_root(Path.cwd()), name)
    typer.echo(page.read_text(encoding="utf-8"))
    typer.echo(f"Written to {page}")


def _names(waiting: list[str], most: int = 3) -> str:
    return ", ".join(waiting[:most]) + (" …" if len(waiting) > most else "")


def _seed(given: int | None) -> int:
    os.environ["MPLBACKEND"] = "agg"  # plots in a notebook must not open windows
    return secrets.randbits(32) if given is None else given


def _refuse(*lines: str) -> None:
    typer.echo("\n".join(lines), err=True)
    raise typer.Exit(1)
