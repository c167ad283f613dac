"""The rasterizers' benchmark: both ways must do the same work, or their times say nothing."""

import contextlib
import itertools
import shutil

import pytest
import torch

from vhlib.bench import cases
from vhlib.bench import raster as benchmark

needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler (cc) here")


@needs_compiler
def test_the_loop_in_c_gives_the_same_depths_and_gradients():
    """`cases` compares the two ways before it hands a case out; one face moved in C alone is caught."""
    threads = torch.get_num_threads()
    with contextlib.closing(cases("raster")) as all_cases:  # type: ignore[type-var]
        found = list(itertools.islice(all_cases, 2))
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == threads
    assert [case.case for case in found] == [
        "torch, hard forward, 64 x 64, batch 1",
        "torch, soft forward and backward, 64 x 64, batch 1",
    ]
    depth, other = found[0].ours(), found[0].other()
    assert isinstance(depth, torch.Tensor)
    assert isinstance(other, torch.Tensor)
    torch.testing.assert_close(depth, other, rtol=0, atol=1e-5)
    assert 0.1 < (depth > 0).float().mean() < 0.3


def test_ways_that_differ_are_refused():
    same = torch.ones(100)
    with pytest.raises(RuntimeError, match=r"hard: 2.0 % of the numbers differ"):
        benchmark._agree("hard", same, same - torch.eye(100)[:2].sum(0))


def test_gradients_that_point_another_way_are_refused():
    """Of PyTorch3D's soft pass, which leaves faces out, the direction alone is compared."""
    slope = torch.linspace(-1, 1, 100)
    benchmark._alike("soft", slope, 3 * slope)
    with pytest.raises(RuntimeError, match=r"soft: gradients have a cosine of -1.00"):
        benchmark._alike("soft", slope, -slope)


def test_without_a_compiler_the_loop_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.warns(UserWarning, match=r"no C compiler \(cc\) here"):
        assert benchmark._compile(tmp_path) is None
