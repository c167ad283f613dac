"""The benchmark of synthetic people: its steps make up the sample that it says they do."""

import functools
import itertools

import numpy as np
import pytest

from vhlib.bench import cases
from vhlib.bench import synthetic as benchmark
from vhlib.data.synthetic import SyntheticPeople
from vhlib.render import available


@pytest.mark.skipif("numba" not in available(), reason="numba is not installed: the benchmark has nothing to compare")
def test_cases_time_the_whole_and_its_steps(monkeypatch):
    monkeypatch.setattr(benchmark, "COUNT", 1)
    monkeypatch.setattr(benchmark, "SIZES", (32,))
    found = [case.case for case in itertools.islice(cases("synthetic"), 7)]
    steps = (
        "whole sample",
        "streamed by 2 workers",
        "body, camera, scene",
        "clothes, hair",
        "picture",
        "labels",
        "poses",
    )
    assert found == [f"32 x 32, {step}" for step in steps]


def test_the_steps_make_the_sample():
    people = SyntheticPeople(size=32)
    made, sample = benchmark._made(people, 3), people[3]
    steps = benchmark._steps(people)
    image = steps["picture"](made)
    assert isinstance(image, np.ndarray)
    assert (image == sample.image.numpy()).all()


@pytest.mark.skipif("numba" not in available(), reason="numba is not installed: the benchmark has nothing to compare")
def test_a_stream_is_timed_with_workers_that_stay(monkeypatch):
    monkeypatch.setattr(benchmark, "SIZES", (32,))
    monkeypatch.setattr(benchmark, "STREAMED", 8)
    case = next(itertools.islice(cases("synthetic"), 1, None))
    assert isinstance(case.ours, functools.partial)
    assert isinstance(case.other, functools.partial)
    many, alone = case.ours.args[0], case.other.args[0]
    case.ours()
    started = [worker.pid for worker in many._iterator._workers]
    batches = list(many)
    assert [worker.pid for worker in many._iterator._workers] == started
    assert [len(batch.image) for batch in batches] == [4, 4]
    assert all((one.image == other.image).all() for one, other in zip(batches, alone, strict=True))
    assert (case.ours_count, case.other_count) == (8, 8)
