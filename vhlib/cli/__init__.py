"""The command line ``vh``. Each command is a file here that imports what it needs only when it runs.

Exit codes: 0 success; 1 the work itself failed (a check, a verification); 2 bad input; 130 interrupted.
"""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from vhlib import __version__
from vhlib.core.errors import InputError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Virtual Humans: how a 3D human body is recovered from images.",
)


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Options of every command. ``--debug`` is read by `main`."""
    if version:
        typer.echo(f"vhlib {__version__}")
        raise typer.Exit


def main() -> None:
    """Run ``vh``: an `InputError` becomes one sentence and exit code 2, unless ``--debug`` is given."""
    try:
        app()
    except InputError as error:
        if "--debug" in sys.argv:
            raise
        Console(stderr=True, soft_wrap=True).print(
            f"[bold red]vh:[/] {escape(str(error))}", markup=True, highlight=False
        )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


from vhlib.cli import bench, body, check, course, data, doctor, experiment, fit, lab, train  # noqa: E402, F401  each registers its command on `app`
