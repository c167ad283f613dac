import sys

import pytest
import torch

from vhlib.bench import lbs
from vhlib.bench.timing import measure
from vhlib.core.errors import MissingDependencyError


def test_the_comparison_covers_every_batch_task_and_direction(monkeypatch):
    pytest.importorskip("smplx", reason="the smplx package is not installed")
    monkeypatch.setattr(lbs, "BATCHES", (1, 3))
    found = list(lbs.cases())
    assert len({case.case for case in found}) == len(found) == 5 * 2 * 2
    row = measure(found[0], seconds=0.0, at_least=1)
    assert row.case == "whole body, batch 1, forward"
    assert row.against.startswith("smplx ")
    assert row.ours_ms > 0


def test_both_directions_take_the_gradient_of_the_same_numbers(monkeypatch):
    pytest.importorskip("smplx", reason="the smplx package is not installed")
    gradients = []
    monkeypatch.setattr(lbs, "BATCHES", (2,))
    true_grad = torch.autograd.grad

    def recorded(*args):
        gradients.append(true_grad(*args))
        return gradients[-1]

    monkeypatch.setattr(torch.autograd, "grad", recorded)
    for case in lbs.cases():
        gradients.clear()
        case.ours()
        case.other()
        if "backward" in case.case:
            for ours, theirs in zip(*gradients, strict=True):
                torch.testing.assert_close(ours, theirs, atol=2e-3, rtol=1e-3)
        else:
            assert not gradients


def test_ways_that_disagree_are_not_timed(monkeypatch):
    pytest.importorskip("smplx", reason="the smplx package is not installed")
    monkeypatch.setattr(lbs, "BATCHES", (1,))
    monkeypatch.setattr(lbs, "_theirs", lambda model, task, **pose: tuple(1 + each for each in task.ours(**pose)))
    with pytest.raises(RuntimeError, match=r"whole body, batch 1: the two ways differ by 1\.0e\+00 m"):
        next(lbs.cases())


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "smplx", None)
    with pytest.raises(MissingDependencyError, match=r"pip install \"vhlib\[smplx\]\""):
        next(lbs.cases())
