import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vhlib.viz import compare_masks, rgb


def colour(name):
    return [round(255 * channel) for channel in rgb(name)]


def test_four_pixels_have_four_colours():
    wanted, found = np.array([[True, True, False, False]]), np.array([[True, False, True, False]])
    both, missing, extra, neither = compare_masks(wanted, found)[0].tolist()
    assert (missing, extra, neither) == (colour("blue"), colour("vermilion"), [255, 255, 255])
    assert len(set(both)) == 1  # a grey
    assert both != neither


@settings(deadline=None)
@given(arrays(bool, (3, 4)), arrays(bool, (3, 4)), st.sampled_from(["blue", "vermilion"]))
def test_masks_that_agree_have_no_colour(one, other, name):
    same = (compare_masks(one, other) == colour(name)).all(2)
    assert (same == (one & ~other if name == "blue" else other & ~one)).all()


def test_two_sizes_are_refused():
    with pytest.raises(Exception, match=r"found|W"):
        compare_masks(np.zeros((2, 3), bool), np.zeros((2, 4), bool))
