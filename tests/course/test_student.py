"""A student's own check: question by question, what passes, what is wrong in words, which points can be reached."""

import json
import sys
import types

import pytest

from vhlib.core.errors import InputError
from vhlib.course import student
from vhlib.course.building import build_aside


@pytest.fixture
def released(toy, tmp_path):
    return build_aside(toy.root, "99_toy", tmp_path / "release") / "99_toy.ipynb"


def answer(path, **sources):
    """Fill answer cells in, as a student does."""
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        cell["source"] = sources.get(cell["id"], cell["source"])
    path.write_text(json.dumps(content))


DOUBLE = "def toy_double(x):\n    return 2 * x"


def test_an_untouched_release(released):
    report = student.check_notebook(released)
    assert str(report).splitlines() == [
        "toy_double  not answered yet; up to 0 of 2 points",
        "toy_total   not answered yet; up to 0 of 2 points",
        "toy_essay   read by a person; up to 1 of 1 points",
        "Up to 1 of 5 points. Marking uses other numbers than the visible tests.",
    ]
    assert not report.passed


def test_a_perfect_notebook(toy):
    report = student.check_notebook(toy.notebook)
    assert report.passed
    assert str(report).splitlines()[0] == "toy_double  every visible test passes; up to 2 of 2 points"
    assert str(report).splitlines()[-1].startswith("Up to 5 of 5 points.")


def test_a_wrong_answer_costs_its_own_question_and_is_named_in_words(released):
    answer(
        released,
        toy_double="def toy_double(x):\n    return 2 * x.abs()",
        toy_total="def toy_total(x):\n    return toy_double(toy_double(x))",
    )
    double, total, _ = student.check_notebook(released).outcomes
    assert (double.tests, double.passed, double.points, double.reachable) == (2, 1, 2, 1)
    assert list(double.wrong.values()) == ["at [0] expected -2, got 2 (allowed: 1e-06)"]
    assert not total.wrong


def test_a_cell_that_does_not_run_is_told_beside_its_tests(released):
    answer(released, toy_double="def toy_double(x)\n    return 2 * x")
    text = str(student.check_notebook(released))
    assert (
        "toy_double  0 of 2 visible tests pass; up to 0 of 2 points\n    Your answer: SyntaxError in line 1: " in text
    )
    assert "Test: toy_double: there is no toy_double yet" in text


def test_a_file_without_tests_is_refused(tmp_path):
    path = tmp_path / "plain.ipynb"
    path.write_text(json.dumps({"cells": []}))
    with pytest.raises(InputError, match="this notebook has no tests"):
        student.check_notebook(path)


class Shell:
    """Stands for IPython in a running kernel."""

    def __init__(self, **names):
        self.user_ns = names


@pytest.fixture
def kernel(released, monkeypatch):
    """A running kernel whose answers are not those in the file."""
    import torch

    import vhlib.course

    shell = Shell(torch=torch, expect=vhlib.course.expect)
    exec("import toy_library\n" + DOUBLE, shell.user_ns)
    shell.user_ns["mine"] = vhlib.course.Answers("99_toy", shell.user_ns)
    monkeypatch.setattr(student, "get_ipython", lambda: shell)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return shell


def the_kernels_report(report):
    return [outcome.reachable for outcome in report.outcomes] == [2, 0, 1]


def test_in_a_kernel_the_functions_count_as_they_are_now(kernel, released):
    before = dict(kernel.user_ns)
    assert the_kernels_report(student.check(released))
    assert kernel.user_ns == before


def test_jupyter_tells_where_the_notebook_is(kernel, released, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", str(released))
    assert the_kernels_report(student.check())


def test_vs_code_tells_where_the_notebook_is(kernel, released):
    kernel.user_ns["__vsc_ipynb_file__"] = str(released)
    assert the_kernels_report(student.check())


def test_colab_hands_the_notebook_over(kernel, released, monkeypatch):
    message = types.ModuleType("google.colab._message")
    asked = []

    def blocking_request(kind, timeout_sec):
        asked.append(kind)
        return {"ipynb": json.loads(released.read_text())}

    message.blocking_request = blocking_request  # type: ignore[attr-defined]
    colab = types.ModuleType("google.colab")
    colab._message = message  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    assert the_kernels_report(student.check())
    assert asked == ["get_ipynb"]


def test_where_nobody_tells_it_asks_for_the_file(kernel):
    with pytest.raises(InputError, match=r'call check\("FILE.ipynb"\)'):
        student.check()


def test_outside_a_notebook_it_points_to_the_command(monkeypatch):
    monkeypatch.setattr(student, "get_ipython", lambda: None)
    with pytest.raises(InputError, match="vh check NOTEBOOK"):
        student.check()
