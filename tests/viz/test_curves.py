"""Curves: every value where it belongs, every curve told apart."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from vhlib.viz import curves


def test_each_curve_is_drawn_and_named():
    figure = curves({"a": [3.0, 2.0, 1.0], "b": np.array([1.0, 4.0, 9.0])}, x=[10, 20, 30], log=True, stages=[20])
    (axis,) = figure.axes
    first, second, stage = axis.lines
    assert_allclose(np.asarray(first.get_xdata()), [10, 20, 30])
    assert_allclose(np.asarray(second.get_ydata()), [1, 4, 9])
    assert stage.get_xdata() == [20, 20]
    assert axis.get_yscale() == "log"
    legend = axis.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]


def test_steps_are_counted_from_zero():
    (axis,) = curves({"a": [5.0, 4.0]}).axes
    assert_allclose(np.asarray(axis.lines[0].get_xdata()), [0, 1])


def test_no_two_of_many_curves_look_alike():
    (axis,) = curves({str(index): [0.0, index] for index in range(16)}).axes
    looks = {(line.get_color(), line.get_linestyle()) for line in axis.lines}
    assert len(looks) == 16


def test_refusals():
    with pytest.raises(ValueError, match="at least one curve"):
        curves({})
    with pytest.raises(ValueError, match="b: expected 3 values, one for each x, got 2"):
        curves({"a": [1, 2, 3.0], "b": [1, 2.0]}, x=[0, 1, 2])
