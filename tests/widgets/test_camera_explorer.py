"""The camera explorer, driven as the browser drives it, but without one."""

import json
import math

import ipywidgets
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from vhlib.render.portraits import STANDING
from vhlib.widgets import Shot, camera_explorer, frames_figure


@pytest.fixture
def explorer(body):
    return camera_explorer(body)


def control(explorer, description: str) -> ipywidgets.Widget:
    waiting, found = [explorer], []
    while waiting:
        widget = waiting.pop()
        waiting += getattr(widget, "children", ())
        found += [widget] if getattr(widget, "description", None) == description else []
    assert len(found) == 1
    return found[0]


def height_in_picture(shot: Shot) -> float:
    """Of one metre, upright, where the body stands."""
    ends = torch.tensor([[[0.0, STANDING[1] + 0.5, 0.0], [0.0, STANDING[1] - 0.5, 0.0]]])
    top, bottom = shot.camera().project(ends)[0, :, 1].tolist()
    return bottom - top


def test_a_normal_lens_by_hand():
    """50 mm on film 36 mm high: 39.6 degrees; one metre at 3 m is 50 / 36 / 3 of the picture's 360 pixels."""
    assert Shot(50.0).field_of_view == pytest.approx(39.6, abs=0.05)
    assert height_in_picture(Shot(50.0, 3.0)) == pytest.approx(50 / 36 / 3 * 360, rel=1e-5)


@settings(deadline=None)
@given(st.floats(20, 100), st.floats(1, 8), st.floats(1, 8))
def test_a_dolly_zoom_keeps_the_size_and_a_walk_does_not(focal_length, distance, there):
    shot = Shot(focal_length, distance)
    size = height_in_picture(shot)
    assert height_in_picture(shot.nearer(there, dolly_zoom=True)) == pytest.approx(size, rel=1e-4)
    assert height_in_picture(shot.nearer(there, dolly_zoom=False)) == pytest.approx(size * distance / there, rel=1e-4)


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(0.8, 10))
def test_the_pyramid_starts_in_the_camera_and_ends_around_the_body(turn, distance):
    eye, *corners = Shot(50.0, distance, turn).pyramid()
    assert math.dist(eye, STANDING) == pytest.approx(distance, rel=1e-4)
    assert_allclose(np.mean(corners, axis=0), STANDING, atol=1e-3)


def test_the_controls_move_the_camera(explorer):
    before = explorer._image.value, explorer._lines.points.copy()
    control(explorer, "focal length").value = 80
    assert explorer.shot == Shot(80.0, 3.0, 0.0)
    control(explorer, "turn").value = 90
    assert explorer.shot == Shot(80.0, 3.0, 90.0)
    assert explorer._image.value != before[0]
    assert_allclose(explorer._lines.points, explorer.shot.pyramid(), atol=1e-6)
    assert "80 mm, 3.00 m, 25° from top to bottom" in explorer._status.value


def test_with_dolly_zoom_the_focal_length_follows_the_distance(explorer):
    control(explorer, "distance").value = 4.0
    assert control(explorer, "focal length").value == 50
    control(explorer, "dolly zoom: keep the size").value = True
    control(explorer, "distance").value = 2.0
    assert control(explorer, "focal length").value == 25
    control(explorer, "distance").value = 1.0  # 12.5 mm, and no further: the slider ends at 12
    assert explorer.shot.focal_length == 12.5


def test_the_second_person_shrinks_when_the_camera_comes_nearer(explorer):
    """The background goes away in a dolly zoom: fewer orange pixels, about as many blue ones."""

    def share(picture):
        red, _, blue = picture.astype(int).transpose(2, 0, 1)
        return (red > blue + 60).mean(), (blue > red + 20).mean()

    before = share(explorer.seen())
    explorer.shot = explorer.shot.nearer(1.5, dolly_zoom=True)
    after = share(explorer.seen())
    assert after[0] < 0.6 * before[0]
    assert after[1] == pytest.approx(before[1], rel=0.3)


def test_where_no_widget_lives_there_is_a_picture(explorer):
    bundle = explorer._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"} <= bundle.keys()
    assert "50 mm" in bundle["text/plain"]
    assert explorer.picture().size[0] > 600


def test_no_geometry_becomes_widget_state(explorer):
    models = ipywidgets.Widget.get_manager_state()["state"].values()
    assert "object" not in {model["state"].get("_kind") for model in models}
    images = [model for model in models if model["state"].get("_model_name") == "ImageModel"]
    assert max(len(json.dumps(model)) for model in models if model not in images) < 20_000


def test_the_frames_have_three_axes_each(body):
    panels = frames_figure(body).axes
    assert [panel.get_title().split(":")[0] for panel in panels] == ["world", "OpenCV", "OpenGL", "PyTorch3D"]
    assert all([text.get_text() for text in panel.texts] == ["x", "y", "z"] for panel in panels)
    opencv, opengl = (np.array([text.get_position() for text in panel.texts]) for panel in panels[1:3])
    assert_allclose(opencv[0], opengl[0], atol=1e-3)  # x is shared, y and z go the other way
    assert opencv[1][1] > opengl[1][1]
