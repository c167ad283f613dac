"""A stage searched in a prior's latent space, as SMPLify-X does (Pavlakos et al., CVPR 2019, section 3.1).

The pose is no longer 69 free numbers but decoder(z), and ‖z‖² joins what the stage minimises, with the weight of its
term ``pose``. The energy in z is again a sum of squares; by the chain rule its Gauss-Newton model is JᵀHJ and Jᵀg, J
the decoder's derivative.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vhlib.fitting.objective import StageObjective
from vhlib.fitting.parameters import BodyParameters, slices
from vhlib.priors import LatentPrior, Quadratic


class LatentObjective:
    """What a minimiser sees of a stage in which the body pose is free: z stands where the pose stood.

    Args:
        objective: the stage.
        prior: its space is searched.
        z: everybody's coordinates before the stage.
    """

    def __init__(self, objective: StageObjective, prior: LatentPrior, z: Float[Tensor, "B Z"]):
        self._objective, self._prior = objective, prior
        self._weight = objective.stage.weights.get("pose", 0.0)
        pose = slices(objective.size)["body_pose"]
        before = int((objective.free < pose.start).sum())
        self._free = (before, pose.stop - pose.start, len(objective.free) - before - (pose.stop - pose.start))
        self._split = (before, prior.latent, self._free[2])
        first, _, last = objective.start.split(self._free, -1)
        self.start = torch.cat([first, z, last], -1)

    def code(self, x: Float[Tensor, "B Q"]) -> Float[Tensor, "B Z"]:
        """Everybody's z."""
        return x.split(self._split, -1)[1]

    def body(self, x: Float[Tensor, "B Q"], people: Int[Tensor, "B"]) -> BodyParameters:
        """The bodies with these free parameters."""
        return self._objective.body(self._decoded(x), people)

    def terms(self, x: Float[Tensor, "B Q"], people: Int[Tensor, "B"]) -> dict[str, Float[Tensor, "B"]]:
        """Each term with its weight; ``pose`` is what the stage's own pose prior says, and ‖z‖²."""
        terms = self._objective.terms(self._decoded(x), people)
        if "pose" in terms:
            terms["pose"] = terms["pose"] + self._length(x)
        return terms

    def energy(self, x: Float[Tensor, "B Q"], people: Int[Tensor, "B"]) -> Float[Tensor, "B"]:
        """The stage's energy and weight² ‖z‖²."""
        return self._objective.energy(self._decoded(x), people) + self._length(x)

    @torch.no_grad()
    def quadratic(self, x: Float[Tensor, "B Q"], people: Int[Tensor, "B"]) -> Quadratic:
        """The energy's Gauss-Newton model in the free parameters."""
        first, z, last = x.split(self._split, -1)
        pose, by_z = self._prior.decode_with_jacobian(z)
        model = self._objective.quadratic(torch.cat([first, pose.flatten(1), last], -1), people)

        chain = x.new_zeros(len(x), sum(self._free), sum(self._split))
        row = column = 0
        for rows, columns, block in zip(self._free, self._split, (None, by_z, None), strict=True):
            same = torch.eye(rows, columns).to(x) if block is None else block
            chain[:, row : row + rows, column : column + columns] = same
            row, column = row + rows, column + columns
        gradient = (chain.mT @ model.gradient[..., None]).squeeze(-1)
        curvature = chain.mT @ model.curvature @ chain
        at = slice(self._split[0], self._split[0] + self._split[1])
        gradient[:, at] += 2 * self._weight**2 * z
        curvature[:, at, at] += 2 * self._weight**2 * torch.eye(self._split[1]).to(x)
        return Quadratic(model.energy + self._length(x), gradient, curvature)

    def _decoded(self, x: Tensor) -> Tensor:
        first, z, last = x.split(self._split, -1)
        return torch.cat([first, self._prior.decode(z).flatten(1), last], -1)

    def _length(self, x: Tensor) -> Tensor:
        return self._weight**2 * self.code(x).square().sum(-1)
