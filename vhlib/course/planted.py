"""Planted answers: wrong ones that must lose points, and right ones, different from ours, that must not.

Convention:
    ``answers/<question>.py`` holds them as cells of a percent script. Each runs in place of the answer cell::

        # %% wrong, loses 0.5: the matrix is transposed
        def axis_angle_to_matrix(axis_angle): ...

        # %% alternative: by way of the quaternion
        def axis_angle_to_matrix(axis_angle): ...

    ``loses`` is the least share of the question's points that a wrong one must lose.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from vhlib.core.errors import InputError

_HEADER = re.compile(r"^# %% *(?:(?:wrong, loses ([01]|0?\.\d+|1\.0))|alternative): (.+)$")


@dataclass(frozen=True)
class Planted:
    """One planted answer."""

    question: str
    title: str
    """What is wrong with it, or how it goes about it."""
    source: str
    """The code of the answer cell."""
    loses: float | None
    """The least share of the points that it must lose; None if it is right and must lose nothing."""


def read(folder: Path) -> tuple[Planted, ...]:
    """The planted answers of an assignment.

    Args:
        folder: ``solutions/NN_name/answers``.

    Raises:
        InputError: a cell whose first line says neither how much it loses nor that it is an alternative.
    """
    return tuple(planted for path in sorted(folder.glob("*.py")) for planted in _read(path))


def _read(path: Path) -> list[Planted]:
    _, *cells = re.split(r"^(?=# %%)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    planted = []
    for cell in cells:
        header, _, source = cell.partition("\n")
        if not (match := _HEADER.match(header)):
            raise InputError(f"{path}: {header!r} should read `# %% wrong, loses SHARE: …` or `# %% alternative: …`")
        loses, title = match.groups()
        planted.append(Planted(path.stem, title, source.strip() + "\n", None if loses is None else float(loses)))
    return planted
