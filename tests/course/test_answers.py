"""A student's function runs alone: without the library's own version of it, and with the library's of the others."""

import pytest
import torch

from vhlib import body, exercises, geometry
from vhlib.course import Answers, WrongAnswer
from vhlib.course.answers import library

ASSIGNMENT = "01_body_model"


def mine(**functions):
    return Answers(ASSIGNMENT, functions)


def notebook(source: str) -> Answers:
    """Answers defined the way a notebook defines them: with its namespace as their globals."""
    namespace: dict[str, object] = {"torch": torch, "exercises": exercises, "geometry": geometry}
    exec(source, namespace)
    return Answers(ASSIGNMENT, namespace)


def test_the_library_has_a_version_of_each_exercise_that_is_no_slot():
    own = library(ASSIGNMENT)
    assert set(own) == {"axis_angle_to_matrix", "blend_shapes", "forward_kinematics", "linear_blend_skinning"}
    with exercises.forbid(*own):  # a slot would refuse
        assert torch.equal(own["axis_angle_to_matrix"](torch.zeros(3)), torch.eye(3))
    assert library("99_nothing") == {}


def test_an_answer_sees_the_library_where_the_notebook_has_another_mistake():
    answers = notebook(
        "def axis_angle_to_matrix(axis_angle): return None  # wrong, and marked in its own question\n"
        "def blend_shapes(betas, shapedirs): return axis_angle_to_matrix(betas)"
    )
    turned = answers.blend_shapes(torch.zeros(2, 3), None)
    assert torch.equal(turned, torch.eye(3).expand(2, 3, 3))


def test_an_answer_sees_the_library_where_the_notebook_has_nothing():
    answers = notebook("def blend_shapes(betas, shapedirs): return axis_angle_to_matrix(betas)")
    assert answers.blend_shapes(torch.zeros(2, 3), None).shape == (2, 3, 3)


def test_the_notebook_is_put_back_even_after_an_error():
    namespace: dict[str, object] = {"axis_angle_to_matrix": len}
    exec("def blend_shapes(betas, shapedirs): raise KeyError('lost')", namespace)
    before = dict(namespace)
    with pytest.raises(KeyError, match="lost"):
        Answers(ASSIGNMENT, namespace).blend_shapes(None, None)
    assert namespace == before


def test_an_answer_must_not_call_the_librarys_own():
    answers = notebook("def axis_angle_to_matrix(axis_angle): return geometry.axis_angle_to_matrix(axis_angle)")
    with pytest.raises(RuntimeError, match="must not call the library's axis_angle_to_matrix"):
        answers.axis_angle_to_matrix(torch.zeros(3))


ALL_BUT = "with exercises.use({}): return geometry.axis_angle_to_matrix(torch.zeros(3))"


def test_what_is_no_exercise_runs_with_the_students_own_and_nothing_of_the_librarys():
    own = "def axis_angle_to_matrix(axis_angle): return torch.full((3, 3), 7.0)\n"
    used = notebook(own + "def my_body():\n " + ALL_BUT.format("axis_angle_to_matrix=axis_angle_to_matrix"))
    assert torch.equal(used.my_body(), torch.full((3, 3), 7.0))
    unused = notebook(own + "def my_body():\n " + ALL_BUT.format(""))
    with pytest.raises(RuntimeError, match="must not call the library's axis_angle_to_matrix"):
        unused.my_body()


def test_an_answer_is_looked_up_at_each_call():
    namespace: dict[str, object] = {"blend_shapes": lambda betas, shapedirs: 1}
    answers = Answers(ASSIGNMENT, namespace)
    assert answers.blend_shapes(None, None) == 1
    namespace["blend_shapes"] = lambda betas, shapedirs: 2
    assert answers.blend_shapes(None, None) == 2


@pytest.mark.parametrize(
    ("functions", "says"),
    [
        ({}, "there is no blend_shapes yet"),
        ({"blend_shapes": 3.0}, "should be a function, it is 3.0"),
        ({"blend_shapes": lambda x: x}, r"blend_shapes\(x\): its parameters should be \(betas, shapedirs\)"),
    ],
)
def test_what_cannot_be_called_is_refused_in_words(functions, says):
    with pytest.raises(WrongAnswer, match=says):
        mine(**functions).blend_shapes(None, None)


def test_the_gradient_passes_through():
    answers = notebook("def blend_shapes(betas, shapedirs): return 3 * betas")
    betas = torch.ones(2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: answers.blend_shapes(x, None), betas)


def test_the_library_still_works_afterwards():
    answers = notebook("def blend_shapes(betas, shapedirs): return betas")
    answers.blend_shapes(torch.zeros(1, 2), None)
    assert body.blend_shapes(torch.ones(1, 2), torch.ones(4, 3, 2)).shape == (1, 4, 3)
