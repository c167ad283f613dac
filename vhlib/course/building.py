"""Turn an assignment's source into what students get, by nbgrader's own steps."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import capture_log
from traitlets.config import Config, PyFileConfigLoader

from vhlib.core.errors import InputError

CONFIG = "nbgrader_config.py"


def find_root(start: Path) -> Path:
    """The course's folder: the one that holds `nbgrader_config.py`, here or above.

    Args:
        start: where to begin, mostly the current folder.

    Raises:
        InputError: there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / CONFIG).is_file():
            return folder
    raise InputError(f"{start}: no {CONFIG} here or above; run this inside the course's repository")


def find_source(root: Path, name: str) -> Path:
    """The folder ``solutions/name``.

    Args:
        root: the course's folder.
        name: an assignment's name, for example ``01_body_model``.

    Raises:
        InputError: there is no such assignment; says which there are.
    """
    if name in (names := assignments(root)):
        return root / "solutions" / name
    raise InputError(f"{name}: no such assignment in {root / 'solutions'}; there are: {', '.join(names) or 'none'}")


def assignments(root: Path) -> tuple[str, ...]:
    """The names of all assignments, in order."""
    return tuple(sorted(path.parent.name for path in root.glob("solutions/*/checks.py")))


def config(root: Path) -> Config:
    """What `nbgrader_config.py` says."""
    return PyFileConfigLoader(CONFIG, str(root)).load_config()


def build(root: Path, name: str) -> Path:
    """Write ``assignments/name`` and record the assignment in the gradebook.

    Args:
        root: the course's folder.
        name: the assignment.

    Raises:
        InputError: nbgrader refused; says why.
    """
    _generate(config(root), name)
    return root / "assignments" / name


def build_aside(root: Path, name: str, folder: Path) -> Path:
    """Build a release in another folder; the course's own release and gradebook stay as they are.

    Args:
        root: the course's folder.
        name: the assignment.
        folder: where to write it.

    Raises:
        InputError: nbgrader refused; says why.
    """
    settings = config(root)
    steps = GenerateAssignment(config=settings).preprocessors
    settings.CourseDirectory.release_directory = str(folder.resolve())
    settings.GenerateAssignment.no_database = True
    settings.GenerateAssignment.preprocessors = [step for step in steps if step is not SaveCells]
    _generate(settings, name)
    return folder / name


@contextlib.contextmanager
def beside_python() -> Iterator[None]:
    """Within the block, programs are found beside Python too: `alembic` stamps a new gradebook."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _generate(settings: Config, name: str) -> None:
    course = CourseDirectory(config=settings, assignment_id=name)
    converter = GenerateAssignment(coursedir=course, config=settings, force=True)
    with beside_python():
        outcome = capture_log(converter)
    if not outcome["success"]:
        reasons = [line.strip() for line in outcome.get("log", "").splitlines() if "Error: " in line]
        raise InputError(f"{name}: nbgrader could not build it: {reasons[0] if reasons else outcome['error']}")
