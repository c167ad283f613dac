"""The process in the sandbox: it has imported everything and run the set-up cells, and forks once per question.

It speaks frames with the trusted side over what were its standard input and output. It knows no test and no expected
value. A forked copy runs cells and calls answers; whatever that copy does to itself, to the library or to this protocol
ends with it, and so do all processes that it started.
"""

import contextlib
import gc
import itertools
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from vhlib.course.grading.frames import Frame, FrameError, pack, unpack
from vhlib.course.grading.sandbox import Limits
from vhlib.course.grading.screen import Screen
from vhlib.course.questions import Case, Perceptron, Value
from vhlib.course.running import Session, call, explain

LONGEST = 400
"""Characters of what a student's error may say."""

LOOKS_EVERY = 200
"""Milliseconds between two looks at how many processes there are."""


class _Line:
    """The trusted side, from here.

    Nothing is read ahead: what is buffered before a fork would be heard twice.
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    def hear(self) -> Frame:
        return unpack(self._read)

    def say(self, frame: Frame) -> None:
        content = memoryview(pack(frame))
        while content:
            content = content[os.write(self._outgoing, content) :]

    def cut(self) -> None:
        """Never hear or say anything more: two who answer one question answer it wrongly."""
        os.close(self._incoming)
        os.close(self._outgoing)
        self._incoming = self._outgoing = -1

    def outlasts(self, child: int, processes: int) -> None:
        """Wait for a copy to end. One that starts too many processes is killed; if the trusted side is gone, all is.

        A container goes on when the process that started it is killed, and so would an answer that never ends; and
        what runs in one is counted from outside by nobody.
        """
        watch, ended = select.poll(), os.pidfd_open(child)
        watch.register(ended, select.POLLIN)
        watch.register(self._incoming, 0)  # that it hangs up is always said
        while not (ready := dict(watch.poll(LOOKS_EVERY))):
            if _is_alone() and sum(name.isdecimal() for name in os.listdir("/proc")) > processes:
                os.kill(child, signal.SIGKILL)
        os.close(ended)
        if ended not in ready:
            _kill_what_is_left(child)
            os._exit(0)

    def _read(self, count: int) -> bytes:
        pieces = []
        while count:
            piece = os.read(self._incoming, min(count, 2**16))
            if not piece:
                os._exit(0)  # the trusted side is gone
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)


def main() -> None:
    """Serve until the trusted side hangs up."""
    limits = Limits(**json.loads(sys.argv[1]))
    line = _take_standard_streams()
    _bound(limits)
    order = line.hear().head
    session = Session()
    wrong = [words for title, source in order["setup"] if (words := session.run(source, title))]
    gc.freeze()  # copies then share these pages
    line.say(Frame({"ready": wrong}))
    while True:
        line.hear()  # the only thing to ask for is a copy
        child = os.fork()
        if child == 0:
            os.setsid()
            os.register_at_fork(after_in_child=line.cut)
            _serve(line, session, order["assignment"], limits)
            os._exit(0)
        line.outlasts(child, limits.processes)
        _, status = os.waitpid(child, 0)
        _kill_what_is_left(child)
        line.say(Frame({"ended": os.waitstatus_to_exitcode(status)}))


def _serve(line: _Line, session: Session, assignment: str, limits: Limits) -> None:
    """Run cells and call answers until told that it is enough."""
    screen = Screen(session.namespace, limits.output)
    while (order := line.hear()).head["do"] != "end":
        try:
            line.say(_done(order, session, screen, assignment))
        except FrameError as error:
            line.say(Frame({"wrong": str(error)}))


def _done(order: Frame, session: Session, screen: Screen, assignment: str) -> Frame:
    head = order.head
    match head["do"]:
        case "run":
            return Frame({"wrong": _short(session.run(head["source"], head["title"]))})
        case "show":
            return Frame({"outputs": screen.show(head["source"])})
        case "call":
            arrays = iter(order.arrays)
            weights = next(arrays) if head["weighted"] else None
            given = tuple(_given(value, arrays) for value in head["arguments"])
            return _called(lambda: call(session, assignment, head["name"])(Case(given, (), weights)), head["name"])
    raise FrameError(f"no such order: {head['do']!r}")


def _called(run: Callable[[], Any], name: str) -> Frame:
    try:
        return Frame({"wrong": ""}, run())
    except BaseException as error:  # a student's code may raise anything
        return Frame({"wrong": _short(explain(error, f"<{name}>")) or type(error).__name__})


def _given(value: Any, arrays: Iterator[np.ndarray]) -> Value:
    match value:
        case None:
            return next(arrays)
        case {"perceptron": int(count)}:
            return Perceptron(tuple(itertools.islice(arrays, count)))
    given: int | tuple[int, ...] = _tuple(value)
    return given


def _tuple(value: Any) -> Any:
    return tuple(_tuple(item) for item in value) if isinstance(value, list) else value


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[:LONGEST]} …"


def _take_standard_streams() -> _Line:
    """Keep the two streams for frames; whatever prints from here on prints into nothing."""
    line = _Line(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    return line


def _bound(limits: Limits) -> None:
    """Limits of each process; those of all together are the trusted side's."""
    for what, most in (
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CPU, 60 * 60),
    ):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def _kill_what_is_left(child: int) -> None:
    """In a process namespace of our own, everything else in it; elsewhere what stayed in the copy's session."""
    alone = _is_alone()
    while True:
        try:
            (os.kill if alone else os.killpg)(-1 if alone else child, signal.SIGKILL)
        except ProcessLookupError:
            return
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        time.sleep(0.001)


def _is_alone() -> bool:
    """Whether this is a process namespace of our own: in no other place has an ordinary process such a number."""
    return os.getpid() <= 2


if __name__ == "__main__":
    main()
