"""Call a student's answers the way they are marked: each alone, with the library's versions of the others.

One mistake then costs once. The question that joins them all is the exception: it runs with the student's own
functions, and with none of the library's.
"""

import contextlib
import functools
import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vhlib import exercises
from vhlib.course.words import WrongAnswer


def library(assignment: str) -> dict[str, Callable[..., Any]]:
    """The library's own versions of the functions that an assignment asks for.

    Args:
        assignment: for example ``01_body_model``.
    """
    asked = (exercise for exercise in exercises.listing() if exercise.assignment == assignment)
    return {e.name: inspect.unwrap(getattr(importlib.import_module(e.module), e.name)) for e in asked}


class Answers:
    """A student's functions, found by name in a notebook's namespace at each call.

    ``answers.forward_kinematics(…)`` calls the student's function of that name. While it runs, the library's function
    of that name refuses to, and every other exercise of the assignment has the library's version, in the notebook too.
    A function that is no exercise runs with the student's own, and all of the library's versions refuse.

    Args:
        assignment: for example ``01_body_model``.
        namespace: the notebook's ``globals()``.
    """

    def __init__(self, assignment: str, namespace: dict[str, Any]) -> None:
        self._assignment = assignment
        self._namespace = namespace

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._namespace:
            raise WrongAnswer(f"there is no {name} yet: write it and run its cell, which must not end in an error")
        answer, others = self._namespace[name], library(self._assignment)
        if not callable(answer):
            raise WrongAnswer(f"{name} should be a function, it is {answer!r}")
        refused: tuple[str, ...]
        if own := others.pop(name, None):
            _check_parameters(name, answer, own)
            refused, replaced = (name,), others
        else:
            refused, replaced = tuple(others), {}

        @functools.wraps(answer)
        def alone(*args: Any, **kwargs: Any) -> Any:
            with exercises.forbid(*refused), _rebound(self._namespace, replaced):
                return answer(*args, **kwargs)

        return alone


def _check_parameters(name: str, answer: Callable[..., Any], own: Callable[..., Any]) -> None:
    wanted, given = (", ".join(inspect.signature(function).parameters) for function in (own, answer))
    if wanted != given:
        raise WrongAnswer(f"{name}({given}): its parameters should be ({wanted})")


@contextlib.contextmanager
def _rebound(namespace: dict[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Iterator[None]:
    before = {name: namespace[name] for name in functions if name in namespace}
    namespace.update(functions)
    try:
        yield
    finally:
        for name in functions:
            del namespace[name]
        namespace.update(before)
