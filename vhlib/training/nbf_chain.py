"""Both of NBF's networks, from pixels to bodies: the second learns from what the first finds, then both together.

Where both learn, the body's losses reach the first network through its probabilities, beside its own losses: it may
learn to find what matters for the body, and must still find parts (Omran et al., 3DV 2018).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import torch
from jaxtyping import Float16
from torch import Tensor

from vhlib.body import SMPL, load_body
from vhlib.body.parts import grouped
from vhlib.core.errors import InputError
from vhlib.core.random import generator, torch_follows
from vhlib.losses import balanced_cross_entropy, class_weights, dice
from vhlib.nets import Estimate, PixelsToBody, read_tensors, resized
from vhlib.training.augmentation import STILL
from vhlib.training.checkpoints import finish, write_card, write_network
from vhlib.training.devices import Precision, best_device, launch
from vhlib.training.loop import Progress, Schedule, run
from vhlib.training.nbf import DRESSED, HELD_OUT, NBFTraining, load_nbf, mean_body, nbf_terms, network, weighted
from vhlib.training.nbf_figures import judged
from vhlib.training.part_people import PartPeople, dressed_people
from vhlib.training.segmentation import Pictures, load_segmentation, segmentation_figures

_PIECE = 50  # pictures segmented at once


@dataclass(frozen=True)
class ChainTraining:
    """What is trained, on whom, and for how long."""

    segmentation: str = ""
    """File of the first network, trained; its part maps are the second's."""
    people_seed: int = 1
    """Of the synthetic set: not the one whose parts the first network has learned by heart."""
    nbf: NBFTraining = field(default_factory=NBFTraining)
    """The second network and its losses; all steps."""
    together: float = 0.0
    """The last share of the steps, in which both learn."""
    own: float = 1.0
    """Then, how much the first network's own loss counts."""
    rate: float = 2e-4
    """Then, its Adam's; it falls as the other's."""
    precision: Precision = "bf16-mixed"
    """Then, of the first network's forward passes."""


PROFILES: Final[dict[str, ChainTraining]] = {
    "fast": ChainTraining(nbf=replace(DRESSED["fast"], camera="predicted")),
    "full": ChainTraining(
        nbf=replace(DRESSED["full"], camera="predicted", width=48, batch=48, steps=2_400, rate=1.5e-3),
    ),
}
"""``fast`` takes minutes on two cores, ``full`` as long on a GPU. Photographs do not come with a camera."""


class ChainTask:
    """One step: a batch of pictures, their parts as found, bodies, the losses.

    Args:
        config: what is trained.
        people: on whom, with pictures; networks and steps are on their device.

    Raises:
        ValueError: people who move: their parts are found once.
    """

    def __init__(self, config: ChainTraining, people: PartPeople):
        if config.nbf.augmentation != STILL:
            raise ValueError(f"nbf.augmentation: expected STILL, parts are found once; got {config.nbf.augmentation}")
        self._config, self._people = config, people.paired(config.nbf.paired)
        device, nbf = people.parts.device, config.nbf
        self._first_fabric, self._fabric = launch(precision=config.precision), launch(precision=nbf.precision)
        self._body: SMPL = load_body("neutral", source="standin").to(device)
        with torch_follows(nbf.seed, "nbf", "weights"):
            fitting = network(nbf, *mean_body(people, absolute=nbf.absolute))
        first = load_segmentation(Path(config.segmentation))
        self.chain = PixelsToBody(first, fitting, size=nbf.size).to(device)
        self._found = found_parts(self.chain, people)
        self._labels = grouped(people.parts, nbf.parts)
        self._weights = class_weights(self._labels, nbf.parts + 1, power=0.5)
        self._adam = torch.optim.Adam(self.chain.fitting.parameters(), lr=nbf.rate, fused=True)
        self._first_adam = torch.optim.Adam(self.chain.segmentation.parameters(), lr=config.rate, fused=True)
        self.modules = {"nbf": self.chain.fitting, "segmentation": self.chain.segmentation}
        self.optimisers = {"adam": self._adam, "first_adam": self._first_adam}

    def step(self, number: int) -> dict[str, Tensor]:
        """Do step ``number``, and return its losses."""
        config, nbf = self._config, self._config.nbf
        together = number >= round((1 - config.together) * nbf.steps)
        draw = generator(nbf.seed, "nbf chain", number)
        chosen = torch.randint(len(self._people), (nbf.batch,), generator=draw).to(self._people.parts.device)
        batch = self._people[chosen]
        self.chain.train()
        if together:
            with self._first_fabric.autocast():
                scores = self.chain.segmentation(batch.images.float() / 255)
            scores, labels = scores.float(), self._labels[chosen]
            own = balanced_cross_entropy(scores, labels, self._weights) + dice(scores, labels)
            seen = resized(scores.softmax(1), nbf.size)
        else:
            own, seen = torch.zeros((), device=chosen.device), self._found[chosen].float()
        with self._fabric.autocast():
            said = self.chain.fitting.numbers(seen)
        terms = nbf_terms(self.chain.fitting, said, batch, self._body, camera=nbf.camera)
        loss = weighted(terms, nbf.weights) + config.own * own
        optimisers = ((self._adam, nbf.rate), (self._first_adam, config.rate))[: 2 if together else 1]
        for optimiser, rate in optimisers:
            optimiser.param_groups[0]["lr"] = rate * (1 - number / nbf.steps) ** 0.9
            optimiser.zero_grad()
        loss.backward()
        for optimiser, _ in optimisers:
            optimiser.step()
        return {"loss": loss, **terms, "parts": own}


@torch.no_grad()
def found_parts(chain: PixelsToBody, people: PartPeople) -> Float16[Tensor, "N C H W"]:
    """What the first network finds in all pictures, as the second one takes it.

    Args:
        chain: in any mode; it is left ready to predict.
        people: with pictures.
    """
    chain.eval()
    pieces = (chain.segmentation(piece.float() / 255).softmax(1) for piece in people.images.split(_PIECE))
    return torch.cat([resized(piece, chain.size).half() for piece in pieces])


def train_chain(
    out: Path,
    config: ChainTraining,
    *,
    command: str,
    people: PartPeople | None = None,
    held_out: PartPeople | None = None,
    making: Callable[[int], None] = lambda made: None,
    progress: Progress = lambda done, losses: None,
) -> dict[str, Any]:
    """Train the fitting network on found parts, then both, and write them with their cards.

    An interrupted run goes on where its last state was saved. The cards' figures are those of the files as they are
    read back: half precision.

    Args:
        out: folder for ``nbf.safetensors``, ``nbf.json`` and ``nbf.csv``; if both learn, for ``segmentation`` too.
        config: what is trained, on whom, for how long.
        command: what to type to get it again; for the cards.
        people: on whom; None: the synthetic training split's first.
        held_out: whom the result is judged on; None: 500 of the test split.
        making: told how many people are made.
        progress: told about the training.

    Returns:
        The second network's card.

    Raises:
        InputError: the first network finds another number of parts, or would be written over; the folder holds an
            unfinished run of another configuration.
    """
    nbf, first = config.nbf, out / "segmentation.safetensors"
    _, about = read_tensors(Path(config.segmentation))
    learned: dict[str, Any] = about.get("config", {})
    if learned.get("parts") != nbf.parts:
        raise InputError(
            f"{config.segmentation}: finds {learned.get('parts')} parts and the fitting network takes {nbf.parts}; "
            "train one of them again with the other's --parts"
        )
    if config.together and first.resolve() == Path(config.segmentation).resolve():
        raise InputError(f"--out {out}: both networks learn and this one would be written over; name another folder")
    device, size = best_device(), learned["size"]
    if people is None:
        people = dressed_people("train", nbf.people, size=size, seed=config.people_seed, progress=making)
    held_out = dressed_people("test", HELD_OUT, size=size) if held_out is None else held_out
    task = ChainTask(config, people.to(device))
    seconds = run(task, Schedule(nbf.steps), out, "nbf", config=asdict(config), progress=progress)
    shared = {"command": command, "config": asdict(config), "held_out": f"{len(held_out)} people of the test split"}
    write_network(out / "nbf.safetensors", task.chain.fitting, asdict(nbf))
    used = Path(config.segmentation)
    if config.together:
        used = first
        write_network(used, task.chain.segmentation, learned)
        figures = segmentation_figures(load_segmentation(used), _pictures(held_out), parts=nbf.parts)
        write_card(out / "segmentation.json", {**shared, "figures": figures, "seconds": round(seconds, 1)})
    chain = PixelsToBody(load_segmentation(used), load_nbf(out / "nbf.safetensors"), size=nbf.size)
    found = judged(reads_pictures(chain), held_out, load_body("neutral", source="standin"))
    card = {**shared, "figures": found, "seconds": round(seconds, 1)}
    finish(out, "nbf", card)
    return card


def reads_pictures(chain: PixelsToBody) -> Callable[[PartPeople], Estimate]:
    """Both networks, ready to be shown people.

    Args:
        chain: in any mode; it is left ready to predict.
    """
    chain.eval()
    return lambda people: chain(people.images.float() / 255)[1]


def _pictures(people: PartPeople) -> Pictures:
    return Pictures(people.images, people.parts)
