"""Grade all submissions of an assignment, on all cores or on all machines that a Dask scheduler knows.

Workers only run and mark; what comes back is written down here, one submission after the other. A batch that is stopped
loses what was being graded and nothing else: the next one goes on from there.
"""

import contextlib
import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from distributed import Client, Future, LocalCluster, as_completed

from vhlib.core.errors import InputError
from vhlib.course import questions
from vhlib.course.building import find_source
from vhlib.course.grading import gradebook, records
from vhlib.course.grading.marking import Graded, Job, digest, grade, released
from vhlib.course.grading.records import Record

CONNECTS_WITHIN = 30.0
"""Seconds, to a scheduler that is already there."""


def students(root: Path, name: str) -> tuple[str, ...]:
    """Who handed an assignment in.

    Args:
        root: the course's folder.
        name: the assignment.
    """
    return tuple(sorted(path.parent.name for path in root.glob(f"grading/submitted/*/{name}") if path.is_dir()))


def plan(root: Path, name: str, chosen: Sequence[str] = (), *, force: bool = False) -> tuple[str, ...]:
    """Whose submissions are to be graded: those that are new, or whose submission, release or checks changed.

    Args:
        root: the course's folder.
        name: the assignment.
        chosen: only these students; empty for all.
        force: all of them, whether anything changed or not.

    Raises:
        InputError: no such assignment, it is not released, or a student did not hand it in.
    """
    find_source(root, name)
    if not released(root, name).is_file():
        raise InputError(f"{released(root, name)}: no such file; run `vh course release {name}` first")
    there = students(root, name)
    for student in chosen:
        if student not in there:
            place = root / "grading" / "submitted" / student / name
            raise InputError(f"{student}: nothing was handed in; expected the folder {place}")
    if not there:
        place = root / "grading" / "submitted" / "STUDENT" / name
        raise InputError(f"{name}: nothing was handed in; expected folders {place}")

    def is_done(student: str) -> bool:
        record = records.read(root, name, student)
        return record is not None and record.digest == digest(root, name, student)

    return tuple(student for student in chosen or there if force or not is_done(student))


def run(jobs: Sequence[Job], *, workers: int = 2, scheduler: str = "") -> Iterator[Record]:
    """Grade submissions of one assignment and write down what comes of each, as it comes.

    Args:
        jobs: what to grade.
        workers: how many processes, if there is no scheduler.
        scheduler: address of a Dask scheduler whose workers see the course's folder at the same place.

    Yields:
        The record of each submission, once it is in the gradebook.

    Raises:
        InputError: the assignment is not in the gradebook, or there is no scheduler at the address.
    """
    if not jobs:
        return
    root, name = jobs[0].root, jobs[0].assignment
    assignment = questions.load(find_source(root, name))
    with gradebook.opened(root, name) as book, _client(min(workers, len(jobs)), scheduler) as client:
        futures = {client.submit(grade, job, pure=False): job for job in jobs}
        try:
            for future in as_completed(futures):
                graded = _outcome(future, futures[future])
                gradebook.merge(book, root, assignment, graded)
                yield graded.record
        finally:
            client.cancel(list(futures))


@contextlib.contextmanager
def _client(workers: int, scheduler: str) -> Iterator[Client]:
    if scheduler:
        try:
            client = Client(scheduler, timeout=CONNECTS_WITHIN)
        except (OSError, ValueError, TimeoutError) as error:
            raise InputError(f"--scheduler {scheduler}: no Dask scheduler answers there ({error})") from error
        with client:
            yield client
        return
    local = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        memory_limit=None,
        silence_logs=logging.CRITICAL,
    )
    with local, Client(local) as client:
        yield client


def _outcome(future: Future, job: Job) -> Graded:
    """What a worker made of a submission; if it could not, then why."""
    error = future.exception()
    if error is None:
        result: Graded = future.result()
        return result
    reason = f"{type(error).__name__}: {error}"
    fingerprint = ""  # never what `digest` gives: the next batch tries again
    failed = Record(job.assignment, job.student, fingerprint, failure=reason, warning=job.sandbox.warning)
    return Graded(failed, json.loads(released(job.root, job.assignment).read_text(encoding="utf-8")))
