"""Light on people and scenes: one sun or lamp that casts shadows, and soft light from all around.

The lamp is Lambert's and Phong's (`vhlib.render.shading`), the soft light nine harmonics per colour
(`vhlib.render.harmonics`); shadows are found in a second picture, taken from the lamp (Williams 1978).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, Int

from vhlib.cameras import WeakPerspectiveCamera
from vhlib.data.synthetic.draws import between, pick
from vhlib.data.synthetic.figure import unit
from vhlib.data.synthetic.mesh import bounds
from vhlib.render import Harmonics, Rasterizer, harmonics

_BIAS: Final = 0.02
"""A surface is in its own shadow only behind something that is so much nearer to the lamp, metres."""


@dataclass(frozen=True, eq=False)
class Illumination:
    """What lights a scene; directions in scene axes."""

    kind: str
    """One of `KINDS`."""
    lamp: Float[np.ndarray, "3"]
    """Unit vector towards the lamp."""
    lamp_colour: Float[np.ndarray, "3"]
    """1 lights a white wall that faces it to white; linear RGB."""
    around: Harmonics
    """Light from everywhere."""
    softness: float
    """Blur of the shadows' edges, metres."""

    def soft(self, normals: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
        """Light from everywhere on matt white surfaces.

        Args:
            normals: unit, scene axes.
        """
        directions = torch.from_numpy(np.ascontiguousarray(normals, np.float32))
        return self.around.shade(directions, torch.ones(3).expand_as(directions)).clamp(min=0).numpy()

    def lit(
        self,
        colours: Float[np.ndarray, "N 3"],
        normals: Float[np.ndarray, "N 3"],
        to_eye: Float[np.ndarray, "N 3"],
        shine: Float[np.ndarray, "N"],
        open_: Float[np.ndarray, "N"],
    ) -> Float[np.ndarray, "N 3"]:
        """Linear light that surfaces send to the camera.

        Args:
            colours: of the surfaces in white light, linear.
            normals: unit, towards the viewer's side, scene axes.
            to_eye: unit, scene axes.
            shine: strength of the highlight.
            open_: 1 where the lamp is seen, 0 in shadow.
        """
        facing = normals @ self.lamp.astype(np.float32)
        direct = np.clip(facing, 0, None) * open_
        mirrored = 2 * facing[:, None] * normals - self.lamp.astype(np.float32)
        highlight = np.clip(np.einsum("nc,nc->n", mirrored, to_eye), 0, None) ** 24 * shine * (facing > 0) * open_
        lamp = self.lamp_colour.astype(np.float32)
        return colours * (self.soft(normals) + direct[:, None] * lamp) + highlight[:, None] * lamp


KINDS: Final = ("sun", "overcast", "lamp", "window", "studio", "dusk")
"""Light set-ups."""

_OUTDOORS: Final = {"sun": 5.0, "overcast": 3.0, "dusk": 1.5}
_INDOORS: Final = {"lamp": 3.0, "window": 3.0, "studio": 2.0, "overcast": 1.0}


def illumination(outdoors: bool, chance: np.random.Generator) -> Illumination:
    """Draw what lights a scene.

    Args:
        outdoors: sun and sky, or lamps and windows.
        chance: where it comes from.
    """
    kind = pick(chance, _OUTDOORS if outdoors else _INDOORS)
    azimuth = between(chance, -2.2, 2.2)  # of the lamp, from behind the camera to beside the person
    height = {
        "sun": between(chance, 0.5, 1.2),
        "overcast": between(chance, 0.8, 1.4),
        "lamp": between(chance, 0.7, 1.3),
        "window": between(chance, 0.1, 0.5),
        "studio": between(chance, 0.3, 0.8),
        "dusk": between(chance, 0.1, 0.35),
    }[kind]
    lamp = np.array([np.cos(height) * np.sin(azimuth), np.sin(height), -np.cos(height) * np.cos(azimuth)])
    direct, soft = {
        "sun": (between(chance, 0.75, 1.2), between(chance, 0.22, 0.4)),
        "overcast": (between(chance, 0.05, 0.2), between(chance, 0.55, 0.8)),
        "lamp": (between(chance, 0.3, 0.6), between(chance, 0.3, 0.5)),
        "window": (between(chance, 0.4, 0.8), between(chance, 0.2, 0.4)),
        "studio": (between(chance, 0.5, 0.8), between(chance, 0.25, 0.45)),
        "dusk": (between(chance, 0.4, 0.8), between(chance, 0.15, 0.3)),
    }[kind]
    warm = {"sun": 0.08, "overcast": 0.0, "lamp": 0.22, "window": -0.04, "studio": 0.0, "dusk": 0.4}[kind]
    warm += float(chance.normal(0, 0.04))
    sky = -0.15 if outdoors else float(chance.normal(0.03, 0.05))
    up = np.array([0.0, 1.0, 0.0])
    sources = [
        (up, soft * 0.7, sky),
        (-up, soft * 0.25, 0.1),
        (
            unit(chance.standard_normal(3) * [1, 0.3, 1]),
            soft * between(chance, 0.1, 0.5),
            float(chance.normal(0, 0.08)),
        ),
    ]
    return Illumination(
        kind=kind,
        lamp=lamp,
        lamp_colour=direct * _tint(warm),
        around=_harmonics(0.45 * soft * _tint(sky / 2), sources),
        softness={"sun": 0.02, "overcast": 0.15, "lamp": 0.06, "window": 0.08, "studio": 0.05, "dusk": 0.03}[kind],
    )


def _tint(warm: float) -> np.ndarray:
    """White, or redder above 0 and bluer below."""
    return np.array([1 + warm, 1.0, 1 - 1.2 * warm])


def _harmonics(even: np.ndarray, sources: list[tuple[np.ndarray, float, float]]) -> Harmonics:
    coefficients = torch.zeros(9, 3)
    coefficients[0] = torch.from_numpy(even).float() * 2 * math.sqrt(math.pi)
    for direction, strength, warm in sources:
        shape = harmonics(torch.from_numpy(direction).float())
        coefficients += math.pi * shape[:, None] * torch.from_numpy(strength * _tint(warm)).float()
    return Harmonics(coefficients)


class ShadowMap:
    """What the lamp sees: the depth of the first surface along its rays.

    Args:
        points: vertices, scene axes, metres.
        faces: of them.
        lamp: unit vector towards the lamp, scene axes.
        side: of the map, pixels.
        rasterizer: draws it.
    """

    def __init__(
        self,
        points: Float[np.ndarray, "N 3"],
        faces: Int[np.ndarray, "F 3"],
        lamp: Float[np.ndarray, "3"],
        side: int,
        rasterizer: Rasterizer,
    ):
        away = -lamp
        right = unit(np.cross(away, [0.0, 1.0, 0.3]))
        self._axes = np.stack([right, np.cross(away, right), away], 1).astype(np.float32)
        at = points @ self._axes
        low, high = bounds(at)
        self._middle = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2] - 1], np.float32)
        at = at - self._middle
        reach = float((high - low)[:2].max()) * 0.51
        self._side, self.texel = side, 2 * reach / side
        camera = WeakPerspectiveCamera(torch.tensor([1 / reach]), torch.zeros(1, 2))
        vertices, triangles = torch.from_numpy(at)[None], torch.from_numpy(faces)
        fragments = rasterizer.rasterize(vertices, triangles, camera, (side, side))
        self._depth = fragments.depth.where(fragments.mask, torch.inf).numpy().reshape(-1)

    def openness(
        self, points: Float[np.ndarray, "N 3"], softness: float, bias: float = _BIAS
    ) -> Float[np.ndarray, "N"]:
        """How much of the lamp points see, from 0 to 1: the mean of a few rays beside each other (Reeves et al. 1987).

        Args:
            points: scene axes, metres.
            softness: how far apart the rays are, metres.
            bias: how much nearer to the lamp a surface must be to cast its shadow on them, metres.
        """
        x, y, z = np.ascontiguousarray((points @ self._axes - self._middle).T)
        column, row = x / self.texel + self._side / 2, y / self.texel + self._side / 2
        spread, depth = max(softness / self.texel, 0.7), z - np.float32(bias)
        first, last = np.float32(0), np.float32(self._side - 1)
        passed = np.zeros(len(points), np.uint8)
        for across, down in _RAYS:
            texel = np.clip(row + spread * down, first, last).astype(np.int32) * np.int32(self._side)
            texel += np.clip(column + spread * across, first, last).astype(np.int32)
            passed += self._depth.take(texel, mode="clip") > depth
        return passed / np.float32(len(_RAYS))


_RAYS: Final = tuple(
    (math.sqrt((k + 0.5) / 9) * math.cos(2.4 * k), math.sqrt((k + 0.5) / 9) * math.sin(2.4 * k)) for k in range(9)
)
"""Nine points spread over a disc, by the golden angle."""
