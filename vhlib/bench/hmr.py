"""HMR's throughput, against the part of it that every image network shares: the encoder alone.

On a GPU where there is one. Training is a whole step of both players, its batch cut, augmented and told apart.
"""

import functools
from collections.abc import Iterator

import torch
from torch import Tensor

from vhlib.bench.networks import predicting, training
from vhlib.bench.timing import Case
from vhlib.data.synthetic import SyntheticPeople, collate
from vhlib.training.crops import People
from vhlib.training.devices import launch
from vhlib.training.hmr import PROFILES, HMRTask, HMRTraining, real_bodies

_PEOPLE = 4


def cases() -> Iterator[Case]:
    """Images of both profiles, inference at two batch sizes and training; times are per image."""
    real = real_bodies(1_000, seed=0)
    for profile, config in PROFILES.items():
        fabric = launch(precision=config.precision)
        people = _people(config).to(fabric.device)
        task = HMRTask(config, people, real, fabric=fabric)
        what = f"{profile}: ResNet-{config.depth}, {config.size} x {config.size}, {fabric.device.type}"
        images = functools.partial(_images, people)
        yield from predicting(what, task.net, task.net.encoder, images)
        yield training(what, functools.partial(task.step, 0), task.net.encoder, images(config.batch))


def _people(config: HMRTraining) -> People:
    source = SyntheticPeople("train", size=config.size)
    return People.of(collate([source[index] for index in range(_PEOPLE)]))


def _images(people: People, count: int) -> Tensor:
    return people.crops(torch.arange(count) % _PEOPLE).images
