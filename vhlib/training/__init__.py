"""Fits priors and networks to data.

- `gmm`: the pose prior's mixture of Gaussians.
"""

from vhlib.training.gmm import GMMConfig, Mixture, fit_mixture, train_gmm

__all__ = ["GMMConfig", "Mixture", "fit_mixture", "train_gmm"]
