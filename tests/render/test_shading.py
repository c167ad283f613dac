"""Light on surfaces: the cosine law, the mirror law, and gradients through both."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.render import MATT, STUDIO, Light, Lighting, lambert, phong, shade

TO_EYE = torch.tensor([0.0, 0.0, -1.0])
angles = st.floats(-1.5, 1.5)


def tilted(angle: float) -> torch.Tensor:
    """A normal turned from the viewer by an angle about the vertical."""
    return torch.tensor([math.sin(angle), 0.0, -math.cos(angle)])


@given(angles, angles)
def test_lambert_is_the_cosine(normal, light):
    assert lambert(tilted(normal), tilted(light)).item() == pytest.approx(max(0, math.cos(normal - light)), abs=1e-6)


@given(angles, st.floats(1, 50))
def test_phong_is_brightest_where_the_normal_halves_the_angle(light, shininess):
    """The mirrored light goes to the eye; turned by a, it misses the eye by 2 a: cos(2 a) to the shininess."""
    half = light / 2
    assert phong(tilted(half), TO_EYE, tilted(light), shininess).item() == pytest.approx(1, abs=1e-4)
    off = phong(tilted(half + 0.1), TO_EYE, tilted(light), shininess).item()
    lit = math.cos(light - half - 0.1) > 1e-6
    assert off == pytest.approx(math.cos(0.2) ** shininess if lit else 0, abs=1e-4)


def test_no_highlight_on_the_far_side():
    assert phong(tilted(math.pi), TO_EYE, TO_EYE, 5.0) == 0


def test_a_matt_wall_that_faces_the_light_has_its_own_colour():
    colour = torch.tensor([[0.2, 0.5, 0.9]])
    assert_close(shade(TO_EYE[None], TO_EYE[None], colour, MATT), colour)


def test_away_from_the_light_there_is_the_ambient_only():
    lighting = Lighting(lights=(Light((0.0, 0.0, -1.0), 0.7),), ambient=0.25, specular=0.5)
    assert_close(shade(-TO_EYE[None], TO_EYE[None], torch.ones(1, 3), lighting), torch.full((1, 3), 0.25))


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_colours_stay_colours(seed):
    numbers = torch.Generator().manual_seed(seed)
    normals, eyes = torch.randn(2, 20, 3, generator=numbers)
    lit = shade(normals, eyes, torch.rand(20, 3, generator=numbers), STUDIO)
    assert ((lit >= 0) & (lit <= 1)).all()


def test_gradients():
    numbers = torch.Generator().manual_seed(0)
    normals, eyes, colours = torch.rand(3, 4, 3, generator=numbers, dtype=torch.float64) + 0.1
    inputs = tuple(part.requires_grad_() for part in (-normals, -eyes, 0.5 * colours))
    assert torch.autograd.gradcheck(lambda normals, eyes, colours: shade(normals, eyes, colours, STUDIO), inputs)


def test_other_shapes_are_refused():
    with pytest.raises(Exception, match="normals"):
        shade(torch.zeros(4, 2), torch.zeros(4, 3), torch.zeros(4, 3))
