"""Pickles from other people, read without running their code.

A pickle is a program: loading one may import and call anything. This reader builds arrays and plain containers only;
whatever else a file names is refused, unless the caller says what shall stand in its place.

numpy believes a pickled dtype's flags, and a wrong one makes it free memory that it does not own. So no dtype of a file
reaches numpy: a record takes its place, and says only which plain type it is and in which byte order.
"""

import io
import pickle
import pickletools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vhlib.core.errors import InputError


def load_pickle(path: Path, stand_ins: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The object in a pickle of arrays, lists, dicts, numbers and text; Python 2's too.

    Convention:
        Arrays arrive as a subclass of ``numpy.ndarray``; ``numpy.asarray`` gives the plain array.

    Args:
        path: the file.
        stand_ins: full name in the pickle = what to build instead, for example ``{"chumpy.ch.Ch": Array}``.

    Raises:
        InputError: no such file, not a pickle, or it names something that is neither an array nor a stand-in.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot read this file ({error.strerror})") from error
    try:
        _check_memo(content)
        return _ArrayUnpickler(io.BytesIO(content), stand_ins or {}).load()
    except _RefusedError as error:
        raise InputError(f"{path}: refused, because it asks for {error}; get the file again from its makers") from error
    except Exception as error:  # a damaged pickle can fail in any way at all
        raise InputError(
            f"{path}: not a pickle, or one that is cut short or damaged ({error}); get the file again"
        ) from error


class _RefusedError(Exception):
    """The pickle names something that is not on the list."""


def _check_memo(content: bytes) -> None:
    """Objects are numbered as they come; Python makes room for as many as the highest number says, and believes it."""
    for opcode, number, _ in pickletools.genops(content):
        if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT") and not 0 <= int(number or 0) <= len(content):
            raise _RefusedError(f"room for {number} objects, more than it can hold")


class _ArrayUnpickler(pickle.Unpickler):
    """Finds the names that numpy's arrays need, the caller's stand-ins, and nothing else."""

    def __init__(self, file: io.BytesIO, stand_ins: Mapping[str, Callable[..., Any]]):
        super().__init__(file, encoding="latin1")  # Python 2 wrote array bytes as text
        self._stand_ins = stand_ins

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the pickle stands for."""
        full = f"{module}.{name}"
        if full in self._stand_ins:
            return self._stand_ins[full]
        if full in _ARRAYS:
            return _ARRAYS[full]
        raise _RefusedError(f"{full}, which is neither an array nor plain data")


class _Dtype:
    """What stands for a pickled dtype: a plain type such as ``f8``, and a byte order."""

    def __init__(self, code: str, *_: Any) -> None:
        self.dtype = np.dtype(code)
        if self.dtype.kind not in "biufcSUO" or self.dtype.subdtype is not None:
            raise _RefusedError(f"an array of {code}")

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array(np.ndarray):
    """An array that takes its numbers from a pickle, and its dtype from numpy's own."""

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, by_columns, content = state
        numpys: Any = (1, shape, kind.dtype, bool(by_columns), content)
        super().__setstate__(numpys)


def _reconstruct(*_: Any) -> _Array:
    return _Array(0, dtype=np.int8)


def _scalar(kind: _Dtype, content: Any) -> Any:
    raw = content.encode("latin1") if isinstance(content, str) else content
    return np.frombuffer(raw, kind.dtype)[0]


def _from_buffer(content: Any, kind: _Dtype, shape: tuple[int, ...], order: Literal["C", "F"]) -> np.ndarray:
    return np.frombuffer(content, kind.dtype).reshape(shape, order=order).copy(order)


def _latin1(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise _RefusedError(f"the codec {encoding}")
    return text.encode("latin1")


_ARRAYS: dict[str, Any] = {
    "numpy.ndarray": "ndarray",  # files only hand it to _reconstruct, and so it cannot be called
    "numpy.dtype": _Dtype,
    "_codecs.encode": _latin1,
    "collections.OrderedDict": dict,
}
# Arrays and scalars know which function makes them; numpy 2 renamed its module, and files carry either name.
for _core in ("numpy.core", "numpy._core"):
    _ARRAYS[f"{_core}.multiarray._reconstruct"] = _reconstruct
    _ARRAYS[f"{_core}.multiarray.scalar"] = _scalar
    _ARRAYS[f"{_core}.numeric._frombuffer"] = _from_buffer
