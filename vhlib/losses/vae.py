"""What the pose prior's autoencoder is trained with: VPoser's four terms (Pavlakos et al., CVPR 2019, section 3.2).

L = c1 KL(q(z|R) ‖ N(0, I)) + c2 ‖R - R̂‖² + c3 ‖R̂R̂ᵀ - I‖² + c4 |det R̂ - 1|.

The decoder puts out nine free numbers per joint. The third term makes them an orthogonal matrix; but a mirror is
orthogonal too, and only the fourth tells it from a rotation.

Convention:
    Terms are summed over latent coordinates, joints and matrix entries: one number per body, as in VPoser's code.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.exercises import exercise


@exercise("05_pose_priors")
def kl_to_standard_normal(mean: Float[Tensor, "B Z"], std: Float[Tensor, "B Z"]) -> Float[Tensor, "B"]:
    """KL(N(μ, σ²) ‖ N(0, I)) = Σ ½ (μ² + σ² - 1) - log σ (Kingma and Welling 2014, appendix B).

    >>> kl_to_standard_normal(torch.zeros(1, 4), torch.ones(1, 4))
    tensor([0.])

    Args:
        mean: μ of each latent coordinate.
        std: σ, a standard deviation: positive, neither a variance nor a logarithm.

    Raises:
        ValueError: the shapes differ.
    """
    check(mean=(mean, "B Z"), std=(std, "B Z"))
    return ((mean.square() + std.square() - 1) / 2 - std.log()).sum(-1)


def rotation_reconstruction(predicted: Float[Tensor, "B J 3 3"], truth: Float[Tensor, "B J 3 3"]) -> Float[Tensor, "B"]:
    """Σ ‖R - R̂‖² over the joints, the squared Frobenius norm: 4 (1 - cos t) for two rotations t apart.

    Args:
        predicted: R̂, any matrices.
        truth: R.

    Raises:
        ValueError: the shapes differ.
    """
    check(predicted=(predicted, "B J 3 3"), truth=(truth, "B J 3 3"))
    return (predicted - truth).square().sum((-3, -2, -1))


@exercise("05_pose_priors")
def orthogonality(matrices: Float[Tensor, "B J 3 3"]) -> Float[Tensor, "B"]:
    """L_orth = Σ ‖R̂R̂ᵀ - I‖² over the joints: zero for rotations, and for mirrors.

    >>> mirror = torch.diag(torch.tensor([1.0, 1.0, -1.0]))[None, None]
    >>> orthogonality(mirror), orthogonality(0.5 * mirror)
    (tensor([0.]), tensor([1.6875]))

    Args:
        matrices: R̂, any matrices.

    Raises:
        ValueError: the last axes are not J, 3 and 3.
    """
    check(matrices=(matrices, "B J 3 3"))
    identity = torch.eye(3, dtype=matrices.dtype, device=matrices.device)
    return (matrices @ matrices.mT - identity).square().sum((-3, -2, -1))


@exercise("05_pose_priors")
def determinant(matrices: Float[Tensor, "B J 3 3"]) -> Float[Tensor, "B"]:
    """L_det = Σ |det R̂ - 1| over the joints: a mirror costs 2.

    >>> determinant(torch.diag(torch.tensor([1.0, 1.0, -1.0]))[None, None])
    tensor([2.])

    Args:
        matrices: R̂, any matrices.

    Raises:
        ValueError: the last axes are not J, 3 and 3.
    """
    check(matrices=(matrices, "B J 3 3"))
    # The triple product instead of an LU decomposition: its gradient is finite for singular matrices too.
    first, second, third = matrices.unbind(-2)
    volume = (torch.linalg.cross(first, second) * third).sum(-1)
    return (volume - 1).abs().sum(-1)
