"""Bodies one after the other, without a browser."""

import io

import ipywidgets
import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image

from vhlib.widgets import Playback


@pytest.fixture
def meshes(body):
    upward = np.array([0.0, 0.01, 0.0], np.float32)
    return np.stack([body.v_template.numpy() + step * upward for step in range(10)])


@pytest.fixture
def player(meshes, body):
    def picture(number: int) -> np.ndarray:
        return np.full((20, 30, 3), 20 * number, np.uint8)

    return Playback(meshes, body.faces.numpy(), captions=[f"step {n}" for n in range(10)], picture=picture)


def find(player, kind):
    rows = [child for row in player.children for child in row.children]
    return next(widget for widget in rows if isinstance(widget, kind))


def test_the_slider_shows_a_frame_its_caption_and_its_picture(player, meshes):
    player.slider.value = 7
    [mesh] = player.plot.objects
    assert_allclose(mesh.vertices, meshes[7])
    assert find(player, ipywidgets.HTML).value == "step 7"
    with Image.open(io.BytesIO(find(player, ipywidgets.Image).value)) as image:
        assert image.size == (30, 20)
        assert abs(np.asarray(image).mean() - 140) < 3  # JPEG is not exact


def test_it_starts_at_the_first_frame_and_ends_at_the_last(player):
    assert find(player, ipywidgets.HTML).value == "step 0"
    assert (player.slider.min, player.slider.max) == (0, 9)
    play = find(player, ipywidgets.Play)
    assert (play.min, play.max) == (0, 9)


def test_where_no_widget_lives_there_is_a_strip(player):
    bundle = player._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/png"} <= bundle.keys()
    assert "10 frames, from “step 0” to “step 9”" in bundle["text/plain"]


def test_the_strip_holds_the_highlights(meshes, body):
    two = Playback(meshes, body.faces.numpy(), captions=["x"] * 10, highlights=[0, 9]).strip(height=60)
    six = Playback(meshes, body.faces.numpy(), captions=["x"] * 10).strip(height=60)
    assert six.width > 2.5 * two.width
    assert six.height == two.height


def test_without_a_picture_there_is_no_image(meshes, body):
    player = Playback(meshes, body.faces.numpy(), captions=["x"] * 10)
    player.slider.value = 3
    with pytest.raises(StopIteration):
        find(player, ipywidgets.Image)


@pytest.mark.parametrize("count", [0, 9])
def test_each_frame_needs_a_caption(count, meshes, body):
    with pytest.raises(ValueError, match=f"10 frames, got {count}"):
        Playback(meshes, body.faces.numpy(), captions=["x"] * count)


def test_no_frames_are_refused(meshes, body):
    with pytest.raises(ValueError, match="0 frames"):
        Playback(meshes[:0], body.faces.numpy(), captions=[])
