"""What training minimises, as pure functions: terms without weights; whoever adds them up says how much each counts.

============== =====================================================================================
`vae`          the pose prior's four terms: KL, reconstruction, orthogonality, determinant; per body
`supervision`  2D keypoints, 3D joints, body parameters: each where it is known; means over a batch
`adversarial`  least-squares scores of discriminators, from both sides (HMR)
`segmentation` body parts: class-balanced cross entropy and Dice
============== =====================================================================================
"""

from vhlib.losses.adversarial import discriminator_loss, generator_loss
from vhlib.losses.segmentation import balanced_cross_entropy, class_weights, dice
from vhlib.losses.supervision import joint_loss, parameter_loss, reprojection_loss
from vhlib.losses.vae import determinant, kl_to_standard_normal, orthogonality, rotation_reconstruction

__all__ = [
    "balanced_cross_entropy",
    "class_weights",
    "determinant",
    "dice",
    "discriminator_loss",
    "generator_loss",
    "joint_loss",
    "kl_to_standard_normal",
    "orthogonality",
    "parameter_loss",
    "reprojection_loss",
    "rotation_reconstruction",
]
