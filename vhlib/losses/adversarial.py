"""The least-squares game between a network and its discriminators (Mao et al., ICCV 2017), as HMR plays it.

Scores are (B, D), one column for each discriminator; the losses sum over them and average over the bodies (Kanazawa et
al., CVPR 2018, section 3.3).
"""

from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.exercises import exercise


@exercise("06_hmr")
def generator_loss(fake: Float[Tensor, "B D"]) -> Float[Tensor, ""]:
    """Σ_i E[(D_i(fake) - 1)²]: what the network wants, to be taken for real.

    >>> import torch
    >>> generator_loss(torch.zeros(4, 25))
    tensor(25.)

    Args:
        fake: scores of the network's bodies; gradients reach the network through them.

    Raises:
        ValueError: no (B, D) scores.
    """
    check(fake=(fake, "B D"))
    return (fake - 1).square().sum(1).mean()


@exercise("06_hmr")
def discriminator_loss(real: Float[Tensor, "B D"], fake: Float[Tensor, "N D"]) -> Float[Tensor, ""]:
    """Σ_i E[(D_i(real) - 1)²] + E[D_i(fake)²]: what the discriminators want, to tell one from the other.

    Args:
        real: scores of real bodies.
        fake: scores of the network's bodies, detached from it; any number of them.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(real=(real, "B D"), fake=(fake, "N D"))
    return (real - 1).square().sum(1).mean() + fake.square().sum(1).mean()
