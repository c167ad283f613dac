"""Results into nbgrader's gradebook, by nbgrader's own interface, one submission after the other.

The gradebook stays the one store of marks: formgrader, nbgrader's feedback and a person's changes all work on it.
"""

import contextlib
import dataclasses
import json
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SAWarning

from vhlib.core.errors import InputError
from vhlib.course.building import beside_python, config
from vhlib.course.grading.marking import Graded, submitted
from vhlib.course.grading.records import Record, read, write
from vhlib.course.questions import Assignment, Question, Written


@contextlib.contextmanager
def opened(root: Path, name: str) -> Iterator[Gradebook]:
    """The course's gradebook.

    Args:
        root: the course's folder.
        name: an assignment that must be in it.

    Raises:
        InputError: it is not.
    """
    settings = config(root).CourseDirectory
    with beside_python(), Gradebook(settings.db_url, settings.course_id) as gradebook:
        try:
            gradebook.find_assignment(name)
        except MissingEntry:
            raise InputError(f"{name}: not in the gradebook yet; run `vh course release {name}` first") from None
        yield gradebook


def merge(gradebook: Gradebook, root: Path, assignment: Assignment, graded: Graded) -> None:
    """Write down what came of a submission: its notebook, its marks and comments, and at last its record.

    What an earlier grading gave is taken back first. What a person gave stays where the answer is still the same.

    Args:
        gradebook: the course's.
        root: the course's folder.
        assignment: what was asked.
        graded: what came of it.
    """
    before = read(root, assignment.name, graded.record.student)
    record = graded.record
    if before and not record.digest:  # no student's fault: what a person gave must outlive it
        record = dataclasses.replace(record, answers=before.answers)
    folder = root / "grading" / "autograded" / record.student / assignment.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text = json.dumps(graded.notebook, indent=1, ensure_ascii=False)
    (folder / f"{assignment.name}.ipynb").write_text(text + "\n", encoding="utf-8")
    handed_in = submitted(root, assignment.name, record.student)
    if (stamp := handed_in / "timestamp.txt").is_file():
        shutil.copyfile(stamp, folder / stamp.name)
    times = {"timestamp": when} if (when := CourseDirectory().get_existing_timestamp(str(handed_in))) else {}
    gradebook.update_or_create_student(record.student)
    with warnings.catch_warnings(action="ignore", category=SAWarning):  # of nbgrader's own making
        gradebook.update_or_create_submission(assignment.name, record.student, **times)
    submission = gradebook.find_submission_notebook(assignment.name, assignment.name, record.student)
    _reset(submission, record, before)
    _give_marks(submission, record, assignment)
    _comment(submission, record, assignment)
    gradebook.db.commit()
    _punish_lateness(root, assignment.name, record.student)
    write(root, record)


def _reset(submission: SubmittedNotebook, record: Record, before: Record | None) -> None:
    """Take back all marks of an earlier grading; a person's too, where they were for another answer."""
    for grade in submission.grades:
        grade.auto_score, grade.needs_manual_grade = None, True
        if not _is_same(grade.name.partition("-")[0], record, before):
            grade.manual_score = grade.extra_credit = None
    for comment in submission.comments:
        comment.auto_comment = None
        if not _is_same(comment.name, record, before):
            comment.manual_comment = None


def _is_same(question: str, record: Record, before: Record | None) -> bool:
    """Whether a question's answer is the one that was graded before; with no record of that, it is taken to be."""
    return before is None or before.answers.get(question) == record.answers.get(question)


def _give_marks(submission: SubmittedNotebook, record: Record, assignment: Assignment) -> None:
    earned = {f"{mark.question}-{mark.criterion}": float(mark.earned) for mark in record.marks}
    earned |= dict.fromkeys(record.blank, 0.0)
    declared = {f"{q.name}-{part}".rstrip("-") for q in assignment.questions for part, _ in q.parts}
    for grade in submission.grades:
        if record.failure:
            grade.auto_score = 0.0 if grade.name in declared else None
            grade.needs_manual_grade = True
        elif grade.name in earned:
            grade.auto_score, grade.needs_manual_grade = earned[grade.name], False
        else:
            grade.needs_manual_grade = grade.manual_score is None


def _comment(submission: SubmittedNotebook, record: Record, assignment: Assignment) -> None:
    asked = {question.name: question for question in assignment.questions}
    for comment in submission.comments:
        if comment.name in asked:
            comment.auto_comment = _words(asked[comment.name], record) or None


def _words(question: Question | Written, record: Record) -> str:
    if record.failure:
        return f"Not graded: {record.failure}."
    if question.name in record.blank:
        return "No answer."
    if isinstance(question, Written):
        return "\n\n".join(["Rubric:", *(f"{points:g} · {words}" for points, words in question.rubric)])
    lost = [mark for mark in record.marks if mark.question == question.name and mark.earned < mark.points]
    return "\n\n".join(f"−{mark.points - mark.earned:g} · {mark.criterion}: {mark.reason}" for mark in lost)


def _punish_lateness(root: Path, name: str, student: str) -> None:
    """What nbgrader's late submission plugin, as it is configured, takes."""
    settings = config(root)
    where = {
        "notebook": name,
        "assignment": name,
        "student": student,
        "db_url": settings.CourseDirectory.db_url,
    }
    AssignLatePenalties(config=settings).preprocess(NotebookNode(cells=[]), {"nbgrader": where})
