"""The trusted side of a sandbox: starts it, asks it, and ends it when it takes too long or too much.

Whatever goes wrong in a sandbox ends in a `FailedError` with the reason in words; the next question then gets a fresh
copy, or a fresh sandbox. Nothing that comes out of one is believed: it is arrays and words, within bounds.
"""

import contextlib
import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vhlib.course.grading.frames import Frame
from vhlib.course.grading.process import STARTS_WITHIN, FailedError, Process
from vhlib.course.grading.sandbox import Limits, Sandbox, fresh_name
from vhlib.course.questions import Case, Perceptron
from vhlib.course.words import WrongAnswer

INSIDE = ("-m", "vhlib.course.grading.inside")


class SandboxError(RuntimeError):
    """A sandbox does not start: that is no student's fault."""


class Worker:
    """Runs one submission's code. Use it as a context; it ends with it.

    Args:
        sandbox: what stands around it.
        assignment: the assignment's name.
        setup: the trusted cells that run before all else, titles and sources.
        folder: the release's; what lies beside the notebook can be read inside.
        limits: how much it may take.
    """

    def __init__(
        self, sandbox: Sandbox, assignment: str, setup: Sequence[tuple[str, str]], folder: Path, limits: Limits
    ) -> None:
        self.limits = limits
        self._sandbox = sandbox
        self._folder = folder
        self._order = Frame({"assignment": assignment, "setup": [list(cell) for cell in setup]})
        self._process: Process | None = None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @contextlib.contextmanager
    def copy(self) -> Iterator["Copy"]:
        """A fresh copy of the preloaded process. When the block ends, so do the copy and all that it started.

        Raises:
            SandboxError: no sandbox starts.
        """
        if self._process is None or self._process.broken:
            self._close()
            self._process = self._open()
        self._process.fork()
        try:
            yield Copy(self._process)
        finally:
            self._process.finish()

    def _open(self) -> Process:
        name, inside = fresh_name(), [*INSIDE, json.dumps(dataclasses.asdict(self.limits))]
        command = self._sandbox.command(inside, self._folder, self.limits, name)
        process = Process(command, self.limits, self._sandbox.ending(name))
        try:
            process.say(self._order, STARTS_WITHIN)
            wrong = process.hear(STARTS_WITHIN).head["ready"]
        except (FailedError, KeyError) as error:
            raise SandboxError(f"the sandbox did not start: {process.close() or error}") from error
        if wrong:
            process.close()
            raise SandboxError(f"the assignment's set-up cells fail in the sandbox: {wrong[0]}")
        return process

    def _close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


class Copy:
    """One copy of a preloaded process; runs cells and calls answers.

    Every method raises `FailedError` if the copy ends, takes too long or too much: then it is of no more use.
    """

    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def alive(self) -> bool:
        """Whether it can be asked anything more."""
        return self._process.copied and not self._process.broken

    def run(self, title: str, source: str, seconds: float) -> str:
        """Run a cell quietly.

        Args:
            title: what to call it in errors.
            source: its code.
            seconds: how long it may take.

        Returns:
            What went wrong, in words; empty if nothing did.
        """
        return _words(self._ask(Frame({"do": "run", "title": title, "source": source}), seconds).head)

    def show(self, source: str, seconds: float) -> list[Any]:
        """Run a cell the way Jupyter does.

        Args:
            source: its code.
            seconds: how long it may take.

        Returns:
            What it says are the cell's outputs; anything at all.
        """
        outputs = self._ask(Frame({"do": "show", "source": source}), seconds).head.get("outputs")
        return outputs if isinstance(outputs, list) else []

    def call(self, name: str, case: Case, seconds: float) -> tuple[np.ndarray, ...]:
        """Call an answer; of the case, nothing but its arguments and weights is handed over.

        Args:
            name: the function.
            case: what to call it with.
            seconds: how long it may take.

        Raises:
            WrongAnswer: it ended in an error; the message says which.
        """
        arrays, plain = [] if case.weights is None else [case.weights], list[Any]()
        for value in case.arguments:
            match value:
                case np.ndarray():
                    arrays.append(value)
                    plain.append(None)
                case Perceptron(layers):
                    arrays += layers
                    plain.append({"perceptron": len(layers)})
                case _:
                    plain.append(value)
        head = {"do": "call", "name": name, "arguments": plain, "weighted": case.weights is not None}
        answer = self._ask(Frame(head, tuple(arrays)), seconds)
        if wrong := _words(answer.head):
            raise WrongAnswer(wrong)
        return answer.arrays

    def _ask(self, frame: Frame, seconds: float) -> Frame:
        self._process.say(frame, seconds)
        return self._process.hear(seconds)


def _words(head: Mapping[str, Any]) -> str:
    """What an answer says is wrong: so many characters, and none that a terminal or a database stumbles over."""
    wrong = str(head.get("wrong", ""))[:500]
    return "".join(sign if sign.isprintable() else " " for sign in wrong)
