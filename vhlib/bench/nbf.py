"""NBF's throughput, from pixels to parts to a body, against the part of it that every image network shares: an encoder.

On a GPU where there is one. A picture to predict goes through both networks; each is trained by itself.
"""

import functools
from collections.abc import Iterator

import torch

from vhlib.bench.networks import predicting, training
from vhlib.bench.timing import Case
from vhlib.nets import PixelsToBody
from vhlib.training import nbf, segmentation
from vhlib.training.devices import best_device, launch
from vhlib.training.part_people import bare_people

_PEOPLE = 4


def cases() -> Iterator[Case]:
    """Pictures of both profiles, inference at two batch sizes and both trainings; times are per image."""
    device = best_device()
    for profile, fitting in nbf.PROFILES.items():
        seeing = segmentation.PROFILES[profile]
        made = segmentation.synthetic_pictures("train", _PEOPLE, size=seeing.size)
        pictures = segmentation.Pictures(made.images.to(device), made.parts.to(device))
        people = bare_people("train", _PEOPLE, size=fitting.size).to(device)
        first, second = segmentation.SegmentationTask(seeing, pictures), nbf.NBFTask(fitting, people)
        images = pictures.images.float() / 255
        some = functools.partial(_repeated, images)
        sees = f"{profile}: ResNet-{seeing.depth}, {seeing.size} x {seeing.size}"
        fits = f"ResNet-{fitting.depth}, {fitting.size} x {fitting.size}"
        both = PixelsToBody(first.net, second.net, size=fitting.size)
        yield from predicting(f"{sees}, and {fits}, {device}", both, first.net.encoder, some)
        step = functools.partial(first.step, 0)
        precision = launch(precision=seeing.precision).autocast
        yield training(f"{sees}, {device}", step, first.net.encoder, some(seeing.batch), precision)
        maps = _repeated(people.maps(fitting.parts), fitting.batch)
        step = functools.partial(second.step, 0)
        precision = launch(precision=fitting.precision).autocast
        yield training(f"{profile}: {fits}, {device}", step, second.net.encoder, maps, precision)


def _repeated(images: torch.Tensor, count: int) -> torch.Tensor:
    return images[torch.arange(count, device=images.device) % len(images)]
