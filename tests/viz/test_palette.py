"""Colours: parts that touch differ, heat darkens all the way, and both survive colour blindness."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.geometry import SMPL24
from vhlib.viz import COLOURS, HEAT, PARTS, heat, rgb

# Machado, Oliveira and Fernandes 2009, full severity; for linear RGB.
DEUTERANOPIA = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
PROTANOPIA = np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]])


def linear(colours: np.ndarray) -> np.ndarray:
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def luminance(colours: np.ndarray) -> np.ndarray:
    return linear(colours) @ [0.2126, 0.7152, 0.0722]


def test_okabe_and_ito_s_orange():
    assert COLOURS["orange"] == "#e69f00"
    assert rgb("orange") == pytest.approx((230 / 255, 159 / 255, 0))


def test_parts_that_touch_have_different_colours(body):
    """Faces of two parts that share an edge of the skin."""
    owner = body.weights.argmax(1)[body.faces].mode(1).values.numpy()
    edges: dict[tuple[int, int], list[int]] = {}
    for face, corners in enumerate(body.faces.tolist()):
        for a, b in itertools.combinations(sorted(corners), 2):
            edges.setdefault((a, b), []).append(owner[face])
    touching = {tuple(sorted(pair)) for pair in edges.values() if len(set(pair)) == 2}
    assert len(touching) >= 23
    same = [(SMPL24.names[a], SMPL24.names[b]) for a, b in touching if (PARTS[a] == PARTS[b]).all()]
    assert same == []


def test_left_and_right_have_different_colours():
    pairs = [(i, j) for i, j in enumerate(SMPL24.mirror) if i < j]
    assert len(pairs) == 9
    assert not any((PARTS[left] == PARTS[right]).all() for left, right in pairs)


@pytest.mark.parametrize("seen_as", [np.eye(3), DEUTERANOPIA, PROTANOPIA], ids=["all", "no green", "no red"])
def test_the_eight_colours_stay_apart(seen_as):
    colours = linear(np.array([rgb(name) for name in COLOURS])) @ seen_as.T
    apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(colours, 2)]
    assert min(apart) > 0.1


@pytest.mark.parametrize("seen_as", [np.eye(3), DEUTERANOPIA, PROTANOPIA], ids=["all", "no green", "no red"])
def test_heat_darkens_all_the_way(seen_as):
    shown = np.clip(linear(HEAT) @ seen_as.T, 0, 1) @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(shown) < 0).all()


@settings(deadline=None)
@given(st.floats(-2, 3), st.floats(-2, 3))
def test_more_is_never_lighter(a, b):
    less, more = sorted([a, b])
    light, dark = luminance(heat(np.array([less, more])))
    assert dark <= light + 1e-12


def test_high_sets_the_scale():
    assert np.allclose(heat(np.array([5.0]), high=10.0), heat(np.array([0.5])))
