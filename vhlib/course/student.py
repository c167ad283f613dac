"""A student's own check: run the visible tests and say, question by question, what passes and what is wrong.

`check` is for a running kernel, where the answers are as they stand now; `check_notebook` runs a whole file afresh. The
marks come later, from other numbers: what is reported is what can still be reached.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython import get_ipython

from vhlib.core.errors import InputError
from vhlib.course.notebook import Cell, cells, read
from vhlib.course.running import UNANSWERED, Session


@dataclass(frozen=True)
class Outcome:
    """How one question stands."""

    question: str
    tests: int
    """How many tests it has; none if a person reads it."""
    passed: int
    """How many of them pass."""
    points: float
    """What it is worth."""
    reachable: float
    """What can still be earned as it stands."""
    wrong: Mapping[str, str]
    """What is wrong, by the test, or the cell, that says so."""


@dataclass(frozen=True)
class Report:
    """How an assignment stands; shown as text by `str` and by the notebook."""

    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether every visible test passes."""
        return not any(outcome.wrong for outcome in self.outcomes)

    def __str__(self) -> str:
        width = max((len(outcome.question) for outcome in self.outcomes), default=0)
        lines = [line for outcome in self.outcomes for line in _lines(outcome, width)]
        reachable, points = (sum(getattr(o, name) for o in self.outcomes) for name in ("reachable", "points"))
        total = f"Up to {reachable:g} of {points:g} points. Marking uses other numbers than the visible tests."
        return "\n".join([*lines, total])

    __repr__ = __str__


def check(path: str | Path | None = None) -> Report:
    """Run the visible tests of the notebook that this kernel belongs to, on its functions as they are now.

    Args:
        path: the notebook's file; found by itself in JupyterLab, VS Code and Colab. Save it first.

    Raises:
        InputError: there is no running notebook, or its file cannot be found.
    """
    shell = get_ipython()
    if shell is None:
        raise InputError("check() is for a running notebook; for a file run `vh check NOTEBOOK`")
    opened = read(Path(path)) if path else _opened(shell.user_ns)
    session = Session(shell.user_ns)
    return _report(opened, lambda cell: session.test(cell.source, cell.title) if cell.kind == "test" else "")


def check_notebook(path: Path) -> Report:
    """Run a notebook's cells from top to bottom and report on its tests.

    Args:
        path: the notebook's file.

    Raises:
        InputError: it is no notebook, or has no tests.
    """
    session = Session()

    def run(cell: Cell) -> str:
        return (session.test if cell.kind == "test" else session.run)(cell.source, cell.title)

    return _report(read(path), run)


def _report(opened: Sequence[Cell], run: Callable[[Cell], str]) -> Report:
    wrong = [(cell, run(cell)) for cell in opened if cell.kind not in ("text", "written")]
    names = list(dict.fromkeys(cell.question for cell in opened if cell.kind in ("test", "written")))
    if not names:
        raise InputError("this notebook has no tests: it is no assignment, or its cells lost nbgrader's metadata")
    return Report(tuple(_outcome(name, opened, wrong) for name in names))


def _outcome(name: str, opened: Sequence[Cell], ran: Sequence[tuple[Cell, str]]) -> Outcome:
    graded = [cell for cell in opened if cell.question == name and cell.kind in ("test", "written")]
    wrong = [(cell, words) for cell, words in ran if cell.question == name and words]
    failed = [cell for cell, _ in wrong if cell.kind == "test"]
    tests = sum(cell.kind == "test" for cell in graded)
    points = sum(cell.points for cell in graded)
    reachable = points - sum(cell.points for cell in failed)
    said = {cell.title if cell.kind == "test" else "Your answer": words for cell, words in wrong}
    return Outcome(name, tests, tests - len(failed), points, reachable, said)


def _lines(outcome: Outcome, width: int) -> list[str]:
    wrong = outcome.wrong
    if not outcome.tests:
        state = "read by a person"
    elif not wrong:
        state = "every visible test passes"
    elif set(wrong.values()) == {UNANSWERED}:
        state, wrong = UNANSWERED, {}
    else:
        state = f"{outcome.passed} of {outcome.tests} visible tests pass"
    first = f"{outcome.question.ljust(width)}  {state}; up to {outcome.reachable:g} of {outcome.points:g} points"
    return [first, *(f"    {test}: {words}" for test, words in wrong.items())]


def _opened(namespace: dict[str, Any]) -> tuple[Cell, ...]:
    """The notebook that a kernel belongs to, as each front end tells it."""
    if path := namespace.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME"):
        return read(Path(path))
    try:
        from google.colab import _message
    except ImportError:
        raise InputError('this notebook does not say where its file is; call check("FILE.ipynb")') from None
    return cells(_message.blocking_request("get_ipynb", timeout_sec=10)["ipynb"])
