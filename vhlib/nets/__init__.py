"""Networks: plain modules that end at rotations, betas and cameras and never call the body.

===== ================================================
`vae` the pose prior's variational autoencoder
===== ================================================
"""

from vhlib.nets.vae import Latent, PoseVAE, VAEConfig, reparametrise

__all__ = ["Latent", "PoseVAE", "VAEConfig", "reparametrise"]
