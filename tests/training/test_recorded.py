"""A recorded step does what the step does."""

import pytest
import torch

from vhlib.training.recorded import Recorded


def descent(device):
    """A line of weights and what one step of Adam does to it."""
    weights = torch.ones(3, device=device, requires_grad=True)
    adam = torch.optim.Adam([weights], lr=0.1, fused=True, capturable=device == "cuda")

    def step(target, rate):
        adam.param_groups[0]["lr"] = rate
        loss = (weights - target).square().sum()
        adam.zero_grad()
        loss.backward()
        adam.step()
        return {"loss": loss}

    return weights, step


def test_on_a_cpu_nothing_is_recorded():
    (weights, step), (expected, plain) = descent("cpu"), descent("cpu")
    recorded = Recorded(step)
    for number in range(6):
        arguments = torch.full((3,), float(number)), torch.tensor(0.1)
        assert recorded(*arguments)["loss"] == plain(*arguments)["loss"]
    assert torch.equal(weights, expected)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_a_gpu_a_replay_does_what_the_function_does():
    (weights, step), (expected, plain) = descent("cuda"), descent("cuda")
    recorded = Recorded(step)
    losses = []
    for number in range(8):
        arguments = torch.full((3,), float(number), device="cuda"), torch.tensor(0.1 / (1 + number), device="cuda")
        losses.append((recorded(*arguments)["loss"], plain(*arguments)["loss"].detach()))
    for found, wanted in losses:  # read at the end: no result is written over by the next
        torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(weights, expected)
