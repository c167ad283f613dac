"""Work in several processes: everything comes back, errors too, and nobody is left behind."""

import math
import multiprocessing
import time

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
