"""A release is written only if it passes its check, and is the same bytes each time."""

import sqlite3

import pytest

from vhlib.core.errors import InputError
from vhlib.course import building
from vhlib.course.release import NotReadyError, contents, is_current, release


def test_it_writes_the_folder_and_records_the_assignment(toy):
    folder = release(toy.root, "99_toy", seed=0)
    assert folder == toy.root / "assignments" / "99_toy"
    assert list(contents(folder)) == ["99_toy.ipynb"]
    with sqlite3.connect(toy.root / "grading" / "gradebook.db") as gradebook:
        cells = gradebook.execute("select name, max_score from base_cell natural join grade_cells").fetchall()
    gradebook.close()
    assert dict(cells) == {"toy_double-negative": 1, "toy_double-positive": 1, "toy_total-value": 2, "toy_essay": 1}


def test_it_is_the_same_bytes_each_time_with_a_gradebook_and_without(toy, tmp_path):
    aside = contents(building.build_aside(toy.root, "99_toy", tmp_path / "aside"))
    assert contents(release(toy.root, "99_toy", seed=0)) == aside
    assert contents(release(toy.root, "99_toy", seed=1)) == aside


def test_it_is_current_until_its_source_changes(toy, tmp_path):
    assert not is_current(toy.root, "99_toy", tmp_path / "a"), "it was never released"
    building.build_aside(toy.root, "99_toy", toy.root / "assignments")
    assert is_current(toy.root, "99_toy", tmp_path / "b")
    toy.change("title", lambda source: source + "\nMore words.")
    assert not is_current(toy.root, "99_toy", tmp_path / "c")


def test_an_assignment_with_a_problem_is_not_written(toy):
    toy.replace("answers/toy_double.py", "loses 0.5: forgets", "loses 0.75: forgets")
    with pytest.raises(NotReadyError, match="99_toy was not released") as refused:
        release(toy.root, "99_toy", seed=0)
    assert len(refused.value.problems) == 2
    assert not (toy.root / "assignments").exists()


def test_what_was_released_before_stays_when_the_next_is_refused(toy):
    before = contents(release(toy.root, "99_toy", seed=0))
    toy.change("toy_double", lambda source: source.replace("2 * x", "3 * x"))
    with pytest.raises(NotReadyError):
        release(toy.root, "99_toy", seed=0)
    assert contents(toy.root / "assignments" / "99_toy") == before


def test_the_course_is_found_from_inside_it_and_refused_elsewhere(toy, tmp_path):
    assert building.find_root(toy.source) == toy.root
    assert building.assignments(toy.root) == ("99_toy",)
    with pytest.raises(InputError, match=r"no nbgrader_config\.py here or above"):
        building.find_root(tmp_path)
