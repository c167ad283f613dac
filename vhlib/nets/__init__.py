"""Networks: plain modules that end at rotations, betas and cameras and never call the body, and those that judge them.

================ =======================================================================
`vae`            the pose prior's variational autoencoder
`vposer`         the official one, where a user has its weights
`resnet`         image to features (He et al. 2016), with torchvision's parameter names
`estimates`      what a network says of a body: rotations, betas, a weak-perspective camera
`regressor`      features to an estimate by iterative error feedback (HMR, SPIN)
`hmr`            an encoder and a regressor, one after the other
`segmentation`   image to body parts
`part_maps`      parts as channels or as colours
`nbf`            parts to an estimate (NBF)
`discriminators` is this pose, is this shape a real one? (HMR)
`weights`        tensors in files, and from files into networks
================ =======================================================================
"""

from vhlib.nets.discriminators import Discriminators, rotation_features
from vhlib.nets.estimates import Estimate, PoseForm, rotations_from, rotations_to
from vhlib.nets.hmr import HMR
from vhlib.nets.nbf import NBF, Numbers, PixelsToBody
from vhlib.nets.part_maps import coloured, from_colours, one_hot, resized
from vhlib.nets.regressor import Regressor, RegressorConfig, feedback_step
from vhlib.nets.resnet import ResNet, load_imagenet
from vhlib.nets.segmentation import Segmentation
from vhlib.nets.vae import Latent, PoseVAE, VAEConfig, reparametrise
from vhlib.nets.vposer import VPoser, VPoserConfig, read_vposer
from vhlib.nets.weights import fill, read_tensors, write_tensors

__all__ = [
    "HMR",
    "NBF",
    "Discriminators",
    "Estimate",
    "Latent",
    "Numbers",
    "PixelsToBody",
    "PoseForm",
    "PoseVAE",
    "Regressor",
    "RegressorConfig",
    "ResNet",
    "Segmentation",
    "VAEConfig",
    "VPoser",
    "VPoserConfig",
    "coloured",
    "feedback_step",
    "fill",
    "from_colours",
    "load_imagenet",
    "one_hot",
    "read_tensors",
    "read_vposer",
    "reparametrise",
    "resized",
    "rotation_features",
    "rotations_from",
    "rotations_to",
    "write_tensors",
]
