"""Hair and caps: what grows on a head, how it is worn, and what is put over it."""

from typing import Final

import numpy as np
from jaxtyping import Float

from vhlib.data.synthetic.cloth import Cut
from vhlib.data.synthetic.colour import hair_colour, linear, skin_tone
from vhlib.data.synthetic.drapes import brim, knot, long_hair
from vhlib.data.synthetic.draws import between, pick
from vhlib.data.synthetic.paint import Hair, Skin
from vhlib.data.synthetic.wardrobe import Dressing, fabric

_IRISES: Final = ((0.2, 0.12, 0.06), (0.3, 0.2, 0.1), (0.3, 0.42, 0.5), (0.3, 0.4, 0.25))


def complexion(gender: str, chance: np.random.Generator) -> tuple[Skin, Float[np.ndarray, "3"]]:
    """Skin and the colour of the hair that goes with it, linear RGB.

    Args:
        gender: decides who may have a beard.
        chance: where they come from.
    """
    tone, hair = skin_tone(chance), hair_colour(chance)
    if tone.mean() < 0.16 and chance.random() < 0.9:  # dark skin seldom goes with fair hair
        hair = linear(np.array([0.06, 0.05, 0.045]) * chance.uniform(0.7, 1.3))
    bearded = gender == "male" and chance.random() < 0.4
    skin = Skin(
        tone=tone,
        hair=hair * 0.7,
        iris=linear(np.array(_IRISES[chance.integers(len(_IRISES))])),
        beard=between(chance, 0.3, 1.0) if bearded else 0.0,
        lips=between(chance, 0.3, 0.8),
    )
    return skin, hair


def put_on_hair(dressing: Dressing, gender: str, colour: Float[np.ndarray, "3"], chance: np.random.Generator) -> None:
    """Draw how somebody's hair is and put it on, under a cap at times.

    Args:
        dressing: somebody.
        gender: decides how likely long hair is.
        colour: of the hair, linear RGB.
        chance: where it comes from.
    """
    feminine = {"female": 1.0, "male": 0.12, "neutral": 0.5}[gender]
    kind = pick(
        chance,
        {
            "short hair": 4.5 - 3.3 * feminine,
            "curly hair": 1.2,
            "long hair": 4 * feminine,
            "bun": 1.6 * feminine,
            "bald": 0.9 * (1 - feminine),
        },
    )
    capped = kind != "bun" and chance.random() < 0.12
    places = dressing.dummy.places
    paint = Hair(colour, curl=1.0 if kind == "curly hair" else 0.0, field=int(chance.integers(4)))
    if kind != "bald":
        ears = kind in ("short hair", "bun") or (kind == "curly hair" and chance.random() < 0.4)
        volume = {
            "short hair": between(chance, 0.005, 0.02),
            "curly hair": between(chance, 0.025, 0.055),
            "long hair": 0.016,
            "bun": 0.010,
        }[kind]
        cut_as = Cut(
            thickness=min(volume, 0.012) if capped else volume,
            smoothing=16 if kind == "curly hair" else 10,
            folds=0.2 * volume,
        )
        dressing.cover(kind, _scalp(places, between(chance, -0.012, 0.018), ears), cut_as, paint, chance)
    if kind == "long hair":
        length = between(chance, 0.08, 0.34)
        dressing.add(kind, long_hair(dressing.person, places, length=length, volume=0.018, chance=chance), paint)
    if kind == "bun":
        dressing.add(kind, knot(dressing.person, between(chance, 0.03, 0.045), between(chance, 0.38, 0.47)), paint)
    if capped:
        cloth = fabric(chance, {"plain": 1.0})
        shape = places[:, 1] - 0.425 + 0.25 * (0.19 - places[:, 2])
        dressing.cover("cap", shape.astype(np.float32), Cut(thickness=0.02, smoothing=16), cloth, chance)
        if chance.random() < 0.6:
            dressing.add("cap", brim(dressing.person, 0.436), cloth)


def _scalp(places: Float[np.ndarray, "V 3"], recede: float, ears: bool) -> Float[np.ndarray, "V"]:
    """Positive where hair grows: above a line from the forehead to the nape, with the ears free or not."""
    line = places[:, 1] - (0.438 + recede) + 1.03 * (0.19 - places[:, 2])
    shape = np.minimum.reduce([line, places[:, 1] - 0.262, 0.12 - np.abs(places[:, 0])])
    if ears:
        across = np.abs(places[:, 0]) - 0.088
        up, front = places[:, 1] - 0.372, places[:, 2] - 0.085
        shape = np.minimum(shape, np.sqrt(0.4 * across**2 + up**2 + 1.4 * front**2) - 0.034)
    return shape.astype(np.float32)
