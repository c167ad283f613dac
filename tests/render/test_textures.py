"""Textures: the right texel at the right pixel, and gradients back to the picture."""

import pytest
import torch
from torch.testing import assert_close

from vhlib.cameras import PerspectiveCamera
from vhlib.render import Harmonics, Texture, backend, shaded

SQUARE = torch.tensor([[0, 1, 2], [0, 2, 3]])
CORNERS = torch.tensor([[0.0, 1.0], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])  # from the top left, down and round


def wall(dtype=torch.float32):
    """Fills an image of 8 x 8 with f = 8."""
    return torch.tensor([[[-1.0, -1, 2], [-1, 1, 2], [1, 1, 2], [1, -1, 2]]], dtype=dtype)


def camera(size=8, dtype=torch.float32):
    return PerspectiveCamera.simple(float(size), (size, size), like=torch.zeros((), dtype=dtype))


def test_a_picture_on_a_wall_is_the_picture():
    picture = torch.rand(1, 8, 8, 3, generator=torch.Generator().manual_seed(0))
    seen = backend("torch").rasterize(wall(), SQUARE, camera(), (8, 8))
    assert_close(Texture(picture, CORNERS, SQUARE).at(seen), picture, rtol=0, atol=1e-5)


def test_each_body_of_a_batch_has_its_own_picture():
    pictures = torch.rand(2, 4, 4, 3, generator=torch.Generator().manual_seed(1))
    seen = backend("torch").rasterize(wall().expand(2, -1, -1), SQUARE, camera(), (8, 8))
    together = Texture(pictures, CORNERS, SQUARE).at(seen)
    one = backend("torch").rasterize(wall(), SQUARE, camera(), (8, 8))
    for index in range(2):
        assert_close(together[index], Texture(pictures[index, None], CORNERS, SQUARE).at(one)[0])


def test_nothing_where_there_is_no_face():
    seen = backend("torch").rasterize(0.5 * wall() + torch.tensor([0, 0, 1.0]), SQUARE, camera(), (8, 8))
    drawn = Texture(torch.ones(1, 2, 2, 3), CORNERS, SQUARE).at(seen)
    assert (drawn[..., 0] == seen.mask.float()).all()
    assert 0 < seen.mask.sum() < 64


def test_gradient_of_picture_and_vertices():
    picture = torch.rand(1, 5, 5, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    points = wall(torch.float64) * 0.9

    def draw(picture, points):
        seen = backend("torch").rasterize(points, SQUARE, camera(4, torch.float64), (4, 4))
        return Texture(picture, CORNERS.double(), SQUARE).at(seen)

    assert torch.autograd.gradcheck(draw, (picture.requires_grad_(), points.requires_grad_()), eps=1e-7, atol=1e-5)


def test_a_textured_body_in_light_from_all_around():
    even = Harmonics(torch.tensor([[3.5449077]] + [[0.0]] * 8).expand(9, 3))
    picture = torch.full((1, 2, 2, 3), 0.25)
    texture = Texture(picture, CORNERS, SQUARE)
    drawn = shaded(wall(), SQUARE, camera(), (8, 8), colours=texture, lighting=even, samples=2)
    assert_close(drawn, torch.full((1, 8, 8, 3), 0.25))


def test_a_picture_without_batch_is_refused():
    with pytest.raises(Exception, match="picture"):
        Texture(torch.zeros(4, 4, 3), CORNERS, SQUARE)
