"""Networks timed against the part of them that every image network shares: an encoder alone. Times are per image."""

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from vhlib.bench.timing import Case

BATCHES = (1, 32)


def predicting(what: str, net: nn.Module, encoder: nn.Module, images: Callable[[int], Tensor]) -> Iterator[Case]:
    """Prediction at two batch sizes.

    Args:
        what: the network, in words.
        net: all of it.
        encoder: what of it is shared.
        images: so many of them, as both take them.
    """
    for batch in BATCHES:
        yield Case(
            f"{what}, predict, batch {batch}",
            functools.partial(_predict, net, images(batch)),
            "encoder alone",
            functools.partial(_predict, encoder, images(batch)),
            ours_count=batch,
            other_count=batch,
        )


def training(
    what: str,
    step: Callable[[], object],
    encoder: nn.Module,
    images: Tensor,
    precision: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Case:
    """A whole step of a training.

    Args:
        what: the network, in words.
        step: does it.
        encoder: what of the network is shared; on the way there and back.
        images: as many as in the step.
        precision: of the step's own forward pass, for the encoder alone.
    """
    return Case(
        f"{what}, train, batch {len(images)}",
        step,
        "encoder alone",
        functools.partial(_descend, encoder, images, precision),
        ours_count=len(images),
        other_count=len(images),
        rehearsals=1,
        fewest=2,
    )


@torch.no_grad()
def _predict(net: nn.Module, images: Tensor) -> None:
    net.eval()
    net(images)


def _descend(encoder: nn.Module, images: Tensor, precision: Callable[[], AbstractContextManager[object]]) -> None:
    encoder.train()
    with precision():
        features = encoder(images)
    features.square().mean().backward()
