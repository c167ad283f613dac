"""`vh course autograde`, `feedback`, `export` and `report`: what they refuse, in one sentence."""

import shutil
import sys

import pytest

from vhlib.cli import main
from vhlib.course.building import build

pytestmark = pytest.mark.filterwarnings("ignore")  # of nbgrader and SQLAlchemy: open databases, deprecated names


@pytest.fixture
def vh(monkeypatch, capsys, toy):
    """Run a `vh course` command in the toy course as the terminal does; its exit code and what it printed."""
    monkeypatch.chdir(toy.root)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["vh", "course", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return stopped.value.code, printed.out, printed.err

    return run


def test_before_there_is_anything_to_grade(vh, toy):
    code, _, said = vh("autograde", "98_none")
    assert code == 2
    assert "98_none: no such assignment" in said
    code, _, said = vh("autograde", "99_toy")
    assert code == 2
    assert "run `vh course release 99_toy` first" in said
    build(toy.root, "99_toy")
    code, _, said = vh("autograde", "99_toy")
    assert code == 2
    assert "99_toy: nothing was handed in; expected folders" in said
    code, _, said = vh("autograde", "99_toy", "--student", "ann")
    assert code == 2
    assert "ann: nothing was handed in; expected the folder" in said
    for command in ("export", "report", "feedback"):
        code, _, said = vh(command, "99_toy")
        assert code == 2
        assert "run `vh course autograde 99_toy` first" in said


def test_without_a_sandbox_nothing_is_graded(vh, toy, monkeypatch):
    build(toy.root, "99_toy")
    (toy.root / "grading" / "submitted" / "ann" / "99_toy").mkdir(parents=True)
    monkeypatch.setattr(shutil, "which", lambda *arguments, **names: None)
    code, _, said = vh("autograde", "99_toy")
    assert code == 2
    assert "bubblewrap (the program bwrap) is not installed" in said
    assert "--no-sandbox" in said
    assert not (toy.root / "grading" / "records").exists()


def test_no_scheduler_is_refused(vh, toy, monkeypatch):
    from vhlib.course.grading import batch

    monkeypatch.setattr(batch, "CONNECTS_WITHIN", 0.2)
    build(toy.root, "99_toy")
    (toy.root / "grading" / "submitted" / "ann" / "99_toy").mkdir(parents=True)
    code, _, said = vh("autograde", "99_toy", "--no-sandbox", "--scheduler", "tcp://127.0.0.1:9")
    assert code == 2
    assert "--scheduler tcp://127.0.0.1:9: no Dask scheduler answers there" in said
