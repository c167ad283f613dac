"""An oracle: fresh inputs, an independent reference, partial credit by criterion, a sentence for each lost point."""

import numpy as np
import pytest

from vhlib.core.errors import InputError
from vhlib.course import questions
from vhlib.course.questions import Assignment, Case, Criterion, Question, Written


def squares(generator):
    x = generator.normal(size=(2, 3))
    yield Case((x,), (x**2,))


def slopes(generator):
    x, weights = generator.normal(size=4), generator.normal(size=4)
    yield Case((x,), (2 * x * weights,), weights=weights)


SQUARE = Question(
    "square",
    (
        Criterion("value", 2, squares, 1e-9, "one product", "The square is wrong."),
        Criterion("slope", 1, slopes, 1e-9, "one product", "The derivative is wrong."),
    ),
)


def answer(value, slope):
    """Calls like those of a worker: arrays in, arrays out."""
    return lambda case: (value(*case.arguments) if case.weights is None else slope(case.weights, *case.arguments),)


right = answer(lambda x: x**2, lambda weights, x: 2 * weights * x)


def test_a_right_answer_earns_every_point():
    marks = questions.mark(SQUARE, right, seed=0)
    assert [(mark.criterion, mark.earned, mark.points, mark.reason) for mark in marks] == [
        ("value", 2, 2, ""),
        ("slope", 1, 1, ""),
    ]


def test_each_criterion_is_lost_for_itself_with_its_sentence():
    value, slope = questions.mark(SQUARE, answer(lambda x: x**2, lambda weights, x: weights * x), seed=0)
    assert (value.earned, slope.earned) == (2, 0)
    assert slope.reason.startswith("The derivative is wrong. (off by ")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (lambda x: x[0] ** 2, r"expected the shape \(2, 3\), got \(3,\)"),
        (lambda x: (x**2).astype(np.float32), "expected float64, as the input is, got float32"),
        (lambda x: np.full_like(x, np.nan), "not every number is finite"),
        (lambda x: x**2 + 1e-8, "off by 1e-08, allowed is 1e-09"),
        (lambda x: {0: x}[3], r"KeyError: 3"),
    ],
)
def test_a_lost_point_says_what_came_back(value, says):
    mark = questions.mark(SQUARE, answer(value, None), seed=0)[0]
    assert mark.earned == 0
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(mark.reason)


def test_a_result_too_many_is_wrong():
    mark = questions.mark(SQUARE, lambda case: 2 * case.expected, seed=0)[0]
    assert mark.reason.endswith("(expected 1 results, got 2)")


def test_inputs_are_fresh_with_each_seed_and_the_same_with_the_same():
    def inputs(seed):
        seen = []

        def remember(case):
            seen.append(case.arguments[0])
            return right(case)

        questions.mark(SQUARE, remember, seed)
        return seen

    again, other = inputs(1), inputs(2)
    assert all(np.array_equal(a, b) for a, b in zip(inputs(1), again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(other, again, strict=True))
    assert not np.array_equal(again[0].ravel()[:4], again[1]), "two criteria draw from different streams"


def test_points_add_up():
    essay = Written("essay", ((1, "a reason"), (2, "an example")))
    assignment = Assignment("99_toy", (SQUARE, essay))
    assert (SQUARE.points, essay.points, assignment.points) == (3, 3, 6)
    assert assignment.auto == (SQUARE,)
    assert SQUARE.parts == (("value", 2), ("slope", 1))
    assert essay.parts == (("", 3),)


def test_earlier_questions_are_those_before():
    second = Question("cube", SQUARE.criteria)
    assignment = Assignment("99_toy", (SQUARE, Written("essay", ()), second))
    assert assignment.earlier(SQUARE) == ()
    assert assignment.earlier(second) == (SQUARE,)


@pytest.mark.parametrize("text", [None, "x = 1", "ASSIGNMENT = 3", "{declared}('98_other', ())"])
def test_a_folder_without_an_assignment_of_its_name_is_refused(tmp_path, text):
    folder = tmp_path / "99_toy"
    folder.mkdir()
    declared = "from vhlib.course.questions import Assignment\nASSIGNMENT = Assignment"
    if text is not None:
        (folder / "checks.py").write_text(text.format(declared=declared))
    with pytest.raises(InputError, match=r"checks\.py"):
        questions.load(folder)
