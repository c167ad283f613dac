"""Colour from normals and lights: Lambert 1760 and Phong 1975, per pixel, differentiable.

Convention:
    Normals and directions are in the camera frame (x right, y down, z forward) and directions point **towards** the
    light, so a light over the viewer's left shoulder comes from ``(-1, -1, -1)``.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Light:
    """A light so far away that its rays are parallel."""

    direction: tuple[float, float, float]
    """Towards the light, camera frame; any length."""
    intensity: float
    """1 lights a white wall that faces it to white."""


@dataclass(frozen=True)
class Lighting:
    """What lights a scene, and how the surface answers."""

    lights: tuple[Light, ...] = (
        Light((-0.5, -0.7, -1.0), 0.66),  # key, over the viewer's left shoulder
        Light((1.0, -0.1, -0.7), 0.26),  # fill, from the right
        Light((0.3, -1.0, 0.6), 0.24),  # rim, from behind and above
    )
    """Distant lights."""
    ambient: float = 0.42
    """Light that comes from everywhere."""
    specular: float = 0.12
    """Strength of the highlight; 0 is a matt surface (Lambert)."""
    shininess: float = 24.0
    """Exponent of the highlight: the greater, the smaller."""


STUDIO = Lighting()
"""Key, fill and rim light: what the kit's pictures are made with."""

MATT = Lighting(lights=(Light((0.0, 0.0, -1.0), 0.7),), ambient=0.3, specular=0.0)
"""One light at the camera on a matt surface: the plainest shading."""


def lambert(normals: Float[Tensor, "*N 3"], direction: Float[Tensor, "3"]) -> Float[Tensor, "*N"]:
    """Diffuse reflection: the cosine between normal and light, 0 on the far side.

    Args:
        normals: unit length.
        direction: towards the light; unit length.

    >>> lambert(torch.tensor([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]), torch.tensor([0.0, -0.6, -0.8]))
    tensor([0.8000, 0.0000])
    """
    return (normals @ direction).clamp(min=0)


def phong(
    normals: Float[Tensor, "*N 3"],
    to_eye: Float[Tensor, "*N 3"],
    direction: Float[Tensor, "3"],
    shininess: float,
) -> Float[Tensor, "*N"]:
    """Specular reflection (Phong 1975): how close the mirrored light comes to the eye, to a power.

    Args:
        normals: unit length.
        to_eye: from the surface to the camera; unit length.
        direction: towards the light; unit length.
        shininess: the exponent.
    """
    facing = (normals @ direction)[..., None]
    mirrored = 2 * facing * normals - direction
    highlight = (mirrored * to_eye).sum(-1).clamp(min=0) ** shininess
    return highlight * (facing[..., 0] > 0)


def shade(
    normals: Float[Tensor, "*N 3"],
    to_eye: Float[Tensor, "*N 3"],
    colours: Float[Tensor, "*N 3"],
    lighting: Lighting = STUDIO,
) -> Float[Tensor, "*N 3"]:
    """Colours of lit surface points, 0 to 1.

    Args:
        normals: camera frame; any length but zero.
        to_eye: from the surface to the camera; any length but zero.
        colours: RGB of the surface, 0 to 1.
        lighting: lights and surface.
    """
    to_eye = torch.nn.functional.normalize(to_eye, dim=-1)
    normals = torch.nn.functional.normalize(normals, dim=-1)
    diffuse = torch.full_like(normals[..., 0], lighting.ambient)
    specular = torch.zeros_like(diffuse)
    for light in lighting.lights:
        direction = torch.nn.functional.normalize(normals.new_tensor(light.direction), dim=0)
        diffuse = diffuse + light.intensity * lambert(normals, direction)
        specular = specular + light.intensity * phong(normals, to_eye, direction, lighting.shininess)
    return (colours * diffuse[..., None] + lighting.specular * specular[..., None]).clamp(0, 1)
