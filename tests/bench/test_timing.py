import itertools
import time

import pytest

from vhlib.bench import Case, benchmarks, cases, machine, measure
from vhlib.core.errors import InputError


def waiting(seconds, calls):
    def way():
        calls.append(seconds)
        time.sleep(seconds)

    return way


def test_the_ratio_says_how_many_times_faster_ours_is():
    calls: list[float] = []
    row = measure(Case("waiting", waiting(0.002, calls), "longer", waiting(0.04, calls)), seconds=0.5)
    assert row.case == "waiting"
    assert row.against == "longer"
    assert row.ours_ms >= 2
    assert row.against_ms >= 40
    assert row.ratio == row.against_ms / row.ours_ms > 1


def test_both_ways_are_run_in_turn_and_warmed_up():
    calls: list[float] = []
    measure(Case("waiting", waiting(0.06, calls), "longer", waiting(0.07, calls)), seconds=0.0, at_least=3)
    assert calls == [0.06, 0.07] * (2 + 3)


def test_a_turn_of_something_short_is_many_runs():
    calls: list[float] = []
    measure(Case("waiting", waiting(0.001, calls), "longer", waiting(0.06, calls)), seconds=0.0, at_least=1)
    turns = [len(list(turn)) for _, turn in itertools.groupby(calls)]
    assert turns[1::2] == [1, 1, 1]
    assert min(turns[::2]) >= 10


def test_a_case_that_takes_long_says_how_often_it_is_run():
    calls: list[float] = []
    case = Case("waiting", waiting(0.06, calls), "longer", waiting(0.07, calls), rehearsals=0, fewest=1)
    measure(case, seconds=0.0)
    assert calls == [0.06, 0.07]


def test_what_follows_from_the_times_is_said():
    calls: list[float] = []
    two = (waiting(0.06, calls), waiting(0.07, calls))
    case = Case("waiting", two[0], "longer", two[1], meaning=lambda ours, other: f"{other - ours:.6f} more")
    row = measure(case, seconds=0.0, at_least=1)
    assert row.meaning == f"{row.against_ms - row.ours_ms:.6f} more"
    assert measure(Case("waiting", two[0], "longer", two[1]), seconds=0.0, at_least=1).meaning == ""


def test_the_machine_is_told():
    assert set(machine()) == {"system", "processor", "cores", "threads", "gpu", "python", "torch"}


def test_every_benchmark_says_what_it_compares():
    known = benchmarks()
    assert "lbs" in known
    assert "timing" not in known
    assert all(" against " in what for what in known.values())


def test_an_unknown_benchmark_is_refused():
    with pytest.raises(InputError, match=r"'nothing' is no benchmark; expected one of .*lbs"):
        cases("nothing")
