"""Results in nbgrader's gradebook: what one grading gives, and what the next one takes back."""

import dataclasses

import pytest
from nbgrader.api import Gradebook

from vhlib.core.errors import InputError
from vhlib.course import questions
from vhlib.course.building import build, config
from vhlib.course.grading import gradebook, records
from vhlib.course.grading.marking import Graded
from vhlib.course.grading.records import Record
from vhlib.course.questions import Mark

pytestmark = pytest.mark.filterwarnings("ignore")  # of nbgrader and SQLAlchemy: open databases, deprecated names

RIGHT = (
    Mark("toy_double", "positive", 1, 1, ""),
    Mark("toy_double", "negative", 1, 0, "Negative numbers are not doubled. (off by 2)"),
    Mark("toy_total", "value", 2, 2, ""),
)
RECORD = Record("99_toy", "ann", "first", marks=RIGHT, answers={"toy_double": "a", "toy_total": "b", "toy_essay": "c"})


@pytest.fixture
def merge(toy):
    """`merge(record)` writes it down and gives scores, whether they wait, and comments."""
    build(toy.root, "99_toy")
    assignment = questions.load(toy.source)
    submitted = toy.root / "grading" / "submitted" / "ann" / "99_toy"
    submitted.mkdir(parents=True)

    def write(record, stamp=""):
        if stamp:
            (submitted / "timestamp.txt").write_text(stamp)
        with gradebook.opened(toy.root, "99_toy") as book:
            gradebook.merge(book, toy.root, assignment, Graded(record, {"cells": [], "metadata": {}}))
        return look(toy)

    return write


def look(toy):
    with Gradebook(config(toy.root).CourseDirectory.db_url, "virtual_humans") as book:
        submission = book.find_submission_notebook("99_toy", "99_toy", "ann")
        return (
            {grade.name: grade.score for grade in submission.grades},
            {grade.name for grade in submission.grades if grade.needs_manual_grade},
            {comment.name: comment.comment for comment in submission.comments},
        )


def change(toy, do):
    with Gradebook(config(toy.root).CourseDirectory.db_url, "virtual_humans") as book:
        do(book)
        book.db.commit()


def test_marks_comments_and_the_rubric(toy, merge):
    scores, waiting, comments = merge(RECORD)
    assert scores == {"toy_double-positive": 1, "toy_double-negative": 0, "toy_total-value": 2, "toy_essay": 0}
    assert waiting == {"toy_essay"}
    assert comments == {
        "toy_double": "−1 · negative: Negative numbers are not doubled. (off by 2)",
        "toy_total": None,
        "toy_essay": "Rubric:\n\n1 · says why",
    }
    assert records.read(toy.root, "99_toy", "ann") == RECORD
    assert (toy.root / "grading" / "autograded" / "ann" / "99_toy" / "99_toy.ipynb").is_file()


def test_a_written_answer_that_was_left_out_needs_nobody(merge):
    _, waiting, comments = merge(dataclasses.replace(RECORD, blank=("toy_essay",)))
    assert waiting == set()
    assert comments["toy_essay"] == "No answer."


def test_a_broken_resubmission_keeps_nothing_of_the_old_marks(toy, merge):
    merge(RECORD)
    change(toy, lambda book: setattr(book.find_grade("toy_essay", "99_toy", "99_toy", "ann"), "manual_score", 1.0))
    scores, waiting, comments = merge(Record("99_toy", "ann", "second", failure="the file is empty"))
    assert set(scores.values()) == {0}
    assert waiting == set(scores)
    assert set(comments.values()) == {"Not graded: the file is empty."}


def test_what_a_person_gave_stays_as_long_as_the_answer_does(toy, merge):
    def by_hand(book):
        book.find_grade("toy_essay", "99_toy", "99_toy", "ann").manual_score = 1.0
        book.find_grade("toy_double-negative", "99_toy", "99_toy", "ann").manual_score = 0.5
        book.find_comment("toy_essay", "99_toy", "99_toy", "ann").manual_comment = "Well said."

    merge(RECORD)
    change(toy, by_hand)
    scores, waiting, comments = merge(RECORD)
    assert (scores["toy_essay"], scores["toy_double-negative"], comments["toy_essay"]) == (1, 0.5, "Well said.")
    assert waiting == set()
    other = {**RECORD.answers, "toy_double": "new"}
    scores, waiting, comments = merge(dataclasses.replace(RECORD, digest="second", answers=other))
    assert (scores["toy_essay"], scores["toy_double-negative"], comments["toy_essay"]) == (1, 0, "Well said.")
    scores, waiting, comments = merge(dataclasses.replace(RECORD, digest="third", answers={**other, "toy_essay": "x"}))
    assert (scores["toy_essay"], comments["toy_essay"]) == (0, "Rubric:\n\n1 · says why")
    assert waiting == {"toy_essay"}


def test_a_grader_that_breaks_down_takes_nothing_that_a_person_gave(toy, merge):
    merge(RECORD)
    change(toy, lambda book: setattr(book.find_grade("toy_essay", "99_toy", "99_toy", "ann"), "manual_score", 1.0))
    scores, waiting, _ = merge(Record("99_toy", "ann", "", failure="KilledWorker"))
    assert scores == {"toy_double-positive": 0, "toy_double-negative": 0, "toy_total-value": 0, "toy_essay": 1}
    assert waiting == set(scores)
    scores, waiting, _ = merge(RECORD)
    assert scores["toy_essay"] == 1
    assert waiting == set()


def test_lateness_is_punished_as_nbgrader_is_configured_to(toy, merge):
    path = toy.root / "nbgrader_config.py"
    path.write_text(path.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    change(toy, lambda book: book.update_or_create_assignment("99_toy", duedate="2026-11-20 12:00:00"))

    def penalty():
        with Gradebook(config(toy.root).CourseDirectory.db_url, "virtual_humans") as book:
            return book.find_submission_notebook("99_toy", "99_toy", "ann").late_submission_penalty

    merge(RECORD, stamp="2026-11-21 12:00:00 UTC")
    assert penalty() == 3
    merge(RECORD, stamp="2026-11-19 12:00:00 UTC")
    assert penalty() is None


def test_an_assignment_that_was_never_released_is_refused(toy):
    refusal = "98_none: not in the gradebook yet; run `vh course release 98_none` first"
    with pytest.raises(InputError, match=refusal), gradebook.opened(toy.root, "98_none"):
        pass
