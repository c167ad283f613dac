"""What every experiment leaves: ``table.json``, ``table.md`` and a figure; each row is saved as soon as it is done.

An interrupted experiment goes on where it stopped. Rows, or each seed of a row, are kept under ``rows/`` beside the
table, and are measured again when the profile, the columns, what the row itself is made from or the kit's version
differ from those they were made with.
"""

import hashlib
import json
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from vhlib import __version__
from vhlib.core.processes import each

Values = Mapping[str, float | None]
"""A number for each column; None where there is none."""

SPREAD: Final = "± "
"""Begins the name of a column that holds another one's standard deviation over the seeds."""

Unit = tuple[int, int | None]
"""The number of a row, and the seed that it is measured with, if it has seeds."""

Progress = Callable[[str, int, int], None]
"""Told what is going on, how many measurements are done, and of how many."""


@dataclass(frozen=True)
class Row:
    """One line of a table, and how to come by it."""

    name: str
    """What is measured, for example ``no pose prior``."""
    measure: Callable[..., Values]
    """Does the work: alone, or for the seed that it is given."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """What it trains or solves, ready for JSON: a saved row that was made from another one is measured again."""
    seeds: tuple[int, ...] = ()
    """Each measured by itself; the line then holds their means."""


@dataclass(frozen=True)
class Experiment:
    """A table to fill, and how to draw it."""

    name: str
    """As on the command line."""
    profile: str
    """``fast`` or ``full``."""
    seeds: tuple[int, ...]
    """Of everything random in it."""
    columns: tuple[str, ...]
    """What is measured, with its unit: ``PA-MPJPE, mm``."""
    rows: tuple[Row, ...]
    """What is compared."""
    draw: Callable[["Table"], Figure]
    """The figure."""
    share: Callable[[], None] = lambda: None
    """Makes and keeps what all rows need, before the first of them."""


@dataclass(frozen=True)
class Table:
    """A filled table, as ``table.json`` holds it."""

    experiment: str
    """Its name."""
    profile: str
    """``fast`` or ``full``."""
    command: str
    """What to type to get it again."""
    seeds: tuple[int, ...]
    """Of everything random in it."""
    seconds: float
    """What its rows took together."""
    columns: tuple[str, ...]
    """What was measured."""
    rows: tuple[dict[str, Any], ...]
    """``name`` and ``values`` of each row."""

    def column(self, name: str) -> dict[str, float | None]:
        """One column by row name."""
        return {row["name"]: row["values"][name] for row in self.rows}

    def _repr_markdown_(self) -> str:
        """What Jupyter shows."""
        return self.markdown()

    def markdown(self) -> str:
        """The table as Markdown, with the command that made it."""
        lines = [" | ".join(["", *self.columns]), " | ".join(["---"] + ["---:"] * len(self.columns))]
        for row in self.rows:
            lines.append(" | ".join([row["name"], *(_text(row["values"][column]) for column in self.columns)]))
        body = "\n".join(f"| {line} |" for line in lines)
        return f"{body}\n\n`{self.command}`, {self.seconds:.0f} s, seeds {', '.join(map(str, self.seeds))}\n"


def run(
    experiment: Experiment, out: Path, *, workers: int = 1, progress: Progress = lambda says, done, total: None
) -> Table:
    """Fill an experiment's table and write it.

    Args:
        experiment: what to run.
        out: folder for ``table.json``, ``table.md``, ``figure.png`` and the rows.
        workers: processes that measure at the same time; 1: this one. More must find the experiment by its name.
        progress: told how far it is.

    Returns:
        The table.

    Raises:
        ValueError: a row measured other columns than the experiment has.
    """
    units = [(number, seed) for number, row in enumerate(experiment.rows) for seed in row.seeds or (None,)]
    missing = [unit for unit in units if _saved(experiment, unit, out) is None]
    if missing:
        progress("what all rows share", len(units) - len(missing), len(units))
        experiment.share()
    if workers == 1 or len(missing) < 2:
        for done, (number, seed) in enumerate(missing, len(units) - len(missing)):
            progress(_named(experiment.rows[number], seed), done, len(units))
            _measure(experiment, (number, seed), out)
    else:
        jobs = [(experiment.name, experiment.profile, unit, out) for unit in missing]
        for done, unit in enumerate(each(_measure_again, jobs, workers=workers), len(units) - len(missing) + 1):
            progress(_named(experiment.rows[unit[0]], unit[1]), done, len(units))
    rows = [_line(experiment, number, out) for number in range(len(experiment.rows))]
    table = Table(
        experiment=experiment.name,
        profile=experiment.profile,
        command=f"vh experiment {experiment.name} --profile {experiment.profile}",
        seeds=experiment.seeds,
        seconds=sum(row["seconds"] for row in rows),
        columns=experiment.columns,
        rows=tuple({"name": row["name"], "values": row["values"]} for row in rows),
    )
    _write(out / "table.json", json.dumps(asdict(table), indent=2) + "\n")
    _write(out / "table.md", table.markdown())
    experiment.draw(table).savefig(out / "figure.png", dpi=150, bbox_inches="tight")
    return table


def read_table(path: Path) -> Table:
    """A table that was written by `run`.

    Args:
        path: its ``table.json``.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    return Table(**found | {name: tuple(found[name]) for name in ("seeds", "columns", "rows")})


def _measure(experiment: Experiment, unit: Unit, out: Path) -> None:
    """Measure a row, or one of its seeds, and save it."""
    row, seed = experiment.rows[unit[0]], unit[1]
    start = time.perf_counter()
    values = row.measure() if seed is None else row.measure(seed)
    if set(values) != {name for name in experiment.columns if seed is None or not name.startswith(SPREAD)}:
        raise ValueError(f"{row.name}: measured {', '.join(values)}; the columns are {', '.join(experiment.columns)}")
    found = {"values": dict(values), "seconds": time.perf_counter() - start}
    _write(_file(row, seed, out), json.dumps({**_made_with(experiment, unit), **found}, indent=2) + "\n")


def _measure_again(name: str, profile: str, unit: Unit, out: Path) -> Unit:
    """`_measure` in a process that knows only the experiment's name: a row's work need not be one that can be sent."""
    from vhlib.experiments import prepare

    _measure(prepare(name, profile), unit, out)
    return unit


def _saved(experiment: Experiment, unit: Unit, out: Path) -> dict[str, Any] | None:
    """What was measured before and still holds."""
    path = _file(experiment.rows[unit[0]], unit[1], out)
    if not path.exists():
        return None
    saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    made_with = json.loads(json.dumps(_made_with(experiment, unit)))
    return saved if made_with.items() <= saved.items() else None


def _line(experiment: Experiment, number: int, out: Path) -> dict[str, Any]:
    """A row from what was measured: the means over its seeds, and where asked their standard deviation."""
    row = experiment.rows[number]
    pieces = [piece for seed in row.seeds or (None,) if (piece := _saved(experiment, (number, seed), out))]
    values = pieces[0]["values"] if not row.seeds else _over_seeds(experiment.columns, [p["values"] for p in pieces])
    return {"name": row.name, "values": values, "seconds": sum(piece["seconds"] for piece in pieces)}


def _over_seeds(columns: Sequence[str], found: Sequence[Values]) -> Values:
    def over(column: str) -> float | None:
        known = [value for values in found if (value := values[column.removeprefix(SPREAD)]) is not None]
        if column.startswith(SPREAD):
            return statistics.stdev(known) if len(known) > 1 else None
        return statistics.fmean(known) if known else None

    return {column: over(column) for column in columns}


def _made_with(experiment: Experiment, unit: Unit) -> dict[str, Any]:
    row = experiment.rows[unit[0]]
    made_with = {
        "experiment": experiment.name,
        "profile": experiment.profile,
        "seeds": list(experiment.seeds) if unit[1] is None else [unit[1]],
        "columns": list(experiment.columns),
        "config": dict(row.config),
        "version": __version__,
    }
    return {"name": row.name, "made_with": made_with}


def _named(row: Row, seed: int | None) -> str:
    return row.name if seed is None else f"{row.name}, seed {seed}"


def _file(row: Row, seed: int | None, out: Path) -> Path:
    return out / "rows" / f"{hashlib.sha256(_named(row, seed).encode()).hexdigest()[:12]}.json"


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
