"""Networks: plain modules that end at rotations, betas and cameras and never call the body.

========= ============================================================
`vae`     the pose prior's variational autoencoder
`vposer`  the official one, where a user has its weights
`weights` tensors in files, and from files into networks
========= ============================================================
"""

from vhlib.nets.vae import Latent, PoseVAE, VAEConfig, reparametrise
from vhlib.nets.vposer import VPoser, VPoserConfig, read_vposer
from vhlib.nets.weights import fill, read_tensors, write_tensors

__all__ = [
    "Latent",
    "PoseVAE",
    "VAEConfig",
    "VPoser",
    "VPoserConfig",
    "fill",
    "read_tensors",
    "read_vposer",
    "reparametrise",
    "write_tensors",
]
