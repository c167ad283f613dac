"""Whole pictures: what is seen, over what, and in which colour."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from vhlib.cameras import PerspectiveCamera, WeakPerspectiveCamera
from vhlib.render import MATT, depth_map, overlay, part_map, shaded

SQUARE = torch.tensor([[0, 1, 2], [0, 2, 3]])
RED = (1.0, 0.0, 0.0)


def wall(half=0.5, z=2.0):
    """A square across the optical axis; with f = 16 it spans 4 to 12 of 16 pixels."""
    return torch.tensor([[[-half, -half, z], [-half, half, z], [half, half, z], [half, -half, z]]])


CAMERA = PerspectiveCamera.simple(16.0, (16, 16))
SIZE = (16, 16)


def test_a_lit_wall_has_its_colour_on_white():
    """MATT's light is at the camera: the middle of a wall that faces it is lit to its own colour."""
    picture = shaded(wall(), SQUARE, CAMERA, SIZE, colours=RED, lighting=MATT)
    assert_close(picture[0, 8, 8], torch.tensor(RED))
    assert_close(picture[0, 1, 1], torch.ones(3))


def test_the_background_stays_where_nobody_is():
    behind = torch.rand(1, 16, 16, 3, generator=torch.Generator().manual_seed(0))
    picture = shaded(wall(), SQUARE, CAMERA, SIZE, background=behind)
    covered = (picture != behind).any(-1)[0]
    assert covered.sum() == 64
    assert covered[4:12, 4:12].all()


@pytest.mark.parametrize("samples", [1, 2, 4])
def test_an_edge_within_a_pixel_is_half_covered(samples):
    """Edges in the middle of pixels 3 and 12: with an even number of samples, half of them are covered."""
    half = 0.5 * 9 / 8
    picture = shaded(wall(half), SQUARE, CAMERA, SIZE, colours=RED, lighting=MATT, samples=samples, background=0.0)
    expected = 1.0 if samples == 1 else 0.5  # one sample lies on the edge itself
    assert picture[0, 8, 3, 0].item() == pytest.approx(expected)


def test_colours_of_vertices_run_over_the_faces():
    colours = torch.tensor([[0.0, 0, 0], [0, 0, 0], [1, 1, 1], [1, 1, 1]])
    row = shaded(wall(), SQUARE, CAMERA, SIZE, colours=colours, lighting=MATT, samples=1)[0, 8, 4:12, 0]
    assert_close(row, (torch.arange(8) + 0.5) / 8)


def test_each_picture_of_a_batch_is_its_own():
    both = torch.cat([wall(), wall(0.3)])
    pictures = shaded(both, SQUARE, CAMERA, SIZE)
    for index in range(2):
        assert_close(pictures[index], shaded(both[index, None], SQUARE, CAMERA, SIZE)[0])


def test_a_weak_camera_draws_too():
    camera = WeakPerspectiveCamera(torch.tensor([1.0]), torch.zeros(1, 2))
    picture = shaded(wall(z=0.0), SQUARE, camera, SIZE, colours=RED, lighting=MATT)
    assert_close(picture[0, 4:12, 4:12], torch.tensor(RED).expand(8, 8, 3))
    assert (picture[0, :4] == 1).all()


def test_colour_has_a_gradient():
    colours = torch.full((4, 3), 0.5, dtype=torch.float64, requires_grad=True)
    points = wall().double()
    camera = PerspectiveCamera.simple(4.0, (4, 4), like=points)

    def draw(vertices, paint):
        return shaded(vertices, SQUARE, camera, (4, 4), colours=paint, samples=1)

    assert torch.autograd.gradcheck(draw, (points.requires_grad_(), colours), eps=1e-7, atol=1e-5)


@pytest.mark.parametrize("kind", [np.uint8, np.float32, np.float64])
def test_overlay_keeps_the_photograph_and_its_type(kind):
    photograph = np.full((16, 16, 3), 200 if kind == np.uint8 else 0.8, kind)
    before = photograph.copy()
    drawn = overlay(photograph, wall()[0], SQUARE, CAMERA, opacity=0.5)
    assert drawn.dtype == kind
    assert (photograph == before).all()
    changed = (drawn != photograph).any(2)
    assert changed[4:12, 4:12].all()
    assert changed.sum() == 64


def test_overlay_of_opacity_one_hides_and_of_zero_shows():
    photograph = np.random.default_rng(0).random((16, 16, 3))
    hidden = overlay(photograph, wall()[0], SQUARE, CAMERA, colours=RED, opacity=1.0)
    assert hidden[4:12, 4:12, 1].std() < 0.05
    assert np.abs(overlay(photograph, wall()[0], SQUARE, CAMERA, opacity=0.0) - photograph).max() < 1e-6


def test_parts_are_counted_from_one():
    classes = part_map(wall(), SQUARE, torch.tensor([0, 6]), CAMERA, SIZE)[0]
    assert sorted(classes.unique().tolist()) == [0, 1, 7]
    assert (classes > 0).sum() == 64
    assert classes[10, 5] == 1  # below the diagonal: the face of corners 0, 1, 2
    assert classes[5, 10] == 7


def test_depth_is_infinite_where_nobody_is():
    depths = depth_map(wall(), SQUARE, CAMERA, SIZE)[0]
    assert depths[8, 8] == 2
    assert depths[0, 0] == torch.inf


def test_refusals():
    with pytest.raises(ValueError, match="image: expected uint8 from 0 to 255 or floats from 0 to 1, got int64"):
        overlay(np.zeros((4, 4, 3), np.int64), wall()[0], SQUARE, CAMERA)
    with pytest.raises(Exception, match="part_of_face"):
        part_map(wall(), SQUARE, torch.tensor([0, 1, 2]), CAMERA, SIZE)
