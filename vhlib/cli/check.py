"""`vh check`: a student's own check of an assignment's notebook."""

import os
from pathlib import Path
from typing import Annotated

import typer

from vhlib.cli import app


@app.command("check")
def check_notebook(
    notebook: Annotated[Path, typer.Argument(help="The assignment's notebook, saved.")],
) -> None:
    """Run a notebook's visible tests: per question what passes, what is wrong in words, which points can be reached."""
    os.environ["MPLBACKEND"] = "agg"  # plots in the notebook must not open windows
    from vhlib.course import student

    report = student.check_notebook(notebook)
    typer.echo(report)
    if not report.passed:
        raise typer.Exit(1)
