"""HMR's throughput, against the part of it that every image network shares: the encoder alone.

On a GPU where there is one. Training is a whole step of both players, its batch cut, augmented and told apart.
"""

import functools
from collections.abc import Iterator

import torch
from torch import Tensor

from vhlib.bench.timing import Case
from vhlib.data.synthetic import SyntheticPeople, collate
from vhlib.nets import HMR
from vhlib.training.crops import People
from vhlib.training.devices import launch
from vhlib.training.hmr import PROFILES, HMRTask, HMRTraining, real_bodies

BATCHES = (1, 32)
_PEOPLE = 4


def cases() -> Iterator[Case]:
    """Images of both profiles, inference at two batch sizes and training; times are per image."""
    real = real_bodies(1_000, seed=0)
    for profile, config in PROFILES.items():
        fabric = launch(precision=config.precision)
        people = _people(config).to(fabric.device)
        task = HMRTask(config, people, real, fabric=fabric)
        what = f"ResNet-{config.depth}, {config.size} x {config.size}, {fabric.device.type}"
        for batch in BATCHES:
            images = people.crops(torch.arange(batch) % _PEOPLE).images
            yield Case(
                f"{profile}: {what}, predict, batch {batch}",
                functools.partial(_predict, task.net, images),
                "encoder alone",
                functools.partial(_encode, task.net, images),
                ours_count=batch,
                other_count=batch,
            )
        images = people.crops(torch.arange(config.batch) % _PEOPLE).images
        yield Case(
            f"{profile}: {what}, train, batch {config.batch}",
            functools.partial(task.step, 0),
            "encoder alone",
            functools.partial(_descend, task.net, images),
            ours_count=config.batch,
            other_count=config.batch,
            rehearsals=1,
            fewest=2,
        )


def _people(config: HMRTraining) -> People:
    source = SyntheticPeople("train", size=config.size)
    return People.of(collate([source[index] for index in range(_PEOPLE)]))


@torch.no_grad()
def _predict(net: HMR, images: Tensor) -> None:
    net.eval()
    net(images)


@torch.no_grad()
def _encode(net: HMR, images: Tensor) -> None:
    net.eval()
    net.encoder(images)


def _descend(net: HMR, images: Tensor) -> None:
    net.train()
    net.encoder(images).square().mean().backward()
