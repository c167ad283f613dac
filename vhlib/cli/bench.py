"""`vh bench`: side-by-side timings, both sides in one run."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from vhlib.cli import app
from vhlib.core.errors import InputError


@app.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="Which benchmark; left out: list them.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    only: Annotated[str, typer.Option(help="Only the cases whose name contains this.")] = "",
    seconds: Annotated[float, typer.Option(min=0, help="How long to time each case.")] = 2.0,
) -> None:
    """Time the kit against another implementation of the same thing: medians of runs taken in turn."""
    from rich.console import Console
    from rich.table import Table

    from vhlib.bench import benchmarks, cases, machine, measure

    if name is None:
        for known, what in benchmarks().items():
            typer.echo(f"{known:10} {what}")
        return
    progress = Console(stderr=True)
    rows = []
    with progress.status("setting up") as status:
        for case in cases(name):
            if only in case.case:
                status.update(case.case)
                rows.append(measure(case, seconds=seconds))
    if not rows:
        raise InputError(f"--only {only!r}: no case of {name} is called that; leave it out to see them all")
    if as_json:
        told = [{key: value for key, value in asdict(row).items() if value != ""} for row in rows]
        typer.echo(json.dumps({"bench": name, "machine": machine(), "rows": told}, indent=2))
        return
    table = Table("case", "ours, ms", "the other's, ms", "the other", "ratio", box=None, header_style="bold")
    for row in rows:
        table.add_row(row.case, f"{row.ours_ms:.2f}", f"{row.against_ms:.2f}", row.against, f"{row.ratio:.1f}")
    Console().print(table)
    for row in rows:
        if row.meaning:
            typer.echo(row.meaning)
