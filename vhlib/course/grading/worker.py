"""The trusted side of a sandbox: starts it, asks it, and ends it when it takes too long or too much.

Whatever goes wrong in a sandbox ends in a `FailedError` with the reason in words; the next question then gets a fresh
copy, or a fresh sandbox. Nothing that comes out of one is believed: it is arrays and words, within bounds.
"""

import contextlib
import dataclasses
import json
import os
import select
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import psutil

from vhlib.course.grading.frames import Frame, FrameError, pack, unpack
from vhlib.course.grading.sandbox import Limits, Sandbox
from vhlib.course.questions import Case
from vhlib.course.words import WrongAnswer

INSIDE = ("-m", "vhlib.course.grading.inside")
STARTS_WITHIN = 180.0
"""Seconds: torch is large, and a grader's machine is busy."""

LOOKS_EVERY = 0.2
"""Seconds between two looks at what a sandbox uses."""


class FailedError(WrongAnswer):
    """A submission ended its process, took too long or too much, or broke the protocol; the message says which."""


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
        self._command = sandbox.command([*INSIDE, json.dumps(dataclasses.asdict(limits))], folder, limits)
        self._order = Frame({"assignment": assignment, "setup": [list(cell) for cell in setup]})
        self._process: _Process | None = None

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

    def _open(self) -> "_Process":
        process = _Process(self._command, self.limits)
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

    def __init__(self, process: "_Process") -> None:
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
        arrays = tuple(value for value in (case.weights, *case.arguments) if isinstance(value, np.ndarray))
        plain = [None if isinstance(value, np.ndarray) else value for value in case.arguments]
        head = {"do": "call", "name": name, "arguments": plain, "weighted": case.weights is not None}
        answer = self._ask(Frame(head, arrays), seconds)
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


class _Process:
    """A sandbox that runs, its two pipes, and a thread that looks at what it uses."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._limits = limits
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by `close`
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,
            env={name: os.environ[name] for name in _SEEN if name in os.environ},
        )
        self.broken = False
        self.copied = False
        self._excess = ""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def fork(self) -> None:
        """Ask for a copy, which then is the one to talk to."""
        self.say(Frame({"do": "copy"}), STARTS_WITHIN)
        self.copied = True

    def finish(self) -> None:
        """End the copy, if it has not ended yet, and wait until all that it started has ended too."""
        if self.copied and not self.broken:
            try:
                self.say(Frame({"do": "end"}), _ENDS_WITHIN)
                self.hear(_ENDS_WITHIN)
            except FailedError:  # the one way for `hear` to say that a copy has ended
                pass
        self.broken |= self.copied

    def say(self, frame: Frame, seconds: float) -> None:
        """Send a frame."""
        content, until = memoryview(pack(frame)), time.monotonic() + seconds
        pipe = self._process.stdin
        if pipe is None:
            raise ValueError("the process has no standard input")
        while content:
            self._wait([], [pipe], until, seconds)
            try:
                content = content[os.write(pipe.fileno(), content[:_PIECE]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self._over() from None

    def hear(self, seconds: float) -> Frame:
        """Wait for a frame."""
        until = time.monotonic() + seconds
        try:
            frame = unpack(lambda count: self._read(count, until, seconds))
        except FrameError as error:
            self.broken = True
            raise FailedError(f"it answered with something else than arrays ({error})") from None
        if "ended" in frame.head and self.copied:
            self.copied = False
            raise FailedError(_how_it_ended(frame.head["ended"]))
        return frame

    def close(self) -> str:
        """Kill everything in the sandbox; what it said before it took its streams over."""
        self.broken = True
        self._ended.set()
        _kill(self._process)
        self._watch.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._said.seek(0)
        said = self._said.read(4000).decode("utf-8", "replace").strip()
        self._said.close()
        return said.rpartition("\n")[2]

    def _read(self, count: int, until: float, seconds: float) -> bytes:
        pipe, pieces = self._process.stdout, []
        if pipe is None:
            raise ValueError("the process has no standard output")
        while count:
            self._wait([pipe], [], until, seconds)
            try:
                piece = os.read(pipe.fileno(), min(count, _PIECE))
            except BlockingIOError:
                continue
            if not piece:
                raise self._over()
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)

    def _wait(self, readable: list[IO[bytes]], writable: list[IO[bytes]], until: float, seconds: float) -> None:
        left = until - time.monotonic()
        if left <= 0 or not any(select.select(readable, writable, [], left)):
            self.broken = True
            raise FailedError(f"it took more than {self._limits.seconds:g} seconds")

    def _over(self) -> FailedError:
        self.broken = True
        return FailedError(self._excess or "its process ended")

    def _look(self) -> None:
        """Kill the sandbox if its processes together use too much."""
        while not self._ended.wait(LOOKS_EVERY):
            processes = _tree(self._process.pid)
            used = sum(_memory(process) for process in processes)
            if used > self._limits.memory:
                self._excess = f"it used more than {self._limits.memory / 2**30:g} GiB of memory"
            elif len(processes) > self._limits.processes:
                self._excess = f"it started more than {self._limits.processes} processes"
            if self._excess:
                _kill(self._process)
                return


# No token of whoever grades: in a sandbox, the environment of bubblewrap itself can be read in /proc/1.
_SEEN = ("PATH", "HOME", "DOCKER_HOST", "XDG_RUNTIME_DIR")
_PIECE = 2**16
_ENDS_WITHIN = 10.0


def _tree(pid: int) -> list[psutil.Process]:
    """A process and all that descend from it."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all that descend from it, until none is left."""
    while tree := [each for each in _tree(process.pid) if _is_alive(each)]:
        for each in tree:
            with contextlib.suppress(psutil.Error):
                each.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    process.wait()


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _how_it_ended(code: object) -> str:
    if isinstance(code, int) and code < 0:
        return f"its process was killed by signal {-code}"
    return f"its process ended with exit code {code}" if isinstance(code, int) else "its process ended"
