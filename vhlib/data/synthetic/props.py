"""Things in a scene: boxes, posts and bushes as triangles, with a paint each."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float

from vhlib.data.synthetic.colour import cloth_colour, linear
from vhlib.data.synthetic.draws import between, pick
from vhlib.data.synthetic.figure import unit
from vhlib.data.synthetic.framing import View
from vhlib.data.synthetic.mesh import Mesh
from vhlib.data.synthetic.noise import fractal
from vhlib.data.synthetic.paint import Surface

_SIDES: Final = 12


@dataclass(frozen=True, eq=False)
class Lacquer:
    """Wood, stone, metal or leaves: one colour, uneven."""

    colour: Float[np.ndarray, "3"]
    """Linear RGB."""
    grain: float
    """How uneven."""
    stretch: float
    """How much longer the grain is along y than across."""
    size: float
    """Of its largest blotches, metres."""
    field: int
    """Which noise."""
    shine: float = 0.08

    def __call__(self, places: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
        """Linear RGB at places."""
        rough = fractal(
            places[:, 0] + 0.7 * places[:, 2],
            places[:, 1] / self.stretch,
            size=3 * self.size,
            field=self.field,
            power=0.9,
        )
        return (self.colour * np.exp(self.grain * rough)[:, None]).astype(np.float32)


def lacquer(chance: np.random.Generator) -> Lacquer:
    """The surface of some thing.

    Args:
        chance: where it comes from.
    """
    kind = pick(chance, {"wood": 3.0, "painted": 3.0, "stone": 1.0, "dark": 1.0})
    colour = {
        "wood": linear(np.array([0.55, 0.38, 0.24]) * chance.uniform(0.5, 1.4)),
        "painted": cloth_colour(chance),
        "stone": linear(np.full(3, chance.uniform(0.4, 0.75))),
        "dark": linear(np.full(3, chance.uniform(0.05, 0.25))),
    }[kind]
    grain = {"wood": 0.28, "painted": 0.06, "stone": 0.2, "dark": 0.1}[kind]
    return Lacquer(colour, grain, 6.0 if kind == "wood" else 1.0, between(chance, 0.1, 0.4), int(chance.integers(4)))


def box(
    view: View,
    *,
    middle: tuple[float, float],
    extent: tuple[float, float, float],
    turn: float,
    base: float,
    paint: Lacquer,
) -> Surface:
    """A box.

    Args:
        view: whose scene it stands in.
        middle: x and z of its middle, scene, metres.
        extent: width, height and depth, metres.
        turn: about the vertical, radians.
        base: height of its lower side, scene, metres.
        paint: its surface.
    """
    block = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (0.0, 1.0) for z in (-0.5, 0.5)]) * extent
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    points = block[quads].reshape(-1, 3)
    sides = np.array([[-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1]], float)
    normals = np.repeat(sides, 4, 0)
    first = 4 * np.arange(6)[:, None]
    faces = np.concatenate([first + np.array(corners) for corners in ((0, 1, 2), (0, 2, 3))])
    return _placed(view, points, normals, faces, middle, turn, base, paint)


def post(
    view: View, *, middle: tuple[float, float], radius: float, height: float, base: float, paint: Lacquer
) -> Surface:
    """A round post or a trunk.

    Args:
        view: whose scene it stands in.
        middle: x and z of its axis, scene, metres.
        radius: metres.
        height: metres.
        base: height of its foot, scene, metres.
        paint: its surface.
    """
    angle = np.linspace(0, 2 * np.pi, _SIDES, endpoint=False)
    ring = np.stack([np.cos(angle), np.zeros(_SIDES), np.sin(angle)], 1)
    points = np.concatenate([radius * ring, radius * ring + [0, height, 0]])
    near, following = np.arange(_SIDES), (np.arange(_SIDES) + 1) % _SIDES
    faces = np.concatenate(
        [np.stack([near, following, near + _SIDES], 1), np.stack([following, following + _SIDES, near + _SIDES], 1)]
    )
    return _placed(view, points, np.concatenate([ring, ring]), faces, middle, 0.0, base, paint)


def bush(
    view: View, *, middle: tuple[float, float], extent: tuple[float, float], base: float, chance: np.random.Generator
) -> Surface:
    """Leaves: a ball with a rough outline.

    Args:
        view: whose scene it stands in.
        middle: x and z of its middle, scene, metres.
        extent: width and height, metres.
        base: height of its foot, scene, metres.
        chance: for its form and colour.
    """
    rows, columns = 14, 26
    tilt, angle = np.meshgrid(np.linspace(0.05, np.pi - 0.05, rows), np.linspace(0, 2 * np.pi, columns), indexing="ij")
    rough = fractal(angle / 6.283, tilt / 3.14, size=1.0, field=int(chance.integers(4)), power=1.25)
    radius = 1 + 0.14 * rough
    ball = np.stack([np.sin(tilt) * np.cos(angle), np.cos(tilt), np.sin(tilt) * np.sin(angle)], -1)
    ball[:, -1], radius[:, -1] = ball[:, 0], radius[:, 0]
    points = ball * radius[..., None] * [extent[0] / 2, extent[1] / 2, extent[0] / 2] + [0, extent[1] / 2, 0]
    normals = unit(ball + 0.5 * chance.standard_normal(ball.shape))
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a = (row * columns + column).reshape(-1)
    faces = np.concatenate([np.stack([a, a + columns, a + 1], 1), np.stack([a + 1, a + columns, a + columns + 1], 1)])
    green = linear(np.array([0.28, 0.42, 0.16]) * chance.uniform(0.6, 1.3, 3))
    leaves = Lacquer(green, 0.55, 1.0, 0.25, int(chance.integers(4)), shine=0.02)
    return _placed(view, points.reshape(-1, 3), normals.reshape(-1, 3), faces, middle, 0.0, base, leaves)


def _placed(
    view: View,
    points: np.ndarray,
    normals: np.ndarray,
    faces: np.ndarray,
    middle: tuple[float, float],
    turn: float,
    base: float,
    paint: Lacquer,
) -> Surface:
    cosine, sine = np.cos(turn), np.sin(turn)
    about = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    there = points @ about.T + [middle[0], base, middle[1]]
    mesh = Mesh(
        points=view.to_camera(there).astype(np.float32),
        normals=view.to_camera(normals @ about.T).astype(np.float32),
        places=points.astype(np.float32),
        faces=faces,
        parts=np.zeros(len(faces), np.int64),
    )
    return Surface(mesh, paint)
