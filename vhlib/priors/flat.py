"""No prior at all, as a prior: what the others are compared with."""

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.priors.types import Quadratic


class FlatPrior:
    """Every pose is as natural as any other: the energy is 0.

    >>> FlatPrior().energy(torch.ones(2, 23, 3))
    tensor([0., 0.])
    """

    def residuals(self, body_pose: Float[Tensor, "B J 3"]) -> Float[Tensor, "B 1"]:
        """One zero.

        Args:
            body_pose: axis-angle, radians, relative to the parent.
        """
        return 0 * body_pose.flatten(1)[:, :1]

    def energy(self, body_pose: Float[Tensor, "B J 3"]) -> Float[Tensor, "B"]:
        """Zero.

        Args:
            body_pose: axis-angle, radians, relative to the parent.
        """
        return self.residuals(body_pose).squeeze(-1)

    def quadratic(self, body_pose: Float[Tensor, "B J 3"]) -> Quadratic:
        """Nothing but zeros.

        Args:
            body_pose: axis-angle, radians, relative to the parent.
        """
        zeros = torch.zeros_like(body_pose.flatten(1))
        return Quadratic(zeros[:, 0], zeros, torch.diag_embed(zeros))
