"""Priors: energies on bodies, ``(B, ...) -> (B,)``, low where people are.

- `types`: the protocols `Prior` (an energy), `ResidualPrior` (a sum of squares), `QuadraticPrior` (and its
  Gauss-Newton model, a `Quadratic`), `Centred` (an average pose) and `LatentPrior` (a space of poses).
- `angle`: elbows and knees bend one way only.
- `gmm`: a mixture of Gaussians on the pose.
- `vae`: an autoencoder's latent space.
- `adversarial`: what HMR's discriminators think of a pose.
- `shape`: people are close to the average.
- `flat`: nothing is known.
"""

from vhlib.priors.adversarial import AdversarialPrior, load_adversary
from vhlib.priors.angle import AnglePrior
from vhlib.priors.flat import FlatPrior
from vhlib.priors.gmm import GMMPrior, load_gmm
from vhlib.priors.shape import ShapePrior
from vhlib.priors.types import Centred, LatentPrior, Prior, Quadratic, QuadraticPrior, ResidualPrior
from vhlib.priors.vae import VAEPrior, load_vae

__all__ = [
    "AdversarialPrior",
    "AnglePrior",
    "Centred",
    "FlatPrior",
    "GMMPrior",
    "LatentPrior",
    "Prior",
    "Quadratic",
    "QuadraticPrior",
    "ResidualPrior",
    "ShapePrior",
    "VAEPrior",
    "load_adversary",
    "load_gmm",
    "load_vae",
]
