"""A course with one small assignment, to be broken in one way at a time."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from vhlib import exercises

REPOSITORY = Path(__file__).parents[2]

LIBRARY = """
from vhlib.exercises import exercise

@exercise("99_toy")
def toy_double(x):
    return 2 * x

def toy_chain(x):
    return toy_double(toy_double(x))
"""

CHECKS = """
import numpy as np
from vhlib.course.questions import Assignment, Case, Criterion, Question, Written

def scaled(factor, sign):
    def cases(generator):
        x = sign * np.abs(generator.normal(size=3))
        yield Case((x,), (factor * x,))
    return cases

ASSIGNMENT = Assignment("99_toy", (
    Question("toy_double", (
        Criterion("positive", 1, scaled(2, 1), 1e-9, "exact in binary", "Positive numbers are not doubled."),
        Criterion("negative", 1, scaled(2, -1), 1e-9, "exact in binary", "Negative numbers are not doubled."),
    )),
    Question("toy_total", (
        Criterion("value", 2, scaled(4, 1), 1e-9, "exact in binary", "The chain does not use your function."),
    ), together=True),
    Written("toy_essay", ((1, "says why"),)),
))
"""

ANSWERS = {
    "toy_double": """
# %% wrong, loses 0.5: forgets the sign
def toy_double(x): return 2 * x.abs()
# %% wrong, loses 1.0: triples
def toy_double(x): return 3 * x
# %% wrong, loses 1.0: does nothing
def toy_double(x): return x
# %% wrong, loses 1.0: leaves it to the library
def toy_double(x): return toy_library.toy_double(x)
# %% alternative: adds
def toy_double(x): return x + x
# %% alternative: halves the half
def toy_double(x): return x / 0.5
""",
    "toy_total": """
# %% wrong, loses 1.0: the library alone
def toy_total(x): return toy_library.toy_chain(x)
# %% wrong, loses 1.0: once only
def toy_total(x): return toy_double(x)
# %% wrong, loses 1.0: three times
def toy_total(x): return toy_double(toy_double(toy_double(x)))
# %% wrong, loses 1.0: nothing
def toy_total(x): return x
# %% alternative: by hand
def toy_total(x): return toy_double(toy_double(x))
# %% alternative: in two lines
def toy_total(x):
    once = toy_double(x)
    return toy_double(once)
""",
}

TABLE = """
# A toy
| | You write | Points |
|:-:|:--|--:|
| 1 | `toy_double` | 2 |
| 2 | `toy_total` | 2 |
| 3 | `toy_essay` | 1 |
| | **Total** | **5** |
"""

SETUP = """
import torch
import toy_library
from vhlib import exercises
from vhlib.course import Answers, expect
mine = Answers("99_toy", globals())
"""

DOUBLE = """
def toy_double(x):
    ### BEGIN SOLUTION
    twice_as_much_as_x = 2 * x
    return twice_as_much_as_x
    ### END SOLUTION
"""

TOTAL = """
def toy_total(x):
    ### BEGIN SOLUTION
    with exercises.use(toy_double=toy_double):
        return toy_library.toy_chain(x)
    ### END SOLUTION
"""


def test_cell(name: str, shown: str, wanted: str, hidden: str, result: str) -> str:
    return f"""
# Test: {name}
def test():
    expect(mine.{name}(torch.tensor({shown})), torch.tensor({wanted}), within=1e-6)
    ### BEGIN HIDDEN TESTS
    expect(mine.{name}(torch.tensor({hidden})), torch.tensor({result}), within=1e-6)
    ### END HIDDEN TESTS

test()
"""


@dataclass
class Toy:
    """A course folder with the assignment 99_toy."""

    root: Path

    @property
    def source(self) -> Path:
        return self.root / "solutions" / "99_toy"

    @property
    def notebook(self) -> Path:
        return self.source / "99_toy.ipynb"

    def replace(self, path: str, old: str, new: str) -> None:
        """Change a file of the assignment; in a notebook, the text as it stands in JSON."""
        file = self.source / path
        text = file.read_text()
        if old not in text:
            raise KeyError(old)
        file.write_text(text.replace(old, new))

    def change(self, cell_id: str, change: Callable[[str], str]) -> None:
        """Change the source of one cell."""
        content = json.loads(self.notebook.read_text())
        (cell,) = (cell for cell in content["cells"] if cell["id"] == cell_id)
        cell["source"] = change(cell["source"])
        self.notebook.write_text(json.dumps(content))


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toy]:
    """The toy course, complete and in order."""
    course = Toy(tmp_path / "course")
    (course.source / "answers").mkdir(parents=True)
    shutil.copy(REPOSITORY / "nbgrader_config.py", course.root)
    (tmp_path / "toy_library.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(tmp_path)
    (course.source / "checks.py").write_text(CHECKS)
    for name, text in ANSWERS.items():
        (course.source / "answers" / f"{name}.py").write_text(text)
    course.notebook.write_text(json.dumps(_notebook()))
    yield course
    sys.modules.pop("toy_library", None)
    exercises._SLOTS.pop("toy_double", None)


def _notebook() -> dict[str, object]:
    positive = test_cell("toy_double", "[1.0]", "[2.0]", "[3.25]", "[6.5]")
    negative = test_cell("toy_double", "[-1.0]", "[-2.0]", "[-3.25]", "[-6.5]")
    cells = [
        _cell("title", "markdown", TABLE),
        _cell("setup", "code", SETUP, locked=True),
        _cell("toy_double", "code", DOUBLE, solution=True),
        _cell("toy_double-positive", "code", positive, grade=True, locked=True, points=1),
        _cell("toy_double-negative", "code", negative, grade=True, locked=True, points=1),
        _cell("toy_total", "code", TOTAL, solution=True),
        _cell(
            "toy_total-value",
            "code",
            test_cell("toy_total", "[1.0]", "[4.0]", "[0.5]", "[2.0]"),
            grade=True,
            locked=True,
            points=2,
        ),
        _cell("toy_essay", "markdown", "Because the model answer says so.", grade=True, solution=True, points=1),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _cell(cell_id: str, kind: str, source: str, **metadata: object) -> dict[str, object]:
    graded = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    cell: dict[str, object] = {"cell_type": kind, "id": cell_id, "source": source.strip(), "metadata": {}}
    if metadata:
        cell["metadata"] = {"nbgrader": {**graded, "grade_id": cell_id, **metadata}}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}
