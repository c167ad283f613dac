"""Features to a body by iterative error feedback (Kanazawa et al., CVPR 2018, section 3.2; Carreira et al. 2016).

The same small network looks T times at the features and at its own last guess, and says what to change:
Θ_{t+1} = Θ_t + ΔΘ(φ, Θ_t), from a mean Θ_0.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vhlib.cameras import WeakPerspectiveCamera
from vhlib.core.shapes import check
from vhlib.exercises import exercise
from vhlib.nets.estimates import NUMBERS, Estimate, PoseForm, rotations_from, rotations_to


@dataclass(frozen=True)
class RegressorConfig:
    """HMR's regressor; SPIN's is ``RegressorConfig(pose="6d", rectify=False, trainable_mean=False)``."""

    iterations: int = 3
    """T."""
    width: int = 1024
    """Of the two hidden layers."""
    dropout: float = 0.5
    """After each of them."""
    pose: PoseForm = "axis-angle"
    """How rotations are written."""
    rectify: bool = True
    """Whether a ReLU follows each hidden layer, as in HMR's paper; SPIN's released network has none."""
    trainable_mean: bool = True
    """Whether Θ_0 is learned, as in HMR's code; SPIN's is fixed."""


class Regressor(nn.Module):
    """Features to T estimates, each better than the one before.

    Args:
        features: how many.
        mean: where to start: one body and camera (batch size 1). Its `betas` say how many there are.
        config: everything else.

    Raises:
        ValueError: a mean of more than one body.
    """

    mean: Tensor

    def __init__(self, features: int, *, mean: Estimate, config: RegressorConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or RegressorConfig()
        if len(mean.rotations) != 1:
            raise ValueError(f"mean: expected one body, got {len(mean.rotations)}")
        camera = torch.cat([mean.camera.scale[:, None], mean.camera.translation], 1)
        start = torch.cat([rotations_to(mean.rotations, config.pose), mean.betas, camera], 1)
        self._sizes = (mean.rotations.shape[1] * NUMBERS[config.pose], mean.betas.shape[1], 3)
        if config.trainable_mean:
            self.mean = nn.Parameter(start)
        else:
            self.register_buffer("mean", start)
        hidden = nn.ReLU if config.rectify else nn.Identity
        last = nn.Linear(config.width, start.shape[1])
        # The first corrections are small: HMR's uniform variance scaling by 0.01, which is Xavier's with a gain of 0.1.
        nn.init.xavier_uniform_(last.weight, gain=0.1)
        nn.init.zeros_(last.bias)
        self.layers = nn.Sequential(
            nn.Linear(features + start.shape[1], config.width),
            hidden(),
            nn.Dropout(config.dropout),
            nn.Linear(config.width, config.width),
            hidden(),
            nn.Dropout(config.dropout),
            last,
        )

    def forward(self, features: Float[Tensor, "B F"]) -> tuple[Estimate, ...]:
        """The T estimates, the best last.

        Args:
            features: of the image.

        Raises:
            ValueError: shapes that do not fit.
        """
        check(features=(features, "B F"))
        numbers, estimates = self.mean.expand(len(features), -1), []
        for _ in range(self.config.iterations):
            numbers = feedback_step(numbers, features, self.layers)
            estimates.append(self._read(numbers))
        return tuple(estimates)

    def start(self) -> Estimate:
        """Where it starts from, as an estimate of one body."""
        return self._read(self.mean)

    def _read(self, numbers: Float[Tensor, "B N"]) -> Estimate:
        pose, betas, camera = numbers.split(self._sizes, 1)
        rotations = rotations_from(pose, self.config.pose)
        return Estimate(rotations, betas, WeakPerspectiveCamera(camera[:, 0], camera[:, 1:]))


@exercise("06_hmr")
def feedback_step(
    numbers: Float[Tensor, "B N"], features: Float[Tensor, "B F"], correct: Callable[[Tensor], Tensor]
) -> Float[Tensor, "B N"]:
    """Θ_{t+1} = Θ_t + ΔΘ(φ, Θ_t): the network sees its own last guess and says what to change.

    >>> feedback_step(torch.tensor([[1.0]]), torch.tensor([[5.0]]), lambda seen: 0.5 * (seen[:, :1] - seen[:, 1:]))
    tensor([[3.]])

    Args:
        numbers: Θ_t.
        features: φ, of the image.
        correct: features and numbers side by side, (B, F + N), to corrections (B, N).

    Raises:
        ValueError: shapes that do not fit.
    """
    check(numbers=(numbers, "B N"), features=(features, "B F"))
    return numbers + correct(torch.cat([features, numbers], 1))
