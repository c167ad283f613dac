"""What a prior is: an energy, low where people are and high where they are not."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor


@runtime_checkable
class Prior(Protocol):
    """An energy on body poses (or, for the shape, on betas): one number per body, lower is more natural.

    Convention:
        Energies carry no weight: whoever adds them up says how much each counts. They are differentiable in their
        argument, and follow its device and dtype.
    """

    def energy(self, parameters: Float[Tensor, "B ..."], /) -> Float[Tensor, "B"]:
        """The energy of each body."""
        ...


@runtime_checkable
class ResidualPrior(Prior, Protocol):
    """A prior that is a sum of squares, which Gauss-Newton and Levenberg-Marquardt solvers need.

    Convention:
        ``energy(x) == residuals(x).square().sum(-1)``, without a factor one half.
    """

    def residuals(self, parameters: Float[Tensor, "B ..."], /) -> Float[Tensor, "B R"]:
        """The numbers whose squares sum to the energy of each body."""
        ...


@dataclass(frozen=True)
class Quadratic:
    """The Gauss-Newton model of an energy: E(x + δ) ≈ energy + gradient · δ + ½ δ · curvature δ."""

    energy: Float[Tensor, "B"]
    """E(x)."""
    gradient: Float[Tensor, "B P"]
    """The exact gradient of E."""
    curvature: Float[Tensor, "B P P"]
    """Symmetric and positive semi-definite: 2 JᵀJ of the residuals, without their second derivatives."""


@runtime_checkable
class QuadraticPrior(ResidualPrior, Protocol):
    """A sum of squares that knows its Gauss-Newton model in closed form, so that nobody differentiates residuals."""

    def quadratic(self, parameters: Float[Tensor, "B ..."], /) -> Quadratic:
        """The model at these parameters, flattened to (B, P)."""
        ...


@runtime_checkable
class Centred(Protocol):
    """A prior that knows an average pose: where fits start."""

    @property
    def mean_pose(self) -> Float[Tensor, "23 3"]:
        """Axis-angle, radians, relative to the parent."""
        ...


@runtime_checkable
class LatentPrior(Prior, Centred, Protocol):
    """A prior with a space of its own: every z is a pose, and natural ones lie close to the origin.

    Convention:
        A fit that moves in this space pays ‖z‖², what `energy` asks of a pose that was encoded.
    """

    @property
    def latent(self) -> int:
        """How many coordinates z has."""
        ...

    def decode(self, z: Float[Tensor, "B Z"], /) -> Float[Tensor, "B 23 3"]:
        """The pose of each z, axis-angle, radians."""
        ...

    def decode_with_jacobian(
        self, z: Float[Tensor, "B Z"], /
    ) -> tuple[Float[Tensor, "B 23 3"], Float[Tensor, "B 69 Z"]]:
        """The same, and how the 69 numbers change with z."""
        ...
