"""The pose priors that a fit can be run with, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vhlib.core.errors import InputError
from vhlib.priors import FlatPrior, LatentPrior, ResidualPrior, load_gmm, load_vae


@dataclass(frozen=True)
class PriorChoice:
    """What a fit takes for natural: two arguments of `fit_smplify`."""

    pose_prior: ResidualPrior
    """An energy of the pose."""
    latent: LatentPrior | None
    """A space of poses to search; None: all poses."""


PRIORS: Final[dict[str, Callable[[], PriorChoice]]] = {
    "none": lambda: PriorChoice(FlatPrior(), None),
    "gmm": lambda: PriorChoice(load_gmm(), None),
    "vae": lambda: PriorChoice(FlatPrior(), load_vae()),
    "both": lambda: PriorChoice(load_gmm(), load_vae()),
}
"""``none``; the mixture, as in SMPLify; the autoencoder's latent space, as in SMPLify-X; the mixture in that space."""


def choose_prior(name: str) -> PriorChoice:
    """The priors that come with the kit.

    Args:
        name: one of `PRIORS`.

    Raises:
        InputError: no such choice, or a file that comes with the kit is missing.
    """
    if name not in PRIORS:
        raise InputError(f"--prior {name}: expected one of {', '.join(PRIORS)}")
    return PRIORS[name]()
