"""The benchmark of synthetic people: its steps make up the sample that it says they do."""

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
    found = [case.case for case in itertools.islice(cases("synthetic"), 6)]
    steps = ("whole sample", "body, camera, scene", "clothes, hair", "picture", "labels", "poses")
    assert found == [f"32 x 32, {step}" for step in steps]


def test_the_steps_make_the_sample():
    people = SyntheticPeople(size=32)
    made, sample = benchmark._made(people, 3), people[3]
    steps = benchmark._steps(people)
    image = steps["picture"](made)
    assert isinstance(image, np.ndarray)
    assert (image == sample.image.numpy()).all()
