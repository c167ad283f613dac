"""Neural Body Fitting, its second network: part maps in, bodies out, trained through the body and the camera.

Omran et al., 3DV 2018; the authors' training code was never released. Three losses, each where its labels are:
L_lat compares rotations and betas, L_3D the joints in space, L_2D the joints in the picture.

Convention:
    As in NBF's code, each person has flags that say which labels there are, and a loss is a mean over the batch, not
    over those who have them: few labels weigh little. Their owners come into every batch, else a batch would often have
    none.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.utils import convert_conv2d_weight_memory_format

from vhlib.body import SMPL, load_body
from vhlib.core.config import from_mapping
from vhlib.core.random import generator, torch_follows
from vhlib.geometry.kinematics import local_to_global
from vhlib.geometry.skeletons import SMPL24
from vhlib.losses import joint_loss, parameter_loss, reprojection_loss
from vhlib.nets import NBF, Estimate, Numbers, ResNet, fill, read_tensors
from vhlib.training.augmentation import STILL, Augmentation, Motion, drawn_motion, moved_people
from vhlib.training.checkpoints import finish, write_network
from vhlib.training.devices import Precision, best_device, launch
from vhlib.training.loop import Progress, Schedule, run
from vhlib.training.nbf_figures import judged, project_given, smpl24_joints
from vhlib.training.nbf_inputs import Input, channels, shown
from vhlib.training.part_people import PartPeople, bare_people, dressed_people
from vhlib.training.recorded import Recorded

Camera = Literal["given", "predicted"]

_BETAS = 10
HELD_OUT: Final = 500
"""People of the test split that a run is judged on."""


@dataclass(frozen=True)
class NBFWeights:
    """How much each loss counts; 0 switches it off."""

    latent: float = 5.0
    """L_lat: rotations and betas, where known."""
    joints: float = 10.0
    """L_3D: joints, where known."""
    reprojection: float = 1.5
    """L_2D: joints in the picture, of everybody."""


@dataclass(frozen=True)
class NBFTraining:
    """What is trained, on whom, and for how long."""

    shown: Input = "parts"
    """What the network sees."""
    dressed: bool = False
    """Whether people are dressed and in a world, as in pictures, else bare."""
    parts: int = 12
    """In the part maps: 24, 14, 12, 6, 3 or 1."""
    absolute: bool = True
    """Whether the network's rotations are relative to the camera, else to the parent."""
    depth: int = 18
    """Of the encoder: 18, 34 or 50."""
    width: int = 16
    """Of the encoder's first stage."""
    pooled: bool = True
    """Whether the encoder pools after its first convolution, as the paper's; without, small maps keep more places."""
    size: int = 32
    """Side of what it sees, pixels."""
    weights: NBFWeights = field(default_factory=NBFWeights)
    """Of the losses."""
    camera: Camera = "given"
    """Through which joints are projected: the true one, which also knows where the pelvis is, or the network's own."""
    paired: float = 1.0
    """Which share of the people has labels in 3D."""
    labelled: float = 0.25
    """The share of each batch that is drawn from those who have them, where they are fewer and anybody has."""
    people: int = 4_000
    """Of the synthetic training split."""
    batch: int = 32
    """People in a step."""
    steps: int = 900
    """In all."""
    rate: float = 3e-3
    """Adam's at the beginning; it falls to nothing with the power 0.9, as NBF's."""
    precision: Precision = "32-true"
    """Of the network's forward passes."""
    augmentation: Augmentation = STILL
    """How people are turned, zoomed and mirrored before they are shown."""
    seed: int = 0
    """Of weights and batches."""


PROFILES: Final[dict[str, NBFTraining]] = {
    "fast": NBFTraining(),
    "full": NBFTraining(
        width=32,
        pooled=False,
        size=64,
        people=20_000,
        batch=64,
        steps=1_500,
        rate=2e-3,
        precision="bf16-mixed",
    ),
}
"""``fast`` takes minutes on two cores, ``full`` ten minutes on a core that has instructions for bfloat16."""

DRESSED: Final[dict[str, NBFTraining]] = {
    "fast": replace(PROFILES["fast"], dressed=True, size=64, people=3_000),
    "full": replace(PROFILES["full"], dressed=True, people=6_656),
}
"""The same on dressed people, who have pictures and are more work to make: sixteen files of `vhlib.training.kept`."""


class NBFTask:
    """One step: a batch of people, their bodies, the losses, Adam.

    Args:
        config: what is trained.
        people: on whom; networks and steps are on their device.

    Raises:
        ValueError: people who would move aside.
    """

    def __init__(self, config: NBFTraining, people: PartPeople):
        if config.augmentation.shift:
            raise ValueError(f"augmentation.shift: expected 0, cameras are known; got {config.augmentation.shift}")
        self._config, self._people = config, people.paired(config.paired)
        device = people.parts.device
        self._fabric = launch(precision=config.precision)
        self._body: SMPL = load_body("neutral", source="standin").to(device)
        with torch_follows(config.seed, "nbf", "weights"):
            net = network(config, *mean_body(people, absolute=config.absolute))
        # Channels last: convolutions are fastest so.
        self.net = convert_conv2d_weight_memory_format(net.to(device), torch.channels_last)
        on_gpu = device.type == "cuda"
        self._adam = torch.optim.Adam(self.net.parameters(), lr=config.rate, fused=True, capturable=on_gpu)
        self._learns = Recorded(self._learn)
        self.modules = {"nbf": self.net}
        self.optimisers = {"adam": self._adam}

    def step(self, number: int) -> dict[str, Tensor]:
        """Do step ``number``, and return its losses."""
        config, device = self._config, self._people.parts.device
        rate = torch.tensor(config.rate * (1 - number / config.steps) ** 0.9)
        told = [self._drawn(number), rate]
        if config.augmentation != STILL:
            draw = generator(config.seed, "nbf", "moves", number)
            told += drawn_motion(config.batch, config.augmentation, generator=draw)
        return self._learns(*(each.to(device) for each in told))

    def _learn(self, chosen: Tensor, rate: Tensor, *motion: Tensor) -> dict[str, Tensor]:
        """From some people, who may move first."""
        config, batch = self._config, self._people[chosen]
        if motion:
            batch = moved_people(batch, Motion(*motion))
        self.net.train()
        with self._fabric.autocast():
            said = self.net.numbers(shown(batch, config.shown, config.parts))
        terms = nbf_terms(self.net, said, batch, self._body, camera=config.camera)
        loss = weighted(terms, config.weights)
        self._adam.param_groups[0]["lr"] = rate
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()
        return {"loss": loss, **terms}

    def _drawn(self, number: int) -> Tensor:
        """Who is in a step's batch."""
        config, draw = self._config, generator(self._config.seed, "nbf", number)
        chosen = torch.randint(len(self._people), (config.batch,), generator=draw)
        known, quota = round(config.paired * len(self._people)), round(config.labelled * config.batch)
        if known and config.paired < config.labelled:
            chosen[:quota] = torch.randint(known, (quota,), generator=draw)
        return chosen


def nbf_terms(
    net: NBF,
    said: Numbers,
    batch: PartPeople,
    body: SMPL,
    *,
    camera: Camera = "given",
) -> dict[str, Float[Tensor, ""]]:
    """The three losses by name, unweighted: means over the batch.

    L_lat compares the layer's matrices before they are made rotations, as NBF's code does: its gradient is then as
    simple as that of a linear regression. The joints come from the rotations.

    Args:
        net: what is trained.
        said: its words on what it saw of the people.
        batch: what is known about them.
        body: turns an estimate into joints.
        camera: which one L_2D looks through.
    """
    labels, known = batch.labels, batch.labels.paired.float().mean()
    matrices, betas, own = said
    joints = smpl24_joints(net.estimate(*said), body)
    truth = local_to_global(labels.rotations, SMPL24.parents) if net.absolute else labels.rotations
    points = project_given(joints, batch) if camera == "given" else own.project(joints)
    return {
        "latent": known * parameter_loss(matrices, betas, truth, labels.betas, labels.paired),
        "joints": known * joint_loss(joints, labels.joints, labels.paired, SMPL24.indices("left_hip", "right_hip")),
        "reprojection": reprojection_loss(points, labels.keypoints, labels.visible),
    }


def weighted(terms: Mapping[str, Float[Tensor, ""]], weights: NBFWeights) -> Float[Tensor, ""]:
    """What is minimised.

    Args:
        terms: of `nbf_terms`.
        weights: of each.
    """
    return torch.stack([weight * terms[name] for name, weight in asdict(weights).items()]).sum()


def network(config: NBFTraining, mean_rotations: Float[Tensor, "24 3 3"], mean_betas: Float[Tensor, "S"]) -> NBF:
    """The network that a run trains, before its first step.

    Args:
        config: of the run.
        mean_rotations: what its residuals are added to.
        mean_betas: likewise.
    """
    taken = channels(config.shown, config.parts)
    encoder = ResNet(config.depth, width=config.width, channels=taken, pooled=config.pooled)
    return NBF(encoder, mean_rotations=mean_rotations, mean_betas=mean_betas, absolute=config.absolute)


def mean_body(people: PartPeople, *, absolute: bool) -> tuple[Float[Tensor, "24 3 3"], Float[Tensor, "S"]]:
    """Means of rotation matrices, entry by entry (no rotations any more), and of betas; on the CPU.

    Args:
        people: of the training, all of whom are used: a mean says nothing of any single one.
        absolute: rotations relative to the camera, else to the parent.
    """
    rotations = people.labels.rotations
    if absolute:
        rotations = local_to_global(rotations, SMPL24.parents)
    return rotations.mean(0).cpu(), people.labels.betas.mean(0).cpu()


def reader(net: NBF, config: NBFTraining) -> Callable[[PartPeople], Estimate]:
    """A trained network, ready to be shown people.

    Args:
        net: in any mode; it is left ready to predict.
        config: of its run.
    """
    net.eval()
    return lambda people: net(shown(people, config.shown, config.parts))


def people_for(
    config: NBFTraining, split: str, count: int, progress: Callable[[int], None] = lambda made: None
) -> PartPeople:
    """The people of a run.

    Args:
        config: how large their crops are, and whether they are dressed.
        split: "train", "val" or "test".
        count: how many.
        progress: told how many there are.
    """
    make = dressed_people if config.dressed else bare_people
    return make(split, count, size=config.size, progress=progress)


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
        people: on whom; None: the synthetic training split's first.
        held_out: whom the result is judged on; None: 500 of the test split.
        making: told how many people are made.
        progress: told about the training.

    Returns:
        The card.

    Raises:
        InputError: the folder holds an unfinished run of another configuration.
    """
    device = best_device()
    people = people_for(config, "train", config.people, making) if people is None else people
    held_out = people_for(config, "test", HELD_OUT) if held_out is None else held_out
    task = NBFTask(config, people.to(device))
    seconds = run(task, Schedule(config.steps), out, "nbf", config=asdict(config), progress=progress)
    file = out / "nbf.safetensors"
    write_network(file, task.net, asdict(config))
    found = judged(reader(load_nbf(file), config), held_out, load_body("neutral", source="standin"))
    card = {
        "command": command,
        "config": asdict(config),
        "held_out": f"{len(held_out)} people of the test split, {'dressed' if config.dressed else 'undressed'}",
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
