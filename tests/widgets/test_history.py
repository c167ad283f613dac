"""Undo and redo, and what counts as one step."""

from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.widgets.history import PAUSE, History


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_a_drag_is_one_step():
    history = History(0.0)
    for value in (0.1, 0.2, 0.3):
        history.change(value, "beta 0")
    assert history.undo() == 0.0
    assert history.redo() == 0.3


def test_a_pause_starts_a_new_step():
    clock = Clock()
    history = History(0, clock=clock)
    history.change(1, "beta 0")
    clock.now = PAUSE + 0.01
    history.change(2, "beta 0")
    assert history.undo() == 1


def test_another_control_starts_a_new_step():
    history = History(0)
    history.change(1, "beta 0")
    history.change(2, "beta 1")
    assert history.undo() == 1


def test_after_undo_the_same_control_starts_a_new_step():
    history = History(0)
    history.change(1, "beta 0")
    history.change(2, "beta 1")
    history.undo()
    history.change(3, "beta 0")
    assert history.undo() == 1


def test_a_change_forgets_what_was_undone():
    history = History(0)
    history.change(1, "a")
    history.undo()
    history.change(2, "b")
    assert not history.can_redo
    assert history.redo() == 2


def test_an_equal_value_is_no_step():
    history = History(0)
    history.change(0, "a")
    assert not history.can_undo


@settings(deadline=None)
@given(st.lists(st.integers(), min_size=1, max_size=30))
def test_undoing_everything_and_redoing_everything_come_back(values):
    start = (-1, 0)
    history = History(start)
    for number, value in enumerate(values):
        history.change((number, value), f"control {number}")
    last, steps = history.now, 0
    while history.can_undo:
        history.undo()
        steps += 1
    assert history.now == start
    assert steps == len(values)
    while history.can_redo:
        history.redo()
    assert history.now == last
