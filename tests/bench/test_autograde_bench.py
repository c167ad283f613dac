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
