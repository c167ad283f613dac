"""Things around people: seats under those who sit, furniture, trees, and what stands in the way."""

import numpy as np
from jaxtyping import Float

from vhlib.data.synthetic.draws import between, pick
from vhlib.data.synthetic.figure import Dummy
from vhlib.data.synthetic.framing import View
from vhlib.data.synthetic.mesh import bounds
from vhlib.data.synthetic.paint import Surface
from vhlib.data.synthetic.props import box, bush, lacquer, post
from vhlib.geometry.skeletons import SMPL24

_SEATED = ("sitting",)
"""Families of motions that need a seat."""

_ON_SEAT = ("pelvis", "left_hip", "right_hip")
_OCCLUDED = 0.2
"""How often something stands in the way."""


def clutter(
    dummy: Dummy,
    vertices: Float[np.ndarray, "N 3"],
    view: View,
    family: str,
    scene: str,
    chance: np.random.Generator,
) -> list[Surface]:
    """Things for a scene.

    Args:
        dummy: the body's mesh.
        vertices: the person, whole meshes after each other if there are several moments; camera frame.
        view: the camera.
        family: of motions, says who sits; the seat fits the first moment.
        scene: kind of the backdrop.
        chance: where the things come from.
    """
    points = view.to_scene(vertices)
    first = points[: len(dummy.places)]
    things = _seat(dummy, first, view, chance) if family in _SEATED else []
    if scene in ("room", "street", "field"):
        things += _around(points, view, scene, chance)
    if chance.random() < _OCCLUDED:
        things.append(_in_the_way(points, view, scene, chance))
    return things


def _seat(dummy: Dummy, points: np.ndarray, view: View, chance: np.random.Generator) -> list[Surface]:
    rows = np.isin(dummy.part_of_vertex, np.add(SMPL24.indices(*_ON_SEAT), 1))
    behind = points[rows]
    height = float(behind[:, 1].min()) + 0.015 - view.floor
    if height < 0.12:
        return []
    pelvis = points[dummy.part_of_vertex == SMPL24.index("pelvis") + 1].mean(0)
    knees = points[np.isin(dummy.part_of_vertex, np.add(SMPL24.indices("left_knee", "right_knee"), 1))].mean(0)
    ahead = (knees - pelvis)[[0, 2]]
    ahead = ahead / max(float(np.hypot(*ahead)), 1e-6)
    turn = float(np.arctan2(ahead[0], ahead[1]))
    paint = lacquer(chance)
    wide, deep = between(chance, 0.4, 0.6), between(chance, 0.36, 0.44)
    middle = pelvis[[0, 2]] - 0.06 * ahead
    at = (float(middle[0]), float(middle[1]))
    if chance.random() < 0.4:
        return [box(view, middle=at, extent=(wide, height, deep), turn=turn, base=view.floor, paint=paint)]
    seat = box(view, middle=at, extent=(wide, 0.05, deep), turn=turn, base=view.floor + height - 0.05, paint=paint)
    across, along = np.array([ahead[1], -ahead[0]]), ahead
    legs = []
    for side in (-1, 1):
        for end in (-1, 1):
            foot = middle + side * across * (wide / 2 - 0.03) + end * along * (deep / 2 - 0.03)
            where = (float(foot[0]), float(foot[1]))
            legs.append(post(view, middle=where, radius=0.018, height=height - 0.03, base=view.floor, paint=paint))
    return [seat, *legs]


def _around(points: np.ndarray, view: View, scene: str, chance: np.random.Generator) -> list[Surface]:
    things = []
    _, high = bounds(points)
    half = view.size / 2 / view.focal_length
    for _ in range(int(chance.integers(0, 5))):
        away = float(high[2]) + between(chance, 0.4, 2.5) * (1.0 if scene == "room" else 4.0)
        across = between(chance, -1.2, 1.2) * half * away
        where = (across, away)
        if scene == "room":
            extent = (between(chance, 0.3, 1.4), between(chance, 0.35, 1.1), between(chance, 0.3, 0.6))
            things.append(
                box(
                    view,
                    middle=where,
                    extent=extent,
                    turn=between(chance, -0.6, 0.6),
                    base=view.floor,
                    paint=lacquer(chance),
                )
            )
            continue
        kind = pick(chance, {"tree": 2.0, "bush": 2.0, "post": 1.0, "box": 1.0 if scene == "street" else 0.2})
        if kind in ("tree", "bush"):
            wide = between(chance, 1.5, 4.0) if kind == "tree" else between(chance, 0.6, 1.6)
            trunk = between(chance, 1.6, 3.0) if kind == "tree" else 0.0
            tall = wide * between(chance, 0.8, 1.4)
            if kind == "tree":
                radius = between(chance, 0.08, 0.25)
                things.append(
                    post(view, middle=where, radius=radius, height=trunk + 0.5, base=view.floor, paint=lacquer(chance))
                )
            things.append(bush(view, middle=where, extent=(wide, tall), base=view.floor + trunk, chance=chance))
        elif kind == "post":
            tall = between(chance, 1.0, 5.0)
            things.append(
                post(
                    view,
                    middle=where,
                    radius=between(chance, 0.03, 0.08),
                    height=tall,
                    base=view.floor,
                    paint=lacquer(chance),
                )
            )
        else:
            extent = (between(chance, 0.5, 3.5), between(chance, 0.5, 1.5), between(chance, 0.5, 1.6))
            things.append(
                box(
                    view,
                    middle=where,
                    extent=extent,
                    turn=between(chance, -0.8, 0.8),
                    base=view.floor,
                    paint=lacquer(chance),
                )
            )
    return things


def _in_the_way(points: np.ndarray, view: View, scene: str, chance: np.random.Generator) -> Surface:
    """Something between the camera and a point of the person, never over most of it."""
    target = points[int(chance.integers(len(points)))]
    nearer = between(chance, 0.4, 0.8) * float(points[:, 2].min()) / float(target[2])
    where = (float(target[0]) * nearer, float(target[2]) * nearer)
    scale = where[1] / float(target[2])
    kind = pick(chance, {"post": 2.0, "box": 2.0, "bush": 2.0 if scene in ("field", "street") else 0.3})
    tall = float(points[:, 1].max() - points[:, 1].min())
    # The floor is seen above its edge: what stands on it hides more of the legs the nearer it is.
    hidden = view.floor + between(chance, 0.15, 0.5) * tall
    top = hidden * scale if hidden < 0 else hidden
    height = max(top - view.floor, 0.15)
    if kind == "post":
        return post(
            view,
            middle=where,
            radius=between(chance, 0.02, 0.07) * scale,
            height=4.0,
            base=view.floor,
            paint=lacquer(chance),
        )
    if kind == "bush":
        return bush(
            view,
            middle=where,
            extent=(between(chance, 0.3, 0.8) * tall * scale, height),
            base=view.floor,
            chance=chance,
        )
    extent = (between(chance, 0.2, 0.8) * tall * scale, height, between(chance, 0.1, 0.4))
    return box(
        view, middle=where, extent=extent, turn=between(chance, -0.4, 0.4), base=view.floor, paint=lacquer(chance)
    )
