"""NBF's first network: pixels to body parts, trained on synthetic people (Omran et al., 3DV 2018)."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from jaxtyping import UInt8
from torch import Tensor

from vhlib.body.parts import PARTS, grouped
from vhlib.core.config import from_mapping
from vhlib.core.random import generator, torch_follows
from vhlib.losses import balanced_cross_entropy, class_weights, dice
from vhlib.metrics import confusion
from vhlib.nets import ResNet, Segmentation, fill, read_tensors
from vhlib.training.augmentation import STILL, Augmentation, augment_parts
from vhlib.training.checkpoints import finish, write_network
from vhlib.training.crops import dressed
from vhlib.training.devices import Precision, best_device, launch
from vhlib.training.loop import Progress, Schedule, run

HELD_OUT: Final = 200
"""People of the test split that a run is judged on."""

_PIECE = 50  # pictures segmented at once


@dataclass(frozen=True)
class SegmentationTraining:
    """What is trained, on whom, and for how long."""

    parts: int = 12
    """24, 14, 12, 6, 3 or 1; the background comes on top."""
    depth: int = 18
    """Of the encoder: 18, 34 or 50."""
    width: int = 16
    """Of the encoder's first stage."""
    pooled: bool = True
    """Whether the encoder pools after its first convolution, as the paper's; without, small pictures keep more."""
    decoder: int = 32
    """Channels of the decoder."""
    size: int = 64
    """Side of the pictures, pixels; 32 divides it."""
    balance: float = 0.5
    """The power of `class_weights`."""
    dice: float = 1.0
    """How much Dice counts beside the cross entropy."""
    augmentation: Augmentation = STILL
    """How pictures move."""
    people: int = 3_000
    """Of the synthetic training split."""
    batch: int = 16
    """Pictures in a step."""
    steps: int = 1_500
    """In all."""
    rate: float = 2e-3
    """Adam's at the beginning; it falls to nothing with the power 0.9."""
    precision: Precision = "32-true"
    """Of the forward passes."""
    seed: int = 0
    """Of weights, batches and augmentation."""


PROFILES: Final[dict[str, SegmentationTraining]] = {
    "fast": SegmentationTraining(
        width=32,
        pooled=False,
        augmentation=Augmentation(scale=0.15, shift=0.08, turn=20.0, colour=0.3),
        people=20_000,
        batch=64,
        steps=5_000,
        precision="bf16-mixed",
    ),
    "full": SegmentationTraining(width=48, decoder=64, size=128, people=6_656, batch=48, steps=3_000, rate=1.5e-3),
}
"""``fast`` takes some forty minutes on two cores once its people are made, ``full`` some minutes on a GPU."""


@dataclass(frozen=True)
class Pictures:
    """Pictures with the 24 parts of the person in each."""

    images: UInt8[Tensor, "N 3 H W"]
    """RGB."""
    parts: UInt8[Tensor, "N H W"]
    """Counted from 1; 0 where nobody is."""

    def __len__(self) -> int:
        return len(self.images)


def synthetic_pictures(
    split: str, count: int, *, size: int, seed: int = 0, progress: Callable[[int], None] = lambda made: None
) -> Pictures:
    """The first pictures of a synthetic set.

    Args:
        split: "train", "val" or "test".
        count: how many.
        size: side, pixels.
        seed: of the set.
        progress: told how many there are.
    """
    known = dressed(split, count, size=size, seed=seed, progress=progress)
    return Pictures(known["images"], known["parts"])


class SegmentationTask:
    """One step: a batch of pictures, their parts, cross entropy and Dice, Adam.

    Args:
        config: what is trained.
        pictures: what on; networks and steps are on their device.
    """

    def __init__(self, config: SegmentationTraining, pictures: Pictures):
        self._config, self._pictures = config, pictures
        self._fabric = launch(precision=config.precision)
        self._weights = class_weights(grouped(pictures.parts, config.parts), config.parts + 1, power=config.balance)
        with torch_follows(config.seed, "segmentation", "weights"):
            self.net = network(config).to(pictures.images.device)
        self._adam = torch.optim.Adam(self.net.parameters(), lr=config.rate, fused=True)
        self.modules = {"segmentation": self.net}
        self.optimisers = {"adam": self._adam}

    def step(self, number: int) -> dict[str, Tensor]:
        """Do step ``number``, and return its losses."""
        config, draw = self._config, generator(self._config.seed, "segmentation", number)
        pictures = self._pictures
        chosen = torch.randint(len(pictures), (config.batch,), generator=draw).to(pictures.images.device)
        images, parts = pictures.images[chosen].float() / 255, pictures.parts[chosen]
        if config.augmentation != STILL:
            images, parts = augment_parts(images, parts, config.augmentation, generator=draw)
        self.net.train()
        with self._fabric.autocast():
            scores = self.net(images)
        scores, labels = scores.float(), grouped(parts, config.parts)
        entropy, overlap = balanced_cross_entropy(scores, labels, self._weights), dice(scores, labels)
        loss = entropy + config.dice * overlap
        self._adam.param_groups[0]["lr"] = config.rate * (1 - number / config.steps) ** 0.9
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()
        return {"loss": loss, "entropy": entropy, "dice": overlap}


def network(config: SegmentationTraining) -> Segmentation:
    """The network that a run trains, before its first step.

    Args:
        config: of the run.
    """
    encoder = ResNet(config.depth, width=config.width, pooled=config.pooled)
    return Segmentation(encoder, classes=config.parts + 1, width=config.decoder)


def predicted(net: Segmentation, images: UInt8[Tensor, "N 3 H W"]) -> UInt8[Tensor, "N H W"]:
    """The most likely part of each pixel.

    Args:
        net: in any mode; it is left ready to predict.
        images: RGB.
    """
    net.eval()
    with torch.no_grad():
        return torch.cat([net(piece.float() / 255).argmax(1).byte() for piece in images.split(_PIECE)])


def segmentation_figures(net: Segmentation, pictures: Pictures, *, parts: int) -> dict[str, Any]:
    """How good a network is: pixel accuracy, and IoU and F1 of each class.

    Args:
        net: in any mode; it is left ready to predict.
        pictures: what to judge on.
        parts: that it tells apart.

    Returns:
        ``accuracy``, ``mean_iou`` and ``mean_f1`` over classes, the background among them, and ``iou`` and ``f1`` by
        class.
    """
    found = confusion(predicted(net, pictures.images).cpu(), grouped(pictures.parts, parts).cpu(), parts + 1)
    names = ("background", *PARTS[parts])
    return {
        "accuracy": found.accuracy,
        "mean_iou": float(found.iou.nanmean()),
        "mean_f1": float(found.f1.nanmean()),
        "iou": dict(zip(names, found.iou.nan_to_num().tolist(), strict=True)),
        "f1": dict(zip(names, found.f1.nan_to_num().tolist(), strict=True)),
    }


def train_segmentation(
    out: Path,
    config: SegmentationTraining,
    *,
    command: str,
    pictures: Pictures | None = None,
    held_out: Pictures | None = None,
    making: Callable[[int], None] = lambda made: None,
    progress: Progress = lambda done, losses: None,
) -> dict[str, Any]:
    """Train the network and write it, with its log and a card that says how it was made and how good it is.

    An interrupted run goes on where its last state was saved, and ends with the same numbers. The card's figures are
    those of the file as it is read back: half precision.

    Args:
        out: folder for ``segmentation.safetensors``, ``segmentation.json`` and ``segmentation.csv``.
        config: what is trained, on what, for how long.
        command: what to type to get it again; for the card.
        pictures: what on; None: the synthetic training split's first.
        held_out: what the result is judged on; None: 200 of the test split.
        making: told how many pictures are made.
        progress: told about the training.

    Returns:
        The card.

    Raises:
        InputError: the folder holds an unfinished run of another configuration.
    """
    device = best_device()
    if pictures is None:
        pictures = synthetic_pictures("train", config.people, size=config.size, progress=making)
    held_out = synthetic_pictures("test", HELD_OUT, size=config.size) if held_out is None else held_out
    task = SegmentationTask(config, Pictures(pictures.images.to(device), pictures.parts.to(device)))
    seconds = run(task, Schedule(config.steps), out, "segmentation", config=asdict(config), progress=progress)
    file = out / "segmentation.safetensors"
    write_network(file, task.net, asdict(config))
    card = {
        "command": command,
        "config": asdict(config),
        "held_out": f"{len(held_out)} pictures of the test split",
        "figures": segmentation_figures(load_segmentation(file), held_out, parts=config.parts),
        "seconds": round(seconds, 1),
    }
    finish(out, "segmentation", card)
    return card


def load_segmentation(path: Path) -> Segmentation:
    """A trained network, ready to predict.

    Args:
        path: ``segmentation.safetensors``.

    Raises:
        InputError: no such file, or that of another network.
    """
    tensors, about = read_tensors(path)
    net = network(from_mapping(SegmentationTraining, about.get("config", {})))
    fill(net, tensors, path)
    return net.eval()
