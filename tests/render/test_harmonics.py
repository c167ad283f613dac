"""Light in nine numbers: orthonormal functions, and what a matt surface makes of them."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.render import STUDIO, Harmonics, Light, Lighting, harmonics, lambert, to_harmonics

DOUBLE = torch.float64


def sphere(count=20000):
    """Evenly spread directions (Fibonacci's lattice), each for 4 pi / count of the sphere."""
    index = torch.arange(count, dtype=DOUBLE) + 0.5
    z, turn = 1 - 2 * index / count, math.pi * (1 + math.sqrt(5)) * index
    radius = (1 - z * z).sqrt()
    return torch.stack([radius * turn.cos(), radius * turn.sin(), z], 1)


def test_the_nine_are_orthonormal():
    values = harmonics(sphere())
    assert_close(values.T @ values * (4 * math.pi / len(values)), torch.eye(9, dtype=DOUBLE), rtol=0, atol=1e-4)


def test_a_wall_in_even_light_has_its_own_colour():
    even = to_harmonics(Lighting(lights=(), ambient=1.0, specular=0.0))
    colours = torch.rand(5, 3, generator=torch.Generator().manual_seed(0))
    assert_close(even.shade(sphere(5).float(), colours), colours)


@given(st.floats(0, math.pi))
def test_one_light_is_the_series_of_the_clamped_cosine(angle):
    """Its first three terms: 1/4 + cos(a)/2 + 5/32 (3 cos(a)^2 - 1); Ramamoorthi and Hanrahan 2001, section 3."""
    light = to_harmonics(Lighting(lights=(Light((0.0, 0.0, -2.0), 1.0),), ambient=0.0))
    normal = torch.tensor([[math.sin(angle), 0.0, -math.cos(angle)]])
    cosine = math.cos(angle)
    expected = 1 / 4 + cosine / 2 + 5 / 32 * (3 * cosine**2 - 1)
    assert light.shade(normal, torch.ones(1, 3))[0, 0].item() == pytest.approx(expected, abs=1e-5)


def test_studio_light_survives():
    """Lit by three lights, a surface differs by some per cent on average from Lambert's exact cosine."""
    normals = sphere(500).float()
    exact = torch.full((500,), STUDIO.ambient)
    for light in STUDIO.lights:
        direction = torch.nn.functional.normalize(torch.tensor(light.direction), dim=0)
        exact = exact + light.intensity * lambert(normals, direction)
    told = to_harmonics(STUDIO).shade(normals, torch.ones(500, 3))[:, 0]
    assert (told - exact).abs().mean() < 0.03


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_coefficients_can_be_fitted(seed):
    """Shading is linear in the light: least squares gives it back."""
    numbers = torch.Generator().manual_seed(seed)
    truth = torch.randn(9, 3, generator=numbers, dtype=DOUBLE)
    normals = torch.nn.functional.normalize(torch.randn(60, 3, generator=numbers, dtype=DOUBLE), dim=-1)
    seen = Harmonics(truth).shade(normals, torch.ones(60, 3, dtype=DOUBLE))
    basis = torch.stack([Harmonics(row[:, None].expand(9, 3)).shade(normals, seen**0)[:, 0] for row in torch.eye(9)], 1)
    assert_close(torch.linalg.lstsq(basis, seen).solution, truth)


def test_gradients():
    numbers = torch.Generator().manual_seed(0)
    normals = torch.nn.functional.normalize(torch.randn(4, 3, generator=numbers, dtype=DOUBLE), dim=-1)
    light, colours = torch.randn(9, 3, generator=numbers, dtype=DOUBLE), torch.rand(4, 3, dtype=DOUBLE)

    def lit(normals, light, colours):
        return Harmonics(light).shade(normals, colours)

    assert torch.autograd.gradcheck(lit, tuple(part.requires_grad_() for part in (normals, light, colours)))


def test_four_coefficients_are_refused():
    with pytest.raises(Exception, match="coefficients"):
        Harmonics(torch.zeros(4, 3))
