"""Why parts and not pictures: networks that saw one look only, on people who look the same and on people who do not.

One look is long: trousers and long sleeves. The other is short: neither of them. Who learns from all looks learns from
as many people as there are in long clothes. The parts are the true ones: what is compared is how much each network
leans on what people wear, and not how well parts are found.
"""

import functools
from dataclasses import asdict, replace
from typing import Final

import torch
from jaxtyping import Bool
from matplotlib.figure import Figure
from torch import Tensor

from vhlib.body import load_body
from vhlib.data.synthetic import GARMENTS
from vhlib.experiments.nbf import learned
from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.training.crops import dressed
from vhlib.training.devices import best_device
from vhlib.training.nbf import DRESSED, HELD_OUT, NBFTraining, reader
from vhlib.training.nbf_figures import judged
from vhlib.training.part_people import PartPeople
from vhlib.viz.palette import COLOURS

LONG, SHORT, RISE = "3D error in long clothes, mm", "3D error in short ones, mm", "rise, %"

_LONG_CLOTHES: Final = ("trousers", "long-sleeved shirt")
_LOOKS: Final = ("long clothes only", "all looks")


def experiment(profile: str) -> Experiment:
    """A row for pictures and one for parts, for each choice of training people."""
    rows = []
    for shown in ("picture", "parts"):
        config = replace(DRESSED[profile], shown=shown)
        for looks in _LOOKS:
            work = functools.partial(measure, config, looks)
            rows.append(Row(f"{shown}, {looks}", work, asdict(config) | {"looks": looks}))

    def share() -> None:
        config = DRESSED[profile]
        _people("train", config.people, config.size)
        _people("test", HELD_OUT, config.size)

    return Experiment("nbf-appearance", profile, (0,), (LONG, SHORT, RISE), tuple(rows), _draw, share)


def measure(config: NBFTraining, looks: str) -> Values:
    """Train a network on people of one look or of all, and judge it on both looks of the test split.

    Args:
        config: what is trained.
        looks: "long clothes only" or "all looks".
    """
    people, garments = _people("train", config.people, config.size)
    long = wearing_long(garments)
    chosen = long if looks == _LOOKS[0] else torch.arange(len(people)) < long.sum()
    net = learned(config, people[chosen.to(people.parts.device)])
    held_out, worn = _people("test", HELD_OUT, config.size)
    body = load_body("neutral", source="standin").to(held_out.parts.device)
    errors = [
        judged(reader(net, config), held_out[group.to(held_out.parts.device)], body)["joints_mm"]
        for group in (wearing_long(worn), wearing_short(worn))
    ]
    return {LONG: errors[0], SHORT: errors[1], RISE: 100 * (errors[1] / errors[0] - 1)}


def wearing_long(garments: Bool[Tensor, "N G"]) -> Bool[Tensor, " N"]:
    """Who wears both of the long garments.

    Args:
        garments: of `vhlib.data.synthetic.GARMENTS`.
    """
    return _long(garments).all(1)


def wearing_short(garments: Bool[Tensor, "N G"]) -> Bool[Tensor, " N"]:
    """Who wears none of the long garments.

    Args:
        garments: likewise.
    """
    return ~_long(garments).any(1)


def _long(garments: Tensor) -> Tensor:
    return garments[:, [GARMENTS.index(name) for name in _LONG_CLOTHES]]


@functools.cache
def _people(split: str, count: int, size: int) -> tuple[PartPeople, Bool[Tensor, "N G"]]:
    known = dressed(split, count, size=size)
    return PartPeople.of(known).to(best_device()), known["garments"]


def _draw(table: Table) -> Figure:
    """Two bars for each row: people in long clothes, people in short ones."""
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axis = figure.subplots()
    places = range(len(table.rows))
    for column, shift, colour in ((LONG, -0.2, "blue"), (SHORT, 0.2, "orange")):
        values = [value or 0.0 for value in table.column(column).values()]
        axis.barh([place + shift for place in places], values, 0.4, color=COLOURS[colour], label=column)
    axis.set_yticks(list(places), [row["name"] for row in table.rows])
    axis.set_xlabel("3D error, mm")
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure
