"""The loop: what it leaves, and that an interruption leaves no trace."""

import csv

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from vhlib.core.errors import InputError
from vhlib.core.random import generator
from vhlib.training.loop import Schedule, run

SCHEDULE = Schedule(steps=23, log_every=5, save_every=10)
CONFIG = {"rate": 0.1, "sizes": (1, 2)}


class Line:
    """Fits y = 2 x + 1 to noisy samples; stops when told to."""

    def __init__(self, stop_at: int | None = None):
        self.net = nn.Linear(1, 1)
        nn.init.zeros_(self.net.weight)
        nn.init.zeros_(self.net.bias)
        self.adam = torch.optim.Adam(self.net.parameters(), lr=0.1)
        self.modules, self.optimisers = {"line": self.net}, {"adam": self.adam}
        self.stop_at, self.steps = stop_at, list[int]()

    def step(self, number: int) -> dict[str, torch.Tensor]:
        if number == self.stop_at:
            raise KeyboardInterrupt
        self.steps.append(number)
        x = torch.randn(8, 1, generator=generator(0, number))
        loss = (self.net(x) - 2 * x - 1).square().mean()
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return {"loss": loss}


def test_an_interrupted_run_ends_as_one_that_never_stopped(tmp_path):
    straight, first, second = Line(), Line(stop_at=17), Line()
    run(straight, SCHEDULE, tmp_path / "straight", "line", config=CONFIG)
    with pytest.raises(KeyboardInterrupt):
        run(first, SCHEDULE, tmp_path / "stopped", "line", config=CONFIG)
    run(second, SCHEDULE, tmp_path / "stopped", "line", config=CONFIG)
    assert second.steps == list(range(10, 23))  # from the last saved state
    for name, weight in straight.net.state_dict().items():
        assert_close(second.net.state_dict()[name], weight, rtol=0, atol=0)
    logs = [(tmp_path / folder / "line.csv").read_bytes() for folder in ("straight", "stopped")]
    assert logs[0] == logs[1]


def test_the_log_holds_means(tmp_path):
    told = []
    run(Line(), SCHEDULE, tmp_path, "line", config=CONFIG, progress=lambda done, losses: told.append((done, losses)))
    with (tmp_path / "line.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [5, 10, 15, 20, 23]
    assert [done for done, _ in told] == [0, 5, 10, 15, 20, 23]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    by_hand, losses = Line(), list[float]()
    losses = [float(by_hand.step(number)["loss"].detach()) for number in range(5)]
    assert float(rows[0]["loss"]) == pytest.approx(sum(losses) / 5, rel=1e-5)


def test_a_run_of_another_configuration_is_not_gone_on_with(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(Line(stop_at=12), SCHEDULE, tmp_path, "line", config=CONFIG)
    with pytest.raises(InputError, match=r"line.state: an unfinished run of another configuration"):
        run(Line(), SCHEDULE, tmp_path, "line", config=CONFIG | {"rate": 0.2})


def test_a_state_stands_at_the_end_of_a_line_of_the_log():
    with pytest.raises(ValueError, match="save_every: expected a multiple of log_every, 50, got 75"):
        Schedule(steps=100, save_every=75)
