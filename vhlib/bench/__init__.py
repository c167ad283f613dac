"""Side-by-side timings: each module here but `timing` and `networks` is one benchmark, run by ``vh bench NAME``.

A benchmark is a function ``cases()`` that yields `vhlib.bench.timing.Case`, and its module's first line says what is
compared. It raises `vhlib.core.errors.MissingDependencyError` where the other side is not installed.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from vhlib.bench.timing import Case, Row, machine, measure
from vhlib.core.errors import InputError

__all__ = ["Case", "Row", "benchmarks", "cases", "machine", "measure"]

_SHARED = {"timing", "networks"}


def benchmarks() -> dict[str, str]:
    """The benchmarks by name, and what each compares."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _SHARED)
    return {name: (_module(name).__doc__ or "").partition("\n")[0] for name in names}


def cases(name: str) -> Iterator[Case]:
    """What a benchmark compares, case by case; each is set up only when it is asked for.

    Args:
        name: one of `benchmarks`.

    Raises:
        InputError: no benchmark of that name, or the other side is not installed.
    """
    if name not in (known := benchmarks()):
        raise InputError(f"{name!r} is no benchmark; expected one of {', '.join(known)}")
    return _module(name).cases()


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"vhlib.bench.{name}")
