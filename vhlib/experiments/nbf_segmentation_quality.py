"""How much the parts' quality matters: the true ones, those of better and worse networks, and errors put in on purpose.

One fitting network, which learned from true part maps, is given other ones. Networks are worse the fewer steps they
were trained, that of the kit was trained longest; they say the most likely part. Errors: edges that fray, people whose
left is taken for their right, parts taken for background.
"""

import functools
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from jaxtyping import UInt8
from matplotlib.figure import Figure
from torch import Tensor

from vhlib.body import load_body
from vhlib.body.parts import grouped
from vhlib.core import paths
from vhlib.core.random import generator
from vhlib.experiments.nbf import COLUMNS
from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.metrics import confusion
from vhlib.nets import one_hot, read_tensors
from vhlib.training import segmentation
from vhlib.training.checkpoints import finished
from vhlib.training.corruption import overlooked, ragged, swapped
from vhlib.training.devices import best_device
from vhlib.training.nbf import DRESSED, HELD_OUT, NBFTraining, load_nbf, people_for, train_nbf
from vhlib.training.nbf_figures import judged
from vhlib.training.part_people import PartPeople
from vhlib.training.segmentation import Pictures, SegmentationTask, SegmentationTraining, predicted
from vhlib.viz.palette import COLOURS

F1: Final = "mean F1"
"""Over all parts and the background."""

STEPS: Final = {"fast": (25, 100, 400), "full": (50, 200, 600)}
"""How long the segmentation networks are trained."""

ERRORS: Final[dict[str, Callable[..., UInt8[Tensor, "B H W"]]]] = {
    "edges frayed by 1 pixel": functools.partial(ragged, reach=1),
    "edges frayed by 3 pixels": functools.partial(ragged, reach=3),
    "sides swapped on 10 %": functools.partial(swapped, share=0.1),
    "sides swapped on 50 %": functools.partial(swapped, share=0.5),
    "10 % of the parts missing": functools.partial(overlooked, share=0.1),
    "30 % of the parts missing": functools.partial(overlooked, share=0.3),
}
"""What is done to the true parts."""

Segmenter = Callable[[PartPeople], UInt8[Tensor, "B H W"]]
"""People to labels in as many parts as the fitting network takes."""


def experiment(profile: str) -> Experiment:
    """A row for the truth, one for each network, and one for each error."""
    fitting = DRESSED[profile]
    told: dict[str, tuple[Callable[[], Segmenter], dict[str, Any]]] = {
        "the truth": (functools.partial(_spoilt, fitting.parts, functools.partial(overlooked, share=0.0)), {})
    }
    for steps in STEPS[profile]:
        config = replace(
            segmentation.PROFILES[profile],
            parts=fitting.parts, size=fitting.size, people=fitting.people, steps=steps,
        )  # fmt: skip
        told[f"network, {steps} steps"] = (functools.partial(_network, fitting, config), asdict(config))
    file = paths.shipped("checkpoints", "segmentation.safetensors")
    told["network of the kit"] = (functools.partial(_ready, file), read_tensors(file)[1]["config"])
    for name, error in ERRORS.items():
        told[name] = (functools.partial(_spoilt, fitting.parts, error), {})
    folder = paths.user("nbf-segmentation-quality", profile)
    rows = tuple(
        Row(name, functools.partial(measure, fitting, folder, make), asdict(fitting) | {"segmentation": config})
        for name, (make, config) in told.items()
    )

    def share() -> None:
        if finished(folder, "nbf", asdict(fitting)) is None:
            train_nbf(folder, fitting, command=f"vh experiment nbf-segmentation-quality --profile {profile}")

    return Experiment("nbf-segmentation-quality", profile, (0,), (F1, *COLUMNS), rows, _draw, share)


def measure(fitting: NBFTraining, folder: Path, make: Callable[[], Segmenter]) -> Values:
    """How good the parts are, and how good the bodies are that the network reads from them.

    Args:
        fitting: how the network was trained.
        folder: where it is.
        make: makes what finds the parts.
    """
    people = _people(fitting, "test", HELD_OUT)
    found, classes = make()(people), fitting.parts + 1
    counts = confusion(found.cpu(), grouped(people.parts, fitting.parts).cpu(), classes)
    net = load_nbf(folder / "nbf.safetensors").to(found.device)
    body = load_body("neutral", source="standin").to(found.device)
    bodies = judged(lambda some: net(one_hot(some.parts, classes)), replace(people, parts=found), body)
    return {F1: float(counts.f1.nanmean()), **{column: bodies[name] for column, name in COLUMNS.items()}}


def _network(fitting: NBFTraining, config: SegmentationTraining) -> Segmenter:
    people = _people(fitting, "train", fitting.people)
    task = SegmentationTask(config, Pictures(people.images, people.parts))
    for number in range(config.steps):
        task.step(number)
    return lambda some: predicted(task.net, some.images)


def _ready(file: Path) -> Segmenter:
    net = segmentation.load_segmentation(file)
    return lambda some: predicted(net.to(some.images.device), some.images)


def _spoilt(parts: int, error: Callable[..., UInt8[Tensor, "B H W"]]) -> Segmenter:
    return lambda people: grouped(error(people.parts, generator=generator(0, "part errors")), parts)


@functools.cache
def _people(fitting: NBFTraining, split: str, count: int) -> PartPeople:
    return people_for(fitting, split, count).to(best_device())


def _draw(table: Table) -> Figure:
    """The 3D error over F1, a colour for each kind of error."""
    figure = Figure(figsize=(6.5, 4), layout="constrained")
    axis = figure.subplots()
    quality, error = (
        {name: value or 0.0 for name, value in table.column(each).items()} for each in (F1, "3D error, mm")
    )
    kinds = {"network": "blue", "edges": "orange", "sides": "vermilion", "missing": "purple"}
    for kind, colour in kinds.items():
        names = sorted((name for name in quality if kind in name or name == "the truth"), key=quality.__getitem__)
        xs, ys = ([values[name] for name in names] for values in (quality, error))
        axis.plot(xs, ys, "o-", color=COLOURS[colour], label=kind)
    axis.set(xlabel=F1, ylabel="3D error, mm")
    axis.set_ylim(bottom=0)
    axis.legend(frameon=False)
    axis.spines[["top", "right"]].set_visible(False)
    return figure
