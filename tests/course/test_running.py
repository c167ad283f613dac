"""Cells run without a kernel: what they say when they fail, and how an oracle calls what they define."""

import contextlib

import numpy as np
import pytest

from vhlib.course.questions import Case, Perceptron
from vhlib.course.running import UNANSWERED, Session, call


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x = 1", ""),
        ("x = 1\ny = missing", "NameError in line 2: name 'missing' is not defined"),
        ("def f(:\n  pass", "SyntaxError in line 1: "),
        ("raise NotImplementedError()", UNANSWERED),
        ("from vhlib.course import WrongAnswer\nraise WrongAnswer('it is transposed')", "it is transposed"),
        ("assert 1 == 2", "AssertionError in line 1"),
        ("raise SystemExit(0)", "SystemExit in line 1: 0"),
        ("%matplotlib inline\n!ls\nget_ipython().run_line_magic('timeit', '1')\ndisplay(1)", ""),
        ("import warnings\nwarnings.warn('only a warning')", ""),
    ],
)
def test_what_went_wrong_is_said_in_one_line(source, says):
    assert Session().run(source, "cell").startswith(says)
    assert bool(Session().run(source, "cell")) == bool(says)


def test_an_error_in_another_cells_function_is_told_by_its_line_there():
    session = Session()
    session.run("def f():\n    return 1 / 0", "answer")
    said = session.run("x = 0\n\nx = 1\nf()", "test")
    assert said == "ZeroDivisionError in line 2 of the cell with f: division by zero"


def test_an_error_in_the_library_is_told_by_the_line_that_called_it():
    said = Session().run("import json\njson.loads('{')", "cell")
    assert said.startswith("JSONDecodeError in line 2: ")


def test_what_cells_print_is_dropped(capsys):
    Session().run("import sys\nprint('a')\nprint('b', file=sys.stderr)", "cell")
    assert capsys.readouterr() == ("", "")


def test_cells_share_names_and_tests_leave_none():
    session = Session()
    session.run("x = 1", "cell")
    assert session.test("assert x == 1\nx = 2\ny = 3", "test") == ""
    assert session.namespace["x"] == 1
    assert "y" not in session.namespace
    assert session.run("y", "cell") == "NameError in line 1: name 'y' is not defined"


def test_aside_forgets_after_an_error_too():
    session = Session()
    with contextlib.suppress(KeyError), session.aside():
        session.run("x = 1", "cell")
        raise KeyError
    assert "x" not in session.namespace


def test_a_kernels_own_names_can_be_used():
    namespace = {"x": 1}
    assert Session(namespace).run("y = x + 1", "cell") == ""
    assert namespace["y"] == 2


def answering(source: str):
    session = Session()
    session.run("import torch\n" + source, "answer")
    return call(session, "99_toy", "f")


X = np.array([1.0, 2.0])


def test_arrays_go_in_as_tensors_and_come_back_as_arrays():
    f = answering("def f(x, parents):\n    assert parents == (-1, 0)\n    return 2 * x, x.long()")
    double, whole = f(Case((X, (-1, 0)), ()))
    assert np.array_equal(double, 2 * X)
    assert double.dtype == np.float64
    assert whole.dtype == np.int64


def test_a_perceptron_goes_in_as_a_module():
    layers = np.array([[1.0, -1.0], [0.0, 2.0]]), np.array([0.5, -5.0]), np.array([[3.0, 1.0]]), np.array([0.25])
    (seen,) = answering("def f(x, net): return net(x[None])")(Case((X, Perceptron(layers)), ()))
    assert np.allclose(seen, [[3 * max(1 - 2 + 0.5, 0) + max(4 - 5, 0) + 0.25]])
    (slope,) = answering("def f(x, net): return net(-x[None])")(Case((X, Perceptron(layers)), (), np.ones((1, 1))))
    assert np.allclose(slope, [-3.0, 3.0])


def test_weights_ask_for_the_gradient():
    (gradient,) = answering("def f(x): return x ** 3")(Case((X,), (), weights=np.array([1.0, 10.0])))
    assert np.allclose(gradient, [3.0, 120.0])


def test_an_answer_cannot_change_the_oracles_arrays():
    arguments = (X.copy(),)
    answering("def f(x): return x.zero_()")(Case(arguments, ()))
    assert np.array_equal(arguments[0], X)


@pytest.mark.parametrize("source", ["def f(x): return None", "def f(x): return x.numpy()", "def f(x): return 'x'"])
def test_what_is_no_tensor_is_refused(source):
    with pytest.raises(TypeError, match="expected tensors, got a"):
        answering(source)(Case((X,), ()))
