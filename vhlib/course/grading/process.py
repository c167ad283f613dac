"""One process in a sandbox, seen from outside: frames to it and from it, within a time, and what it uses is watched."""

import contextlib
import os
import select
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import IO

import psutil

from vhlib.course.grading.frames import Frame, FrameError, pack, unpack
from vhlib.course.grading.sandbox import Limits
from vhlib.course.words import WrongAnswer

STARTS_WITHIN = 180.0
"""Seconds: torch is large, and a grader's machine is busy."""

LOOKS_EVERY = 0.2
"""Seconds between two looks at what a sandbox uses."""

# No token of whoever grades: in a sandbox, the environment of bubblewrap itself can be read in /proc/1.
_SEEN = ("PATH", "HOME", "DOCKER_HOST", "XDG_RUNTIME_DIR")
_PIECE = 2**16
_ENDS_WITHIN = 10.0


class FailedError(WrongAnswer):
    """A submission ended its process, took too long or too much, or broke the protocol; the message says which."""


class Process:
    """A sandbox that runs: two pipes, and a thread that looks at what it uses.

    Args:
        command: what starts it.
        limits: how much it may take.
        ending: what ends it, where killing what was started does not; empty if it does.
    """

    def __init__(self, command: Sequence[str], limits: Limits, ending: Sequence[str] = ()) -> None:
        self._limits = limits
        self._ending = ending
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by `close`
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,
            env=_environment(),
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
        if self._ending:  # it says so if that has ended already, and nobody needs to know
            subprocess.run(self._ending, capture_output=True, env=_environment(), check=False)
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


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _SEEN if name in os.environ}


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
