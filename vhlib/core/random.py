"""Random generators from one seed. Nothing in the library seeds torch or numpy globally."""

import hashlib
import operator
from collections.abc import Iterator
from contextlib import contextmanager
from typing import SupportsIndex

import numpy as np
import torch


def _mix(seed: SupportsIndex, stream: tuple[str | SupportsIndex, ...]) -> int:
    # numpy's integers print otherwise than Python's and must not be another stream.
    plain = tuple(part if isinstance(part, str) else operator.index(part) for part in (seed, *stream))
    digest = hashlib.sha256(repr(plain).encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1  # torch takes 63 bits


def generator(seed: SupportsIndex, *stream: str | SupportsIndex) -> torch.Generator:
    """A CPU generator for one named stream of a seed.

    Convention:
        Numbers are drawn on the CPU and then moved, so that every device sees the same ones; two streams of one
        seed are independent, and a new stream does not disturb the others.

    Args:
        seed: the run's seed.
        stream: names or indices that set this stream apart, for example ``"poses", 17``.

    Raises:
        TypeError: a seed or index that is no whole number.

    >>> float(torch.rand(1, generator=generator(0, "a"))) == float(torch.rand(1, generator=generator(0, "a")))
    True
    """
    return torch.Generator().manual_seed(_mix(seed, stream))


@contextmanager
def torch_follows(seed: SupportsIndex, *stream: str | SupportsIndex) -> Iterator[None]:
    """Inside, torch's own numbers follow a stream of a seed; after, they go on as before.

    For what takes no generator: the first weights of torch's layers, and dropout.

    Args:
        seed: the run's seed.
        stream: names or indices that set this stream apart.

    Raises:
        TypeError: a seed or index that is no whole number.
    """
    with torch.random.fork_rng():
        torch.manual_seed(_mix(seed, stream))
        yield


def numpy_generator(seed: SupportsIndex, *stream: str | SupportsIndex) -> np.random.Generator:
    """As `generator`, for numpy.

    Args:
        seed: the run's seed.
        stream: names or indices that set this stream apart.

    Raises:
        TypeError: a seed or index that is no whole number.
    """
    return np.random.default_rng(_mix(seed, stream))
