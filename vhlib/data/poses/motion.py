"""What a family of motions is made of: numbers drawn for each motion, the phase of its cycle, and curves over it.

Convention:
    N motions are computed at once, each at T moments. What is drawn once per motion is (N, 1), what changes in time
    (N, T). Every motion is a cycle, so that a clip of any length is smooth; angles are degrees, as in the literature.
"""

import hashlib
import math
from collections.abc import Mapping
from functools import cache

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt64
from torch import Tensor

Scalar = float | int
"""beartype tells them apart; tables of degrees read better without decimal points."""

Number = Scalar | Float[Tensor, "*#NT"]
"""An angle or a length: the same for all motions, one per motion, or one per motion and moment."""

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio: multiples of it spread evenly (Steele et al. 2014)."""


class Motion:
    """N motions at T moments each: draws, cycles and wandering.

    Draws are hashes of the motion's key and the number's name (splitmix64, Steele et al. 2014), not a stream: a
    motion is the same alone and in any batch, and a new number disturbs none of the others.

    Args:
        keys: one number per motion; everything about it follows from this.
        time: seconds since the motion began.
        scope: put before every name that is drawn; see `within`.
    """

    def __init__(self, keys: UInt64[np.ndarray, "N"], time: Float[Tensor, "N T"], scope: str = ""):
        self.keys = keys
        self.time = time
        self._scope = scope

    @property
    def still(self) -> "Motion":
        """The same motions at time 0 only: for a pose that each of them passes through."""
        return Motion(self.keys, torch.zeros(len(self.keys), 1), self._scope)

    @property
    def whole(self) -> "Motion":
        """The same motions out of any scope: for numbers that all their parts share."""
        return Motion(self.keys, self.time)

    def within(self, scope: str) -> "Motion":
        """The same motions, drawing numbers of their own: for a part that occurs more than once.

        Args:
            scope: the part's name.
        """
        return Motion(self.keys, self.time, f"{self._scope}{scope}/")

    def of(self, rows: Int[Tensor, "R"]) -> "Motion":
        """Some of the motions.

        Args:
            rows: which.
        """
        return Motion(self.keys[rows.numpy()], self.time[rows], self._scope)

    def uniform(self, name: str, low: Scalar = 0.0, high: Scalar = 1.0, channels: int = 1) -> Float[Tensor, "N C"]:
        """Numbers per motion, evenly between two.

        Args:
            name: what is drawn; the same name gives the same numbers.
            low: smallest.
            high: largest.
            channels: how many, independent of each other.
        """
        first = self.keys[:, None] + name_key(self._scope + name)
        if channels > 1:
            first = first + GOLDEN * np.arange(channels, dtype=np.uint64)
        bits = mix(first) >> np.uint64(40)  # 24 are left, as many as a float32 holds
        unit = (bits.astype(np.float32) + np.float32(0.5)) * np.float32(2**-24)
        return low + (high - low) * torch.from_numpy(unit)

    def normal(self, name: str, channels: int = 1) -> Float[Tensor, "N C"]:
        """Numbers per motion, normally distributed with unit deviation about 0, none beyond 2.5.

        Args:
            name: what is drawn; the same name gives the same numbers.
            channels: how many, independent of each other.
        """
        edge = math.erf(2.5 / math.sqrt(2))
        return math.sqrt(2) * torch.erfinv(self.uniform(name, -edge, edge, channels))

    def about(self, name: str, middle: Scalar, deviation: Scalar) -> Float[Tensor, "N 1"]:
        """A number per motion, normally distributed, none beyond 2.5 standard deviations.

        Args:
            name: what is drawn; the same name gives the same number.
            middle: its mean.
            deviation: one standard deviation.
        """
        return middle + deviation * self.normal(name)

    def chance(self, name: str, probability: Scalar) -> Bool[Tensor, "N 1"]:
        """Whether something holds for a motion.

        Args:
            name: what is drawn.
            probability: how often it holds.
        """
        return self.uniform(name) < probability

    def choice(self, name: str, count: int) -> Int[Tensor, "N 1"]:
        """One of several, each as likely.

        Args:
            name: what is drawn.
            count: how many there are.
        """
        return (self.uniform(name) * count).long()

    def cycle(self, seconds: Number) -> Float[Tensor, "N T"]:
        """The phase of a repeated movement, in [0, 1), from 0 at time 0.

        Args:
            seconds: how long one repetition takes.
        """
        return (self.time / seconds) % 1.0

    def wander(self, name: str, seconds: Scalar, channels: int = 1) -> Float[Tensor, "N T C"]:
        """Smooth noise of unit root mean square: three sines of unrelated periods and random phases.

        Args:
            name: what is drawn.
            seconds: the middle one's period.
            channels: how many, independent of each other.
        """
        total = torch.zeros(1)
        for i, ratio in enumerate((0.61, 1.0, 1.73)):
            rate = self.uniform(f"{name} rate {i}", 0.8, 1.25, channels) / (seconds * ratio)
            start = self.uniform(f"{name} start {i}", channels=channels)
            total = total + torch.sin(2 * math.pi * (self.time[..., None] * rate[:, None] + start[:, None]))
        return total * math.sqrt(2 / 3)

    def drift(self, name: str, deviation: Number, seconds: Scalar = 4.0) -> Float[Tensor, "N T"]:
        """One channel of `wander`.

        Args:
            name: what is drawn.
            deviation: root mean square.
            seconds: the middle sine's period.
        """
        return deviation * self.wander(name, seconds)[..., 0]


def curve(phase: Float[Tensor, "N T"], keys: Mapping[float, Scalar | Float[Tensor, "N 1"]]) -> Float[Tensor, "N T"]:
    """A periodic curve through keyframes.

    Args:
        phase: in [0, 1).
        keys: phase = value, phases rising from 0; the curve is back at the first key at phase 1.

    >>> curve(torch.tensor([[0.0, 0.25, 0.5]]), {0.0: 0.0, 0.5: 10.0})
    tensor([[ 0.,  5., 10.]])
    """
    values = [torch.as_tensor(value, dtype=phase.dtype).reshape(-1, 1).expand(len(phase), 1) for value in keys.values()]
    return through(phase, torch.tensor([*keys, 1.0]), torch.cat([*values, values[0]], 1))


def through(
    phase: Float[Tensor, "*batch T"], at: Float[Tensor, "K"], values: Float[Tensor, "*batch K"]
) -> Float[Tensor, "*batch T"]:
    """Periodic cubic interpolation that never overshoots (Fritsch and Butland 1984).

    Where the neighbours of a key are not on a slope the curve is level at the key, so a joint keyed inside its limits
    stays inside them, and a held pose is held.

    Args:
        phase: in [0, 1).
        at: phases of the keys, rising from 0 to 1.
        values: at the keys; the last as the first.
    """
    width = at.diff()
    slope = values.diff(dim=-1) / width
    before, wide_before = slope.roll(1, -1), width.roll(1)
    # The weighted harmonic mean of the slopes on either side, 0 where their signs differ.
    weight_before, weight_after = wide_before + 2 * width, 2 * wide_before + width
    rising = before * slope > 0
    mean = weight_before * slope + weight_after * before
    tangent = torch.where(rising, 3 * (wide_before + width) * before * slope / torch.where(rising, mean, 1.0), 0.0)
    tangent = torch.cat([tangent, tangent[..., :1]], -1)
    left = torch.searchsorted(at, phase.contiguous(), right=True).clamp(1, len(width)) - 1
    h = width[left]
    s = (phase - at[left]) / h
    y0, y1, d0, d1 = (numbers.gather(-1, i) for numbers in (values, tangent) for i in (left, left + 1))
    return y0 + s * (h * d0 + s * (3 * (y1 - y0) - h * (2 * d0 + d1) + s * (2 * (y0 - y1) + h * (d0 + d1))))


def mix(x: UInt64[np.ndarray, "*shape"]) -> UInt64[np.ndarray, "*shape"]:
    """Scramble 64 bits so that neighbours share nothing: the finaliser of splitmix64 (Steele et al. 2014).

    Args:
        x: any numbers.
    """
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@cache
def name_key(name: str) -> np.uint64:
    """64 bits of a name.

    Args:
        name: any text.
    """
    return np.uint64(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))
