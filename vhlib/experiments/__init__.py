"""Experiments: each module here but `table` and `nbf` is one, run by ``vh experiment NAME``.

An experiment is a function ``experiment(profile)`` that returns a `vhlib.experiments.table.Experiment`, and its
module's first line says what it shows. Profiles: ``fast`` takes minutes on two cores, ``full`` more people or a GPU.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import Final

from PIL import Image

from vhlib.core.errors import InputError
from vhlib.core.paths import shipped
from vhlib.experiments.table import Experiment, Row, Table, read_table, run

__all__ = ["PROFILES", "Experiment", "Row", "Table", "experiments", "prepare", "result", "run"]

PROFILES: Final = ("fast", "full")

_SHARED: Final = ("table", "nbf")  # by several experiments


def experiments() -> dict[str, str]:
    """The experiments by name, and what each shows."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _SHARED)
    return {name.replace("_", "-"): (_module(name).__doc__ or "").partition("\n")[0] for name in names}


def prepare(name: str, profile: str = "fast") -> Experiment:
    """An experiment, ready to run.

    Args:
        name: one of `experiments`.
        profile: one of `PROFILES`.

    Raises:
        InputError: no experiment or profile of that name.
    """
    if name not in (known := experiments()):
        raise InputError(f"{name!r} is no experiment; expected one of {', '.join(known)}")
    if profile not in PROFILES:
        raise InputError(f"--profile {profile}: expected {' or '.join(PROFILES)}")
    return _module(name.replace("-", "_")).experiment(profile)


def result(name: str) -> tuple[Table, Image.Image] | None:
    """The table that comes with the kit, and its picture; None where it has not been made.

    Args:
        name: one of `experiments`, or of those to come.
    """
    folder = shipped("results") / name
    if not (folder / "table.json").exists():
        return None
    return read_table(folder / "table.json"), Image.open(folder / "figure.png")


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"vhlib.experiments.{name}")
