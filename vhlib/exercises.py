"""Exercise slots: a student's function stands in for the library's, inside the library.

Convention:
    A library function that an assignment asks students to write is marked ``@exercise(assignment)``. In a notebook::

        with exercises.use(axis_angle_to_matrix=mine):
            body(body_pose=body_pose)      # the whole library now turns joints with your function

    The slot reaches every module that imported the name, is put back after an exception, nests, and refuses unknown
    names and other parameter lists. A stand-in that calls the library's own function is caught.
"""

import contextlib
import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class _Slot:
    """One marked function, and what stands in for it now."""

    assignment: str
    reference: Callable[..., Any]
    stand_in: Callable[..., Any]


@dataclass(frozen=True)
class Exercise:
    """One marked function, as `listing` shows it."""

    name: str
    """The function's name, which `use` takes."""
    assignment: str
    """The assignment that asks for it, for example ``01_body_model``."""
    module: str
    """Where the library's own version stands."""
    parameters: tuple[str, ...]
    """The parameter names that a stand-in must have."""


_SLOTS: dict[str, _Slot] = {}


def exercise(assignment: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a library function as one that students write.

    Args:
        assignment: the assignment that asks for it, for example ``01_body_model``.

    Raises:
        ValueError: another function of that name is marked already.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        name = function.__name__
        if name in _SLOTS and _SLOTS[name].reference.__module__ != function.__module__:
            raise ValueError(f"{name}: marked as an exercise in {_SLOTS[name].reference.__module__} already")
        # A module that is loaded again keeps its slot: others still hold the function that they imported before.
        slot = _SLOTS.setdefault(name, _Slot(assignment, function, function))
        slot.assignment, slot.reference, slot.stand_in = assignment, function, function

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            return slot.stand_in(*args, **kwargs)

        return call

    return mark


@contextlib.contextmanager
def use(**functions: Callable[..., Any]) -> Iterator[None]:
    """Let these functions stand in for the library's while the block runs.

    Args:
        functions: the slot's name = the function that takes its place, with the same parameter names.

    Raises:
        KeyError: no slot of that name.
        TypeError: other parameters than the library's function has.
        RuntimeError: inside the block, a stand-in called the library's function of its own name.
    """
    for name, function in functions.items():
        _check_signature(name, function)
    with _replaced({name: _guarded(name, function) for name, function in functions.items()}):
        yield


@contextlib.contextmanager
def forbid(*names: str) -> Iterator[None]:
    """Make these library functions refuse to run while the block runs: answers must not call them.

    Args:
        names: slot names.

    Raises:
        KeyError: no slot of that name.
        RuntimeError: inside the block, one of them was called.
    """

    def refuse(name: str) -> Callable[..., Any]:
        def refused(*args: object, **kwargs: object) -> Any:
            raise RuntimeError(f"this answer must not call the library's {name}")

        return refused

    for name in names:
        _find(name)
    with _replaced({name: refuse(name) for name in names}):
        yield


def listing() -> tuple[Exercise, ...]:
    """Every marked function of the modules imported so far, by assignment and name."""
    exercises = (
        Exercise(name, slot.assignment, slot.reference.__module__, tuple(inspect.signature(slot.reference).parameters))
        for name, slot in _SLOTS.items()
    )
    return tuple(sorted(exercises, key=lambda e: (e.assignment, e.name)))


def _find(name: str) -> _Slot:
    if name not in _SLOTS:
        raise KeyError(f"no exercise called {name!r}; there are: {', '.join(sorted(_SLOTS))}")
    return _SLOTS[name]


def _check_signature(name: str, function: Callable[..., Any]) -> None:
    wanted, given = (tuple(inspect.signature(f).parameters) for f in (_find(name).reference, function))
    if wanted != given:
        raise TypeError(f"{name}({', '.join(given)}): expected the parameters ({', '.join(wanted)})")


def _guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, unless it is called from inside itself: then it leans on the library's version."""
    inside = threading.local()  # widgets work beside the notebook: another thread's call is not this one's

    @functools.wraps(function)
    def once(*args: Any, **kwargs: Any) -> Any:
        if getattr(inside, "running", False):
            raise RuntimeError(f"your {name} calls the library's {name}")
        inside.running = True
        try:
            return function(*args, **kwargs)
        finally:
            inside.running = False

    return once


@contextlib.contextmanager
def _replaced(functions: dict[str, Callable[..., Any]]) -> Iterator[None]:
    before = {name: _find(name).stand_in for name in functions}
    try:
        for name, function in functions.items():
            _SLOTS[name].stand_in = function
        yield
    finally:
        for name, function in before.items():
            _SLOTS[name].stand_in = function
