"""HMR's game: a network fits bodies to keypoints, discriminators say whether such bodies exist.

Kanazawa et al., CVPR 2018. Nobody needs to know the true body of any picture: keypoints say where the joints are in
it, and a pool of bodies that have nothing to do with the pictures says what bodies are like. Pictures whose bodies are
known can help (`Crops.paired`).

The network and its judges take turns at every step. Keypoints and known bodies count at the feedback's last step, the
judges' opinion at all of them, as in HMR's code.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.body import SMPL
from vhlib.geometry.skeletons import LSP14
from vhlib.losses import discriminator_loss, generator_loss, joint_loss, parameter_loss, reprojection_loss
from vhlib.nets import Discriminators, Estimate
from vhlib.training.crops import Crops


@dataclass(frozen=True)
class Supervision:
    """What a network learns from. A weight of 0 switches its term off; HMR's weights are the defaults."""

    reprojection: float = 60.0
    """2D keypoints."""
    joints: float = 60.0
    """3D joints, of paired people."""
    parameters: float = 60.0
    """Rotations and betas, of paired people."""
    adversarial: float = 1.0
    """The judges' opinion; needs no labels."""


@dataclass(frozen=True)
class RealBodies:
    """The unpaired pool: bodies that exist, without pictures."""

    body_pose: Float[Tensor, "N J 3 3"]
    """Rotations relative to the parent."""
    betas: Float[Tensor, "N S"]
    """Standard deviations."""

    def draw(self, count: int, *, generator: torch.Generator) -> "RealBodies":
        """Some of them, with repetition.

        Args:
            count: how many.
            generator: on the CPU.
        """
        pose, shape = (
            torch.randint(len(self.betas), (count,), generator=generator).to(self.betas.device) for _ in range(2)
        )
        return RealBodies(self.body_pose[pose], self.betas[shape])

    def to(self, device: torch.device | str) -> "RealBodies":
        """The same on another device.

        Args:
            device: where to.
        """
        return RealBodies(self.body_pose.to(device), self.betas.to(device))


def network_terms(
    estimates: tuple[Estimate, ...], batch: Crops, body: SMPL, judges: Discriminators | None
) -> dict[str, Float[Tensor, ""]]:
    """What the network is told, each term without its weight.

    Args:
        estimates: of every feedback step.
        batch: what is known about the people.
        body: turns an estimate into LSP-14 joints.
        judges: their parameters get gradients, too; the caller steps the network alone. None: nobody judges.
    """
    last = estimates[-1]
    joints = lsp14_joints(last, body)
    terms = {
        "reprojection": reprojection_loss(last.camera.project(joints), batch.keypoints, batch.visible),
        "joints": joint_loss(joints, batch.joints, batch.paired, LSP14.indices("left_hip", "right_hip")),
        "parameters": parameter_loss(last.rotations, last.betas, batch.rotations, batch.betas, batch.paired),
    }
    if judges is not None:
        # A mean over bodies and feedback steps; HMR's code sums over the steps it has.
        terms["adversarial"] = generator_loss(judges(*_bodies(estimates)))
    return terms


def judges_loss(
    estimates: tuple[Estimate, ...], real: RealBodies, judges: Discriminators
) -> tuple[Float[Tensor, ""], dict[str, Float[Tensor, ""]]]:
    """What the judges are told, and how well they tell: mean scores of real and of made-up bodies.

    Args:
        estimates: of every feedback step; no gradient reaches them.
        real: as many bodies as there are estimates in all.
        judges: the discriminators.
    """
    poses, betas = (values.detach() for values in _bodies(estimates))
    scores = judges(torch.cat([real.body_pose, poses]), torch.cat([real.betas, betas]))
    on_real, on_fake = scores.split([len(real.betas), len(betas)])
    balance = {"score of real": on_real.detach().mean(), "score of fake": on_fake.detach().mean()}
    return discriminator_loss(on_real, on_fake), balance


def lsp14_joints(estimate: Estimate, body: SMPL) -> Float[Tensor, "B 14 3"]:
    """An estimate's LSP-14 joints, metres, in the camera's axes around any origin.

    Args:
        estimate: rotations and betas.
        body: any SMPL body.
    """
    return body.keypoints(
        "lsp14", betas=estimate.betas, body_pose=estimate.body_pose, global_orient=estimate.global_orient
    )


def _bodies(estimates: tuple[Estimate, ...]) -> tuple[Float[Tensor, "N J 3 3"], Float[Tensor, "N S"]]:
    """Poses and betas of all feedback steps, one after the other."""
    poses = torch.cat([estimate.body_pose for estimate in estimates])
    return poses, torch.cat([estimate.betas for estimate in estimates])
