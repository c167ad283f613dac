"""The loop that every network of the course is trained by: steps, a log, and a state to go on from.

Convention:
    Step i draws its batch and its noise from the run's seed and i, and from nothing else. There is no shuffled list to
    remember: an interrupted run goes on from its last saved step, and ends with the numbers of one that never stopped.
    Of several processes that train together, the first one writes, and its losses are logged.
"""

import csv
import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from torch import Tensor, nn
from torch.optim import Optimizer

from vhlib.training.checkpoints import State, load_state, save_state, write_text
from vhlib.training.devices import first

Progress = Callable[[int, Mapping[str, float]], None]
"""Told how many steps are done, and the losses since the last time."""


@runtime_checkable
class Task(Protocol):
    """What is trained, and what one step of it is."""

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """The networks by name: all that a step changes."""
        ...

    @property
    def optimisers(self) -> Mapping[str, Optimizer]:
        """What changes them, by other names."""
        ...

    def step(self, number: int) -> dict[str, Tensor]:
        """Do step ``number``, and return its losses, one number each."""
        ...


@dataclass(frozen=True)
class Schedule:
    """How long a run is.

    Raises:
        ValueError: a state would be saved between two lines of the log.
    """

    steps: int
    """In all."""
    log_every: int = 50
    """Steps that a line of the log averages."""
    save_every: int = 500
    """Steps between two saved states: what an interruption may cost."""

    def __post_init__(self) -> None:
        if self.save_every % self.log_every:
            raise ValueError(f"save_every: expected a multiple of log_every, {self.log_every}, got {self.save_every}")


def run(
    task: Task,
    schedule: Schedule,
    out: Path,
    name: str,
    *,
    config: Mapping[str, Any],
    progress: Progress = lambda done, losses: None,
) -> float:
    """Train from the beginning, or from where a run in the same folder stopped.

    Args:
        task: what is trained.
        schedule: how long.
        out: folder for the log and the state; the caller removes the state once the result is written.
        name: of both files.
        config: of the run, ready for JSON.
        progress: told after every line of the log.

    Returns:
        Seconds that all steps took, those before an interruption included.

    Raises:
        InputError: the folder holds an unfinished run of another configuration.
    """
    state_file = out / f"{name}.state"
    state = load_state(state_file, task.modules, task.optimisers, config)
    lines = _read_log(out / f"{name}.csv", state.step)
    began, recent = time.perf_counter() - state.seconds, list[dict[str, Tensor]]()
    progress(state.step, {})
    for number in range(state.step, schedule.steps):
        recent.append({term: value.detach() for term, value in task.step(number).items()})
        done, last = number + 1, number + 1 == schedule.steps
        if done % schedule.log_every == 0 or last:
            losses = {term: float(sum(step[term] for step in recent)) / len(recent) for term in recent[0]}
            lines.append({"step": str(done)} | {term: f"{value:.6g}" for term, value in losses.items()})
            recent.clear()
            progress(done, losses)
        if first() and (done % schedule.save_every == 0 or last):
            _write_log(out / f"{name}.csv", lines)
            seconds = time.perf_counter() - began
            save_state(state_file, task.modules, task.optimisers, State(done, seconds), config)
    return time.perf_counter() - began


def _read_log(path: Path, step: int) -> list[dict[str, str]]:
    """The lines up to a step: those after it belong to steps that will be done again."""
    if step == 0 or not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [line for line in csv.DictReader(file) if int(line["step"]) <= step]


def _write_log(path: Path, lines: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, lines[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    write_text(path, text.getvalue())
