"""Losses as pure functions: one number per body, unweighted; whoever adds them up says how much each counts.

===== ==============================================================================
`vae` the pose prior's four terms: KL, reconstruction, orthogonality, determinant
===== ==============================================================================
"""

from vhlib.losses.vae import determinant, kl_to_standard_normal, orthogonality, rotation_reconstruction

__all__ = ["determinant", "kl_to_standard_normal", "orthogonality", "rotation_reconstruction"]
