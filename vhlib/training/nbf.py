"""Neural Body Fitting, its second network: part maps in, bodies out, trained through the body and the camera.

Omran et al., 3DV 2018; the authors' training code was never released. Three losses, each where its labels are:
L_lat compares rotations and betas, L_3D the joints in space, L_2D the joints in the picture.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.body import SMPL, load_body
from vhlib.core.config import from_mapping
from vhlib.core.random import generator, torch_follows
from vhlib.geometry.kinematics import local_to_global
from vhlib.geometry.skeletons import SMPL24
from vhlib.losses import joint_loss, parameter_loss, reprojection_loss
from vhlib.nets import NBF, ResNet, fill, read_tensors
from vhlib.training.checkpoints import finish, write_network
from vhlib.training.loop import Progress, Schedule, run
from vhlib.training.nbf_figures import figures, project_given, smpl24_joints
from vhlib.training.part_people import PartPeople, bare_people

_BETAS = 10
HELD_OUT: Final = 500
"""People of the test split that a run is judged on."""


@dataclass(frozen=True)
class NBFWeights:
    """How much each loss counts; 0 switches it off."""

    latent: float = 1.0
    """L_lat: rotations and betas, where known."""
    joints: float = 10.0
    """L_3D: joints, where known."""
    reprojection: float = 0.5
    """L_2D: joints in the picture, of everybody."""


@dataclass(frozen=True)
class NBFTraining:
    """What is trained, on whom, and for how long."""

    parts: int = 12
    """In the part maps: 24, 14, 12, 6, 3 or 1."""
    absolute: bool = True
    """Whether the network's rotations are relative to the camera, else to the parent."""
    depth: int = 18
    """Of the encoder: 18, 34 or 50."""
    width: int = 16
    """Of the encoder's first stage."""
    size: int = 32
    """Side of the part maps, pixels."""
    weights: NBFWeights = field(default_factory=NBFWeights)
    """Of the losses."""
    camera: Literal["given", "predicted"] = "given"
    """Through which joints are projected: the true one, which also knows where the pelvis is, or the network's own."""
    paired: float = 1.0
    """Which share of the people has labels in 3D."""
    labelled: float = 0.25
    """At least this share of each batch is drawn from those who have them, if anybody has."""
    people: int = 4_000
    """Of the synthetic training split."""
    batch: int = 32
    """Part maps in a step."""
    steps: int = 600
    """In all."""
    rate: float = 3e-3
    """Adam's at the beginning; it falls to nothing with the power 0.9, as NBF's."""
    seed: int = 0
    """Of weights and batches."""


PROFILES: Final[dict[str, NBFTraining]] = {
    "fast": NBFTraining(),
    "full": NBFTraining(depth=50, width=64, size=224, people=50_000, batch=64, steps=100_000, rate=1e-4),
}
"""``fast`` takes minutes on two cores, ``full`` wants a GPU."""


class NBFTask:
    """One step: a batch of part maps, their bodies, the losses, Adam.

    Args:
        config: what is trained.
        people: on whom; networks and steps are on their device.
    """

    def __init__(self, config: NBFTraining, people: PartPeople):
        self._config, self._people = config, people.paired(config.paired)
        device = people.parts.device
        self._body: SMPL = load_body("neutral", source="standin").to(device)
        with torch_follows(config.seed, "nbf", "weights"):
            self.net = network(config, *mean_body(people, absolute=config.absolute)).to(device)
        self._adam = torch.optim.Adam(self.net.parameters(), lr=config.rate)
        self.modules = {"nbf": self.net}
        self.optimisers = {"adam": self._adam}

    def step(self, number: int) -> dict[str, Tensor]:
        """Do step ``number``, and return its losses."""
        config, draw = self._config, generator(self._config.seed, "nbf", number)
        chosen = torch.randint(len(self._people), (config.batch,), generator=draw)
        batch = self._people[chosen.to(self._people.parts.device)]
        self.net.train()
        terms = nbf_terms(self.net, batch, self._body, config)
        loss = torch.stack([weight * terms[name] for name, weight in asdict(config.weights).items()]).sum()
        self._adam.param_groups[0]["lr"] = config.rate * (1 - number / config.steps) ** 0.9
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()
        return {"loss": loss, **terms}


def nbf_terms(net: NBF, batch: PartPeople, body: SMPL, config: NBFTraining) -> dict[str, Float[Tensor, ""]]:
    """The three losses by name, unweighted.

    L_lat compares the layer's matrices before they are made rotations, as NBF's code does: its gradient is then as
    simple as that of a linear regression. The joints come from the rotations.

    Args:
        net: what is trained.
        batch: what is known about the people.
        body: turns an estimate into joints.
        config: how many parts the network sees, and which camera L_2D looks through.
    """
    labels = batch.labels
    matrices, betas, camera = net.numbers(batch.maps(config.parts))
    joints = smpl24_joints(net.estimate(matrices, betas, camera), body)
    truth = local_to_global(labels.rotations, SMPL24.parents) if net.absolute else labels.rotations
    seen = project_given(joints, batch) if config.camera == "given" else camera.project(joints)
    return {
        "latent": parameter_loss(matrices, betas, truth, labels.betas, labels.paired),
        "joints": joint_loss(joints, labels.joints, labels.paired, skeleton=SMPL24),
        "reprojection": reprojection_loss(seen, labels.keypoints, labels.visible),
    }


def network(config: NBFTraining, mean_rotations: Float[Tensor, "24 3 3"], mean_betas: Float[Tensor, "S"]) -> NBF:
    """The network that a run trains, before its first step.

    Args:
        config: of the run.
        mean_rotations: what its residuals are added to.
        mean_betas: likewise.
    """
    encoder = ResNet(config.depth, width=config.width, channels=config.parts + 1)
    return NBF(encoder, mean_rotations=mean_rotations, mean_betas=mean_betas, absolute=config.absolute)


def mean_body(people: PartPeople, *, absolute: bool) -> tuple[Float[Tensor, "24 3 3"], Float[Tensor, "S"]]:
    """Means of rotation matrices, entry by entry (no rotations any more), and of betas.

    Args:
        people: of the training, all of whom are used: a mean says nothing of any single one.
        absolute: rotations relative to the camera, else to the parent.
    """
    rotations = people.labels.rotations
    if absolute:
        rotations = local_to_global(rotations, SMPL24.parents)
    return rotations.mean(0), people.labels.betas.mean(0)


def train_nbf(
    out: Path,
    config: NBFTraining,
    *,
    command: str,
    people: PartPeople | None = None,
    held_out: PartPeople | None = None,
    making: Callable[[int], None] = lambda made: None,
    progress: Progress = lambda done, losses: None,
) -> dict[str, Any]:
    """Train the network and write it, with its log and a card that says how it was made and how good it is.

    An interrupted run goes on where its last state was saved, and ends with the same numbers. The card's figures are
    those of the file as it is read back: half precision.

    Args:
        out: folder for ``nbf.safetensors``, ``nbf.json`` and ``nbf.csv``.
        config: what is trained, on whom, for how long.
        command: what to type to get it again; for the card.
        people: on whom; None: the synthetic training split's first, undressed.
        held_out: whom the result is judged on; None: 500 of the test split.
        making: told how many people are made.
        progress: told about the training.

    Returns:
        The card.

    Raises:
        InputError: the folder holds an unfinished run of another configuration.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    people = bare_people("train", config.people, size=config.size, progress=making) if people is None else people
    held_out = bare_people("test", HELD_OUT, size=config.size) if held_out is None else held_out
    task = NBFTask(config, people.to(device))
    seconds = run(task, Schedule(config.steps), out, "nbf", config=asdict(config), progress=progress)
    file = out / "nbf.safetensors"
    write_network(file, task.net, asdict(config))
    found = figures(load_nbf(file), held_out, load_body("neutral", source="standin"), parts=config.parts)
    card = {
        "command": command,
        "config": asdict(config),
        "held_out": f"{len(held_out)} people of the test split, undressed",
        "figures": found,
        "seconds": round(seconds, 1),
    }
    finish(out, "nbf", card)
    return card


def load_nbf(path: Path) -> NBF:
    """A trained network, ready to predict.

    Args:
        path: ``nbf.safetensors``.

    Raises:
        InputError: no such file, or that of another network.
    """
    tensors, about = read_tensors(path)
    config = from_mapping(NBFTraining, about.get("config", {}))
    net = network(config, torch.eye(3).repeat(len(SMPL24), 1, 1), torch.zeros(_BETAS))  # the file has its own mean
    fill(net, tensors, path)
    return net.eval()
