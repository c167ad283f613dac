"""The pose prior's variational autoencoder: VPoser as the lecture draws it (Pavlakos et al., CVPR 2019, section 3.2).

Rotation matrices of 21 joints in, a Gaussian over 32 latent coordinates in the middle, 21 matrices out. The decoder
ends in one of two ways:

- ``matrix``: nine free numbers per joint. Losses make them almost a rotation; at test time an SVD makes them one.
- ``6d``: two vectors per joint, which Gram-Schmidt makes a rotation always (Zhou et al., CVPR 2019).
"""

from dataclasses import dataclass
from typing import Final, Literal

from jaxtyping import Float
from torch import Tensor, nn

from vhlib.core.shapes import check
from vhlib.exercises import exercise
from vhlib.geometry.rotations import project_to_rotation, rotation_6d_to_matrix

JOINTS: Final = 21
"""SMPL's 23 without the two hands, which motion capture does not see."""


@dataclass(frozen=True)
class VAEConfig:
    """The network's size and its way to end."""

    output: Literal["matrix", "6d"] = "matrix"
    """What the decoder puts out."""
    latent: int = 32
    """Coordinates of z."""
    width: int = 512
    """Of the two hidden layers on each side."""
    slope: float = 0.2
    """Of the leaky rectifiers below zero."""


@dataclass(frozen=True)
class Latent:
    """A Gaussian over z with independent coordinates."""

    mean: Float[Tensor, "B Z"]
    """μ."""
    std: Float[Tensor, "B Z"]
    """σ, positive."""


class PoseVAE(nn.Module):
    """Encoder and decoder.

    Args:
        config: its size.
    """

    def __init__(self, config: VAEConfig | None = None):
        super().__init__()
        self.config = config = config or VAEConfig()
        numbers = {"matrix": 9, "6d": 6}[config.output]
        self.encoder = _hidden(JOINTS * 9, config)
        self.mean = nn.Linear(config.width, config.latent)
        self.spread = nn.Linear(config.width, config.latent)
        self.decoder = _hidden(config.latent, config).append(nn.Linear(config.width, JOINTS * numbers))

    def encode(self, rotations: Float[Tensor, "B 21 3 3"]) -> Latent:
        """q(z|R): where in the latent space a pose lies, and how surely.

        Args:
            rotations: of the 21 joints, relative to their parents.

        Raises:
            ValueError: another shape.
        """
        check(rotations=(rotations, f"B {JOINTS} 3 3"))
        hidden = self.encoder(rotations.flatten(1))
        return Latent(self.mean(hidden), nn.functional.softplus(self.spread(hidden)))

    def decode(self, z: Float[Tensor, "B Z"]) -> Float[Tensor, "B 21 3 3"]:
        """R̂ as the network puts it out: with output ``matrix`` not quite rotations.

        Args:
            z: latent coordinates.
        """
        return self.matrices(self.decoder(z))

    def matrices(self, numbers: Float[Tensor, "B N"]) -> Float[Tensor, "B 21 3 3"]:
        """The decoder's numbers as matrices: nine as they stand, or Gram-Schmidt of two vectors.

        Args:
            numbers: what the decoder's last layer puts out, joint by joint.
        """
        each = numbers.unflatten(-1, (JOINTS, -1))
        return each.unflatten(-1, (3, 3)) if self.config.output == "matrix" else rotation_6d_to_matrix(each)

    def rotations_from(self, numbers: Float[Tensor, "B N"]) -> Float[Tensor, "B 21 3 3"]:
        """The rotations closest to `matrices`: what is used once training is over.

        Args:
            numbers: what the decoder's last layer puts out, joint by joint.
        """
        matrices = self.matrices(numbers)
        return project_to_rotation(matrices) if self.config.output == "matrix" else matrices


@exercise("05_pose_priors")
def reparametrise(
    mean: Float[Tensor, "B Z"], std: Float[Tensor, "B Z"], noise: Float[Tensor, "B Z"]
) -> Float[Tensor, "B Z"]:
    """A sample of N(μ, σ²) as z = μ + σ ε, so that gradients flow into μ and σ (Kingma and Welling 2014, 2.4).

    >>> import torch
    >>> reparametrise(torch.ones(1, 2), torch.full((1, 2), 0.5), torch.tensor([[-2.0, 2.0]]))
    tensor([[0., 2.]])

    Args:
        mean: μ.
        std: σ.
        noise: ε from N(0, I).

    Raises:
        ValueError: the shapes differ.
    """
    check(mean=(mean, "B Z"), std=(std, "B Z"), noise=(noise, "B Z"))
    return mean + std * noise


def _hidden(numbers: int, config: VAEConfig) -> nn.Sequential:
    layers = (nn.Linear(numbers, config.width), nn.Linear(config.width, config.width))
    return nn.Sequential(*(part for layer in layers for part in (layer, nn.LeakyReLU(config.slope))))
