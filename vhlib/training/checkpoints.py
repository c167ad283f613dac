"""What a training leaves: the network, a card that says how it was made, and while it runs all it needs to go on.

For a network called NAME, in one folder:

====================== ==============================================================================
``NAME.safetensors``   the trained weights
``NAME.json``          the card: command, configuration, figures, seconds
``NAME.csv``           the losses on the way
``NAME.state``         weights and optimisers of an unfinished run, gone when it is done
====================== ==============================================================================
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from vhlib.core.errors import InputError
from vhlib.nets.weights import fill, read_tensors, write_tensors


@dataclass(frozen=True)
class State:
    """How far a run has come."""

    step: int
    """Steps that are done."""
    seconds: float
    """What they took, interruptions not counted."""


def save_state(
    path: Path,
    modules: Mapping[str, nn.Module],
    optimisers: Mapping[str, Optimizer],
    state: State,
    config: Mapping[str, Any],
) -> None:
    """Write all that a run needs to go on as if it had never stopped.

    Args:
        path: the file.
        modules: the networks by name.
        optimisers: by name.
        state: how far they have come.
        config: of the run, ready for JSON: a run of another configuration must not go on from here.
    """
    tensors = {f"{name}/{key}": value for name, module in modules.items() for key, value in module.state_dict().items()}
    for name, optimiser in optimisers.items():
        for number, moments in optimiser.state_dict()["state"].items():
            tensors |= {f"{name}/{number}/{moment}": value for moment, value in moments.items()}
    write_tensors(path, tensors, {"step": state.step, "seconds": state.seconds, "config": dict(config)})


def load_state(
    path: Path, modules: Mapping[str, nn.Module], optimisers: Mapping[str, Optimizer], config: Mapping[str, Any]
) -> State:
    """Put networks and optimisers where a run stopped; where there is no file, at its beginning.

    Args:
        path: a file of `save_state`.
        modules: to be given their weights.
        optimisers: to be given their moments.
        config: of the run.

    Raises:
        InputError: the file is of a run with another configuration.
    """
    if not path.exists():
        return State(0, 0.0)
    tensors, about = read_tensors(path)
    if about["config"] != json.loads(json.dumps(config)):
        raise InputError(
            f"{path}: an unfinished run of another configuration; go on with that one, or name another --out"
        )
    for name, module in modules.items():
        fill(module, _under(f"{name}/", tensors), path)
    for name, optimiser in optimisers.items():
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in _under(f"{name}/", tensors).items():
            number, moment = key.split("/")
            moments.setdefault(int(number), {})[moment] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": moments})
    return State(about["step"], about["seconds"])


def write_text(path: Path, text: str) -> None:
    """Whole or not at all.

    Args:
        path: the file; its folder is made if need be.
        text: what it shall hold.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def write_network(path: Path, network: nn.Module, config: Mapping[str, Any]) -> None:
    """Write a trained network in half precision, half the file.

    Args:
        path: the ``.safetensors``.
        network: its class is noted beside the weights.
        config: what whoever reads it must know to build it, ready for JSON.
    """
    state = network.state_dict()
    weights = {name: value.half() if value.is_floating_point() else value for name, value in state.items()}
    write_tensors(path, weights, {"network": type(network).__name__, "config": dict(config)})


def finish(out: Path, name: str, card: Mapping[str, Any]) -> None:
    """End a run: its card, and no state any more.

    Args:
        out: the run's folder.
        name: of its files.
        card: what is to be known about the network.
    """
    write_card(out / f"{name}.json", card)
    (out / f"{name}.state").unlink()


def finished(out: Path, name: str, config: Mapping[str, Any]) -> dict[str, Any] | None:
    """The card of a run of this configuration that has ended in this folder, if there is one.

    Args:
        out: the folder.
        name: of the run's files.
        config: of the run, ready for JSON.
    """
    card = read_card(out / f"{name}.json")
    same = card is not None and card["config"] == json.loads(json.dumps(config))
    return card if same and (out / f"{name}.safetensors").exists() else None


def write_card(path: Path, card: Mapping[str, Any]) -> None:
    """Write a card.

    Args:
        path: the ``.json`` beside the weights.
        card: what is to be known about them.
    """
    write_text(path, json.dumps(card, indent=2) + "\n")


def read_card(path: Path) -> dict[str, Any] | None:
    """A card, or None where there is none.

    Args:
        path: the ``.json`` beside the weights.
    """
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
