import csv
import io

import pytest
from nbgrader.api import Gradebook

from vhlib.core.errors import InputError
from vhlib.course import questions
from vhlib.course.building import build, config
from vhlib.course.grading import gradebook
from vhlib.course.grading.exporting import export
from vhlib.course.grading.marking import Graded
from vhlib.course.grading.records import Record
from vhlib.course.grading.reporting import report
from vhlib.course.questions import Mark

pytestmark = pytest.mark.filterwarnings("ignore")  # of nbgrader and SQLAlchemy: open databases, deprecated names

NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "source": "def toy_double(x): return x.abs() * 2",
            "metadata": {"nbgrader": {"grade_id": "toy_double", "solution": True}},
        }
    ]
}


def marks(*earned):
    names = (("toy_double", "positive", 1), ("toy_double", "negative", 1), ("toy_total", "value", 2))
    return tuple(
        Mark(question, criterion, points, got, "" if got else f"Lost {criterion}. (off, by 2)")
        for (question, criterion, points), got in zip(names, earned, strict=True)
    )


@pytest.fixture
def graded(toy):
    """Three students: one with a comma in the name, one whose name is a formula, one who handed nothing legible in."""
    build(toy.root, "99_toy")
    assignment = questions.load(toy.source)
    with Gradebook(config(toy.root).CourseDirectory.db_url, "virtual_humans") as book:
        book.add_student("ann", first_name="Ann, Jr", last_name='O"Neil', email="ann@example.org", lms_user_id="17")
        book.add_student("ben", first_name="=cmd()", last_name="+1+1")
    found = (
        Record("99_toy", "ann", "1", marks=marks(1, 0, 2), blank=("toy_essay",), flags=("toy_double: look",)),
        Record("99_toy", "ben", "2", marks=marks(1, 1, 0)),
        Record("99_toy", "cem", "3", failure="the file is empty"),
    )
    with gradebook.opened(toy.root, "99_toy") as book:
        for record in found:
            (toy.root / "grading" / "submitted" / record.student / "99_toy").mkdir(parents=True)
            gradebook.merge(book, toy.root, assignment, Graded(record, NOTEBOOK))
    return toy


def rows(text):
    return list(csv.reader(io.StringIO(text)))


def test_the_table_has_everything_and_quotes_it(graded):
    text = export(graded.root, "99_toy", "csv")
    head, ann, ben, cem = rows(text)
    assert head == [
        *("student", "last_name", "first_name", "email", "handed_in"),
        *("toy_double (2)", "toy_total (2)", "toy_essay (1)"),
        *("late_penalty", "total (5)", "waits_for_a_person", "reasons"),
    ]
    assert ann[:5] == ["ann", 'O"Neil', "Ann, Jr", "ann@example.org", ""]
    assert ann[5:] == [
        *("1", "2", "0", "0", "3", "no"),
        "toy_double-negative: Lost negative. (off, by 2) | toy_double: look",
    ]
    assert ben[1:3] == ["'+1+1", "'=cmd()"]
    assert ben[5:11] == ["2", "0", "0", "0", "2", "yes"]
    assert cem[9:] == ["0", "yes", "not graded: the file is empty"]
    assert '"Ann, Jr"' in text
    assert '"O""Neil"' in text


def test_canvas_gets_the_columns_that_its_import_wants(graded):
    head, possible, ann, ben, cem = rows(export(graded.root, "99_toy", "canvas"))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "99_toy"]
    assert possible == ["    Points Possible", "", "", "", "", "5"]
    assert ann == ['O"Neil, Ann, Jr', "17", "", "ann", "", "3"]
    assert ben[0] == "'+1+1, =cmd()"
    assert cem == ["cem", "", "", "cem", "", "0"]


def test_moodle_gets_a_mark_and_the_reasons(graded):
    head, ann, *_ = rows(export(graded.root, "99_toy", "moodle"))
    assert head == ["Username", "ID number", "Email address", "99_toy", "Feedback comments"]
    assert ann[:4] == ["ann", "17", "ann@example.org", "3"]
    assert ann[4].startswith("toy_double-negative: Lost negative.")


def test_what_a_person_gave_counts(graded):
    with Gradebook(config(graded.root).CourseDirectory.db_url, "virtual_humans") as book:
        book.find_grade("toy_essay", "99_toy", "99_toy", "ben").manual_score = 1.0
        book.db.commit()
    (ben,) = (row for row in rows(export(graded.root, "99_toy", "csv")) if row[0] == "ben")
    assert ben[5:10] == ["2", "0", "1", "0", "3"]


def test_refusals(graded, toy):
    with pytest.raises(InputError, match="--format xml: expected one of csv, canvas, moodle"):
        export(toy.root, "99_toy", "xml")
    with pytest.raises(InputError, match="98_none: no such assignment"):
        export(toy.root, "98_none", "csv")


def test_before_anybody_is_graded_there_is_nothing_to_export(toy):
    build(toy.root, "99_toy")
    with pytest.raises(InputError, match="99_toy: no marks yet; run `vh course autograde 99_toy` first"):
        export(toy.root, "99_toy", "csv")


def test_the_report_says_how_the_class_did(graded):
    page = report(graded.root, "99_toy")
    text = page.read_text()
    assert "# 99_toy: 3 submissions" in text
    assert "2 of them wait for a person" in text
    assert "| toy_double | 2 | 1.00 | 1 | 1 | 1 |" in text
    assert "| **total** | 5 | 1.67 | 2 | 1 | 0 |" in text
    assert "- `toy_double-negative`: 1 of 2. Lost negative." in text
    assert "- `ann`: toy_double: look" in text
    assert "- `cem`: not graded: the file is empty" in text
    assert (page.parent / "scores.png").stat().st_size > 10_000
    assert "](scores.png)" in text
