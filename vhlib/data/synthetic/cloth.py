"""Garments cut from the body's own surface: lifted off it, smoothed over its hollows, folded, and cut at the hems.

A garment is where a function of the place is positive: `shirt_shape` and the like. The body at rest is lifted along
its normals, and outward to where loose cloth hangs; the pose then takes the cloth along as it takes the skin.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float

from vhlib.data.synthetic.figure import Dummy, Figure, normals_of, unit
from vhlib.data.synthetic.mesh import Mesh, cut
from vhlib.data.synthetic.noise import smooth_step

NECK: Final = np.array([0.0, 0.232, 0.062], np.float32)
"""The middle of the neck's base."""

WAIST, KNEE, ANKLE, SOLE = -0.10, -0.696, -1.128, -1.204
"""Heights of places."""

ELBOW, WRIST = 0.438, 0.671
"""Distances of places from the middle."""

_ANGLES: Final = 48

_APART: Final = 0.004
"""Between two garments, at least, metres."""
_EDGE: Final = 0.03
"""So far beyond its edge a garment still keeps the next one off, metres."""


@dataclass(frozen=True)
class Cut:
    """How a garment is cut and how it sits. Lengths in metres."""

    thickness: float
    """From the skin to its outside, at least."""
    smoothing: int = 0
    """How often it is smoothed over hollows: 0 clings, 40 spans between the legs."""
    hang: float = 0.0
    """How much of the chest's width the cloth keeps below it, 0 to 1."""
    sleeve: float = 0.0
    """Radius of the sleeves at the wrist; 0: they cling."""
    leg: float = 0.0
    """Radius of the legs at the ankle; 0: they cling."""
    folds: float = 0.0
    """Depth of the folds."""


def shirt_shape(
    places: Float[np.ndarray, "V 3"], *, hem: float, sleeve: float, neck: float, strap: float = 1.0
) -> Float[np.ndarray, "V"]:
    """Positive where a shirt is.

    Args:
        places: of the vertices.
        hem: height of its lower edge.
        sleeve: distance of the sleeve's end from the middle.
        neck: radius of the hole for the neck.
        strap: half the distance between the outer edges of the straps of a sleeveless shirt.
    """
    across, up = np.abs(places[:, 0]), places[:, 1]
    hole = np.sqrt((((places - NECK) * np.array([1.0, 0.9, 1.0], np.float32)) ** 2).sum(1)) - neck
    armhole = np.where(up > 0.03, strap - across, 1.0)
    return np.minimum.reduce([up - hem, sleeve - across, hole, armhole, NECK[1] + 0.03 - up]).astype(np.float32)


def trousers_shape(places: Float[np.ndarray, "V 3"], *, waist: float, hem: float) -> Float[np.ndarray, "V"]:
    """Positive where trousers are.

    Args:
        places: of the vertices.
        waist: height of their upper edge.
        hem: height of their lower edge.
    """
    up = places[:, 1]
    return np.minimum(np.minimum(waist - up, up - hem), 0.5 - np.abs(places[:, 0]))


def jacket_shape(
    places: Float[np.ndarray, "V 3"], *, hem: float, sleeve: float, neck: float, opening: float
) -> Float[np.ndarray, "V"]:
    """Positive where a jacket is; open in front.

    Args:
        places: of the vertices.
        hem: height of its lower edge.
        sleeve: distance of the sleeve's end from the middle.
        neck: radius of the hole for the neck.
        opening: half the width of the opening at the waist, wider above; below 0 it is buttoned.
    """
    shape = shirt_shape(places, hem=hem, sleeve=sleeve, neck=neck)
    lapel = opening + 0.16 * np.clip(places[:, 1] - 0.02, 0, 0.3)
    open_front = np.where(places[:, 2] > 0.06, np.abs(places[:, 0]) - lapel, 1.0)
    return np.minimum(shape, open_front).astype(np.float32)


def shoe_shape(places: Float[np.ndarray, "V 3"], *, height: float) -> Float[np.ndarray, "V"]:
    """Positive where a shoe, a boot or a sock is.

    Args:
        places: of the vertices.
        height: of its upper edge.
    """
    return height - places[:, 1]


def garment(
    dummy: Dummy,
    person: Figure,
    shape: Float[np.ndarray, "V"],
    cut_as: Cut,
    under: Float[np.ndarray, "V"],
    chance: np.random.Generator,
) -> tuple[Mesh, Float[np.ndarray, "V"]]:
    """A garment on somebody, posed.

    Args:
        dummy: the bodies' mesh.
        person: who wears it.
        shape: positive where the garment is.
        cut_as: how it sits.
        under: how far what is worn already stands off the skin, metres.
        chance: for its folds.

    Returns:
        The garment, and how far what is worn now stands off the skin.
    """
    # What is far beyond its edges is never drawn, but its vertices keep their places in the mesh.
    close = shape > -2 * _EDGE
    near = np.flatnonzero(close)
    rest, normals, places, edge = (each.take(near, 0) for each in (person.rest, person.outward, dummy.places, shape))
    hollow = np.einsum("nk,nk->n", person.spanned(cut_as.smoothing).take(near, 0) - rest, normals)
    lift = cut_as.thickness + np.maximum(hollow, 0)
    if cut_as.folds:
        lift = lift + cut_as.folds * _folds(places, chance) * smooth_step(edge, -0.02, 0.06)
    cloth = rest + normals * lift[:, None].astype(np.float32)
    if cut_as.hang:
        cloth = _hung(cloth, person, places, cut_as.hang)
    if cut_as.leg:
        cloth = _tubes(cloth, person, places, cut_as.leg, legs=True)
    if cut_as.sleeve:
        cloth = _tubes(cloth, person, places, cut_as.sleeve, legs=False)
    lift = np.einsum("nk,nk->n", cloth - rest, normals)
    outside = np.maximum(lift, under[near] + np.float32(_APART))
    cloth = cloth + normals * (outside - lift)[:, None]
    posed = person.vertices.copy()
    posed[near] = person.skinned(cloth + person.bulges.take(near, 0), dummy.weights.take(near, 0))
    a, b, c = dummy.faces.T
    some = np.flatnonzero(close[a] & close[b] & close[c])
    faces = dummy.faces.take(some, 0)
    whole = Mesh(posed, normals_of(posed, faces), dummy.places, faces, dummy.parts.take(some))
    worn = under.copy()
    worn[near] = np.where(edge > -_EDGE, outside, under[near])
    return cut(whole, shape), worn


def _folds(places: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Waves of 7 to 16 cm across the surface, sharper outward than inward; between -1 and 1."""
    total = np.zeros(len(places), np.float32)
    for _ in range(5):
        direction = chance.standard_normal(3) * [1.0, 0.7, 1.0]
        direction *= 2 * np.pi / chance.uniform(0.07, 0.16) / np.linalg.norm(direction)
        bend = 0.6 * np.sin(places @ chance.uniform(-22, 22, 3).astype(np.float32))
        wave = np.sin(places @ direction.astype(np.float32) + np.float32(chance.uniform(0, 2 * np.pi)) + bend)
        total += (1 - np.abs(wave)) * 2 - 0.73
    return total / 3


def _hung(cloth: np.ndarray, person: Figure, places: np.ndarray, share: float) -> np.ndarray:
    """Below the chest, push the cloth out to hang from it."""
    up = places[:, 1]
    trunk = (np.abs(places[:, 0]) < 0.24) & (up < 0.16)
    axis = person.joint("spine2")[[0, 2]]
    out = cloth[:, [0, 2]] - axis
    radius = np.sqrt((out * out).sum(1))
    angle = np.arctan2(out[:, 0], out[:, 1])
    sector = ((angle + np.pi) * (_ANGLES / (2 * np.pi))).astype(np.int64) % _ANGLES
    chest = np.zeros(_ANGLES, np.float32)
    band = trunk & (up > 0.0) & (up < 0.1)
    np.maximum.at(chest, sector[band], radius[band])
    chest = np.maximum.reduce([np.roll(chest, turn) for turn in (-1, 0, 1)])
    chest = (np.roll(chest, 1) + 2 * chest + np.roll(chest, -1)) / 4
    wanted = share * chest[sector] * smooth_step(up, 0.1, 0.02)
    grown = np.where(trunk, np.maximum(wanted / np.maximum(radius, 1e-3), 1), 1).astype(np.float32)
    hung = cloth.copy()
    hung[:, [0, 2]] = axis + out * grown[:, None]
    return hung


def _tubes(cloth: np.ndarray, person: Figure, places: np.ndarray, end: float, *, legs: bool) -> np.ndarray:
    """Push the cloth of limbs out to straight tubes that narrow towards a radius at wrist or ankle."""
    loose = cloth.copy()
    along = 1 if legs else 0
    others = [0, 2] if legs else [1, 2]
    names = ("hip", "knee", "ankle") if legs else ("shoulder", "elbow", "wrist")
    begin, over = (-0.42, 0.12) if legs else (0.22, 0.06)
    start = 0.098 if legs else 0.066
    for side, sign in (("left", 1), ("right", -1)):
        reach = -places[:, 1] if legs else sign * places[:, 0]
        rows = np.flatnonzero((reach > abs(begin)) & (places[:, 0] * sign > 0) & (np.abs(places[:, 0]) < 0.75))
        bones = np.stack([person.joint(f"{side}_{name}") for name in names])
        order = np.argsort(bones[:, along])
        axis = np.stack([np.interp(cloth[rows, along], bones[order, along], bones[order, k]) for k in others], 1)
        out = cloth[rows][:, others] - axis.astype(np.float32)
        radius = np.sqrt((out * out).sum(1))
        last = ANKLE if legs else WRIST
        progress = np.clip((reach[rows] - abs(begin)) / (abs(last) - abs(begin)), 0, 1)
        wanted = (start + (end - start) * progress) * smooth_step(reach[rows] - abs(begin), 0, over)
        grown = np.maximum(wanted / np.maximum(radius, 1e-3), 1).astype(np.float32)
        for column, k in enumerate(others):
            loose[rows, k] = axis[:, column] + out[:, column] * grown
    return loose


def tube_normals(points: Float[np.ndarray, "R C 3"], *, closed: bool) -> Float[np.ndarray, "R C 3"]:
    """Normals of a grid of points, rows downward and columns counter-clockwise seen from above.

    Args:
        points: the grid.
        closed: the last column is followed by the first.
    """
    down = np.gradient(points, axis=0)
    across = np.roll(points, -1, 1) - np.roll(points, 1, 1) if closed else np.gradient(points, axis=1)
    return unit(np.cross(down, across)).astype(np.float32)
