"""The body: SMPL's equations, its files, and the kit's stand-in that needs no licence.

``load_body()`` is the way in. ``lbs`` holds the paper's equations, ``smpl`` the module made of them, ``surface`` what
is skinned; ``files`` and ``pickles`` read model files, ``verification`` looks into them and ``catalogue`` knows which
are here; ``regressors``, ``landmarks`` and ``parts`` say what the vertices mean; ``skirts`` is what the stand-in
can wear; ``standin`` builds both.
"""

from pathlib import Path

import torch

from vhlib.body.catalogue import GENDERS, Entry, bodies, install, official_file, standin_file
from vhlib.body.files import BodyFiles, read_body
from vhlib.body.landmarks import LANDMARKS
from vhlib.body.lbs import blend_shapes, linear_blend_skinning, pose_blend_shapes, vertices_to_joints
from vhlib.body.measurements import stature
from vhlib.body.parts import PARTS, PartLabels, grouped, part_labels
from vhlib.body.regressors import keypoint_regressor
from vhlib.body.skirts import Skirt, load_skirt
from vhlib.body.smpl import SMPL, BodyOutput, pad_hands
from vhlib.body.verification import Check, verify

__all__ = [
    "GENDERS",
    "LANDMARKS",
    "PARTS",
    "SMPL",
    "BodyFiles",
    "BodyOutput",
    "Check",
    "Entry",
    "PartLabels",
    "Skirt",
    "blend_shapes",
    "bodies",
    "grouped",
    "install",
    "keypoint_regressor",
    "linear_blend_skinning",
    "load_body",
    "load_skirt",
    "official_file",
    "pad_hands",
    "part_labels",
    "pose_blend_shapes",
    "read_body",
    "standin_file",
    "stature",
    "verify",
    "vertices_to_joints",
]


def load_body(
    gender: str = "neutral",
    *,
    source: Path | str = "auto",
    num_betas: int = 10,
    dtype: torch.dtype = torch.float32,
) -> SMPL:
    """A body model, ready to use.

    Args:
        gender: ``neutral``, ``female`` or ``male``.
        source: ``auto`` takes the official file if one is installed (``vh body install FILE``), else the stand-in;
            ``standin`` always the stand-in, so that results do not depend on the machine; else the path of a file.
        num_betas: how many shape coefficients to use.
        dtype: of all results.

    Raises:
        InputError: no such gender, or a file that is no SMPL body.
    """
    if source == "auto":
        path = official_file(gender) or standin_file(gender)
    else:
        path = standin_file(gender) if source == "standin" else Path(source)
    return SMPL(read_body(path), num_betas=num_betas, dtype=dtype)
