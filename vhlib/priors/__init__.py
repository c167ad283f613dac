"""Priors: energies on bodies, ``(B, ...) -> (B,)``, low where people are.

- `types`: the protocols `Prior` (an energy), `ResidualPrior` (a sum of squares), `QuadraticPrior` (and its
  Gauss-Newton model, a `Quadratic`), `Centred` (an average pose) and `LatentPrior` (a space of poses).
- `angle`: elbows and knees bend one way only.
- `gmm`: a mixture of Gaussians on the pose.
- `vae`: an autoencoder's latent space.
- `shape`: people are close to the average.
- `flat`: nothing is known.
"""

from vhlib.priors.angle import AnglePrior
from vhlib.priors.flat import FlatPrior
from vhlib.priors.gmm import GMMPrior, load_gmm
from vhlib.priors.shape import ShapePrior
from vhlib.priors.types import Centred, LatentPrior, Prior, Quadratic, QuadraticPrior, ResidualPrior
from vhlib.priors.vae import VAEPrior, load_vae

__all__ = [
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
    "load_gmm",
    "load_vae",
]
