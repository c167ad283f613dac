"""Where the prior explorer stands in the latent space, without any widget.

Convention:
    Sliders do not move single coordinates of z, which mean nothing by themselves, but directions: the axes are turned
    so that the first one moves the body most, the second most of what is left, and so on (the right singular vectors of
    the decoder's derivative at the origin). Turned axes leave N(0, I) and ‖z‖² as they are.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.body import SMPL
from vhlib.core.random import generator
from vhlib.data.poses import PoseLibrary
from vhlib.geometry.limits import limit_excess
from vhlib.priors import VAEPrior

OUTSIDE = 0.1
"""Radians beyond its limits from which on a joint counts as outside."""


class LatentState:
    """One pose of a prior's latent space, and what the prior says about it.

    Args:
        prior: whose space.
        body: what stands in the pose.
    """

    def __init__(self, prior: VAEPrior, body: SMPL):
        self.prior, self.body = prior, body
        origin = torch.zeros_like(prior.net.mean.bias)
        _, by_z = prior.decode_with_jacobian(origin[None])
        self._axes: Float[Tensor, "Z Z"] = torch.linalg.svd(by_z[0]).Vh
        self.coordinates: Float[Tensor, "Z"] = origin
        """Where it stands, along the turned axes."""

    @property
    def z(self) -> Float[Tensor, "Z"]:
        """Where it stands, in the network's own coordinates."""
        return self.coordinates @ self._axes

    def move(self, direction: int, value: float) -> None:
        """Walk along one axis.

        Args:
            direction: 0 moves the body most.
            value: how far from the middle; standard deviations.
        """
        self.coordinates = self.coordinates.index_fill(0, torch.tensor(direction), value)

    def origin(self) -> None:
        """Back to z = 0."""
        self.coordinates = torch.zeros_like(self.coordinates)

    def sample(self, seed: int) -> None:
        """Somewhere at random, of N(0, I).

        Args:
            seed: of the draw.
        """
        self.coordinates = torch.randn(len(self.coordinates), generator=generator(seed, "latent")).to(self.coordinates)

    def encode(self, family: str, seed: int) -> None:
        """Where the encoder puts a pose of the library.

        Args:
            family: of the pose library.
            seed: which pose.

        Raises:
            InputError: no such family.
        """
        pose = PoseLibrary("val", [family]).sample(1, seed=seed).body_pose
        self.coordinates = self._axes @ self.prior.encode(pose).mean[0].to(self.coordinates)

    def body_pose(self) -> Float[Tensor, "1 23 3"]:
        """The pose, axis-angle, radians."""
        return self.prior.decode(self.z[None])

    def energy(self) -> float:
        """‖z‖²."""
        return float(self.coordinates.square().sum())

    def outside(self) -> int:
        """How many joints are beyond their limits."""
        return int((limit_excess(self.body_pose()) > OUTSIDE).sum())

    @torch.inference_mode()
    def vertices(self) -> Float[np.ndarray, "V 3"]:
        """The body in that pose, metres."""
        return self.body(body_pose=self.body_pose()).vertices[0].float().numpy()
