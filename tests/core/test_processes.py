"""Work in several processes: everything comes back, errors too, and nobody is left behind."""

import math
import multiprocessing
import subprocess
import sys
import time

import psutil
import pytest

from vhlib.core.processes import each


def test_everything_comes_back():
    jobs = [(number, 2) for number in range(4)]
    alone, together = (sorted(each(math.pow, jobs, workers=workers)) for workers in (1, 2))
    assert alone == together == [0, 1, 4, 9]


def test_an_error_is_raised_here_and_ends_the_others():
    started = time.monotonic()
    with pytest.raises(ValueError, match="non-negative"):
        list(each(time.sleep, [(-1,), (600,)], workers=2))
    assert not multiprocessing.active_children()
    assert time.monotonic() - started < 300  # not the ten minutes of the other


def test_nobody_outlives_a_parent_that_was_killed(tmp_path):
    work = "import os, pathlib, time; pathlib.Path({!r}, str(os.getpid())).touch(); time.sleep(600)"
    jobs = [(work.format(str(tmp_path)),)] * 2
    parent = subprocess.Popen(
        [sys.executable, "-c", f"from vhlib.core.processes import each; list(each(exec, {jobs}, workers=2))"]
    )
    while len(list(tmp_path.iterdir())) < 2:
        assert parent.poll() is None
        time.sleep(0.1)
    workers = [psutil.Process(int(file.name)) for file in tmp_path.iterdir()]
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 60
    while any(_lives(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
