"""HMR's throughput, against the part of it that every image network shares: the encoder alone.

On a GPU where there is one. Training is a whole step of both players, its batch cut, augmented and told apart. The
kit's network is the one that comes with it; the paper's has ResNet-50 and crops of 224 pixels.
"""

import functools
from collections.abc import Iterator
from typing import Final

import torch
from torch import Tensor

from vhlib.bench.networks import predicting, training
from vhlib.bench.timing import Case
from vhlib.data.synthetic import SyntheticPeople, collate
from vhlib.training.crops import People
from vhlib.training.devices import launch
from vhlib.training.hmr import PROFILES, HMRTask, HMRTraining, real_bodies

NETWORKS: Final = {"the kit's": PROFILES["full"], "the paper's": HMRTraining(depth=50, size=224, batch=16)}
"""What is timed; sixteen pictures fit into any memory."""

_PEOPLE = 4


def cases() -> Iterator[Case]:
    """Images of both networks, inference at two batch sizes and training; times are per image."""
    real = real_bodies(1_000, seed=0)
    for name, config in NETWORKS.items():
        fabric = launch(precision=config.precision)
        people = _people(config).to(fabric.device)
        task = HMRTask(config, people, real, fabric=fabric)
        what = f"{name}: ResNet-{config.depth}, {config.size} x {config.size}, {fabric.device.type}"
        images = functools.partial(_images, people)
        yield from predicting(what, task.net, task.net.encoder, images)
        step = functools.partial(task.step, 0)
        yield training(what, step, task.net.encoder, images(config.batch), fabric.autocast)


def _people(config: HMRTraining) -> People:
    source = SyntheticPeople("train", size=config.size)
    return People.of(collate([source[index] for index in range(_PEOPLE)]))


def _images(people: People, count: int) -> Tensor:
    return people.crops(torch.arange(count) % _PEOPLE).images
