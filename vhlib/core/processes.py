"""Work that several processes do at the same time."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any, TypeVar

import torch

R = TypeVar("R")


def each(function: Callable[..., R], jobs: Sequence[tuple[Any, ...]], *, workers: int) -> Iterator[R]:
    """Results as they are ready, in any order; whoever stops listening, is interrupted or dies ends the processes.

    The processes are started afresh, not forked: a fork of a process that uses a GPU or threads may hang. Each computes
    with one thread.

    >>> list(each(divmod, [(7, 2)], workers=1))
    [(3, 1)]

    Args:
        function: of a module, not a lambda; what it takes and returns travels between processes.
        jobs: its arguments, once for each call.
        workers: processes; with 1 the work is done in this one.
    """
    if workers == 1 or len(jobs) < 2:
        yield from (function(*job) for job in jobs)
        return
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        min(workers, len(jobs)), mp_context=multiprocessing.get_context("spawn"), initializer=_begin
    )
    try:
        for future in as_completed([pool.submit(function, *job) for job in jobs]):
            yield future.result()
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent, interrupted by the same key, ends this process
    torch.set_num_threads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed can end nobody: who works on would meet the next run's files."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)
