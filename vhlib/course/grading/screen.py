"""Run a notebook's cells as Jupyter shows them, in this process: outputs come back as a notebook holds them.

There is no kernel: no sockets, no connection files, no messages that come late. What a cell shows is bounded as it
comes, so that a gigabyte of prints costs time but no memory.
"""

import contextlib
import io
import sys
from collections.abc import Mapping
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

FULL = "\n… this cell shows more than is kept: the rest is left out …\n"


class Screen:
    """Where cells show what they show.

    Args:
        namespace: the names that they see.
        most: bytes of what one cell may show.
    """

    def __init__(self, namespace: dict[str, Any], most: int) -> None:
        self._namespace = namespace
        self._most = most
        self._shell: _Shell | None = None

    def show(self, source: str) -> list[dict[str, Any]]:
        """Run a cell.

        Args:
            source: its code.

        Returns:
            Its outputs, as a notebook of format 4 holds them.
        """
        shell = self._shell = self._shell or _open(self._namespace)
        shell.tape = _Tape(self._most)
        out, err = _Stream("stdout", shell.tape), _Stream("stderr", shell.tape)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            shell.run_cell(source, store_history=True)
            if pyplot := sys.modules.get("matplotlib.pyplot"):
                pyplot.show()  # Jupyter shows the figures that are left open
        return shell.tape.outputs


class _Tape:
    """The outputs of one cell, up to so many bytes."""

    def __init__(self, most: int) -> None:
        self.outputs: list[dict[str, Any]] = []
        self._left = most
        self._full = False

    def write(self, stream: str, text: str) -> None:
        """Add to the end of a stream, as much as there is room for."""
        if self._full or not text:
            return
        kept, self._left = text[: self._left], self._left - len(text)
        if self._left < 0:
            self._full, kept = True, kept + FULL
        if self.outputs and self.outputs[-1].get("name") == stream:
            self.outputs[-1]["text"] += kept
        else:
            self.outputs.append({"output_type": "stream", "name": stream, "text": kept})

    def add(self, kind: str, data: Mapping[str, Any], **fields: Any) -> None:
        """Add something shown, if there is room for all of it; what of it is no text is left out."""
        texts = {name: value for name, value in data.items() if isinstance(value, str)}
        size = sum(map(len, texts.values()))
        if size > self._left:
            self._say_full()
            return
        self._left -= size
        self.outputs.append({"output_type": kind, "data": texts, "metadata": {}, **fields})

    def fail(self, name: str, words: str, traceback: list[str]) -> None:
        """Add an error; there is always room for one."""
        lines = [line[:10_000] for line in traceback[:100]]
        self.outputs.append({"output_type": "error", "ename": name[:200], "evalue": words[:10_000], "traceback": lines})

    def _say_full(self) -> None:
        if not self._full:
            self._full = True
            self.outputs.append({"output_type": "stream", "name": "stdout", "text": FULL})


class _Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a cell."""

    def __init__(self, name: str, tape: _Tape) -> None:
        self._name = name
        self._tape = tape

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._tape.write(self._name, str(text))
        return len(text)


class _Publisher(DisplayPublisher):
    """Where `display` goes."""

    def publish(self, data: Mapping[str, Any], metadata: object = None, *args: Any, **kwargs: Any) -> None:
        if isinstance(self.shell, _Shell):
            self.shell.tape.add("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        """Nothing is taken back: whoever marks sees all that was shown."""


class _Hook(DisplayHook):
    """Where the value of a cell's last line goes."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Mapping[str, Any], md_dict: object = None) -> None:
        if isinstance(self.shell, _Shell):
            self.shell.tape.add("execute_result", format_dict, execution_count=self.prompt_count)


class _Shell(InteractiveShell):
    """IPython without a terminal and without a kernel."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)
    tape = _Tape(0)

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        self.tape.fail(etype.__name__, str(evalue), list(stb))


def _open(namespace: dict[str, Any]) -> _Shell:
    settings = Config()
    settings.HistoryManager.enabled = False
    for name in ("get_ipython", "display"):
        namespace.pop(name, None)  # stand-ins, where the namespace had no IPython around it
    return _Shell.instance(user_ns=namespace, config=settings, colors="nocolor")
