"""Questions and their oracles: what an answer is called with, what must come back, and what each part is worth.

Convention:
    An oracle stands outside the notebook and never imports what it judges: its reference is numpy, scipy or another
    library. Only arrays cross between it and an answer, a network's weights among them, one `Case` per call, so that
    an answer may run in a process of its own; expected values stay on this side.

``checks.py`` beside an assignment's notebook defines ``ASSIGNMENT``, one `Assignment`.
"""

import runpy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vhlib.core.errors import InputError
from vhlib.core.random import numpy_generator
from vhlib.course.words import WrongAnswer


@dataclass(frozen=True)
class Perceptron:
    """A network that an answer may call: linear layers with a ReLU between each two."""

    arrays: tuple[np.ndarray, ...]
    """Weight and bias of each layer in turn."""


Value = np.ndarray | int | tuple[int, ...] | Perceptron
"""What crosses to an answer: arrays become tensors, a perceptron a module, integers stay as they are."""

Points = int | float


@dataclass(frozen=True)
class Case:
    """One call of an answer, and what must come back."""

    arguments: tuple[Value, ...]
    """In the order of the function's parameters."""
    expected: tuple[np.ndarray, ...]
    """One array for each result, of the shape and dtype that it must have."""
    weights: np.ndarray | None = None
    """If given, what must come back is the gradient of ``(weights * result).sum()`` by the first argument."""


Call = Callable[[Case], tuple[np.ndarray, ...]]
"""Calls an answer with a case's arguments and gives what it returned; it is free to look at nothing else."""


@dataclass(frozen=True)
class Criterion:
    """One thing that an answer must get right; the notebook's test cell ``question-criterion`` has the same points."""

    name: str
    points: Points
    cases: Callable[[np.random.Generator], Iterable[Case]]
    """Fresh inputs from a generator, with what an independent reference makes of them."""
    tolerance: float
    """Largest absolute difference allowed."""
    because: str
    """Why the tolerance is what it is."""
    lost: str
    """One sentence for whoever lost these points."""


@dataclass(frozen=True)
class Question:
    """A question that is marked by its oracle."""

    name: str
    """The function that students write, and the ``grade_id`` of the cell that they write it in."""
    criteria: tuple[Criterion, ...]
    together: bool = False
    """Whether it runs with the student's own earlier answers instead of the library's."""

    @property
    def parts(self) -> tuple[tuple[str, Points], ...]:
        """The name and the points of each test cell."""
        return tuple((criterion.name, criterion.points) for criterion in self.criteria)

    @property
    def points(self) -> Points:
        """What a full answer earns."""
        return sum(points for _, points in self.parts)


@dataclass(frozen=True)
class Written:
    """A question that a person marks."""

    name: str
    rubric: tuple[tuple[Points, str], ...]
    """Points, and what earns them."""

    @property
    def parts(self) -> tuple[tuple[str, Points], ...]:
        """One part without a name: the written cell itself."""
        return (("", self.points),)

    @property
    def points(self) -> Points:
        """What a full answer earns."""
        return sum(points for points, _ in self.rubric)


@dataclass(frozen=True)
class Assignment:
    """All that is asked, in the notebook's order."""

    name: str
    questions: tuple[Question | Written, ...]

    @property
    def auto(self) -> tuple[Question, ...]:
        """The questions that an oracle marks."""
        return tuple(question for question in self.questions if isinstance(question, Question))

    @property
    def points(self) -> Points:
        """What the whole assignment is worth."""
        return sum(question.points for question in self.questions)

    def earlier(self, question: Question) -> tuple[Question, ...]:
        """The auto questions before this one."""
        return self.auto[: self.auto.index(question)]


@dataclass(frozen=True)
class Mark:
    """What one criterion earned."""

    question: str
    criterion: str
    points: Points
    earned: Points
    reason: str
    """Why points were lost; empty if none were."""


def load(folder: Path) -> Assignment:
    """The assignment that ``folder/checks.py`` declares.

    Args:
        folder: ``solutions/NN_name``.

    Raises:
        InputError: no such file, or no ``ASSIGNMENT`` of the folder's name in it.
    """
    path = folder / "checks.py"
    if not path.is_file():
        raise InputError(f"{path}: no such file; an assignment has its checks there")
    assignment = runpy.run_path(str(path)).get("ASSIGNMENT")
    if not isinstance(assignment, Assignment) or assignment.name != folder.name:
        raise InputError(f"{path}: expected ASSIGNMENT = Assignment({folder.name!r}, …) in it")
    return assignment


def mark(question: Question, call: Call, seed: int) -> tuple[Mark, ...]:
    """Call an answer with fresh inputs and compare what comes back; a criterion is earned whole or not at all.

    Args:
        question: what was asked.
        call: runs the answer.
        seed: draws the inputs.
    """
    return tuple(mark_criterion(question.name, criterion, call, seed) for criterion in question.criteria)


def mark_criterion(question: str, criterion: Criterion, call: Call, seed: int) -> Mark:
    """As `mark`, for one criterion of a question.

    Args:
        question: the question's name.
        criterion: what to look at.
        call: runs the answer.
        seed: draws the inputs.
    """
    generator = numpy_generator(seed, question, criterion.name)
    for case in criterion.cases(generator):
        try:
            wrong = _difference(call(case), case.expected, criterion.tolerance)
        except WrongAnswer as error:
            wrong = str(error)
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if wrong:
            return Mark(question, criterion.name, criterion.points, 0, f"{criterion.lost} ({wrong})")
    return Mark(question, criterion.name, criterion.points, criterion.points, "")


def _difference(results: tuple[np.ndarray, ...], expected: tuple[np.ndarray, ...], tolerance: float) -> str:
    if len(results) != len(expected):
        return f"expected {len(expected)} results, got {len(results)}"
    for got, wanted in zip(results, expected, strict=True):
        if got.shape != wanted.shape:
            return f"expected the shape {wanted.shape}, got {got.shape}"
        if got.dtype != wanted.dtype:
            return f"expected {wanted.dtype}, as the input is, got {got.dtype}"
        if not np.isfinite(got).all():
            return "not every number is finite"
        off = np.abs(got - wanted).max(initial=0)
        if off > tolerance:
            return f"off by {off:.2g}, allowed is {tolerance:.2g}"
    return ""
