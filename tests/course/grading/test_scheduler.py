"""A Dask scheduler that somebody else started, and two workers, of which one is killed in the middle of a batch."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from distributed import Client

from vhlib.course.grading import records

REPOSITORY = Path(__file__).parents[3]
NAME = "01_body_model"
MARKS = {"ada": 21, "ben": 15, "cleo": 21, "dan": 0, "eve": 21}
PATIENCE = 300.0
"""Seconds, for anything: the machine may be busy."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of nbgrader, SQLAlchemy and Dask: open databases and sockets
]


@pytest.fixture
def start(tmp_path):
    """Start a Python program that ends with the test; give its process."""
    with contextlib.ExitStack() as ends:

        def run(*arguments, **settings):
            environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
            process = subprocess.Popen([sys.executable, *arguments], env=environment, text=True, **settings)
            ends.callback(process.wait)
            ends.callback(process.kill)
            return process

        yield run


@pytest.fixture
def cluster(start, tmp_path):
    """The scheduler's address, and its workers by theirs."""
    silent = {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    note = tmp_path / "scheduler.json"
    ours = ("--host", "127.0.0.1", "--no-dashboard")
    start("-m", "dask", "scheduler", *ours, "--port", "0", "--scheduler-file", str(note), **silent)
    wait(note.is_file)
    address = json.loads(note.read_text())["address"]
    named = {
        name: start("-m", "dask", "worker", address, *ours, "--no-nanny", "--nthreads", "1", "--name", name, **silent)
        for name in ("first", "second")
    }
    with Client(address, timeout=PATIENCE) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
        workers = {place: named[about["name"]] for place, about in client.scheduler_info()["workers"].items()}
        yield client, workers


def wait(until):
    """Until something is so; its value."""
    end = time.monotonic() + PATIENCE
    while not (value := until()):
        if time.monotonic() > end:
            raise TimeoutError("it never came to that")
        time.sleep(0.1)
    return value


def test_a_worker_that_is_killed_costs_a_retry_and_no_mark(start, cluster, school, guard):
    client, workers = cluster
    wrong = "def blend_shapes(betas, shapedirs):\n    return 0\n"
    for student, mark in MARKS.items():
        answered = school.notebook() if mark == 21 else school.notebook(blend_shapes=wrong)
        school.hand_in(student, school.release if mark == 0 else answered)
    where = ["--image", guard.image] if hasattr(guard, "image") else []
    address = client.scheduler.address
    batch = start(
        *("-m", "vhlib", "course", "autograde", NAME, "--scheduler", address, *where),
        cwd=school.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    first = next(line for line in batch.stderr if re.search("[0-9]+ points", line))
    busy = wait(lambda: [place for place, tasks in client.processing().items() if tasks])
    workers[busy[0]].kill()
    said, rest = batch.communicate(timeout=PATIENCE)

    assert batch.returncode == 0, rest
    assert f"{len(MARKS)} of {len(MARKS)} submissions of {NAME} graded" in said
    announced = re.findall(r"^(\w+): (\d+) points", first + rest, re.MULTILINE)
    assert {student: int(mark) for student, mark in announced} == MARKS
    assert len(announced) == len(MARKS)  # nobody twice
    written = {student: records.read(school.root, NAME, student) for student in MARKS}
    assert {student: record.earned for student, record in written.items() if record} == MARKS
    assert set(client.scheduler_info()["workers"]) == set(workers) - {busy[0]}
