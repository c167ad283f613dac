"""The pose prior's autoencoder, trained on the library of poses (Pavlakos et al., CVPR 2019, section 3.2)."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.random import generator, torch_follows
from vhlib.core.shapes import check
from vhlib.data.poses import PoseLibrary
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.losses import determinant, kl_to_standard_normal, orthogonality, rotation_reconstruction
from vhlib.nets.vae import JOINTS, PoseVAE, VAEConfig, reparametrise
from vhlib.priors import VAEPrior, load_vae
from vhlib.training.checkpoints import finish, write_network
from vhlib.training.devices import best_device
from vhlib.training.loop import Progress, Schedule, run
from vhlib.training.vae_figures import figures

_PIECE = 5000  # poses made at once


@dataclass(frozen=True)
class VAEWeights:
    """How much each term counts: c1 to c4 of `vhlib.losses.vae`. 0 switches a term off."""

    kl: float = 4e-2
    """c1. Half of it, over c2, is the variance with which a decoder's entry is believed to miss its matrix's."""
    reconstruction: float = 1.0
    """c2."""
    orthogonality: float = 0.3
    """c3."""
    determinant: float = 0.3
    """c4."""


@dataclass(frozen=True)
class VAETraining:
    """What is trained, on how much, and for how long."""

    net: VAEConfig = field(default_factory=VAEConfig)
    """The network."""
    weights: VAEWeights = field(default_factory=VAEWeights)
    """Of the four terms."""
    poses: int = 50_000
    """Of the library's training split."""
    batch: int = 128
    """Poses in a step."""
    steps: int = 8_000
    """In all."""
    rate: float = 1e-3
    """Adam's at the beginning; it falls to nothing along a cosine."""
    seed: int = 0
    """Of poses, weights, batches and noise."""


PROFILES: Final[dict[str, VAETraining]] = {
    "fast": VAETraining(),
    "full": VAETraining(poses=1_000_000, batch=1024, steps=100_000),
}
"""``fast`` takes minutes on two cores, ``full`` wants a GPU."""


class VAETask:
    """One step: a batch of poses, its terms, their weighted sum, Adam.

    Args:
        config: what is trained.
        poses: what on; axis-angle, radians. Networks and steps are on their device.
    """

    def __init__(self, config: VAETraining, poses: Float[Tensor, "N 23 3"]):
        check(poses=(poses, f"N {JOINTS + 2} 3"))
        with torch_follows(config.seed, "vae", "weights"):
            self.net = PoseVAE(config.net).to(poses)
        self._config, self._rotations = config, axis_angle_to_matrix(poses[:, :JOINTS])
        self._adam = torch.optim.Adam(self.net.parameters(), lr=config.rate)
        self.modules = {"vae": self.net}
        self.optimisers = {"adam": self._adam}

    def step(self, number: int) -> dict[str, Tensor]:
        """Do step ``number``, and return the terms' means over its batch."""
        config, draw = self._config, generator(self._config.seed, "vae", number)
        chosen = torch.randint(len(self._rotations), (config.batch,), generator=draw)
        noise = torch.randn(config.batch, config.net.latent, generator=draw).to(self._rotations)
        rotations = self._rotations[chosen.to(self._rotations.device)]

        terms = {name: term.mean() for name, term in vae_terms(self.net, rotations, noise).items()}
        loss = torch.stack([weight * terms[name] for name, weight in asdict(config.weights).items()]).sum()
        self._adam.param_groups[0]["lr"] = config.rate * (1 + torch.tensor(torch.pi * number / config.steps).cos()) / 2
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()
        return {"loss": loss, **terms}


def vae_terms(
    net: PoseVAE, rotations: Float[Tensor, "B 21 3 3"], noise: Float[Tensor, "B Z"]
) -> dict[str, Float[Tensor, "B"]]:
    """The four terms by name, unweighted.

    Args:
        net: encoder and decoder.
        rotations: the poses.
        noise: from N(0, I).
    """
    code = net.encode(rotations)
    decoded = net.decode(reparametrise(code.mean, code.std, noise))
    return {
        "kl": kl_to_standard_normal(code.mean, code.std),
        "reconstruction": rotation_reconstruction(decoded, rotations),
        "orthogonality": orthogonality(decoded),
        "determinant": determinant(decoded),
    }


def library_poses(
    split: Any, count: int, *, seed: int, progress: Callable[[int], None] = lambda made: None
) -> Float[Tensor, "N 23 3"]:
    """Body poses of the library, made in pieces.

    Args:
        split: "train", "val" or "test".
        count: how many.
        seed: of the poses.
        progress: told how many there are.
    """
    pieces = []
    for start in range(0, count, _PIECE):
        pieces.append(PoseLibrary(split).sample(min(_PIECE, count - start), seed=seed, start=start).body_pose)
        progress(min(start + _PIECE, count))
    return torch.cat(pieces)


def train_vae(
    out: Path,
    config: VAETraining,
    *,
    command: str,
    poses: Float[Tensor, "N 23 3"] | None = None,
    held_out: Float[Tensor, "M 23 3"] | None = None,
    making: Callable[[int], None] = lambda made: None,
    progress: Progress = lambda done, losses: None,
) -> dict[str, Any]:
    """Train the prior and write it, with its log and a card that says how it was made and how good it is.

    An interrupted run goes on where its last state was saved, and ends with the same numbers. The card's figures are
    those of the file as it is read back: half precision.

    Args:
        out: folder for ``vae.safetensors``, ``vae.json`` and ``vae.csv``.
        config: what is trained, on how much, for how long.
        command: what to type to get it again; for the card.
        poses: axis-angle, radians; None: the library's.
        held_out: poses that the result is judged on; None: of the library's test split.
        making: told how many of the library's poses are made.
        progress: told about the training.

    Returns:
        The card.

    Raises:
        InputError: the folder holds an unfinished run of another configuration.
    """
    device = best_device()
    given = poses is not None
    poses = library_poses("train", config.poses, seed=config.seed, progress=making) if poses is None else poses
    task = VAETask(config, poses.to(device))
    about = {**asdict(config), "data": "given" if given else "library", "count": len(poses)}
    seconds = run(task, Schedule(config.steps), out, "vae", config=about, progress=progress)

    file = out / "vae.safetensors"
    write_network(file, task.net, asdict(config.net))
    held_out = library_poses("test", 5000, seed=config.seed) if held_out is None else held_out
    card = {
        "command": command,
        "config": asdict(config),
        "data": f"{len(poses)} poses given" if given else f"{len(poses)} poses of the library's training split",
        "held_out": f"{len(held_out)} poses" + ("" if given else " of the library's test split"),
        "figures": figures(load_vae(file), held_out, poses, seed=config.seed),
        "seconds": round(seconds, 1),
    }
    finish(out, "vae", card)
    return card


def trained_prior(config: VAETraining, poses: Float[Tensor, "N 23 3"]) -> VAEPrior:
    """A network trained in one go, of which nothing is written down.

    Args:
        config: what is trained, and for how long.
        poses: what on; axis-angle, radians.
    """
    task = VAETask(config, poses)
    for number in range(config.steps):
        task.step(number)
    return VAEPrior(task.net)
