"""The bodies on this machine: the stand-ins that come with the kit, and the official files that the user has."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vhlib.body.files import is_archive, read_body
from vhlib.body.verification import verify
from vhlib.core import paths
from vhlib.core.errors import InputError

GENDERS = ("neutral", "female", "male")

# How file names say it: SMPL_MALE.pkl, basicModel_f_lbs_10_207_0_v1.0.0.pkl, basicmodel_neutral_lbs_10_207_0_v1.1.0.pkl
_GENDER_IN_NAME = {
    "female": r"(?i)(^|[^a-z])(female|f)([^a-z]|$)",
    "male": r"(?i)(^|[^a-z])(male|m)([^a-z]|$)",
    "neutral": r"(?i)(^|[^a-z])(neutral|n)([^a-z]|$)",
}


@dataclass(frozen=True)
class Entry:
    """One body on this machine."""

    source: Literal["stand-in", "official"]
    """Who made it."""
    gender: str
    """One of `GENDERS`."""
    path: Path
    """Its file."""


def bodies() -> tuple[Entry, ...]:
    """The bodies that are here, stand-ins first."""
    entries = [Entry("stand-in", gender, standin_file(gender)) for gender in GENDERS]
    official = ((gender, official_file(gender)) for gender in GENDERS)
    return (*entries, *(Entry("official", gender, path) for gender, path in official if path))


def standin_file(gender: str) -> Path:
    """The stand-in's file.

    Args:
        gender: one of `GENDERS`.

    Raises:
        InputError: no such gender, or the file is missing.
    """
    return paths.shipped("body", f"{_known(gender)}.npz")


def official_file(gender: str) -> Path | None:
    """The installed official file of a gender, if there is one.

    Args:
        gender: one of `GENDERS`.

    Raises:
        InputError: no such gender.
    """
    candidates = (paths.user("body", f"smpl_{_known(gender)}{suffix}") for suffix in (".npz", ".pkl"))
    return next((path for path in candidates if path.is_file()), None)


def install(file: Path, gender: str | None = None) -> Entry:
    """Verify an official file and copy it into the user's own data folder.

    Args:
        file: SMPL's ``.pkl`` or ``.npz``.
        gender: one of `GENDERS`; default: what the file's name says.

    Raises:
        InputError: a file that is not a sound SMPL body, is the stand-in, or whose gender cannot be told; or a data
            folder inside the kit, where a licensed file could be published by accident.
    """
    name = read_body(file).name
    if name.startswith("standin"):
        raise InputError(f"{file}: this is the kit's own stand-in, which needs no installing")
    if failed := [check for check in verify(file) if not check.passed]:
        raise InputError(f"{file}: not a sound SMPL body, {failed[0].name}: {failed[0].found}")
    gender = _known(gender or _gender_in_name(file))
    folder = paths.user("body")
    kit = Path(__file__).resolve().parents[2]
    if folder.resolve().is_relative_to(kit):
        raise InputError(f"{folder}: lies inside {kit}; set VH_HOME to a folder of your own for licensed files")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"smpl_{gender}{'.npz' if is_archive(file) else '.pkl'}"
    if file.resolve() != target.resolve():
        unfinished = target.with_suffix(".part")
        shutil.copyfile(file, unfinished)
        unfinished.replace(target)
    for other in folder.glob(f"smpl_{gender}.*"):
        if other != target:
            other.unlink()  # the same body in the other format: two would leave in doubt which one is used
    return Entry("official", gender, target)


def _known(gender: str) -> str:
    if gender not in GENDERS:
        raise InputError(f"gender: expected {', '.join(GENDERS)}, got {gender!r}")
    return gender


def _gender_in_name(file: Path) -> str:
    said = [gender for gender, pattern in _GENDER_IN_NAME.items() if re.search(pattern, file.stem)]
    if len(said) != 1:
        raise InputError(f"{file}: its name does not say the gender; add --gender neutral, female or male")
    return said[0]
