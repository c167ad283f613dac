"""`vh check` and `vh course`: words on the terminal, and the exit codes 0, 1 and 2."""

import sys

import pytest

from vhlib.cli import main
from vhlib.course.building import build_aside


@pytest.fixture
def vh(monkeypatch, capsys):
    """Run a `vh` command as the terminal does; its exit code and what it printed."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["vh", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return stopped.value.code, printed.out, printed.err

    return run


@pytest.fixture
def inside(toy, monkeypatch):
    monkeypatch.chdir(toy.source)
    return toy


def test_check_says_which_points_can_be_reached(vh, toy, tmp_path):
    code, out, _ = vh("check", toy.notebook)
    assert code == 0
    assert "Up to 5 of 5 points" in out
    code, out, _ = vh("check", build_aside(toy.root, "99_toy", tmp_path) / "99_toy.ipynb")
    assert code == 1
    assert "toy_double  not answered yet; up to 0 of 2 points" in out


def test_check_refuses_what_is_no_notebook_in_one_sentence(vh, tmp_path):
    code, _, err = vh("check", tmp_path / "gone.ipynb")
    assert code == 2
    assert "gone.ipynb: cannot read this notebook" in err
    assert "Traceback" not in err


def test_course_check_and_release(vh, inside):
    assert vh("course", "check", "99_toy") == (0, "99_toy may be released.\n", "")
    code, out, _ = vh("course", "release", "99_toy", "--seed", "7")
    assert code == 0
    assert out == f"Released to {inside.root / 'assignments' / '99_toy'}\n"


def test_course_check_lists_what_is_wrong_and_says_the_seed_to_repeat_it(vh, inside):
    inside.replace("answers/toy_double.py", "loses 0.5: forgets", "loses 0.75: forgets")
    code, out, err = vh("course", "check", "99_toy", "--seed", "7")
    assert (code, out) == (1, "")
    assert err.startswith("99_toy must not be released (seed 7):\n  - toy_double: the wrong answer 'forgets the sign'")
    code, _, err = vh("course", "release", "99_toy")
    assert code == 1
    assert err.startswith("99_toy was not released:\n  - toy_double")


def test_an_unknown_assignment_or_folder_is_refused_in_one_sentence(vh, inside, tmp_path, monkeypatch):
    code, _, err = vh("course", "release", "98_none")
    assert code == 2
    assert "98_none: no such assignment" in err
    monkeypatch.chdir(tmp_path)
    code, _, err = vh("course", "check", "99_toy")
    assert code == 2
    assert "no nbgrader_config.py here or above" in err


def test_publishing_outside_git_is_refused_in_one_sentence(vh, inside, tmp_path):
    code, _, err = vh("course", "publish", tmp_path / "students")
    assert code == 2
    assert "git status failed" in err
