"""Priors: energies on bodies, ``(B, ...) -> (B,)``, low where people are.

- `types`: the protocols `Prior` (an energy), `ResidualPrior` (a sum of squares) and `QuadraticPrior` (and its
  Gauss-Newton model, a `Quadratic`).
- `angle`: elbows and knees bend one way only.
- `gmm`: a mixture of Gaussians on the pose.
- `shape`: people are close to the average.
"""

from vhlib.priors.angle import AnglePrior
from vhlib.priors.gmm import GMMPrior, load_gmm
from vhlib.priors.shape import ShapePrior
from vhlib.priors.types import Prior, Quadratic, QuadraticPrior, ResidualPrior

__all__ = ["AnglePrior", "GMMPrior", "Prior", "Quadratic", "QuadraticPrior", "ResidualPrior", "ShapePrior", "load_gmm"]
