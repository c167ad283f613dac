"""The students' repository: notebooks, library, assignments, data; no solutions, no checks, no planted answers."""

import json
import subprocess

import pytest

from vhlib.core.errors import InputError
from vhlib.course import colab
from vhlib.course.building import build_aside
from vhlib.course.publish import publish
from vhlib.course.release import NotReadyError, contents


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def commit(root, message="Change"):
    git(root, "add", "--all")
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(root, *author, "commit", "--quiet", "--message", message, "--date", "2026-01-02T03:04:05+00:00")


@pytest.fixture
def course(toy):
    """The toy course as a git repository with a lecture notebook, a library and data, released and committed."""
    lecture = {
        "cells": [
            {"cell_type": "code", "id": colab.CELL_ID, "metadata": {}, "outputs": [], "source": colab.cell()},
            {"cell_type": "code", "id": "play", "metadata": {}, "outputs": [], "source": "π = 3"},
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    files = {
        "notebooks/00_lecture.ipynb": json.dumps(lecture, ensure_ascii=False),
        "vhlib/__init__.py": "",
        "data/body/body.npz": "numbers",
        "README.md": "Read me",
        "tests/test_it.py": "",
        ".gitignore": "grading/\n",
    }
    for name, text in files.items():
        (toy.root / name).parent.mkdir(parents=True, exist_ok=True)
        (toy.root / name).write_text(text)
    build_aside(toy.root, "99_toy", toy.root / "assignments")
    git(toy.root, "init", "--quiet", "--initial-branch", "main")
    commit(toy.root, "The course")
    return toy


PUBLISHED = {
    ".gitignore",
    "README.md",
    "assignments/99_toy/99_toy.ipynb",
    "data/body/body.npz",
    "notebooks/00_lecture.ipynb",
    "vhlib/__init__.py",
}


def published(folder):
    return set(git(folder, "ls-files").split("\n"))


def test_students_get_this_and_nothing_else(course, tmp_path):
    publish(course.root, tmp_path / "students")
    assert published(tmp_path / "students") == PUBLISHED
    assert git(tmp_path / "students", "status", "--porcelain") == ""


def test_colab_installs_a_commit_that_holds_the_kit(course, tmp_path):
    students = tmp_path / "students"
    kit = publish(course.root, students)
    setup, play = json.loads((students / "notebooks" / "00_lecture.ipynb").read_text())["cells"]
    assert "".join(setup["source"]) == colab.cell(kit)
    assert play["source"] == "π = 3"
    assert "vhlib/__init__.py" in git(students, "ls-tree", "-r", "--name-only", kit)
    assert "ipynb" not in git(students, "ls-tree", "-r", "--name-only", kit)


def test_the_same_course_gives_the_same_commits(course, tmp_path):
    commits = []
    for name in ("a", "b"):
        publish(course.root, tmp_path / name)
        commits.append(git(tmp_path / name, "rev-parse", "HEAD"))
    assert commits[0] == commits[1]
    publish(course.root, tmp_path / "a")
    assert git(tmp_path / "a", "rev-parse", "HEAD") == commits[0], "nothing new, nothing committed"


def test_a_new_notebook_leaves_the_installed_commit_and_a_new_library_moves_it(course, tmp_path):
    students = tmp_path / "students"
    first = publish(course.root, students)
    lecture = course.root / "notebooks" / "00_lecture.ipynb"
    lecture.write_text(lecture.read_text().replace("π = 3", "π = 3.14"))
    commit(course.root)
    assert publish(course.root, students) == first
    assert "3.14" in (students / "notebooks" / "00_lecture.ipynb").read_text()
    (course.root / "vhlib" / "__init__.py").write_text("new = 1")
    (course.root / "data" / "body" / "body.npz").unlink()
    commit(course.root)
    second = publish(course.root, students)
    assert second != first
    assert second in (students / "notebooks" / "00_lecture.ipynb").read_text()
    assert published(students) == PUBLISHED - {"data/body/body.npz"}


def test_a_clone_keeps_its_history_and_its_remote(course, tmp_path):
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(tmp_path, "clone", "--quiet", "origin.git", "students")
    publish(course.root, tmp_path / "students")
    assert git(tmp_path / "students", "remote", "get-url", "origin").endswith("origin.git")
    assert git(tmp_path / "students", "log", "-1", "--format=%an %aI") == "Ada 2026-01-02T03:04:05+00:00"


def test_changes_that_are_not_committed_are_refused(course, tmp_path):
    (course.root / "vhlib" / "__init__.py").write_text("new = 1")
    with pytest.raises(InputError, match="commit your changes first"):
        publish(course.root, tmp_path / "students")
    assert not (tmp_path / "students").exists()


def test_a_stale_release_is_refused(course, tmp_path):
    course.change("title", lambda source: source + "\nMore words.")
    commit(course.root)
    with pytest.raises(NotReadyError, match="99_toy: run `vh course release 99_toy` first"):
        publish(course.root, tmp_path / "students")


@pytest.mark.parametrize("name", ["solutions/99_toy/99_toy.ipynb", "notebooks/checks.py", "notebooks/answers/a.py"])
def test_a_secret_in_a_published_folder_is_refused_before_it_is_committed(course, tmp_path, name):
    path = course.root / "notebooks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"cells": []}')
    commit(course.root)
    with pytest.raises(NotReadyError, match="must not be published"):
        publish(course.root, tmp_path / "students")
    assert git(tmp_path / "students", "log", "--format=%s") == "The course kit"


def test_a_hidden_test_beside_an_assignment_is_refused(course, tmp_path):
    hidden = "expect(mine.toy_total(torch.tensor([0.5])), torch.tensor([2.0]), within=1e-6)"
    (course.root / "assignments" / "hints.md").write_text(hidden)
    commit(course.root)
    with pytest.raises(NotReadyError, match=r"hints\.md: it shows students the line"):
        publish(course.root, tmp_path / "students")


def test_a_folder_with_something_else_is_refused_and_left_alone(course, tmp_path):
    folder = tmp_path / "students"
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="expected an empty folder or a clone"):
        publish(course.root, folder)
    assert contents(folder) == {"thesis.tex": b"years of work"}


def test_a_repository_with_changes_is_refused_and_left_alone(course, tmp_path):
    folder = tmp_path / "students"
    publish(course.root, folder)
    (folder / "README.md").write_text("my notes")
    with pytest.raises(InputError, match="changes that are not committed"):
        publish(course.root, folder)
    assert (folder / "README.md").read_text() == "my notes"
