"""Write the students' repository: notebooks, library, assignments, data. No solutions, no checks, no planted answers.

Convention:
    Two commits: first the kit without notebooks, which is what Colab installs, then the notebooks, whose first cell
    names that commit. Published again unchanged, nothing is committed; author and date are those of the course's own
    last commit, so the same course gives the same commits.
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from vhlib.core.errors import InputError
from vhlib.course import colab
from vhlib.course.building import assignments
from vhlib.course.checking import SECRET, leaks
from vhlib.course.release import NotReadyError, is_current

KIT = (
    ".gitignore",
    "LICENSE",
    "Makefile",
    "NOTICE",
    "README.md",
    "data",
    "environment.yml",
    "pyproject.toml",
    "requirements.lock",
    "vhlib",
)
"""What Colab installs, and what it takes to install it on a laptop."""

NOTEBOOKS = ("assignments", "notebooks")


def publish(root: Path, folder: Path) -> str:
    """Write and commit the students' repository.

    Args:
        root: the course's folder, a git repository; what is committed there is published.
        folder: a git repository, or a folder that is empty or not there yet.

    Returns:
        The commit that the notebooks install on Colab.

    Raises:
        InputError: the course has changes that are not committed, or the folder holds something else.
        NotReadyError: an assignment is not released as its source stands, or something secret would be published.
    """
    if _git(root, "status", "--porcelain", "--", *KIT, *NOTEBOOKS, "solutions"):
        raise InputError(f"{root}: commit your changes first; only what is committed is published")
    with tempfile.TemporaryDirectory() as scratch:
        stale = [name for name in assignments(root) if not is_current(root, name, Path(scratch))]
    if stale:
        raise NotReadyError(
            "Nothing was published", [f"{name}: run `vh course release {name}` first" for name in stale]
        )
    _prepare(folder)
    environment = {**os.environ, **_identity(root)}
    _copy(root, folder, KIT)
    kit = _commit(folder, "The course kit", environment, KIT)
    _copy(root, folder, NOTEBOOKS)
    for path in sorted(folder.rglob("*.ipynb")):
        pinned = colab.pin(json.loads(path.read_text(encoding="utf-8")), kit)
        path.write_text(json.dumps(pinned, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if found := _secrets(root, folder):
        raise NotReadyError(f"{folder} was written but not committed", found)
    _commit(folder, "Notebooks and assignments", environment, NOTEBOOKS)
    return kit


def _prepare(folder: Path) -> None:
    if not (folder / ".git").is_dir():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder}: expected an empty folder or a clone of the students' repository")
        folder.mkdir(parents=True, exist_ok=True)
        _git(folder, "init", "--quiet", "--initial-branch", "main")
    if _git(folder, "status", "--porcelain"):
        raise InputError(f"{folder}: it has changes that are not committed; commit or remove them first")


def _copy(root: Path, folder: Path, names: tuple[str, ...]) -> None:
    """Replace these files and folders by what the course has committed under their names."""
    for name in names:
        shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink(missing_ok=True)
    for name in _git(root, "ls-files", "-z", "--", *names).split("\0"):
        if name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, folder / name)


def _commit(folder: Path, message: str, environment: dict[str, str], names: tuple[str, ...]) -> str:
    """Commit what changed under these names; the last commit that touched them."""
    _git(folder, "add", "--all")
    if _git(folder, "status", "--porcelain"):
        _git(folder, "commit", "--quiet", "--message", message, environment=environment)
    return _git(folder, "log", "-1", "--format=%H", "--", *names)


def _secrets(root: Path, folder: Path) -> list[str]:
    found = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.name in ("solutions", *SECRET)]
    shown = [f"{name}: must not be published" for name in found]
    for name in assignments(root):
        shown += leaks(root / "solutions" / name, folder / "assignments")
    return shown


def _identity(root: Path) -> dict[str, str]:
    """Author and date of the course's last commit, as git reads them from the environment."""
    values = _git(root, "log", "-1", "--format=%an%n%ae%n%aI").split("\n")
    named = dict(zip(("NAME", "EMAIL", "DATE"), values, strict=True))
    return {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in named.items()}


def _git(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """What a git command prints.

    Raises:
        InputError: git refused; says what it said.
    """
    command = ["git", "-C", str(folder), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if ran.returncode:
        raise InputError(f"{folder}: git {arguments[0]} failed: {ran.stderr.strip()}")
    return ran.stdout.strip()
