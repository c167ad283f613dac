"""The arrays in SMPL's official pickles: numpy's, scipy's sparse matrices, and those of chumpy.

chumpy, with which SMPL was trained, no longer installs; the official files hold some of its arrays all the same. Their
numbers lie in plain numpy arrays inside, and passive records take the classes' place: they keep what the pickle
gives them, and neither chumpy nor scipy is called on the word of a file (see `vhlib.core.unpickle`).
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np

from vhlib.core.errors import InputError
from vhlib.core.unpickle import load_pickle


def read_pickled_arrays(path: Path, wanted: Collection[str]) -> dict[str, np.ndarray]:
    """Arrays of a pickled dict, Python 2 or 3.

    Args:
        path: the file.
        wanted: names in the dict; those that it lacks are left out, and all else in it is not looked at.

    Raises:
        InputError: the pickle names anything but arrays, is damaged, or holds something else than a dict of arrays.
    """
    entries = load_pickle(path, _STAND_INS)
    if not isinstance(entries, dict):
        raise InputError(f"{path}: expected a pickled dict of arrays, as SMPL's files are; this holds something else")
    arrays = {}
    for name in wanted:
        if name not in entries:
            continue
        try:
            arrays[name] = _array(entries[name])
        except (ArithmeticError, LookupError, MemoryError, RuntimeError, TypeError, ValueError) as error:
            raise InputError(f"{path}: its {name} is not an array of numbers; get the file again") from error
    return arrays


class _Record:
    """What stands for an object of the pickle: keeps its state, does nothing."""

    def __init__(self, *_: Any) -> None:
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Chumpy(_Record):
    """An array of chumpy: `Ch` holds its numbers in x, `Select` takes some of another array's."""


class _Columns(_Record):
    """A sparse matrix of scipy, compressed by columns."""


class _Rows(_Record):
    """A sparse matrix of scipy, compressed by rows."""


def _reconstructor(kind: type, *_: Any) -> Any:
    """`copyreg._reconstructor`, with which protocols 0 and 1 make an empty object."""
    if not issubclass(kind, _Record):
        raise TypeError(f"refused to make a {kind.__name__}")
    return kind()


_STAND_INS: dict[str, Callable[..., Any]] = {
    "chumpy.ch.Ch": _Chumpy,
    "chumpy.reordering.Select": _Chumpy,
    **{
        f"scipy.sparse{module}.csc_{kind}": _Columns for module in ("", ".csc", "._csc") for kind in ("matrix", "array")
    },
    **{f"scipy.sparse{module}.csr_{kind}": _Rows for module in ("", ".csr", "._csr") for kind in ("matrix", "array")},
    "copyreg._reconstructor": _reconstructor,
    "copy_reg._reconstructor": _reconstructor,  # Python 2's names of both
    "builtins.object": _Record,
    "__builtin__.object": _Record,
}


def _array(value: Any) -> np.ndarray:
    """The numbers in an entry; raises whatever goes wrong, which `read_pickled_arrays` puts into words."""
    match value:
        case np.ndarray() if value.dtype.kind in "biufU":
            return np.asarray(value)
        case int() | float() | str() | np.generic():
            return _array(np.asarray(value))
        case _Columns(state=dict(parts)):
            columns, rows = reversed(parts["_shape"])
            return _dense(parts, columns, rows).T
        case _Rows(state=dict(parts)):
            return _dense(parts, *parts["_shape"])
        case _Chumpy(state={"x": numbers}):
            return _array(numbers)
        case _Chumpy(state={"a": numbers, "idxs": chosen, "preferred_shape": shape}):
            return _array(numbers).ravel()[_array(chosen)].reshape(shape)
    raise TypeError(f"a {type(value).__name__} holds no numbers")


def _dense(parts: dict[str, Any], lines: int, width: int) -> np.ndarray:
    """Lines of a compressed matrix one after the other; scipy would believe its indices and write where they point."""
    data, indices, starts = (_array(parts[name]) for name in ("data", "indices", "indptr"))
    counts = np.diff(starts)
    if len(counts) != lines or starts[0] != 0 or (counts < 0).any() or not starts[-1] == len(indices) == len(data):
        raise ValueError("starts and indices do not belong to one matrix")
    if len(indices) and indices.min() < 0:
        raise IndexError("a negative index")
    dense = np.zeros((lines, width), data.dtype)
    np.add.at(dense, (np.repeat(np.arange(lines), counts), indices), data)
    return dense
