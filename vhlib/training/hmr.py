"""HMR, trained on synthetic people: the networks, the game's two steps, what a run is made of."""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from vhlib.body import SMPL, load_body
from vhlib.cameras import WeakPerspectiveCamera
from vhlib.core.config import from_mapping
from vhlib.core.paths import shipped
from vhlib.core.random import generator, torch_follows
from vhlib.data.mocap import read_poses
from vhlib.data.poses import PoseLibrary
from vhlib.geometry.rotations import axis_angle_to_matrix, project_to_rotation
from vhlib.geometry.skeletons import LSP14
from vhlib.nets import (
    HMR,
    Discriminators,
    Estimate,
    RegressorConfig,
    ResNet,
    fill,
    load_imagenet,
    read_tensors,
)
from vhlib.training.adversarial import RealBodies, Supervision, judges_loss, network_terms
from vhlib.training.augmentation import Augmentation, augment
from vhlib.training.checkpoints import finish, write_network
from vhlib.training.crops import People, synthetic_people
from vhlib.training.devices import Precision, average_gradients, first, launch, share
from vhlib.training.hmr_figures import figures
from vhlib.training.loop import Progress, Schedule, run
from vhlib.training.segmentation import load_segmentation
from vhlib.training.vae import library_poses

HELD_OUT: Final = 500
"""People of the test split that a card judges by."""

_BETAS = 10
_MEAN_OF = 500  # poses
_FACING = (torch.pi, 0.0, 0.0)  # upright before the camera, whose y points down
_SCALE = 0.9  # HMR's first guess of the camera: somebody who fills the crop


@dataclass(frozen=True)
class HMRTraining:
    """What is trained, on whom, and for how long."""

    depth: int = 18
    """Of the encoder: 18 or 50."""
    width: int = 64
    """Of the encoder's first stage."""
    pooled: bool = True
    """Whether the encoder pools after its first convolution, as the paper's; without, small crops keep more places."""
    start: str = "noise"
    """The encoder's: "noise", "parts" (the kit's segmentation network has learned to see them), or a file of
    torchvision's weights, as HMR's own starts from ImageNet."""
    size: int = 64
    """Side of the crops, pixels."""
    regressor: RegressorConfig = field(default_factory=RegressorConfig)
    """The feedback network."""
    judges_width: int = 1024
    """Of the hidden layers of the discriminator that sees all joints."""
    supervision: Supervision = field(default_factory=Supervision)
    """What it learns from."""
    paired: float = 0.0
    """Which part of the people has known bodies."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    """How crops move."""
    people: int = 20_000
    """Of the synthetic training split."""
    real: int = 20_000
    """Bodies in the unpaired pool."""
    capture: str = ""
    """What `vhlib.data.mocap.read_poses` shall read: half of the pool's poses; the rest, or all, are the library's."""
    batch: int = 64
    """Crops in a step, of all devices together."""
    steps: int = 4_000
    """In all."""
    rate: float = 5e-4
    """Of the network's Adam at the beginning; it falls to 0 along a cosine. HMR's stays at 1e-5, after ImageNet."""
    judges_rate: float = 5e-4
    """Of the discriminators' Adam."""
    decay: float = 1e-4
    """Weight decay of both."""
    precision: Precision = "32-true"
    """Of the forward passes."""
    seed: int = 0
    """Of weights, batches, augmentation and dropout."""


_SMALL: Final = HMRTraining(
    width=32,
    pooled=False,
    start="parts",
    real=50_000,
    precision="bf16-mixed",
    regressor=RegressorConfig(pose="6d", dropout=0.0),
)

PROFILES: Final[dict[str, HMRTraining]] = {
    "fast": replace(
        _SMALL,
        steps=2_500,
        judges_width=256,
        augmentation=Augmentation(scale=0.1, shift=0.05, turn=15.0, colour=0.2),
    ),
    "full": replace(
        _SMALL,
        steps=6_000,
        augmentation=Augmentation(scale=0.15, shift=0.08, turn=20.0, colour=0.3),
    ),
}
"""Both are made easier than the paper's: an encoder for small crops, rotations as 6-D numbers, crops that move less. As
the paper's starts from ImageNet, they start from the kit's segmentation: it saves most of the steps. ``fast`` takes
some twenty minutes on one core once its people are made, ``full`` about an hour."""


class HMRTask:
    """One step: the network against keypoints and judges, then the judges against the network.

    Args:
        config: what is trained.
        people: on whom.
        real: the unpaired pool.
        fabric: where; None: on one device.

    Raises:
        InputError: a batch that the devices cannot share, or an encoder that starts from weights of another.
    """

    def __init__(self, config: HMRTraining, people: People, real: RealBodies, *, fabric: Fabric | None = None):
        fabric = launch(precision=config.precision) if fabric is None else fabric
        self._config, self._fabric, self._batch = config, fabric, share(fabric, config.batch)
        self._people, self._real = people.to(fabric.device), real.to(fabric.device)
        self._body: SMPL = load_body("neutral", source="standin").to(fabric.device)
        with torch_follows(config.seed, "hmr", "weights"):
            self.net = network(config, mean_estimate()).to(fabric.device)
            self.judges = Discriminators(width=config.judges_width).to(fabric.device)
        _begin(self.net.encoder, config.start)
        self.modules: Mapping[str, nn.Module] = {"hmr": self.net, "discriminators": self.judges}
        rates = {"hmr": config.rate, "discriminators": config.judges_rate}
        self._adams = {
            name: torch.optim.Adam(module.parameters(), lr=rates[name], weight_decay=config.decay, fused=True)
            for name, module in self.modules.items()
        }
        self.optimisers: Mapping[str, Optimizer] = {f"{name} adam": adam for name, adam in self._adams.items()}

    def step(self, number: int) -> dict[str, Tensor]:
        """Do step ``number``, and return this device's terms, and its judges' mean scores if they play."""
        config, here = self._config, self._fabric.global_rank
        draw = generator(config.seed, "hmr", number, here)
        chosen = torch.randint(len(self._people), (self._batch,), generator=draw)
        batch = augment(self._people.crops(chosen), config.augmentation, skeleton=LSP14, generator=draw)
        self.net.train()
        with torch_follows(config.seed, "hmr", "dropout", number, here), self._fabric.autocast():
            estimates = self.net(batch.images)
        weights = {name: weight for name, weight in asdict(config.supervision).items() if weight}
        judges = self.judges if "adversarial" in weights else None
        terms = network_terms(estimates, batch, self._body, judges)
        self._adams["hmr"].param_groups[0]["lr"] = config.rate * (1 + math.cos(math.pi * number / config.steps)) / 2
        self._descend("hmr", torch.stack([weight * terms[name] for name, weight in weights.items()]).sum())
        if judges is None:
            return terms
        real = self._real.draw(self._batch * len(estimates), generator=draw)
        loss, balance = judges_loss(estimates, real, judges)
        self._descend("discriminators", loss)
        return {**terms, "judges": loss, **balance}

    def _descend(self, name: str, loss: Tensor) -> None:
        self._adams[name].zero_grad()
        loss.backward()
        average_gradients(self._fabric, self.modules[name])
        self._adams[name].step()


def network(config: HMRTraining, mean: Estimate) -> HMR:
    """The network that a run trains, before its first step.

    Args:
        config: of the run.
        mean: where its feedback starts.
    """
    return HMR(ResNet(config.depth, width=config.width, pooled=config.pooled), mean=mean, config=config.regressor)


def _begin(encoder: ResNet, start: str) -> None:
    """Give an encoder the weights that it starts from."""
    if start == "parts":
        file = shipped("checkpoints", "segmentation.safetensors")
        fill(encoder, load_segmentation(file).encoder.state_dict(), file)
    elif start != "noise":
        load_imagenet(encoder, Path(start))


@functools.cache
def mean_estimate() -> Estimate:
    """Where the feedback starts: the library's mean pose, upright before the camera, of average shape."""
    poses = axis_angle_to_matrix(PoseLibrary("train").sample(_MEAN_OF, seed=0).body_pose)
    facing = axis_angle_to_matrix(torch.tensor([[_FACING]]))
    rotations = torch.cat([facing, project_to_rotation(poses.mean(0, keepdim=True))], 1)
    camera = WeakPerspectiveCamera(torch.tensor([_SCALE]), torch.zeros(1, 2))
    return Estimate(rotations, torch.zeros(1, _BETAS), camera)


def real_bodies(count: int, *, seed: int, capture: str = "") -> RealBodies:
    """The unpaired pool: poses of the library, or half of them captured ones; shapes from N(0, 1).

    Args:
        count: how many.
        seed: of poses and shapes.
        capture: motion capture for `read_poses`, of which some poses are drawn; empty: none.

    Raises:
        InputError: no motion capture is there.
    """
    betas = torch.randn(count, _BETAS, generator=generator(seed, "real", "betas"))
    if not capture:
        return RealBodies(axis_angle_to_matrix(library_poses("train", count, seed=seed)), betas)
    captured = read_poses(Path(capture))
    drawn = torch.randint(len(captured), (count // 2,), generator=generator(seed, "real", "captured"))
    poses = torch.cat([library_poses("train", count - count // 2, seed=seed), captured[drawn]])
    return RealBodies(axis_angle_to_matrix(poses), betas)


def train_hmr(
    out: Path,
    config: HMRTraining,
    *,
    command: str,
    people: People | None = None,
    held_out: People | None = None,
    devices: int = 1,
    making: Callable[[int], None] = lambda made: None,
    progress: Progress = lambda done, losses: None,
) -> dict[str, Any]:
    """Train a network and its judges and write both, with a log and a card.

    An interrupted run goes on where its last state was saved, and ends with the same numbers. The card's figures are
    those of the file as it is read back: half precision.

    Args:
        out: folder for ``hmr.safetensors``, ``discriminators.safetensors``, ``hmr.json`` and ``hmr.csv``.
        config: what is trained, on whom, for how long.
        command: what to type to get it again; for the card.
        people: on whom; None: the synthetic training split's first.
        held_out: whom the result is judged by; None: the test split's first.
        devices: GPUs, or processes where there is none.
        making: told how many of the training's people are made.
        progress: told about the training.

    Returns:
        The card; an empty one from all processes but the first.

    Raises:
        InputError: the folder holds an unfinished run of another configuration, the encoder starts from weights of
            another, the devices cannot share a batch, or no motion capture is there.
    """
    fabric = launch(devices, precision=config.precision)
    real = real_bodies(config.real, seed=config.seed, capture=config.capture)  # first: what is missing is said at once
    if people is None:
        with fabric.rank_zero_first():
            people = synthetic_people("train", config.people, size=config.size, progress=making)
    task = HMRTask(config, people.pairing(config.paired), real, fabric=fabric)
    seconds = run(task, Schedule(config.steps), out, "hmr", config=asdict(config), progress=progress)
    if not first():
        return {}
    for name, module in task.modules.items():
        write_network(out / f"{name}.safetensors", module, asdict(config))
    held_out = synthetic_people("test", HELD_OUT, size=config.size) if held_out is None else held_out
    trained = load_hmr(out / "hmr.safetensors")
    card = {
        "command": command,
        "config": asdict(config),
        "data": f"{len(people)} synthetic people of {config.size} x {config.size} pixels, training split",
        "held_out": f"{len(held_out)} synthetic people, test split",
        "figures": figures(lambda images: trained(images)[-1], held_out),
        "seconds": round(seconds, 1),
        "device": fabric.device.type,
    }
    finish(out, "hmr", card)
    return card


def load_hmr(path: Path | None = None) -> HMR:
    """A trained network, ready to predict.

    Args:
        path: ``hmr.safetensors``; None: the one that comes with the kit.

    Raises:
        InputError: no such file, or that of another network.
    """
    path = shipped("checkpoints", "hmr.safetensors") if path is None else path
    tensors, about = read_tensors(path)
    anywhere = WeakPerspectiveCamera(torch.ones(1), torch.zeros(1, 2))
    start = Estimate(torch.eye(3).expand(1, 24, 3, 3), torch.zeros(1, _BETAS), anywhere)  # the file knows the true one
    net = network(from_mapping(HMRTraining, about.get("config", {})), start)
    fill(net, tensors, path)
    return net.eval()


def crop_size(path: Path | None = None) -> int:
    """The side of the crops that a trained network expects, pixels.

    Args:
        path: ``hmr.safetensors``; None: the one that comes with the kit.
    """
    _, about = read_tensors(shipped("checkpoints", "hmr.safetensors") if path is None else path)
    return from_mapping(HMRTraining, about.get("config", {})).size
