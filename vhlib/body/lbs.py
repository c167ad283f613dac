"""Linear blend skinning as SMPL defines it: the equations of Loper et al. 2015, section 3, as pure functions.

    M(β, θ) = W(T̄ + B_S(β) + B_P(θ), J(β), θ)                                                              eq. 5, 6

The functions stand in the order in which the equation uses them; between `pose_blend_shapes` and
`linear_blend_skinning` comes `vhlib.geometry.forward_kinematics`. `vhlib.body.smpl` puts them together.

Convention:
    Metres; matrices act on columns; joint 0 is the root.

Thousands of vertices with three coordinates each are quickest to work on as three long rows. So every function here
reckons on (3, V) and returns its transpose; `vhlib.body.smpl` keeps the tables of a body in that order of memory, and
then nothing is copied on the way.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.exercises import exercise


@exercise("01_body_model")
def blend_shapes(betas: Float[Tensor, "B S"], shapedirs: Float[Tensor, "V 3 S"]) -> Float[Tensor, "B V 3"]:
    """How far the vertices move for a body shape: B_S(β) = Σₙ βₙ Sₙ (eq. 8).

    >>> blend_shapes(torch.tensor([[2.0, -1.0]]), torch.tensor([[[0.1, 0.0], [0.0, 0.3], [0.0, 0.0]]]))
    tensor([[[ 0.2000, -0.3000,  0.0000]]])

    Args:
        betas: shape coefficients, standard deviations.
        shapedirs: metres for one standard deviation of each.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(betas=(betas, "B S"), shapedirs=(shapedirs, "V 3 S"))
    return _combine(betas, shapedirs)


def vertices_to_joints(vertices: Float[Tensor, "B V 3"], regressor: Float[Tensor, "J V"]) -> Float[Tensor, "B J 3"]:
    """Joints as weighted means of vertices: J(β) = 𝒥 (T̄ + B_S(β)) (eq. 10).

    Args:
        vertices: metres, in the frame in which you want the joints.
        regressor: rows sum to 1, else the joints lag behind when the body is moved.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(vertices=(vertices, "B V 3"), regressor=(regressor, "J V"))
    return regressor @ vertices


def pose_blend_shapes(rotations: Float[Tensor, "B J 3 3"], posedirs: Float[Tensor, "V 3 P"]) -> Float[Tensor, "B V 3"]:
    """How far the vertices move for a pose, before skinning: B_P(θ) = Σₙ (Rₙ(θ) - Rₙ(θ*)) Pₙ (eq. 9).

    Convention:
        θ* is the zero pose, so R(θ*) is the identity. The root moves no vertex: P = 9 (J - 1), joint by joint, each
        matrix row by row.

    >>> turns = torch.tensor([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]).repeat(1, 2, 1, 1)  # +90° about z
    >>> pose_blend_shapes(turns, torch.eye(9)[[1, 3, 8]][None])  # x for the second entry, y for the fourth, z the last
    tensor([[[-1.,  1.,  0.]]])

    Args:
        rotations: each joint's rotation relative to its parent, the root's first.
        posedirs: metres for one unit of each entry.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(rotations=(rotations, "B J 3 3"), posedirs=(posedirs, f"V 3 {9 * (rotations.shape[1] - 1)}"))
    bends = rotations[:, 1:] - torch.eye(3, dtype=rotations.dtype, device=rotations.device)
    return _combine(bends.flatten(1), posedirs)


@exercise("01_body_model")
def linear_blend_skinning(
    vertices: Float[Tensor, "B V 3"],
    rotations: Float[Tensor, "B J 3 3"],
    positions: Float[Tensor, "B J 3"],
    joints_rest: Float[Tensor, "B J 3"],
    weights: Float[Tensor, "V J"],
) -> Float[Tensor, "B V 3"]:
    """Each vertex follows the joints by its weights: tᵢ' = Σₖ wₖᵢ G'ₖ tᵢ (eq. 2).

    G'ₖ(x) = Rₖ (x - jₖ) + pₖ takes what rests on joint k along with it (eq. 3).

    Args:
        vertices: the body before posing, metres.
        rotations: each joint's rotation relative to the world: R.
        positions: the posed joints, metres: p.
        joints_rest: the joints of the body before posing, metres: j.
        weights: rows sum to 1: w.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(
        vertices=(vertices, "B V 3"),
        rotations=(rotations, "B J 3 3"),
        positions=(positions, "B J 3"),
        joints_rest=(joints_rest, "B J 3"),
        weights=(weights, "V J"),
    )
    shifts = positions[..., None] - rotations @ joints_rest[..., None]
    motions = torch.cat([rotations, shifts], dim=-1)  # G', (B, J, 3, 4)
    # A blend of rotations is no rotation, which is why skinned elbows lose volume.
    *columns, posed = (motions.flatten(2).mT @ weights.T).unflatten(1, (3, 4)).unbind(2)  # (B, 3, V) each
    for column, coordinate in zip(columns, vertices.mT[:, None].unbind(2), strict=True):
        posed = torch.addcmul(posed, column, coordinate)
    return posed.mT.contiguous()


def _combine(coefficients: Tensor, directions: Tensor) -> Tensor:
    """Sums of directions (V, 3, S), one for each row of coefficients (B, S)."""
    rows = directions.permute(2, 1, 0).flatten(1)
    return (coefficients @ rows).unflatten(1, (3, -1)).mT
