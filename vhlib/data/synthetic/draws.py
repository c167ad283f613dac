"""Where the numbers of a sample come from: named streams that depend on seed, split and index, and on nothing else."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from vhlib.core.random import numpy_generator


@dataclass(frozen=True)
class Draws:
    """The chance behind one sample. A new stream disturbs none of the others.

    >>> a, b = Draws(0, "train", 7), Draws(0, "train", 7)
    >>> a.stream("hair").random() == b.stream("hair").random() != b.stream("skin").random()
    True
    """

    seed: int
    """Of the whole set."""
    split: str
    """Splits share no sample."""
    index: int
    """Which sample."""

    def stream(self, name: str) -> np.random.Generator:
        """Random numbers for one purpose.

        Args:
            name: what they are for; the same name gives the same numbers.
        """
        return numpy_generator(self.seed, "synthetic", self.split, self.index, name)


def between(chance: np.random.Generator, low: float | int, high: float | int) -> float:
    """A number between two, each as likely.

    Args:
        chance: where it comes from.
        low: smallest.
        high: largest.
    """
    return float(chance.uniform(low, high))


def pick(chance: np.random.Generator, choices: dict[str, float]) -> str:
    """One of several names, by their weights.

    Args:
        chance: where it comes from.
        choices: name to weight; the weights need not sum to 1.
    """
    ends = list(accumulate(choices.values()))
    place = bisect_right(ends, chance.random() * ends[-1])
    return tuple(choices)[min(place, len(choices) - 1)]
