"""Run a notebook's cells in this process, without a kernel, as fast as Python runs.

For the course's own answers and for a student's own. Nothing is guarded here: other people's code belongs into a
sandbox, which can take this module's place because an oracle sees it through `questions.Call` alone.
"""

import contextlib
import io
import linecache
import traceback
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from IPython.core.inputtransformer2 import TransformerManager
from torch import Tensor, nn

from vhlib.course.answers import Answers
from vhlib.course.questions import Call, Case, Perceptron, Value
from vhlib.course.words import WrongAnswer

UNANSWERED = "not answered yet"


class Session:
    """A namespace in which cells run one after another; what they print is dropped, their warnings do not count.

    Args:
        namespace: the names that cells see; a fresh ``__main__`` if not given.
    """

    def __init__(self, namespace: dict[str, Any] | None = None) -> None:
        fresh = {"__name__": "__main__", "get_ipython": _NoShell, "display": _NoShell()}
        self.namespace: dict[str, Any] = fresh if namespace is None else namespace

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Forget, after the block, every name that was defined or changed in it."""
        before = dict(self.namespace)
        try:
            yield
        finally:
            for name in self.namespace.keys() - before.keys():
                del self.namespace[name]
            self.namespace.update(before)

    def test(self, source: str, name: str) -> str:
        """Run a cell and forget what it defined, so that no test can lean on another one.

        Args:
            source: its code.
            name: what to call it in tracebacks.

        Returns:
            What went wrong, in words; empty if nothing did.
        """
        with self.aside():
            return self.run(source, name)

    def run(self, source: str, name: str) -> str:
        """Run a cell.

        Args:
            source: its code; lines for IPython (``%…``, ``!…``) do nothing.
            name: what to call it in tracebacks.

        Returns:
            What went wrong, in words; empty if nothing did.
        """
        filename = f"<{name}>"
        try:
            plain = TransformerManager().transform_cell(source)
            linecache.cache[filename] = (len(plain), None, plain.splitlines(keepends=True), filename)
            with _quiet():
                exec(compile(plain, filename, "exec"), self.namespace)
        except (Exception, SystemExit) as error:
            return explain(error, filename)
        return ""


def call(session: Session, assignment: str, name: str) -> Call:
    """Calls for an oracle: arrays in, arrays out, of the function ``name`` that was defined in a session."""

    def answer(case: Case) -> tuple[np.ndarray, ...]:
        arguments: list[Any] = [_argument(value) for value in case.arguments]
        with _quiet():
            function = getattr(Answers(assignment, session.namespace), name)
            if case.weights is None:
                result = function(*arguments)
            else:
                leaf = arguments[0].requires_grad_()
                result = torch.autograd.grad(function(*arguments), leaf, torch.tensor(case.weights))[0]
        return tuple(_array(value) for value in (result if isinstance(result, Sequence) else [result]))

    return answer


def explain(error: BaseException, filename: str) -> str:
    """An error in one line: the words of a test, or what Python said and at which line of which cell.

    Args:
        error: what was raised.
        filename: the name in tracebacks of the cell that ran.
    """
    if isinstance(error, WrongAnswer):
        return str(error)
    if isinstance(error, NotImplementedError) and not str(error):
        return UNANSWERED
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__} in line {error.lineno}: {error.msg}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_cell(frame.filename)]
    place = f" in line {frames[-1].lineno}" if frames else ""
    # Where it came up in a function of another cell, the line is that cell's.
    if frames and frames[-1].filename != filename:
        place += f" of the cell with {frames[-1].name}"
    return f"{type(error).__name__}{place}: {error}" if str(error) else f"{type(error).__name__}{place}"


def _is_cell(filename: str) -> bool:
    """Whether a name in a traceback is a cell's: of a session here, or of a running kernel."""
    return (filename.startswith("<") and filename in linecache.cache) or "ipykernel_" in filename


class _NoShell:
    """Stands where a cell expects IPython: takes every call, does nothing."""

    def __getattr__(self, name: str) -> "_NoShell":
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> "_NoShell":
        return self


class _Nowhere(io.TextIOBase):
    """Where prints go that nobody reads: a gigabyte of them must not be kept."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with (
        warnings.catch_warnings(action="ignore"),
        contextlib.redirect_stdout(_Nowhere()),
        contextlib.redirect_stderr(_Nowhere()),
    ):
        yield


def _argument(value: Value) -> Tensor | int | tuple[int, ...] | nn.Module:
    match value:
        case np.ndarray():
            return torch.tensor(value)
        case Perceptron(arrays):
            return _network([torch.tensor(array) for array in arrays])
    return value


def _network(tensors: list[Tensor]) -> nn.Module:
    layers: list[nn.Module] = []
    for weight, bias in zip(tensors[::2], tensors[1::2], strict=True):
        layer = nn.utils.skip_init(nn.Linear, weight.shape[1], weight.shape[0], dtype=weight.dtype)
        layer.load_state_dict({"weight": weight, "bias": bias})
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _array(value: object) -> np.ndarray:
    if not isinstance(value, Tensor):
        raise TypeError(f"expected tensors, got a {type(value).__name__}")
    return value.detach().cpu().numpy()
