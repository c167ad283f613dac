"""Read an assignment's notebook: which cell asks, answers or tests what.

Convention:
    The names are in nbgrader's metadata. A question is one answer cell with ``grade_id`` = the function's name and test
    cells ``name-criterion``; a locked cell is set-up. ``### BEGIN SOLUTION`` and ``### BEGIN HIDDEN TESTS`` open the
    regions that students do not get.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vhlib.core.errors import InputError

Kind = Literal["text", "code", "setup", "answer", "test", "written"]
Region = Literal["SOLUTION", "HIDDEN TESTS"]


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook."""

    kind: Kind
    source: str
    question: str = ""
    """The question that an answer, test or written cell belongs to."""
    criterion: str = ""
    """Of a test: what it tests."""
    points: float = 0.0
    """Of a test or written cell: what it is worth."""

    @property
    def title(self) -> str:
        """The first line of a test, without the comment sign."""
        return self.source.strip().partition("\n")[0].lstrip("# ").strip()


def read(path: Path) -> tuple[Cell, ...]:
    """The cells of a notebook file.

    Raises:
        InputError: no such file, or not a Jupyter notebook of format 4.
    """
    try:
        return cells(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"{path}: cannot read this notebook ({error.strerror})") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{path}: expected a Jupyter notebook (.ipynb, format 4); save it again from Jupyter"
        ) from error


def cells(notebook: Mapping[str, Any]) -> tuple[Cell, ...]:
    """The cells of a parsed notebook.

    Raises:
        KeyError: it has no cells, or a cell without type or source.
    """
    return tuple(_cell(cell) for cell in notebook["cells"])


def inside(source: str, region: Region) -> str:
    r"""The lines that stand between ``BEGIN`` and ``END`` of a region.

    >>> inside("a\n### BEGIN SOLUTION\nb\n### END SOLUTION\nc", "SOLUTION")
    'b'
    """
    return _split(source, region)[0]


def outside(source: str, region: Region) -> str:
    r"""The lines that do not.

    >>> outside("a\n### BEGIN SOLUTION\nb\n### END SOLUTION\nc", "SOLUTION")
    'a\nc'
    """
    return _split(source, region)[1]


def _cell(cell: Mapping[str, Any]) -> Cell:
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    graded = cell.get("metadata", {}).get("nbgrader") or {}
    question, _, criterion = str(graded.get("grade_id", "")).partition("-")
    points = float(graded.get("points") or 0)
    code = cell["cell_type"] == "code"
    if graded.get("grade"):
        return Cell("test" if code else "written", source, question, criterion, points)
    if graded.get("solution"):
        return Cell("answer", source, question)
    if code:
        return Cell("setup" if graded.get("locked") else "code", source)
    return Cell("text", source)


def _split(source: str, region: Region) -> tuple[str, str]:
    within: list[str] = []
    without: list[str] = []
    into = without
    for line in source.split("\n"):
        if f"BEGIN {region}" in line:
            into = within
        elif f"END {region}" in line:
            into = without
        else:
            into.append(line)
    return "\n".join(within), "\n".join(without)
