import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.data.poses.motion import GOLDEN, Motion, curve, mix


def motions(count: int, moments: int = 1) -> Motion:
    return Motion(np.arange(count, dtype=np.uint64), torch.linspace(0, 10, moments).repeat(count, 1))


def test_the_hash_is_splitmix64():
    # The first two outputs of splitmix64 seeded with 0, as in the test vectors of its public implementations.
    state = GOLDEN * np.array([1, 2], dtype=np.uint64)
    assert [hex(x) for x in mix(state).tolist()] == ["0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4"]


def test_numbers_are_spread_evenly_and_normally():
    motion = motions(20_000)
    numbers = motion.uniform("pace", 2, 4)
    assert 2 < numbers.min() < 2.001
    assert 3.999 < numbers.max() < 4
    assert abs(numbers.mean() - 3) < 0.02
    normal = motion.normal("pace")
    assert abs(normal.mean()) < 0.03
    assert abs(normal.std() - 0.97) < 0.03  # a little below 1: nothing beyond 2.5
    assert normal.abs().max() < 2.501
    assert abs(motion.chance("left-handed", 0.1).float().mean() - 0.1) < 0.01
    assert motion.choice("way", 3).unique().tolist() == [0, 1, 2]


@settings(deadline=None)
@given(row=st.integers(0, 49), name=st.text(max_size=8))
def test_a_motion_draws_the_same_alone_and_in_any_batch(row, name):
    motion = motions(50)
    alone = motion.of(torch.tensor([row]))
    assert torch.equal(alone.normal(name, 3), motion.normal(name, 3)[row : row + 1])


def test_names_scopes_and_channels_are_independent():
    motion = motions(5000)
    numbers = [motion.normal("a"), motion.normal("b"), motion.within("first").normal("a"), motion.normal("a", 2)[:, 1:]]
    correlation = torch.corrcoef(torch.cat(numbers, 1).T)
    assert (correlation - torch.eye(4)).abs().max() < 0.06
    assert torch.equal(motion.within("first").whole.normal("a"), motion.normal("a"))


def test_wandering_is_smooth_and_has_unit_size():
    motion = motions(2000, moments=101)
    path = motion.wander("sway", 2.5, channels=2)
    assert abs(path.square().mean().sqrt() - 1) < 0.05
    assert path.diff(dim=1).abs().max() < 1.5  # 0.1 s steps of waves no faster than 1 s
    assert path.diff(dim=1).abs().mean() < 0.3


def test_a_curve_meets_its_keys():
    keys = {0.0: 1.0, 0.2: 4.0, 0.5: -2.0, 0.9: 0.0}
    assert curve(torch.tensor([[*keys]]), keys).tolist() == [pytest.approx(list(keys.values()), abs=1e-5)]


@settings(deadline=None)
@given(st.lists(st.floats(-90, 90, width=32), min_size=2, max_size=6))
def test_a_curve_never_overshoots_and_closes(values):
    keys = {number / len(values): value for number, value in enumerate(values)}
    path = curve(torch.linspace(0, 0.99999, 500)[None], keys)
    assert path.min() >= min(values) - 1e-3
    assert path.max() <= max(values) + 1e-3
    assert abs(path[0, -1] - values[0]) < 0.02 + 0.002 * (max(values) - min(values))


def test_a_curve_has_no_corners():
    phase = torch.linspace(0, 1, 4001)[None, :-1]
    path = curve(phase, {0.0: 0.0, 0.3: 40.0, 0.4: 60.0, 0.8: -10.0})
    slope = path.diff(append=path[:, :1]) * 4000
    assert (slope - slope.roll(1, 1)).abs().max() < 10  # of slopes up to 300; a corner would jump by hundreds


def test_each_motion_has_its_own_keys():
    path = curve(torch.full((2, 1), 0.5), {0.0: 0.0, 0.5: torch.tensor([[10.0], [20.0]])})
    assert path.tolist() == [[10.0], [20.0]]
