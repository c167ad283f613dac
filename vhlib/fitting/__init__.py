"""Bodies from observations by minimising an energy.

`fit_smplify` is the way in. `stages` says what is minimised, one stage after the other, and `terms` holds the energies
as scalars, to read and to teach with; `gauss_newton`, `articulation` and `capsules` hold the same energies as the fast
solver sees them, and `solve` the solvers. `choice` names the pose priors, and `latent` searches the space of one.
`people` rescales what was observed; `objective` puts all of it together.
`fit_silhouette` fits masks and part maps instead of joints.
"""

from vhlib.fitting.choice import PRIORS, PriorChoice, choose_prior
from vhlib.fitting.parameters import BodyParameters
from vhlib.fitting.people import FOCAL_LENGTH, PERSON_HEIGHT
from vhlib.fitting.silhouette import (
    PARTS_AND_JOINTS,
    SILHOUETTE,
    SILHOUETTE_AND_PARTS,
    Outline,
    SilhouetteResult,
    SilhouetteStage,
    fit_silhouette,
)
from vhlib.fitting.smplify import SMPLifyResult, StageResult, fit_smplify
from vhlib.fitting.solve import MINIMISERS, Solution, adam, lbfgs, levenberg_marquardt
from vhlib.fitting.stages import SMPLIFY, TERMS, Stage, without
from vhlib.fitting.terms import geman_mcclure, keypoint_energy, total

__all__ = [
    "FOCAL_LENGTH",
    "MINIMISERS",
    "PARTS_AND_JOINTS",
    "PERSON_HEIGHT",
    "PRIORS",
    "SILHOUETTE",
    "SILHOUETTE_AND_PARTS",
    "SMPLIFY",
    "TERMS",
    "BodyParameters",
    "Outline",
    "PriorChoice",
    "SMPLifyResult",
    "SilhouetteResult",
    "SilhouetteStage",
    "Solution",
    "Stage",
    "StageResult",
    "adam",
    "choose_prior",
    "fit_silhouette",
    "fit_smplify",
    "geman_mcclure",
    "keypoint_energy",
    "lbfgs",
    "levenberg_marquardt",
    "total",
    "without",
]
