"""Release an assignment: only if it passes every check, and then the same bytes each time."""

from collections.abc import Sequence
from pathlib import Path

from vhlib.course.building import build, build_aside
from vhlib.course.checking import check


class NotReadyError(RuntimeError):
    """An assignment, or a course, that must not go to students yet; `problems` says why."""

    def __init__(self, what: str, problems: Sequence[str]) -> None:
        super().__init__("\n".join([f"{what}:", *(f"  - {problem}" for problem in problems)]))
        self.problems = tuple(problems)


def release(root: Path, name: str, *, seed: int) -> Path:
    """Check an assignment, write ``assignments/name``, and record it in the gradebook.

    Args:
        root: the course's folder.
        name: the assignment.
        seed: draws the inputs of its check.

    Returns:
        The folder that students get.

    Raises:
        InputError: no such assignment, or nbgrader refused it.
        NotReadyError: it does not pass its check; nothing was written.
    """
    if found := check(root, name, seed=seed):
        raise NotReadyError(f"{name} was not released", found)
    return build(root, name)


def is_current(root: Path, name: str, scratch: Path) -> bool:
    """Whether ``assignments/name`` is what its source builds, byte for byte.

    Args:
        root: the course's folder.
        name: the assignment.
        scratch: an empty folder to build in.
    """
    return contents(build_aside(root, name, scratch)) == contents(root / "assignments" / name)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path from there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
