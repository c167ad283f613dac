"""Grading honest submissions on two workers, against plain `nbgrader autograde`, which runs one after the other.

Ours runs each one in a sandbox, marks it by the oracles, and runs its notebook; nbgrader's runs the notebook with the
hidden tests in it, unguarded.
"""

import functools
import importlib.metadata
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vhlib.bench.timing import Case
from vhlib.core.errors import MissingDependencyError

ASSIGNMENT = "01_body_model"
STUDENTS = 6
WORKERS = 2


def cases() -> Iterator[Case]:
    """The right answers, handed in six times; times are per submission, the start of the workers included.

    Raises:
        MissingDependencyError: nbgrader or Dask is not installed.
        InputError: there is no sandbox, or it is not run inside the course's repository.
    """
    try:
        import distributed  # noqa: F401
        import nbgrader  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError('grading needs `pip install "vhlib[lab,grading]"`') from error
    from vhlib.course.building import build, find_root

    source = find_root(Path.cwd())
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "course"
        root.mkdir()
        shutil.copy(source / "nbgrader_config.py", root)
        shutil.copytree(source / "solutions" / ASSIGNMENT, root / "solutions" / ASSIGNMENT)
        _hand_in(root, build(root, ASSIGNMENT) / f"{ASSIGNMENT}.ipynb")
        yield Case(
            f"{STUDENTS} submissions",
            functools.partial(_ours, root),
            f"nbgrader {importlib.metadata.version('nbgrader')}",
            functools.partial(_theirs, root),
            ours_count=STUDENTS,
            other_count=STUDENTS,
            rehearsals=0,
            fewest=2,
        )


def _hand_in(root: Path, release: Path) -> None:
    """Put the solution's answers into the release and hand that in, for each student."""
    from vhlib.course import notebook

    solution = notebook.read(root / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    answers = {cell.question: cell.source for cell in solution if cell.kind == "answer"}
    content = json.loads(release.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    for number in range(STUDENTS):
        folder = root / "grading" / "submitted" / f"student{number}" / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{ASSIGNMENT}.ipynb").write_text(json.dumps(content), encoding="utf-8")


def _ours(root: Path) -> None:
    from vhlib.course.grading import batch
    from vhlib.course.grading.marking import Job
    from vhlib.course.grading.sandbox import Limits, choose

    chosen = batch.plan(root, ASSIGNMENT, force=True)
    jobs = [Job(root, ASSIGNMENT, student, choose(), Limits(), seed=0) for student in chosen]
    if any(record.failure for record in batch.run(jobs, workers=WORKERS)):
        raise RuntimeError("a submission was not graded, so the times say nothing")


def _theirs(root: Path) -> None:
    from nbgrader.apps import NbGraderAPI

    from vhlib.course.building import config

    api = NbGraderAPI(config=config(root))
    for number in range(STUDENTS):
        outcome = api.autograde(ASSIGNMENT, f"student{number}", force=True)
        if not outcome["success"]:
            raise RuntimeError(f"nbgrader did not grade a submission: {outcome.get('error')}")
