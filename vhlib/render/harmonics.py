"""Light from all around as nine numbers per colour: spherical harmonics up to order 2.

A matt surface blurs what lights it so much that these nine say nearly all of it (Ramamoorthi and Hanrahan 2001, "An
efficient representation for irradiance environment maps"). They are linear in the light, so they can be fitted.

Convention:
    Real harmonics in the order of `HARMONICS`, of directions **towards** the light in the camera frame. Coefficients
    are of the light; a wall in light of 1 from everywhere is lit to its own colour.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.render.shading import Lighting

HARMONICS = ("1", "y", "z", "x", "xy", "yz", "3zz-1", "xz", "xx-yy")
"""The nine functions, but for their factors."""
# What a matt surface keeps of each order, over pi (their eq. 8): 1, 2/3 and 1/4.
_KEPT = (1.0, *[2 / 3] * 3, *[1 / 4] * 5)


@dataclass(frozen=True)
class Harmonics:
    """Light from all around, on a matt surface."""

    coefficients: Float[Tensor, "9 3"]
    """Of red, green and blue light."""

    def shade(self, normals: Float[Tensor, "*N 3"], colours: Float[Tensor, "*N 3"]) -> Float[Tensor, "*N 3"]:
        """Colours of lit surface points; not cut off at 1, so that coefficients can be fitted.

        Args:
            normals: unit length, camera frame.
            colours: RGB of the surface, 0 to 1.
        """
        kept = harmonics(normals) * normals.new_tensor(_KEPT)
        return colours * (kept @ self.coefficients.to(normals))


def harmonics(directions: Float[Tensor, "*N 3"]) -> Float[Tensor, "*N 9"]:
    """The nine functions at some directions; orthonormal over the sphere.

    >>> harmonics(torch.tensor([0.0, 0.0, 1.0]))[[0, 2, 6]]
    tensor([0.2821, 0.4886, 0.6308])

    Args:
        directions: unit length.
    """
    x, y, z = directions.unbind(-1)
    one = torch.ones_like(x)
    functions = torch.stack([one, y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], -1)
    factors = [1 / 2, *[math.sqrt(3 / 4)] * 3, math.sqrt(15 / 4), math.sqrt(15 / 4), math.sqrt(5 / 16)]
    factors += [math.sqrt(15 / 4), math.sqrt(15 / 16)]
    return functions * directions.new_tensor(factors) / math.sqrt(math.pi)


def to_harmonics(lighting: Lighting) -> Harmonics:
    """The harmonics of some distant lights and the light from everywhere; highlights are lost.

    Args:
        lighting: what to tell in nine numbers.
    """
    coefficients = torch.zeros(9)
    coefficients[0] = lighting.ambient * 2 * math.sqrt(math.pi)
    for light in lighting.lights:
        direction = torch.nn.functional.normalize(torch.tensor(light.direction), dim=0)
        coefficients = coefficients + math.pi * light.intensity * harmonics(direction)
    return Harmonics(coefficients[:, None].expand(9, 3))
