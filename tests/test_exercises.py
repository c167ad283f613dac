"""Slots: a stand-in reaches everything, leaves no trace, and cannot lean on what it replaces."""

import pickle
import threading

import pytest
import torch

from vhlib import exercises
from vhlib.exercises import exercise, forbid, listing, use
from vhlib.geometry import forward_kinematics
from vhlib.geometry.rotations import axis_angle_to_matrix


@pytest.fixture
def slots(monkeypatch):
    """An empty set of slots: what a test marks, the library's listing must not show."""
    monkeypatch.setattr(exercises, "_SLOTS", {})


@pytest.fixture
def double(slots):
    @exercise("07_numbers")
    def double(x: int) -> int:
        """Twice a number."""
        return 2 * x

    return double


def test_a_stand_in_reaches_modules_that_imported_the_name_earlier():
    turns = torch.zeros(2, 3)
    with use(axis_angle_to_matrix=lambda axis_angle: torch.full((*axis_angle.shape, 3), 7.0)):
        assert (axis_angle_to_matrix(turns) == 7).all()
        assert (exercises._SLOTS["axis_angle_to_matrix"].stand_in(turns) == 7).all()
    assert torch.equal(axis_angle_to_matrix(turns), torch.eye(3).expand(2, 3, 3))


def test_nests_and_is_put_back_after_an_exception(double):
    def one(x: int) -> int:
        return 1

    def two(x: int) -> int:
        return 2

    with use(double=one):
        with pytest.raises(ZeroDivisionError), use(double=two):
            double(1 // (double(5) - 2))
        assert double(5) == 1
    assert double(5) == 10


def test_refuses_unknown_names_and_other_parameters_before_anything_is_replaced(double):
    with pytest.raises(KeyError, match="no exercise called 'treble'; there are: double"), use(treble=lambda x: x):
        pass
    with pytest.raises(TypeError, match=r"double\(y\): expected the parameters \(x\)"), use(double=lambda y: y):
        pass
    with pytest.raises(KeyError, match="no exercise called 'treble'"), forbid("double", "treble"):
        pass
    assert double(5) == 10


def test_a_stand_in_that_leans_on_the_library_is_caught_and_may_run_again(double):
    leaning = True

    def mine(x: int) -> int:
        return double(x) if leaning else x

    with use(double=mine):
        with pytest.raises(RuntimeError, match="your double calls the library's double"):
            double(5)
        leaning = False
        assert double(5) == 5


def test_a_stand_in_may_run_in_two_threads_at_once(double):
    both_inside = threading.Barrier(2, timeout=20)
    answers = []

    def mine(x: int) -> int:
        both_inside.wait()
        return -x

    with use(double=mine):
        threads = [threading.Thread(target=lambda: answers.append(double(3))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [-3, -3]


def test_forbidden_functions_refuse_and_come_back(double):
    with forbid("double"), pytest.raises(RuntimeError, match="must not call the library's double"):
        double(5)
    assert double(5) == 10
    with forbid("double"), use(double=lambda x: 3 * x):
        assert double(5) == 15


def test_a_module_loaded_again_keeps_its_slot(slots):
    def load():
        @exercise("07_numbers")
        def treble(x: int) -> int:
            return 3 * x

        return treble

    before, _after = load(), load()
    with use(treble=lambda x: -1):
        assert before(5) == -1


def test_one_name_cannot_be_marked_in_two_modules(double):
    def elsewhere(x: int) -> int:
        return x

    elsewhere.__name__, elsewhere.__module__ = "double", "vhlib.elsewhere"
    with pytest.raises(ValueError, match=r"marked as an exercise in .*test_exercises already"):
        exercise("08_more")(elsewhere)


def test_listing_says_name_assignment_module_and_parameters():
    found = {each.name: each for each in listing()}["forward_kinematics"]
    assert found.assignment == "01_body_model"
    assert found.module == "vhlib.geometry.kinematics"
    assert found.parameters == ("rotations", "joints_rest", "parents")


def test_a_marked_function_keeps_its_docstring_and_can_be_pickled():
    assert "Turn the joints" in (forward_kinematics.__doc__ or "")
    assert pickle.loads(pickle.dumps(axis_angle_to_matrix)) is axis_angle_to_matrix
