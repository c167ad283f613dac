"""What every experiment leaves: ``table.json``, ``table.md`` and a figure; each row is saved as soon as it is done.

An interrupted experiment goes on where it stopped. Rows are kept under ``rows/`` beside the table, and are run again
when the profile, the seeds, the columns or the kit's version differ from those they were made with.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from vhlib import __version__

Values = Mapping[str, float | None]
"""A number for each column; None where there is none."""


@dataclass(frozen=True)
class Row:
    """One line of a table, and how to come by it."""

    name: str
    """What is measured, for example ``no pose prior``."""
    measure: Callable[[], Values]
    """Does the work."""


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

    def markdown(self) -> str:
        """The table as Markdown, with the command that made it."""
        lines = [" | ".join(["", *self.columns]), " | ".join(["---"] + ["---:"] * len(self.columns))]
        for row in self.rows:
            lines.append(" | ".join([row["name"], *(_text(row["values"][column]) for column in self.columns)]))
        body = "\n".join(f"| {line} |" for line in lines)
        return f"{body}\n\n`{self.command}`, {self.seconds:.0f} s, seeds {', '.join(map(str, self.seeds))}\n"


def run(experiment: Experiment, out: Path, *, begin: Callable[[str, int], None] = lambda name, number: None) -> Table:
    """Fill an experiment's table and write it.

    Args:
        experiment: what to run.
        out: folder for ``table.json``, ``table.md``, ``figure.png`` and the rows.
        begin: told the name and number of each row before it is measured or read back.

    Returns:
        The table.

    Raises:
        ValueError: a row measured other columns than the experiment has.
    """
    saved: list[dict[str, Any]] = []
    for number, row in enumerate(experiment.rows):
        begin(row.name, number)
        saved.append(_row(experiment, row, out / "rows"))
    table = Table(
        experiment=experiment.name,
        profile=experiment.profile,
        command=f"vh experiment {experiment.name} --profile {experiment.profile}",
        seeds=experiment.seeds,
        seconds=sum(row["seconds"] for row in saved),
        columns=experiment.columns,
        rows=tuple({"name": row["name"], "values": row["values"]} for row in saved),
    )
    _write(out / "table.json", json.dumps(asdict(table), indent=2) + "\n")
    _write(out / "table.md", table.markdown())
    experiment.draw(table).savefig(out / "figure.png", dpi=150, bbox_inches="tight")
    return table


def _row(experiment: Experiment, row: Row, folder: Path) -> dict[str, Any]:
    """Read a row back, or measure and save it."""
    made_with = {
        "experiment": experiment.name,
        "profile": experiment.profile,
        "seeds": list(experiment.seeds),
        "columns": list(experiment.columns),
        "version": __version__,
    }
    path = folder / f"{hashlib.sha256(row.name.encode()).hexdigest()[:12]}.json"
    if path.exists():
        saved = json.loads(path.read_text(encoding="utf-8"))
        if saved["made_with"] == made_with:
            return saved
    start = time.perf_counter()
    values = row.measure()
    if set(values) != set(experiment.columns):
        raise ValueError(f"{row.name}: measured {', '.join(values)}; the columns are {', '.join(experiment.columns)}")
    seconds = time.perf_counter() - start
    saved = {"name": row.name, "values": dict(values), "seconds": seconds, "made_with": made_with}
    _write(path, json.dumps(saved, indent=2) + "\n")
    return saved


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
