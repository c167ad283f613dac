"""What people wear: drawn, named, and put on from the inside out.

What lies deep under the next garment is left out of the picture, so that nothing pokes through.
"""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from vhlib.data.synthetic.cloth import (
    ANKLE,
    Cut,
    garment,
    jacket_shape,
    shirt_shape,
    shoe_shape,
    trousers_shape,
)
from vhlib.data.synthetic.colour import cloth_colour, linear
from vhlib.data.synthetic.draws import between, pick
from vhlib.data.synthetic.figure import Dummy, Figure, normals_of
from vhlib.data.synthetic.mesh import Mesh, without
from vhlib.data.synthetic.paint import PRINT, Fabric, Leather, Paint, Surface
from vhlib.data.synthetic.skirts import SkirtCut, skirt, straight_skirt

GARMENTS: Final = (
    *("t-shirt", "long-sleeved shirt", "tank top", "dress", "jacket", "coat"),
    *("trousers", "leggings", "shorts", "skirt", "shoes", "boots", "socks"),
    *("short hair", "curly hair", "long hair", "bun", "cap"),
)
"""Everything that somebody may wear, hair among it."""

# How likely each pattern is, by garment.
_SHIRTS: Final = {
    "plain": 4.0,
    "printed": 2.5,
    "striped": 2.0,
    "checked": 1.5,
    "dotted": 0.5,
    "blotched": 0.7,
    "flowered": 0.6,
    "two-coloured": 1.2,
    "pinstriped": 0.6,
}
_TROUSERS: Final = {"plain": 4.0, "denim": 4.0, "side-striped": 1.0, "pinstriped": 0.5, "checked": 0.4, "blotched": 0.5}
_LEGGINGS: Final = {"plain": 5.0, "side-striped": 1.5, "blotched": 1.0, "flowered": 0.5}
_SHORTS: Final = {"plain": 4.0, "denim": 2.0, "side-striped": 1.5, "checked": 1.0, "blotched": 0.7, "flowered": 0.5}
_SKIRTS: Final = {
    "plain": 4.0,
    "flowered": 2.0,
    "dotted": 1.0,
    "striped": 1.0,
    "checked": 1.2,
    "blotched": 0.6,
    "denim": 0.7,
}
_JACKETS: Final = {
    "plain": 5.0,
    "denim": 1.5,
    "two-coloured": 1.0,
    "side-striped": 1.0,
    "checked": 0.8,
    "pinstriped": 0.5,
}

_BURIED: Final = 0.03
"""What is so far inside the next garment's edge is not seen, metres."""


class Dressing:
    """Somebody to put things on, one after the other.

    Args:
        dummy: the bodies' mesh.
        person: who.
        skin: its paint.
    """

    def __init__(self, dummy: Dummy, person: Figure, skin: Paint):
        self.dummy, self.person = dummy, person
        self.worn: Bool[np.ndarray, "G"] = np.zeros(len(GARMENTS), bool)
        vertices = person.vertices
        body = Mesh(vertices, normals_of(vertices, dummy.faces), dummy.places, dummy.faces, dummy.parts)
        self.surfaces = [Surface(body, skin)]
        self._lift = np.zeros(len(vertices), np.float32)

    def add(self, name: str, mesh: Mesh, paint: Paint) -> None:
        """Put on a surface of its own.

        Args:
            name: one of `GARMENTS`.
            mesh: its triangles.
            paint: its colours.
        """
        self.worn[GARMENTS.index(name)] = True
        self.surfaces.append(Surface(mesh, paint))

    def cover(
        self, name: str, shape: Float[np.ndarray, "V"], cut_as: Cut, paint: Paint, chance: np.random.Generator
    ) -> None:
        """Put on a garment of the body's own surface.

        Args:
            name: one of `GARMENTS`.
            shape: positive where it is.
            cut_as: how it sits.
            paint: its colours.
            chance: for its folds.
        """
        mesh, self._lift = garment(self.dummy, self.person, shape, cut_as, self._lift, chance)
        self.bury(shape, _BURIED)
        self.add(name, mesh, paint)

    def bury(self, shape: Float[np.ndarray, "V"], depth: float) -> None:
        """Leave out what lies deep inside a shape, skin and garments alike.

        Args:
            shape: positive inside.
            depth: how deep, metres.
        """
        deep = shape > depth
        for number, surface in enumerate(self.surfaces):
            # Garments keep the body's vertices and add those along their edges, which stay.
            beyond = len(surface.mesh.points) - len(deep)
            if beyond >= 0:
                a, b, c = surface.mesh.faces.T
                hiding = np.concatenate([deep, np.zeros(beyond, bool)])
                hidden = hiding[a] & hiding[b] & hiding[c]
                self.surfaces[number] = Surface(without(surface.mesh, hidden), surface.paint)


def put_on_clothes(dressing: Dressing, gender: str, chance: np.random.Generator) -> None:
    """Draw an outfit and put it on.

    Args:
        dressing: somebody.
        gender: decides how likely skirts are.
        chance: where the outfit comes from.
    """
    feminine = {"female": 1.0, "male": 0.0, "neutral": 0.4}[gender]
    below = pick(
        chance,
        {"trousers": 5.0, "leggings": 0.8, "shorts": 2.0, "skirt": 1.8 * feminine, "dress": 1.6 * feminine},
    )
    _put_on_shoes(dressing, chance)
    if below == "dress":
        _put_on_dress(dressing, chance)
    elif below == "skirt":
        _put_on_shirt(dressing, True, chance)
        _put_on_skirt(dressing, chance)
    else:
        tucked = below != "leggings" and chance.random() < 0.3
        put_on = (_put_on_shirt, lambda it, _, draw: _put_on_trousers(it, below, draw))
        for step in put_on if tucked else put_on[::-1]:
            step(dressing, tucked, chance)
    if chance.random() < 0.24:
        _put_on_jacket(dressing, chance)


def fabric(
    chance: np.random.Generator, patterns: dict[str, float], trim: tuple[tuple[str, float, float], ...] = ()
) -> Fabric:
    """A cloth.

    Args:
        chance: where it comes from.
        patterns: how likely each is.
        trim: bands of the second colour, see `Fabric`.
    """
    pattern = pick(chance, patterns)
    base, second = cloth_colour(chance), cloth_colour(chance)
    if pattern == "denim":
        base = linear(np.array([0.22, 0.30, 0.44]) * chance.uniform(0.4, 1.3))
        second = linear(np.array([0.62, 0.70, 0.80]))
    elif abs(base.mean() - second.mean()) < 0.12:  # a pattern is meant to be seen
        second = second * 0.3 if base.mean() > 0.25 else 0.5 + 0.5 * second
    half = chance.random((PRINT[0], 3)) < 0.55
    symmetric = np.concatenate([half, half[:, 1::-1]], 1)
    return Fabric(
        pattern=pattern,
        base=base,
        second=second,
        size=between(chance, 0.03, 0.1),
        picture=symmetric,
        trim=trim,
        field=int(chance.integers(4)),
        shine=between(chance, 0.0, 0.08),
    )


def _put_on_shirt(dressing: Dressing, tucked: bool, chance: np.random.Generator) -> None:
    kind = pick(chance, {"t-shirt": 4.0, "long-sleeved shirt": 4.0, "tank top": 1.2})
    bare = kind == "tank top"
    sleeve = {
        "t-shirt": between(chance, 0.28, 0.42),
        "long-sleeved shirt": between(chance, 0.58, 0.66),
        "tank top": 0.21,
    }[kind]
    hem = -0.26 if tucked else between(chance, -0.36, -0.22)
    shape = shirt_shape(
        dressing.dummy.places,
        hem=hem,
        sleeve=sleeve,
        neck=between(chance, 0.095, 0.12) if bare else between(chance, 0.07, 0.10),
        strap=between(chance, 0.13, 0.17) if bare else 1.0,
    )
    loose = chance.random()
    cut_as = Cut(
        thickness=0.004 if tucked else 0.007 + 0.008 * loose,
        smoothing=4 if tucked else int(4 + 12 * loose),
        hang=0.0 if tucked else 0.55 + 0.4 * loose,
        sleeve=0.035 + 0.02 * loose if kind == "long-sleeved shirt" else 0.0,
        folds=0.001 if tucked else 0.003 + 0.006 * loose,
    )
    edges = (("across", sleeve - 0.016, sleeve), ("up", hem, hem + 0.014))
    trim = edges if chance.random() < 0.35 else ()
    dressing.cover(kind, shape, cut_as, fabric(chance, _SHIRTS, trim), chance)


def _put_on_trousers(dressing: Dressing, kind: str, chance: np.random.Generator) -> None:
    waist = between(chance, -0.16, -0.09)
    hem = {
        "trousers": between(chance, -1.13, -1.06),
        "leggings": between(chance, -1.10, -0.92),
        "shorts": between(chance, -0.70, -0.46),
    }[kind]
    loose = chance.random()
    cut_as = Cut(
        thickness=0.008 + 0.006 * loose,
        smoothing=int(6 + 10 * loose),
        leg=0.066 + 0.035 * loose + (0.02 if kind == "shorts" else 0.0),
        folds=0.002 + 0.005 * loose,
    )
    if kind == "leggings":
        cut_as = Cut(thickness=0.003)
    patterns = {"trousers": _TROUSERS, "leggings": _LEGGINGS, "shorts": _SHORTS}[kind]
    paint = fabric(chance, patterns, (("up", waist - 0.03, waist),))
    dressing.cover(kind, trousers_shape(dressing.dummy.places, waist=waist, hem=hem), cut_as, paint, chance)


def _put_on_skirt(dressing: Dressing, chance: np.random.Generator) -> None:
    hem = between(chance, -0.62, -0.48) if chance.random() < 0.5 else between(chance, -0.95, -0.62)
    paint = fabric(chance, _SKIRTS)
    _hang_skirt(dressing, "skirt", between(chance, -0.13, -0.08), hem, paint, chance)


def _hang_skirt(
    dressing: Dressing, name: str, waist: float, hem: float, paint: Paint, chance: np.random.Generator
) -> None:
    straight, pleated = chance.random(2) < 0.5
    cut_as = SkirtCut(
        waist=waist,
        hem=hem,
        ease=between(chance, 0.006, 0.02),
        flare=between(chance, 0.0, 0.12) if straight else between(chance, 0.03, 0.28),
        folds=between(chance, 0.0, 0.006) if straight else between(chance, 0.004, 0.022),
        count=int(chance.integers(14, 19) if pleated and not straight else chance.integers(5, 9)),
    )
    places = dressing.dummy.places
    dressing.bury(trousers_shape(places, waist=waist, hem=hem), 0.05)
    sewn = straight_skirt if straight else skirt
    dressing.add(name, sewn(dressing.person, places, cut_as, chance), paint)


def _put_on_dress(dressing: Dressing, chance: np.random.Generator) -> None:
    paint = fabric(chance, _SKIRTS)
    sleeve = (0.21, 0.32, 0.6)[chance.integers(3)]
    shape = shirt_shape(
        dressing.dummy.places,
        hem=-0.17,
        sleeve=sleeve,
        neck=between(chance, 0.09, 0.125),
        strap=between(chance, 0.12, 0.16) if sleeve == 0.21 else 1.0,
    )
    dressing.cover("dress", shape, Cut(thickness=0.007, smoothing=6, folds=0.002), paint, chance)
    _hang_skirt(dressing, "dress", between(chance, -0.15, -0.11), between(chance, -1.05, -0.52), paint, chance)


def _put_on_jacket(dressing: Dressing, chance: np.random.Generator) -> None:
    long = chance.random() < 0.25
    shape = jacket_shape(
        dressing.dummy.places,
        hem=between(chance, -0.72, -0.5) if long else between(chance, -0.34, -0.22),
        sleeve=between(chance, 0.62, 0.67),
        neck=between(chance, 0.06, 0.085),
        opening=between(chance, 0.02, 0.07) if chance.random() < 0.7 else -1.0,
    )
    cut_as = Cut(
        thickness=0.020,
        smoothing=16,
        hang=0.95,
        sleeve=between(chance, 0.048, 0.06),
        leg=0.115 if long else 0.0,
        folds=between(chance, 0.004, 0.009),
    )
    paint = fabric(chance, _JACKETS, (("across", 0.6, 0.625),))
    dressing.cover("coat" if long else "jacket", shape, cut_as, paint, chance)


def _put_on_shoes(dressing: Dressing, chance: np.random.Generator) -> None:
    kind = pick(chance, {"shoes": 7.0, "boots": 1.5, "barefoot": 0.8, "socks": 0.7})
    places = dressing.dummy.places
    if kind == "socks" or (kind == "shoes" and chance.random() < 0.6):
        shape = shoe_shape(places, height=between(chance, ANKLE - 0.01, ANKLE + 0.14))
        wool = fabric(chance, {"plain": 3.0, "striped": 1.0})
        dressing.cover("socks", shape, Cut(thickness=0.003, smoothing=4), wool, chance)
    if kind in ("shoes", "boots"):
        height = ANKLE - between(chance, 0.005, 0.025) if kind == "shoes" else between(chance, -1.05, -0.85)
        grey = linear(np.full(3, (0.06, 0.12, 0.9)[chance.integers(3)]))
        colour = cloth_colour(chance) if chance.random() < 0.5 else grey
        sole = linear(np.full(3, (0.08, 0.85)[chance.integers(2)]))
        leather = Leather(colour, sole, shine=between(chance, 0.05, 0.35))
        dressing.cover(kind, shoe_shape(places, height=height), Cut(thickness=0.009, smoothing=12), leather, chance)
