"""From surfaces, a backdrop and light to a picture and what is seen in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt8

from vhlib.cameras import PerspectiveCamera
from vhlib.data.synthetic.figure import unit
from vhlib.data.synthetic.framing import View
from vhlib.data.synthetic.lens import Lens, defocused, developed, smeared
from vhlib.data.synthetic.light import Illumination, ShadowMap
from vhlib.data.synthetic.mesh import Mesh, joined
from vhlib.data.synthetic.paint import Surface
from vhlib.data.synthetic.scenery import Backdrop
from vhlib.render import Rasterizer

_SAMPLES = 2
"""Each pixel's colour is the mean of so many times so many."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What the pixels' centres see."""

    parts: UInt8[np.ndarray, "H W"]
    """1 to 24 the part of the person, 0 what is not the person."""
    mask: Bool[np.ndarray, "H W"]
    """True where it is the person."""
    depth: Float[np.ndarray, "H W"]
    """Of the person, metres along the camera's axis; 0 elsewhere."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """All triangles of a picture."""

    mesh: Mesh
    """Person and things."""
    owner: Int[np.ndarray, "F"]
    """The surface of each face."""
    surfaces: Sequence[Surface]
    """The paints."""


def drawing(surfaces: Sequence[Surface]) -> Drawing:
    """Put surfaces into one mesh.

    Args:
        surfaces: person and things.
    """
    mesh, owner = joined([surface.mesh for surface in surfaces])
    return Drawing(mesh, owner, surfaces)


def seen(drawn: Drawing, view: View, rasterizer: Rasterizer) -> Seen:
    """The labels of the pixels.

    Args:
        drawn: what there is.
        view: the camera.
        rasterizer: finds the nearest faces.
    """
    face, _, depth = fragments(drawn.mesh, view.size, view.focal_length, 1, rasterizer)
    parts = np.append(drawn.mesh.parts, 0)[face].astype(np.uint8)  # -1, nothing, takes the last
    mask = np.append(drawn.mesh.parts > 0, False)[face]
    return Seen(parts, mask, np.where(mask, depth, np.float32(0)))


def fragments(
    mesh: Mesh, size: int, focal_length: float, samples: int, rasterizer: Rasterizer
) -> tuple[Int[np.ndarray, "h w"], Float[np.ndarray, "h w 3"], Float[np.ndarray, "h w"]]:
    """The nearest face of each pixel, or finer; the weights of its corners, and its depth.

    Args:
        mesh: triangles.
        size: of the image, pixels.
        focal_length: pixels.
        samples: by how much finer.
        rasterizer: finds the faces.
    """
    side = samples * size
    camera = PerspectiveCamera.simple(samples * focal_length, (side, side))
    vertices, faces = torch.from_numpy(mesh.points)[None], torch.from_numpy(mesh.faces)
    found = rasterizer.rasterize(vertices, faces, camera, (side, side))
    return found.pix_to_face[0].numpy(), found.barycentrics[0].numpy(), found.depth[0].numpy()


def picture(
    drawn: Drawing,
    view: View,
    behind: Backdrop,
    light: Illumination,
    through: Lens,
    rasterizer: Rasterizer,
    chance: np.random.Generator,
) -> UInt8[np.ndarray, "H W 3"]:
    """Draw it.

    Args:
        drawn: what stands before the backdrop.
        view: the camera.
        behind: the backdrop.
        light: lights both.
        through: the camera's faults.
        rasterizer: finds the nearest faces.
        chance: for the noise.
    """
    shadows = _Shadows(drawn.mesh, view, light, rasterizer)
    layer = smeared(_foreground(drawn, view, light, shadows, rasterizer), through.motion)
    layer = _averaged(layer, view.size)
    lit = defocused(_background(view, behind, light, shadows), through.defocus)
    return developed(layer[..., :3] + (1 - layer[..., 3:]) * lit, through, chance)


def _averaged(layer: Float[np.ndarray, "h w 4"], size: int) -> Float[np.ndarray, "H W 4"]:
    """The means of each pixel's samples; as `mean` of two axes, to the bit, in a fifth of its time."""
    squares = layer.reshape(size, _SAMPLES, size, _SAMPLES, 4)
    total = np.zeros((size, size, 4), np.float32)
    for row, column in np.ndindex(_SAMPLES, _SAMPLES):
        total += squares[:, row, :, column]
    return total / np.float32(_SAMPLES**2)


class _Shadows:
    """What person and things keep away from where: the lamp's light, and the sky's near the floor."""

    def __init__(self, mesh: Mesh, view: View, light: Illumination, rasterizer: Rasterizer):
        points = view.to_scene(mesh.points)
        self._lamp = ShadowMap(points, mesh.faces, light.lamp, 160, rasterizer)
        self._points, self._faces, self._rasterizer = points, mesh.faces, rasterizer
        self._softness = light.softness

    def of_lamp(self, points: np.ndarray, bias: float) -> np.ndarray:
        return self._lamp.openness(points, self._softness, bias)

    def of_sky(self, points: np.ndarray) -> np.ndarray:
        above = ShadowMap(self._points, self._faces, np.array([0.05, 0.99, -0.05]), 64, self._rasterizer)
        return 0.45 + 0.55 * above.openness(points, 0.22, 0.02)


def _foreground(
    drawn: Drawing, view: View, light: Illumination, shadows: _Shadows, rasterizer: Rasterizer
) -> Float[np.ndarray, "h w 4"]:
    """Lit colours times coverage, and coverage, finer than the pixels."""
    mesh = drawn.mesh
    face, weights, _ = fragments(mesh, view.size, view.focal_length, _SAMPLES, rasterizer)
    layer = np.zeros((*face.shape, 4), np.float32)
    covered = np.flatnonzero(face >= 0)
    face, weights = face.reshape(-1).take(covered), weights.reshape(-1, 3).take(covered, 0)
    corners = mesh.faces.take(face, 0)
    attributes = np.concatenate([mesh.points, mesh.normals, mesh.places], 1)
    points, normals, places = np.split(np.einsum("nk,nkc->nc", weights, attributes.take(corners, 0)), 3, 1)
    to_eye = view.to_scene(-unit(points))
    normals = view.to_scene(unit(normals))
    normals *= np.where(np.einsum("nc,nc->n", normals, to_eye) < 0, np.float32(-1), np.float32(1))[:, None]
    colours = np.zeros_like(points)
    shine = np.zeros(len(points), np.float32)
    owner = drawn.owner[face]
    for number, surface in enumerate(drawn.surfaces):
        rows = np.flatnonzero(owner == number)
        if len(rows):
            colours[rows] = surface.paint(places.take(rows, 0))
            shine[rows] = surface.paint.shine
    there = view.to_scene(points) + np.float32(0.012) * normals
    open_ = shadows.of_lamp(there, 0.02)
    lit = light.lit(colours, normals, to_eye, shine, open_)
    layer.reshape(-1, 4)[covered] = np.concatenate([lit, np.ones_like(lit[:, :1])], 1)
    return layer


def _background(view: View, behind: Backdrop, light: Illumination, shadows: _Shadows) -> Float[np.ndarray, "H W 3"]:
    lit = behind.colours.copy()
    there = ~behind.shines
    if there.any():
        points = view.rays[there] * behind.depth[there][:, None]
        normals = behind.normals[there]
        open_, sky = shadows.of_lamp(points, 0.02), shadows.of_sky(points)
        direct = np.clip(normals @ light.lamp.astype(np.float32), 0, None) * open_
        lamp = light.lamp_colour.astype(np.float32)
        lit[there] *= light.soft(normals) * sky[:, None] + direct[:, None] * lamp
    return lit
