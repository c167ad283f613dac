"""What one measures on a body."""

from jaxtyping import Float
from torch import Tensor

from vhlib.body.smpl import SMPL


def stature(body: SMPL, betas: Float[Tensor, "B S"]) -> Float[Tensor, "B"]:
    """Height of a body at rest, metres.

    Args:
        body: the body model.
        betas: in standard deviations.
    """
    heights = body.v_template[:, 1].to(betas) + betas @ body.shapedirs[:, 1].to(betas).mT
    return heights.amax(-1) - heights.amin(-1)
