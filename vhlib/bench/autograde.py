"""Grading honest submissions on two workers, against plain `nbgrader autograde`, which runs one after the other.

Ours runs each one in a sandbox, marks it by the oracles, and runs its notebook; nbgrader's runs the notebook with the
hidden tests in it, unguarded. What the answers themselves take is measured in the same run: they and their visible
tests, nothing else of the notebook, in plain processes that have imported everything and stay. That is the least that
anybody would call the answers' own time, and so what is left for grading is the most.
"""

import functools
import importlib.metadata
import json
import multiprocessing
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from vhlib.bench.timing import Case
from vhlib.core.errors import MissingDependencyError

if TYPE_CHECKING:
    from vhlib.course.running import Session

ASSIGNMENT = "01_body_model"
STUDENTS = 6
WORKERS = 2
MOST = 4.0
"""Seconds per submission that grading may take beyond the answers' own time."""

Cells = tuple[tuple[str, str], ...]
"""Titles and sources."""


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
        with _plain_processes(root) as plain:
            run = functools.partial(_alone, plain, _cells(root, "setup"), _cells(root, "answer", "test"))
            run()  # what is loaded on first use is nobody's time
            yield Case(
                f"{STUDENTS} submissions, {WORKERS} at once",
                functools.partial(_ours, root),
                "the answers alone",
                run,
                ours_count=STUDENTS,
                other_count=STUDENTS,
                rehearsals=0,
                fewest=2,
                meaning=beyond,
            )


def beyond(ours_ms: float, alone_ms: float) -> str:
    """What grading costs beyond the answers' own time, beside the target.

    >>> beyond(4250.0, 300.0)
    'beyond the answers, grading takes 3.95 s per submission; the target is at most 4 s: met'
    """
    left = (ours_ms - alone_ms) / 1e3
    verdict = "met" if left <= MOST else "not met"
    return f"beyond the answers, grading takes {left:.2f} s per submission; the target is at most {MOST:g} s: {verdict}"


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


def _cells(root: Path, *kinds: str) -> Cells:
    """The cells of these kinds of what the first student handed in."""
    from vhlib.course import notebook

    handed_in = root / "grading" / "submitted" / "student0" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    return tuple((cell.title, cell.source) for cell in notebook.read(handed_in) if cell.kind in kinds)


def _plain_processes(root: Path) -> ProcessPoolExecutor:
    """Processes as the students' own kernels are, once the set-up cell has run."""
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(WORKERS, mp_context=spawn, initializer=_session, initargs=(_cells(root, "setup"),))


@functools.lru_cache(maxsize=1)
def _session(setup: Cells) -> "Session":
    """The one session of this process; a sandbox, too, has one thread."""
    import torch

    from vhlib.course.running import Session

    torch.set_num_threads(1)
    session = Session()
    _run(session, setup)
    return session


def _alone(plain: ProcessPoolExecutor, setup: Cells, cells: Cells) -> None:
    for _ in plain.map(functools.partial(_answer, setup), [cells] * STUDENTS):
        pass


def _answer(setup: Cells, cells: Cells) -> None:
    _run(_session(setup), cells)


def _run(session: "Session", cells: Cells) -> None:
    for title, source in cells:
        if wrong := session.run(source, title):
            raise RuntimeError(f"{title}: {wrong}; so the times say nothing")


def _theirs(root: Path) -> None:
    from nbgrader.apps import NbGraderAPI

    from vhlib.course.building import config

    api = NbGraderAPI(config=config(root))
    for number in range(STUDENTS):
        outcome = api.autograde(ASSIGNMENT, f"student{number}", force=True)
        if not outcome["success"]:
            raise RuntimeError(f"nbgrader did not grade a submission: {outcome.get('error')}")
