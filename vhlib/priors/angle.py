"""Elbows and knees bend one way only: SMPLify's angle prior (Bogo et al. 2016, section 3.2)."""

from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.exercises import exercise
from vhlib.geometry.skeletons import SMPL24
from vhlib.priors.types import Quadratic

BENDS_BACKWARDS: Final = {
    "left_elbow": ("y", +1.0),
    "right_elbow": ("y", -1.0),
    "left_knee": ("x", -1.0),
    "right_knee": ("x", -1.0),
}
"""Joint: the axis it hinges about, and the sign of the angle that no elbow or knee can reach."""

_COLUMNS: Final = [3 * (SMPL24.index(joint) - 1) + "xyz".index(axis) for joint, (axis, _) in BENDS_BACKWARDS.items()]
_SIGNS: Final = tuple(sign for _, sign in BENDS_BACKWARDS.values())


@exercise("04_smplify")
def angle_residuals(body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B 4"]:
    """exp(s θ) of left elbow, right elbow, left knee, right knee; s the sign of hyperextension.

    Args:
        body_pose: axis-angle, radians, relative to the parent.
    """
    hinges = body_pose.flatten(1)[:, _COLUMNS]
    return torch.exp(hinges * hinges.new_tensor(_SIGNS))


class AnglePrior:
    """Sum of exp(2 s θ) over the four hinges, s the sign of hyperextension: steep backwards, almost flat forwards.

    Convention:
        A straight hinge costs 1, one bent 0.5 rad the natural way exp(-1), 0.5 rad the wrong way exp(+1). The sum in
        the paper is of exp(θ); the released code squares it, and so do SPIN and this one.

    >>> round(float(AnglePrior().energy(torch.zeros(1, 23, 3))), 4)
    4.0
    """

    def residuals(self, body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B 4"]:
        """`angle_residuals`.

        Args:
            body_pose: axis-angle, radians, relative to the parent.
        """
        return angle_residuals(body_pose)

    def energy(self, body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B"]:
        """The sum of squares of `residuals`.

        Args:
            body_pose: axis-angle, radians, relative to the parent.
        """
        return self.residuals(body_pose).square().sum(-1)

    def quadratic(self, body_pose: Float[Tensor, "B 23 3"]) -> Quadratic:
        """The Gauss-Newton model: each residual depends on one angle, so its curvature is diagonal.

        Args:
            body_pose: axis-angle, radians, relative to the parent.
        """
        squares = self.residuals(body_pose).square()
        gradient, diagonal = torch.zeros_like(body_pose.flatten(1)), torch.zeros_like(body_pose.flatten(1))
        gradient[:, _COLUMNS] = 2 * squares.new_tensor(_SIGNS) * squares
        diagonal[:, _COLUMNS] = 2 * squares
        return Quadratic(squares.sum(-1), gradient, torch.diag_embed(diagonal))
