"""The skirt that comes with each stand-in body: a tube from the hips to the ankles, close about both legs.

MakeHuman's base mesh has it for clothes to be fitted by (CC0, see ``data/body/NOTICE``); `vh body build` brings it to
the stand-in's T-pose and finds how it follows the betas. It is a grid: rows downward, columns counter-clockwise seen
from above.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from vhlib.body.catalogue import standin_file


@dataclass(frozen=True, eq=False)
class Skirt:
    """A skirt to be shaped like its body, by betas, and skinned like it."""

    template: Float[np.ndarray, "R C 3"]
    """On the mean body at rest, metres."""
    shapedirs: Float[np.ndarray, "R C 3 S"]
    """What one standard deviation of each beta adds, metres."""
    weights: Float[np.ndarray, "R C 24"]
    """Skinning weights."""

    def shaped(self, betas: Float[np.ndarray, "S"]) -> Float[np.ndarray, "R C 3"]:
        """The skirt on a body at rest.

        Args:
            betas: the body's, standard deviations.
        """
        return self.template + self.shapedirs[..., : len(betas)] @ betas


def load_skirt(gender: str) -> Skirt:
    """The skirt of a stand-in body.

    Args:
        gender: ``neutral``, ``female`` or ``male``.

    Raises:
        InputError: no such gender, or the file is missing.
    """
    body = standin_file(gender)
    with np.load(body.with_name(f"{body.stem}_skirt.npz")) as arrays:
        return Skirt(arrays["v_template"], arrays["shapedirs"], arrays["weights"])
