"""Keypoints over their image: at their pixels, with their limbs, and only those that were seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from vhlib.geometry import LSP14
from vhlib.viz import draw_keypoints, draw_skeleton, rgb

GREY = np.full((110, 110, 3), 128, np.uint8)


def seen(*names: str) -> np.ndarray:
    return np.array([float(name in names) for name in LSP14.names])


@settings(deadline=None, max_examples=20)
@given(st.floats(10, 100), st.floats(10, 100))
def test_a_keypoint_is_drawn_around_its_pixel(x, y):
    places = np.full((14, 2), [x, y])
    drawn = draw_keypoints(GREY, places, LSP14, confidence=seen("left_knee"))
    weight = np.abs(drawn.astype(float) - 128).sum(2)
    rows, columns = np.indices(weight.shape)
    middle = [(weight * columns).sum() / weight.sum() + 0.5, (weight * rows).sum() / weight.sum() + 0.5]
    assert_allclose(middle, [x, y], atol=0.4)  # (0, 0) is a corner, not a centre


@pytest.mark.parametrize(
    ("name", "colour"), [("left_knee", "blue"), ("right_knee", "vermilion"), ("neck", "yellow"), ("head_top", "yellow")]
)
def test_the_colour_says_the_side(name, colour):
    drawn = draw_keypoints(np.zeros((400, 400, 3)), np.full((14, 2), 200.0), LSP14, confidence=seen(name))
    assert_allclose(drawn[200, 200] / 255, rgb(colour), atol=0.01)


def test_a_limb_needs_both_its_ends():
    places = np.full((14, 2), np.nan)
    places[LSP14.index("left_knee")] = [20, 20]
    assert (draw_skeleton(GREY, places, LSP14)[55, 55] == 128).all()
    places[LSP14.index("left_ankle")] = [90, 90]
    assert_allclose(draw_skeleton(GREY, places, LSP14)[55, 55] / 255, rgb("blue"), atol=0.01)
    assert (draw_keypoints(GREY, places, LSP14)[55, 55] == 128).all()
    assert (draw_skeleton(GREY, places, LSP14, confidence=seen("left_knee"))[55, 55] == 128).all()


def test_nothing_seen_leaves_the_image_as_it_is():
    assert_allclose(draw_skeleton(GREY, np.zeros((14, 2)), LSP14, confidence=np.zeros(14)), GREY)
    assert_allclose(draw_skeleton(GREY / 255, np.full((14, 2), np.nan), LSP14), GREY)


def test_the_image_is_not_changed():
    image = GREY.copy()
    draw_skeleton(image, np.full((14, 2), 50.0), LSP14)
    assert (image == GREY).all()


def test_refusals():
    with pytest.raises(ValueError, match="keypoints: expected 14 as lsp14 has, got 13"):
        draw_skeleton(GREY, np.zeros((13, 2)), LSP14)
    with pytest.raises(ValueError, match="image: expected uint8 from 0 to 255 or floats from 0 to 1, got int64"):
        draw_skeleton(GREY.astype(np.int64), np.zeros((14, 2)), LSP14)
