"""Grade one submission: marks from the oracles, outputs from its cells, and what a person should look at."""

import functools
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vhlib.course import notebook, questions
from vhlib.course.grading import reseating, showing
from vhlib.course.grading.process import FailedError
from vhlib.course.grading.records import Record
from vhlib.course.grading.reseating import Seated, UnreadableError
from vhlib.course.grading.sandbox import Limits, Sandbox
from vhlib.course.grading.worker import Copy, Worker
from vhlib.course.questions import Assignment, Case, Criterion, Mark, Question
from vhlib.course.words import WrongAnswer

INWARD = re.compile(r"_SLOTS|\bforbid\b|__wrapped__|\bunwrap\b|\bgetsource\b|\b_getframe\b|ast_transformers|/kit/")
"""Words that no answer needs: ways to the library's own functions that `exercises.forbid` cannot close, since the
library is there and public; and ways to make the notebook's tests pass."""


@dataclass(frozen=True)
class Job:
    """One submission to be graded, in words that travel to another machine; the course's folder must be there too."""

    root: Path
    """The course's folder."""
    assignment: str
    student: str
    sandbox: Sandbox
    limits: Limits
    seed: int
    """Draws the oracles' inputs."""


@dataclass(frozen=True)
class Graded:
    """What came of it."""

    record: Record
    notebook: dict[str, Any]
    """The student's answers in the release, with what the cells showed."""


def submitted(root: Path, assignment: str, student: str) -> Path:
    """Where a submission lies, as nbgrader collects it."""
    return root / "grading" / "submitted" / student / assignment


def released(root: Path, assignment: str) -> Path:
    """The notebook that students got."""
    return root / "assignments" / assignment / f"{assignment}.ipynb"


def digest(root: Path, assignment: str, student: str) -> str:
    """A digest of all that a mark depends on: the submission, the release and the checks.

    Args:
        root: the course's folder.
        assignment: its name.
        student: whose submission.
    """
    try:
        handed_in = reseating.find(submitted(root, assignment, student), assignment)[0].read_bytes()
    except (UnreadableError, OSError) as error:
        handed_in = str(error).encode()
    trusted = (released(root, assignment), root / "solutions" / assignment / "checks.py")
    return hashlib.sha256(b"\0".join([handed_in, *(path.read_bytes() for path in trusted)])).hexdigest()


def grade(job: Job) -> Graded:
    """Grade one submission.

    Args:
        job: which one, and how.

    Raises:
        SandboxError: no sandbox starts.
        OSError: the release or the checks are not there.
    """
    start = time.monotonic()
    release = json.loads(released(job.root, job.assignment).read_text(encoding="utf-8"))
    fingerprint = digest(job.root, job.assignment, job.student)
    source = job.root / "solutions" / job.assignment
    assignment = _assignment(source, (source / "checks.py").stat().st_mtime_ns)
    try:
        path, repairs = reseating.find(submitted(job.root, job.assignment, job.student), job.assignment)
        seated = reseating.reseat(release, reseating.parse(path.read_bytes()))
    except (UnreadableError, OSError) as error:
        reason = str(error) if isinstance(error, UnreadableError) else f"the file cannot be read ({error.strerror})"
        failed = Record(job.assignment, job.student, fingerprint, failure=reason, warning=job.sandbox.warning)
        return Graded(failed, release)
    setup = [(cell.title, cell.source) for cell in notebook.cells(release) if cell.kind == "setup"]
    folder = released(job.root, job.assignment).parent
    with Worker(job.sandbox, job.assignment, setup, folder, job.limits) as worker:
        sheet = Sheet(worker, assignment, seated, job.seed)
        marks = tuple(mark for question in assignment.auto for mark in sheet.mark(question))
        shown = showing.show(worker, seated, sheet.deadly, sheet.hopeless)
    unchanged = {cell.question for cell in notebook.cells(release) if cell in notebook.cells(seated.notebook)}
    record = Record(
        assignment=job.assignment,
        student=job.student,
        digest=fingerprint,
        seconds=time.monotonic() - start,
        marks=marks,
        answers=_digests(seated),
        blank=tuple(q.name for q in assignment.questions if q not in assignment.auto and q.name in unchanged),
        repairs=(*repairs, *seated.repairs),
        flags=(*sheet.flags, *disagreements(marks, shown.failed)),
        warning=job.sandbox.warning,
    )
    return Graded(record, shown.notebook)


class Sheet:
    """One submission in a sandbox, to be marked question by question.

    Args:
        worker: runs it.
        assignment: what was asked.
        seated: what was answered.
        seed: draws the oracles' inputs.
    """

    def __init__(self, worker: Worker, assignment: Assignment, seated: Seated, seed: int) -> None:
        self.deadly: dict[str, str] = {}
        """Sources of cells that ended their process or took too long, with what happened."""
        self.hopeless: dict[str, str] = {}
        """Questions whose answer did so when it was called."""
        self._worker = worker
        self._own = seated.own
        self._assignment = assignment
        self._seed = seed

    @property
    def flags(self) -> tuple[str, ...]:
        """What a person should look at, one sentence each."""
        cells = {cell.source: cell.question or "a cell of the student's own" for cell in self._own}
        words = {(name, word): None for source, name in cells.items() for word in INWARD.findall(source)}
        return (
            *(f"{name}: it says `{word}`; look at how it comes to its results" for name, word in words),
            *(f"{cells[source]}: when the cell ran, {reason}" for source, reason in self.deadly.items()),
            *(f"{name}: when it was called, {reason}" for name, reason in self.hopeless.items()),
        )

    def mark(self, question: Question) -> tuple[Mark, ...]:
        """What the oracle gives a question.

        All cells that the student wrote have run before; the question's own once more, so that it is what counts.

        Args:
            question: one of the assignment's.
        """
        if reason := self._needed(question):
            self.hopeless[question.name] = reason
            return tuple(_lost(question, criterion, reason) for criterion in question.criteria)
        marks: list[Mark] = []
        seconds = self._worker.limits.seconds
        until = time.monotonic() + seconds
        while len(marks) < len(question.criteria):
            answer = next((cell.source for cell in self._own if cell.question == question.name), "")
            late = self.hopeless.get(question.name, "") if time.monotonic() > until else ""
            if reason := self.deadly.get(answer, late):
                marks += [_lost(question, criterion, reason) for criterion in question.criteria[len(marks) :]]
                break
            with self._worker.copy() as copy:
                try:
                    wrong = self._run(copy, question, answer)
                except FailedError:
                    until = time.monotonic() + seconds  # what another cell took is not this question's
                    continue
                until = max(until, time.monotonic() + seconds) if not marks else until
                for criterion in question.criteria[len(marks) :]:
                    marks.append(self._mark(copy, question, criterion, until, wrong))
                    if not copy.alive:
                        break
        return tuple(marks)

    def _needed(self, question: Question) -> str:
        """What is wrong with an earlier answer that this question cannot do without; empty if nothing is."""
        earlier = self._assignment.earlier(question) if question.together else ()
        return next((f"{q.name}: {self.hopeless[q.name]}" for q in earlier if q.name in self.hopeless), "")

    def _run(self, copy: Copy, question: Question, answer: str) -> str:
        """Run all cells of the student; what is wrong with the question's own."""
        wrong = ""
        for source in [*(cell.source for cell in self._own), answer]:
            if source not in self.deadly:
                try:
                    wrong = copy.run(question.name, source, self._worker.limits.seconds)
                except FailedError as error:
                    self.deadly[source] = str(error)
                    raise
        return wrong

    def _mark(self, copy: Copy, question: Question, criterion: Criterion, until: float, wrong: str) -> Mark:
        def call(case: Case) -> tuple[np.ndarray, ...]:
            try:
                return copy.call(question.name, case, max(until - time.monotonic(), 0.01))
            except FailedError as error:
                self.hopeless.setdefault(question.name, str(error))
                raise
            except WrongAnswer as error:
                raise WrongAnswer(wrong or str(error)) from None  # an answer that does not run explains all else

        return questions.mark_criterion(question.name, criterion, call, self._seed)


def disagreements(marks: tuple[Mark, ...], failed: Mapping[tuple[str, str], str]) -> tuple[str, ...]:
    """Where the notebook's own visible test and the oracle say different things.

    Args:
        marks: the oracles'.
        failed: what each visible test that failed says, by question and criterion.
    """
    said = []
    for mark in marks:
        name, full = f"{mark.question}-{mark.criterion}", mark.earned == mark.points
        if full and (words := failed.get((mark.question, mark.criterion))):
            said.append(f"{name}: it earns its points, but its visible test fails ({words})")
        if not full and (mark.question, mark.criterion) not in failed:
            said.append(f"{name}: its visible test passes, but with other numbers it is wrong")
    return tuple(said)


@functools.lru_cache(maxsize=8)
def _assignment(folder: Path, changed: int) -> Assignment:
    """The checks, read once by each worker, and again when they change."""
    return questions.load(folder)


def _lost(question: Question, criterion: Criterion, reason: str) -> Mark:
    return Mark(question.name, criterion.name, criterion.points, 0, f"{criterion.lost} ({reason})")


def _digests(seated: Seated) -> dict[str, str]:
    """A digest of each answer, and of all other code of the student with it."""
    cells = notebook.cells(seated.notebook)
    helpers = "\0".join(cell.source for cell in seated.own if not cell.question)
    return {
        cell.question: hashlib.sha256(f"{helpers if cell.kind == 'answer' else ''}\0{cell.source}".encode()).hexdigest()
        for cell in cells
        if cell.kind in ("answer", "written")
    }
