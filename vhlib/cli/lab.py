"""`vh lab`: JupyterLab on the first notebook."""

import os
from pathlib import Path
from typing import Annotated

import typer

from vhlib.cli import app
from vhlib.core.errors import InputError, MissingDependencyError

FIRST = "00_start_here.ipynb"


@app.command()
def lab(
    notebook: Annotated[Path | None, typer.Argument(help="Another notebook to open; default: the first one.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser window; without it, only print the address.")] = True,
) -> None:
    """Open JupyterLab on the first notebook; stop it with Ctrl-C."""
    path = notebook or first_notebook()
    if not path.is_file():
        raise InputError(f"{path}: no such notebook; leave the name out to open the first one")
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as error:
        raise MissingDependencyError('JupyterLab is not installed here; run `pip install "vhlib[lab]"`') from error
    # The folder above the notebooks is served, so that data, assignments and code show beside them.
    root = path.resolve().parent.parent
    arguments = [str(path.resolve()), f"--ServerApp.root_dir={root}"]
    if not browser:
        arguments.append("--no-browser")
    # In a container one often is root, and Jupyter refuses; it listens to this machine alone and asks for a token.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    LabApp.launch_instance(argv=arguments)


def first_notebook() -> Path:
    """Where the first notebook lies: below the working folder, or in the clone that the kit runs from.

    Raises:
        InputError: there is none; the wheel carries the library, not the notebooks.
    """
    candidates = [folder / "notebooks" / FIRST for folder in (Path.cwd(), Path(__file__).resolve().parents[2])]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise InputError(
        f"notebooks/{FIRST}: not found below {Path.cwd()}; run `vh lab` in the course's folder or name a notebook"
    )
