"""Is an assignment fit to be released? Everything that must hold, and one sentence for each thing that does not.

Both scorers are held to it: the oracles of ``checks.py`` and the notebook's own tests.
"""

import ast
import contextlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from vhlib import exercises
from vhlib.course import notebook, planted, questions
from vhlib.course.answers import library
from vhlib.course.building import build_aside, find_source
from vhlib.course.notebook import Cell
from vhlib.course.planted import Planted
from vhlib.course.questions import Assignment, Mark, Points, Question
from vhlib.course.running import Session, call

WRONG, ALTERNATIVE = 4, 2
"""How many planted answers every auto question needs."""

SECRET = ("checks.py", "answers")
"""What stands beside a notebook and never reaches students; `nbgrader_config.py` ignores the same names."""


def check(root: Path, name: str, *, seed: int) -> tuple[str, ...]:
    """Build an assignment aside and look for problems.

    Args:
        root: the course's folder.
        name: the assignment.
        seed: draws the oracles' inputs.

    Returns:
        One sentence for each problem; empty if it may be released.

    Raises:
        InputError: no such assignment, or files that cannot be read.
    """
    source = find_source(root, name)
    with tempfile.TemporaryDirectory() as folder:
        return problems(source, build_aside(root, name, Path(folder)), seed=seed)


def problems(source: Path, release: Path, *, seed: int) -> tuple[str, ...]:
    """What is wrong with a source and the release that was built of it.

    Args:
        source: ``solutions/NN_name``.
        release: the folder that students get.
        seed: draws the oracles' inputs.
    """
    assignment = questions.load(source)
    solved = _Paper(assignment, notebook.read(source / f"{source.name}.ipynb"), seed)
    answers = planted.read(source / "answers")
    if found := (*_undeclared(solved), *_unplanted(assignment, answers)):
        return found  # the checks below need what these say is missing
    stubbed = _Paper(assignment, notebook.read(release / f"{source.name}.ipynb"), seed)
    return (
        *_solution_loses(solved),
        *_release_earns(stubbed),
        *_leans_on_earlier(solved),
        *_planted_marked_otherwise(solved, answers),
        *leaks(source, release),
    )


def leaks(source: Path, release: Path) -> Iterator[str]:
    """Secret files, and text of hidden tests, solutions, checks and planted answers that stands in a release.

    A line counts as secret if it has twelve characters and stands nowhere in the open part of the notebook.

    Args:
        source: ``solutions/NN_name``.
        release: the folder that students get.
    """
    secret, public = _secret_lines(source)
    for path in sorted(path for path in release.rglob("*") if path.is_file()):
        place = path.relative_to(release)
        if set(SECRET) & set(place.parts):
            yield f"{place}: this file must not reach students"
            continue
        text = "\n".join(_texts(path))
        for marker in ("BEGIN HIDDEN TESTS", "BEGIN SOLUTION"):
            if marker in text:
                yield f"{place}: it still has a region {marker!r}"
        if shown := next((line for line in sorted(secret) if line not in public and line in text), None):
            yield f"{place}: it shows students the line {shown!r}"


class _Paper:
    """An assignment's notebook, ready to have its questions answered and marked; the set-up cells have run."""

    def __init__(self, assignment: Assignment, cells: Sequence[Cell], seed: int) -> None:
        self.assignment = assignment
        self.cells = cells
        self.session = Session()
        self._seed = seed
        for cell in cells:
            if cell.kind == "setup":
                self.session.run(cell.source, cell.title)

    def answer(self, question: Question) -> str:
        """What stands in the question's answer cell."""
        return next(cell.source for cell in self.cells if cell.kind == "answer" and cell.question == question.name)

    @contextlib.contextmanager
    def answered(self, question: Question, source: str | None = None) -> Iterator[None]:
        """Within the block the question is answered, by the notebook's own cell if no other code is given."""
        with self.session.aside():
            for before in self.assignment.earlier(question) if question.together else ():
                self.session.run(self.answer(before), before.name)
            self.session.run(self.answer(question) if source is None else source, question.name)
            yield

    def marks(self, question: Question) -> tuple[Mark, ...]:
        """What checks.py give the question as it is answered."""
        return questions.mark(question, call(self.session, self.assignment.name, question.name), self._seed)

    def failing(self, question: Question) -> list[tuple[Cell, str]]:
        """The tests of the notebook that the question fails as it is answered, and what they say."""
        tests = [cell for cell in self.cells if cell.kind == "test" and cell.question == question.name]
        return [(cell, wrong) for cell in tests if (wrong := self.session.test(cell.source, cell.title))]


def _undeclared(paper: _Paper) -> Iterator[str]:
    """Points, cells and slots that do not agree."""
    assignment, cells = paper.assignment, paper.cells
    asked = [cell.question for cell in cells if cell.kind in ("answer", "written")]
    if asked != [question.name for question in assignment.questions]:
        yield f"checks.py declares {[q.name for q in assignment.questions]}, the notebook asks {asked}"
    shown = {(c.question, c.criterion): c.points for c in cells if c.kind in ("test", "written")}
    declared = {(q.name, part): points for q in assignment.questions for part, points in q.parts}
    for key in sorted(declared.keys() | shown.keys()):
        if declared.get(key) != shown.get(key):
            name = "-".join(filter(None, key))
            yield f"{name}: checks.py gives it {_points(declared.get(key))}, the notebook {_points(shown.get(key))}"
    rows = [row.strip() for c in cells if c.kind == "text" for row in c.source.split("\n") if row.startswith("|")]
    for question in assignment.questions:
        if not any(f"`{question.name}`" in row and row.endswith(f"| {question.points:g} |") for row in rows):
            yield f"{question.name}: the notebook's table has no row that gives it {_points(question.points)}"
    if not any(row.endswith(f"| **{assignment.points:g}** |") for row in rows):
        yield f"the notebook's table should end with a total of **{assignment.points:g}**"
    for cell in cells:
        if cell.kind == "test" and not _is_one_function(cell.source):
            yield f"{cell.title!r}: write it as `def test(): …` and `test()`; other names could hide a student's own"
    slots = {exercise.name for exercise in exercises.listing() if exercise.assignment == assignment.name}
    alone = {question.name for question in assignment.auto if not question.together}
    for name in sorted(slots ^ alone):
        problem = "no question asks for this exercise" if name in slots else "the library has no such exercise"
        yield f"{name}: {problem}"


def _is_one_function(source: str) -> bool:
    try:
        match ast.parse(source).body:
            case [ast.FunctionDef(name="test"), ast.Expr(ast.Call(ast.Name("test")))]:
                return True
    except SyntaxError:
        pass
    return False


def _points(points: Points | None) -> str:
    return "nothing" if points is None else f"{points:g} points"


def _unplanted(assignment: Assignment, answers: Sequence[Planted]) -> Iterator[str]:
    """Questions with too few planted answers, and answers to no question."""
    for question in assignment.auto:
        mine = [answer for answer in answers if answer.question == question.name]
        wrong = sum(answer.loses is not None for answer in mine)
        if wrong < WRONG or len(mine) - wrong < ALTERNATIVE:
            yield (
                f"{question.name}: it needs {WRONG} wrong answers and {ALTERNATIVE} alternatives in answers/, "
                f"it has {wrong} and {len(mine) - wrong}"
            )
    for name in sorted({answer.question for answer in answers} - {question.name for question in assignment.auto}):
        yield f"answers/{name}.py: no auto question has this name"


def _solution_loses(paper: _Paper) -> Iterator[str]:
    with paper.session.aside():
        for cell in paper.cells:
            run = paper.session.test if cell.kind == "test" else paper.session.run
            if cell.kind not in ("text", "written") and (wrong := run(cell.source, cell.title)):
                yield f"the solution fails in {cell.title!r}: {wrong}"
    for question in paper.assignment.auto:
        with paper.answered(question):
            yield from _lost("the solution", paper.marks(question))


def _release_earns(paper: _Paper) -> Iterator[str]:
    for question in paper.assignment.auto:
        with paper.answered(question):
            failing = [cell.criterion for cell, _ in paper.failing(question)]
            for mark in paper.marks(question):
                name = f"{question.name}-{mark.criterion}"
                if mark.earned:
                    yield f"{name}: checks.py give the release {mark.earned:g} points"
                if mark.criterion not in failing:
                    yield f"{name}: the release passes this test without an answer"


def _leans_on_earlier(paper: _Paper) -> Iterator[str]:
    """Questions that need the student's, and not the library's, answers to earlier ones."""
    who = "the solution, with the library's answers to earlier questions,"
    own = library(paper.assignment.name)
    for question in paper.assignment.auto:
        with paper.session.aside():
            earlier = (before.name for before in paper.assignment.earlier(question))
            paper.session.namespace.update({name: own[name] for name in earlier if name in own})
            paper.session.run(paper.answer(question), question.name)
            yield from _lost(who, paper.marks(question))
            for cell, wrong in paper.failing(question):
                yield f"{question.name}: {cell.title!r} takes {cell.points:g} points from {who}: {wrong}"


def _planted_marked_otherwise(paper: _Paper, answers: Sequence[Planted]) -> Iterator[str]:
    asked = {question.name: question for question in paper.assignment.auto}
    for answer in answers:
        question = asked[answer.question]
        with paper.answered(question, answer.source):
            marks, failing = paper.marks(question), paper.failing(question)
        lost = {
            "checks.py": sum(mark.points - mark.earned for mark in marks) / question.points,
            "the notebook's tests": sum(cell.points for cell, _ in failing) / question.points,
        }
        reasons = [mark.reason for mark in marks if mark.reason] + [wrong for _, wrong in failing]
        for scorer, share in lost.items():
            if answer.loses is None and share:
                what = f"{scorer} take {share:.0%} from the alternative {answer.title!r}"
                yield f"{question.name}: {what}: {reasons[0]}"
            if answer.loses is not None and share < answer.loses - 1e-9:
                yield (
                    f"{question.name}: the wrong answer {answer.title!r} should lose {answer.loses:.0%}, "
                    f"{scorer} take {share:.0%}"
                )


def _lost(who: str, marks: Sequence[Mark]) -> Iterator[str]:
    for mark in marks:
        if mark.earned < mark.points:
            yield f"{mark.question}: checks.py take {mark.points - mark.earned:g} points from {who}: {mark.reason}"


def _secret_lines(source: Path) -> tuple[set[str], str]:
    """Every line that students must not see, and the open text of the notebook."""
    secret, public = [], []
    for cell in notebook.read(source / f"{source.name}.ipynb"):
        if cell.kind == "written":
            secret.append(cell.source)
            continue
        opened = notebook.outside(notebook.outside(cell.source, "HIDDEN TESTS"), "SOLUTION")
        public.append(opened)
        secret += [notebook.inside(cell.source, "HIDDEN TESTS"), notebook.inside(cell.source, "SOLUTION")]
    secret += [path.read_text(encoding="utf-8") for path in (source / "checks.py", *source.glob("answers/*.py"))]
    lines = {line.strip() for text in secret for line in text.split("\n")}
    return {line for line in lines if len(line) >= 12}, "\n".join(public)


def _texts(path: Path) -> Iterator[str]:
    """Every text in a file; of a notebook, of its cells, outputs and metadata."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    if path.suffix != ".ipynb":
        yield text
        return
    waiting: list[Any] = [json.loads(text)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            # A cell's source may be a list of lines: joined, a secret cannot hide across two of them.
            waiting += ["".join(value)] if all(isinstance(item, str) for item in value) else value
