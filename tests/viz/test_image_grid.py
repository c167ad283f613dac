"""Images side by side."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from vhlib.viz import grid

GREY = np.full((40, 30, 3), 128, np.uint8)


def test_each_image_stands_under_its_title():
    figure = grid([GREY, GREY, GREY], ["one", "two", "three"], columns=2)
    axes = figure.axes
    assert [axis.get_title() for axis in axes] == ["one", "two", "three", ""]
    assert len(axes[2].images) == 1
    assert len(axes[3].images) == 0
    assert_allclose(np.asarray(axes[0].images[0].get_array()), GREY)


def test_one_row_unless_told_otherwise():
    width, height = grid([GREY] * 4, width=8.0).get_size_inches()
    assert width == 8.0
    assert height == pytest.approx(2.0 * 40 / 30 + 0.05)


def test_missing_titles_are_refused():
    with pytest.raises(ValueError, match="one for each of 2 images"):
        grid([GREY, GREY], ["only one"])


def test_no_images_are_refused():
    with pytest.raises(ValueError, match="0 images"):
        grid([])
