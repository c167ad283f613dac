"""Where natural poses lie, learned: an autoencoder's latent space (Pavlakos et al., CVPR 2019, section 3.2).

A pose costs ‖z‖², z the mean that the encoder gives it: a code far from the origin is one that training hardly saw.
A fit can also go the other way and search for z itself: then it moves among poses that the decoder can make, and only
among those. The two hands, which the network does not know, stay at rest.
"""

from pathlib import Path
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vhlib.core import paths
from vhlib.core.errors import InputError
from vhlib.core.shapes import check
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.nets.vae import JOINTS, Latent, PoseVAE, VAEConfig
from vhlib.nets.vposer import VPoser, read_vposer
from vhlib.nets.weights import fill, read_tensors

HANDS: Final = 2
"""Of SMPL's 23 joints, those that the network does not know."""


class VAEPrior(nn.Module):
    """A trained autoencoder as an energy of poses, and as a space of poses.

    Args:
        net: the network; it is put into evaluation and its weights no longer learn.
    """

    def __init__(self, net: PoseVAE | VPoser):
        super().__init__()
        self.net = net.eval().requires_grad_(False)

    @property
    def latent(self) -> int:
        """How many coordinates z has."""
        return self.net.config.latent

    @property
    def mean_pose(self) -> Float[Tensor, "23 3"]:
        """The pose of z = 0. Radians."""
        return self.decode(torch.zeros_like(self.net.mean.bias)[None])[0]

    def encode(self, body_pose: Float[Tensor, "B 23 3"]) -> Latent:
        """Where poses lie in the latent space; the hands are not looked at.

        Args:
            body_pose: axis-angle, radians, relative to the parent.

        Raises:
            ValueError: another shape.
        """
        check(body_pose=(body_pose, f"B {JOINTS + HANDS} 3"))
        seen = body_pose[:, :JOINTS].to(self.net.mean.weight)
        code = self.net.encode(axis_angle_to_matrix(seen))
        return Latent(code.mean.to(body_pose), code.std.to(body_pose))

    def residuals(self, body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B Z"]:
        """The mean of q(z|R), whose squares sum to the energy.

        Args:
            body_pose: axis-angle, radians, relative to the parent.

        Raises:
            ValueError: another shape.
        """
        return self.encode(body_pose).mean

    def energy(self, body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B"]:
        """‖z‖².

        Args:
            body_pose: axis-angle, radians, relative to the parent.

        Raises:
            ValueError: another shape.
        """
        return self.residuals(body_pose).square().sum(-1)

    def decode_rotations(self, z: Float[Tensor, "B Z"]) -> Float[Tensor, "B 23 3 3"]:
        """The poses of latent coordinates as rotation matrices, hands at rest.

        Args:
            z: latent coordinates.

        Raises:
            ValueError: another number of coordinates.
        """
        check(z=(z, f"B {self.latent}"))
        rotations = self.net.rotations_from(self.net.decoder(z.to(self.net.mean.weight))).to(z)
        return torch.cat([rotations, torch.eye(3).to(z).expand(len(z), HANDS, 3, 3)], 1)

    def decode(self, z: Float[Tensor, "B Z"]) -> Float[Tensor, "B 23 3"]:
        """The same as axis-angle, radians, relative to the parent.

        Args:
            z: latent coordinates.

        Raises:
            ValueError: another number of coordinates.
        """
        return matrix_to_axis_angle(self.decode_rotations(z))

    def decode_with_jacobian(self, z: Float[Tensor, "B Z"]) -> tuple[Float[Tensor, "B 23 3"], Float[Tensor, "B 69 Z"]]:
        """Poses, and how they turn with z: what a Gauss-Newton step in the latent space needs.

        Layer by layer forwards, which costs Z products instead of 69 backwards: a linear layer multiplies the
        derivative by its matrix, a rectifier scales its rows.

        Args:
            z: latent coordinates.

        Raises:
            ValueError: another number of coordinates.
        """
        check(z=(z, f"B {self.latent}"))
        numbers = z.to(self.net.mean.weight)
        moved = torch.eye(self.latent).to(numbers).expand(len(z), -1, -1)
        with torch.no_grad():
            for layer in self.net.decoder:
                if isinstance(layer, nn.Linear):
                    moved = layer.weight @ moved
                elif isinstance(layer, nn.LeakyReLU):
                    moved = moved * torch.where(numbers > 0, 1.0, layer.negative_slope)[..., None]
                numbers = layer(numbers)
        with torch.enable_grad():
            numbers.requires_grad_()
            pose = matrix_to_axis_angle(self.net.rotations_from(numbers))
            # A joint's angles depend on its own numbers alone, so three gradients hold every joint's derivatives.
            by_numbers = [torch.autograd.grad(part.sum(), numbers, retain_graph=True)[0] for part in pose.unbind(-1)]
        own = torch.stack(by_numbers, 1).unflatten(-1, (JOINTS, -1)).transpose(1, 2)  # (B, J, 3, N/J)
        jacobian = (own @ moved.unflatten(1, (JOINTS, -1))).flatten(1, 2)
        padding = (0, 0, 0, 3 * HANDS)
        pose = nn.functional.pad(pose.detach(), (0, 0, 0, HANDS))
        return pose.to(z), nn.functional.pad(jacobian, padding).to(z)

    def sample(self, count: int, *, generator: torch.Generator) -> Float[Tensor, "B 23 3"]:
        """Poses of z from N(0, I), the same on every device.

        Args:
            count: how many.
            generator: on the CPU.
        """
        return self.decode(torch.randn(count, self.latent, generator=generator).to(self.net.mean.weight))

    def interpolate(
        self, first: Float[Tensor, "23 3"], second: Float[Tensor, "23 3"], steps: int
    ) -> Float[Tensor, "T 23 3"]:
        """From one pose to another along a straight line of the latent space.

        Args:
            first: axis-angle, radians, relative to the parent.
            second: the same.
            steps: poses on the way, the reconstructions of both ends among them.
        """
        start, end = self.encode(torch.stack([first, second])).mean
        along = torch.linspace(0, 1, steps).to(start)[:, None]
        return self.decode(torch.lerp(start, end, along))


def load_vae(path: Path | None = None) -> VAEPrior:
    """A trained prior from a file.

    Args:
        path: of ``vh train vae`` (``.safetensors``), or the official VPoser's weights (``.pt``, ``.ckpt``: version 1
            or 2). None: the one that comes with the kit, trained on its pose library.

    Raises:
        InputError: no such file, or it holds something else.
    """
    path = paths.shipped("checkpoints", "vae.safetensors") if path is None else Path(path)
    if path.suffix in (".pt", ".ckpt"):
        return VAEPrior(read_vposer(path))
    tensors, about = read_tensors(path)
    if about.get("network") != PoseVAE.__name__:
        raise InputError(f"{path}: expected a pose prior of `vh train vae`, but its header does not say so")
    net = PoseVAE(VAEConfig(**about["config"]))
    fill(net, tensors, path)
    return VAEPrior(net)
