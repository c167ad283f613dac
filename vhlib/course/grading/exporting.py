"""Marks out of the gradebook: a table with everything, and what Canvas and Moodle read.

Convention:
    Points are those that stand in the gradebook now, a person's included; ``total`` is all of them less the late
    penalty. Text that a spreadsheet would take for a formula is written with an
    apostrophe before it.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from nbgrader.api import Gradebook, SubmittedNotebook

from vhlib.core.errors import InputError
from vhlib.course import questions
from vhlib.course.building import find_source
from vhlib.course.grading import records
from vhlib.course.grading.gradebook import opened
from vhlib.course.questions import Assignment, Points

Format = Literal["csv", "canvas", "moodle"]


@dataclass(frozen=True)
class Standing:
    """How one student stands in one assignment."""

    student: str
    last_name: str
    first_name: str
    email: str
    lms_id: str
    """The number that the learning management system knows the student by, if the gradebook has one."""
    handed_in: str
    """When, in UTC; empty if nobody said."""
    scores: tuple[Points, ...]
    """One for each question, in order."""
    penalty: Points
    """What is taken off for lateness."""
    waits: bool
    """Whether a person still has to mark something."""
    reasons: tuple[str, ...]
    """Why points were lost, and what else a person was told to look at."""

    @property
    def total(self) -> Points:
        """All points less the penalty."""
        return sum(self.scores) - self.penalty


def export(root: Path, name: str, layout: str) -> str:
    """The marks of an assignment as a CSV file.

    Args:
        root: the course's folder.
        name: the assignment.
        layout: ``csv``, ``canvas`` or ``moodle``.

    Raises:
        InputError: no such assignment or layout, or no marks yet.
    """
    writers: dict[str, Callable[[Assignment, Sequence[Standing]], Iterable[Sequence[object]]]]
    writers = {"csv": _plain, "canvas": _canvas, "moodle": _moodle}
    if layout not in writers:
        raise InputError(f"--format {layout}: expected one of {', '.join(get_args(Format))}")
    assignment = questions.load(find_source(root, name))
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")  # RFC 4180
    for row in writers[layout](assignment, standings(root, assignment)):
        writer.writerow([_harmless(value) for value in row])
    return table.getvalue()


def standings(root: Path, assignment: Assignment) -> tuple[Standing, ...]:
    """How everybody stands who handed an assignment in, by student.

    Args:
        root: the course's folder.
        assignment: what was asked.

    Raises:
        InputError: it is not in the gradebook, or nobody was graded yet.
    """
    with opened(root, assignment.name) as gradebook:
        found = tuple(_standings(gradebook, root, assignment))
    if not found:
        raise InputError(f"{assignment.name}: no marks yet; run `vh course autograde {assignment.name}` first")
    return found


def _standings(gradebook: Gradebook, root: Path, assignment: Assignment) -> Iterator[Standing]:
    for submission in sorted(gradebook.assignment_submissions(assignment.name), key=lambda s: str(s.student.id)):
        student = submission.student
        notebook: SubmittedNotebook = submission.notebooks[0]
        scores = dict.fromkeys((question.name for question in assignment.questions), 0.0)
        for grade in notebook.grades:
            question = grade.name.partition("-")[0]
            if question in scores:
                scores[question] += grade.score
        record = records.read(root, assignment.name, student.id)
        lost = [f"{m.question}-{m.criterion}: {m.reason}" for m in record.marks if m.reason] if record else []
        yield Standing(
            student=student.id,
            last_name=student.last_name or "",
            first_name=student.first_name or "",
            email=student.email or "",
            lms_id=student.lms_user_id or "",
            handed_in=submission.timestamp.isoformat(" ") if submission.timestamp else "",
            scores=tuple(scores.values()),
            penalty=notebook.late_submission_penalty or 0,
            waits=bool(notebook.needs_manual_grade),
            reasons=(*lost, *(record.remarks if record else ())),
        )


def _plain(assignment: Assignment, standings: Sequence[Standing]) -> Iterator[Sequence[object]]:
    asked = [f"{question.name} ({question.points:g})" for question in assignment.questions]
    who = ["student", "last_name", "first_name", "email", "handed_in"]
    yield [*who, *asked, "late_penalty", f"total ({assignment.points:g})", "waits_for_a_person", "reasons"]
    for s in standings:
        scores = [f"{score:g}" for score in s.scores]
        named = [s.student, s.last_name, s.first_name, s.email, s.handed_in]
        yield [*named, *scores, f"{s.penalty:g}", f"{s.total:g}", "yes" if s.waits else "no", " | ".join(s.reasons)]


def _canvas(assignment: Assignment, standings: Sequence[Standing]) -> Iterator[Sequence[object]]:
    """Canvas's gradebook import: it finds students by ID or SIS Login ID, and needs the row of points possible."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment.name]
    yield ["    Points Possible", "", "", "", "", f"{assignment.points:g}"]
    for s in standings:
        yield [_full_name(s), s.lms_id, "", s.student, "", f"{s.total:g}"]


def _moodle(assignment: Assignment, standings: Sequence[Standing]) -> Iterator[Sequence[object]]:
    """Moodle's grade import: it finds students by user name, e-mail address or ID number."""
    yield ["Username", "ID number", "Email address", assignment.name, "Feedback comments"]
    for s in standings:
        yield [s.student, s.lms_id, s.email, f"{s.total:g}", "\n".join(s.reasons)]


def _full_name(standing: Standing) -> str:
    return ", ".join(filter(None, [standing.last_name, standing.first_name])) or standing.student


def _harmless(value: object) -> object:
    """A value that no spreadsheet runs as a formula; numbers stay as they are."""
    text = str(value)
    if not text.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
