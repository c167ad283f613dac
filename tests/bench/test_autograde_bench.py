import functools
from pathlib import Path

import pytest

from vhlib.bench import autograde, cases
from vhlib.core.errors import InputError


def test_it_is_run_inside_the_course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"no nbgrader_config\.py here or above"):
        next(cases("autograde"))


@pytest.mark.filterwarnings("ignore")  # of nbgrader and SQLAlchemy: open databases, deprecated names
def test_both_ways_grade_the_same_submissions(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    found = autograde.cases()  # kept: the submissions go with it
    case = next(found)
    assert isinstance(case.ours, functools.partial)
    submitted = case.ours.args[0] / "grading" / "submitted"
    assert len(list(submitted.glob(f"*/{autograde.ASSIGNMENT}/*.ipynb"))) == autograde.STUDENTS
    assert (case.ours_count, case.other_count) == (autograde.STUDENTS, autograde.STUDENTS)
    assert (case.rehearsals, case.fewest) == (0, 2)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_answers_alone_run_without_errors_and_without_grading(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    monkeypatch.setattr(autograde, "STUDENTS", 2)
    found = autograde.cases()
    next(found)
    case = next(found)  # it has run them once
    assert case.against == "the answers alone"
    assert isinstance(case.ours, functools.partial)
    root = case.ours.args[0]
    case.other()
    assert not (root / "grading" / "records").exists()
    assert case.meaning is autograde.beyond


def test_answers_that_fail_stop_the_clock():
    setup = (("set-up", "three = 3"),)
    autograde._answer(setup, (("cell", "assert three == 3"),))
    with pytest.raises(RuntimeError, match=r"cell: ZeroDivisionError in line 1: .* so the times say nothing"):
        autograde._answer(setup, (("cell", "1 / 0"),))


def test_the_target_is_for_what_is_left():
    assert autograde.beyond(4500.0, 500.0).endswith("4.00 s per submission; the target is at most 4 s: met")
    assert autograde.beyond(4500.0, 400.0).endswith("4.10 s per submission; the target is at most 4 s: not met")
