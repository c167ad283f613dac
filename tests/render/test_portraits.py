"""Bodies as a viewer in front of them sees them."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from vhlib.render.portraits import STANDING, portrait, viewer, viewpoint


def test_the_whole_body_is_in_the_picture_and_fills_it(body):
    drawn = (portrait(body.v_template, body.faces, size=(200, 180)) != 255).any(2)
    rows, columns = drawn.any(1).nonzero()[0], drawn.any(0).nonzero()[0]
    assert rows[0] > 0
    assert rows[-1] < 199
    assert rows[-1] - rows[0] > 150  # 1.69 of 2.1 metres
    assert columns[0] > 0
    assert columns[-1] < 179


def test_the_body_s_left_hand_is_at_the_viewer_s_right():
    pixels = viewer((100, 100)).project(torch.tensor([[[0.8, 0.2, 0.0], [0.0, 0.4, 0.0]]]))[0]
    assert pixels[0, 0] > 80
    assert pixels[1, 1] < 20


def test_turned_by_90_degrees_the_viewer_sees_its_left_side():
    x, y, z = viewpoint(turn=90.0)
    assert x > 3
    assert_allclose([y, z], STANDING[1:], atol=1e-12)


@settings(deadline=None)
@given(st.floats(0.1, 5), st.floats(-180, 180), st.floats(-60, 60))
def test_the_extent_is_what_fits_from_top_to_bottom(extent, turn, rise):
    """Points half an extent above and below the target, across the line of sight, meet the picture's edges."""
    camera = viewer((100, 60), extent=extent, turn=turn, rise=rise)
    up = -camera.rotation[:, 1]  # the image's up in the world
    middle = torch.tensor([STANDING])
    ends = torch.stack([middle + extent / 2 * up, middle, middle - extent / 2 * up], dim=1)
    assert_allclose(camera.project(ends)[0], [[30, 0], [30, 50], [30, 100]], atol=0.02)


def test_colours_of_vertices_show(body):
    red = torch.zeros_like(body.v_template)
    red[:, 0] = 1
    picture = portrait(body.v_template, body.faces, colours=red, size=(80, 80)).astype(int)
    inside = (picture != 255).any(2)
    assert (picture[inside][:, 0] >= picture[inside][:, 2]).all()


def test_double_precision_gives_the_same_picture(body):
    single = portrait(body.v_template, body.faces, size=(60, 60))
    double = portrait(body.v_template.double(), body.faces, size=(60, 60))
    assert np.abs(single.astype(int) - double).max() <= 1


def test_a_batch_is_refused(body):
    with pytest.raises(Exception, match=r"vertices|type-check"):
        portrait(body.v_template[None], body.faces)
