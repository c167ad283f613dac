"""People are close to the average: the shape prior (Bogo et al. 2016, section 3.2)."""

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.priors.types import Quadratic


class ShapePrior:
    """Squared length of betas.

    SMPL's betas are counted in standard deviations, so this is twice the negative log likelihood of a standard
    normal, up to a constant; the paper's Σ-whitened form is the same.
    """

    def residuals(self, betas: Float[Tensor, "B S"]) -> Float[Tensor, "B S"]:
        """The betas themselves.

        Args:
            betas: in standard deviations.
        """
        return betas

    def energy(self, betas: Float[Tensor, "B S"]) -> Float[Tensor, "B"]:
        """Their sum of squares.

        Args:
            betas: in standard deviations.
        """
        return betas.square().sum(-1)

    def quadratic(self, betas: Float[Tensor, "B S"]) -> Quadratic:
        """The energy itself: it is quadratic.

        Args:
            betas: in standard deviations.
        """
        return Quadratic(self.energy(betas), 2 * betas, torch.diag_embed(torch.full_like(betas, 2.0)))
