"""How everything here is timed: both sides in one process, in turn, so that a busy machine slows both alike.

A turn of something short is many runs, as a loop that uses it would make them: a single one would start with the
caches and the threads as the other way left them, and time that.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

TURN = 0.05
"""How long one way goes on before the other's turn, seconds; at least one run."""


@dataclass(frozen=True)
class Case:
    """Two ways to the same result."""

    case: str
    """What is done, for example ``joints, forward, batch 64``."""
    ours: Callable[[], object]
    """The kit's way."""
    against: str
    """Whose the other way is, for example ``smplx 0.1.28``."""
    other: Callable[[], object]
    """The other way."""
    ours_count: int = 1
    """How many results a run of ours gives: times are per result."""
    other_count: int = 1
    """How many results a run of the other way gives."""
    rehearsals: int = 2
    """Runs of each way before any that counts."""
    fewest: int | None = None
    """Turns of each way that count, however long they take; what `measure` says if not given."""
    meaning: Callable[[float, float], str] | None = None
    """What follows from the two times, ours first, in milliseconds; nothing if not given."""


@dataclass(frozen=True)
class Row:
    """What was measured; medians, in milliseconds."""

    case: str
    """What was done."""
    ours_ms: float
    """The kit's time."""
    against: str
    """Whose the other time is."""
    against_ms: float
    """The other time."""
    ratio: float
    """The other time by ours: above 1 the kit is faster."""
    meaning: str = ""
    """What follows from it, in one sentence."""


def measure(case: Case, *, seconds: float = 2.0, at_least: int = 5) -> Row:
    """Time both ways in turn.

    Args:
        case: the two ways.
        seconds: how long to go on, warm-up not counted.
        at_least: turns of each, however long they take, where the case does not say how many.
    """
    ways = (case.ours, case.other)
    fewest = at_least if case.fewest is None else case.fewest
    for _ in range(case.rehearsals):
        for way in ways:
            _time(way)
    times: tuple[list[float], list[float]] = ([], [])
    start = time.perf_counter()
    while len(times[0]) < fewest or time.perf_counter() - start < seconds:
        for way, taken in zip(ways, times, strict=True):
            taken.append(_time(way))
    counts = (case.ours_count, case.other_count)
    ours, other = (1e3 * statistics.median(taken) / count for taken, count in zip(times, counts, strict=True))
    meaning = case.meaning(ours, other) if case.meaning else ""
    return Row(case.case, ours, case.against, other, other / ours, meaning)


def machine() -> dict[str, str | int]:
    """What the times were taken on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else "none",
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def _time(way: Callable[[], object]) -> float:
    """Seconds per run, over the runs of one turn."""
    _wait()
    runs, start = 0, time.perf_counter()
    while runs == 0 or time.perf_counter() - start < TURN:
        way()
        _wait()
        runs += 1
    return (time.perf_counter() - start) / runs


def _wait() -> None:
    """Let the GPU finish; its work is only queued when a call returns."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
