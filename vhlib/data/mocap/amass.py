"""AMASS's sequences (Mahmood et al., ICCV 2019): SMPL+H poses as .npz, for those who accept its licence.

Convention:
    AMASS's world is z up and ours y up, so the pelvis is turned by -90 degrees about x on reading. Of the 156 numbers
    of a pose the first 66 are the root and 21 joints of the body; the rest are fingers, and SMPL's two hands stay at
    rest.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.arrays import read_npz
from vhlib.core.errors import InputError
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle

BODY: Final = 66
"""Numbers of a pose that are the body's: root and 21 joints."""


@dataclass(frozen=True)
class AmassSequence:
    """One sequence."""

    body_pose: Float[Tensor, "T 23 3"]
    """Axis-angle, radians, relative to the parent; hands at rest."""
    global_orient: Float[Tensor, "T 3"]
    """Pelvis to world, y up."""
    transl: Float[Tensor, "T 3"]
    """Metres, y up."""
    betas: Float[Tensor, "S"]
    """The subject's shape, standard deviations."""
    gender: str
    """``female``, ``male`` or ``neutral``."""
    fps: float
    """Frames per second."""


def read_amass(path: Path, pelvis: Float[Tensor, "3"]) -> AmassSequence:
    """A sequence.

    Args:
        path: an ``.npz`` of AMASS: ``poses`` (T, 156), ``trans`` (T, 3), ``betas``, ``gender``, ``mocap_framerate``.
        pelvis: where the body's pelvis is at rest, metres: SMPL turns about it, so that what turns the world moves it.

    Raises:
        InputError: no such file, another format, wrong shapes, or numbers that are not finite.
    """
    path = Path(path)
    names = ("poses", "trans", "betas", "gender", "mocap_framerate")
    try:
        arrays = read_npz(path, names, wanted="a sequence of AMASS, an .npz with poses and trans")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; name a sequence of AMASS (.npz)") from error
    poses, trans, betas = (arrays[name] for name in ("poses", "trans", "betas"))
    if poses.ndim != 2 or poses.shape[1] < BODY or trans.shape != (len(poses), 3) or betas.ndim != 1:
        raise InputError(
            f"{path}: expected poses (T, 156), trans (T, 3) and betas (16,), got {poses.shape}, {trans.shape} and "
            f"{betas.shape}; give a sequence of AMASS"
        )
    for name, numbers in (("poses", poses), ("trans", trans), ("betas", betas)):
        if numbers.dtype.kind not in "fiu" or not np.isfinite(numbers).all():
            raise InputError(f"{path}: expected finite numbers in {name}; get the sequence again")
    fps = float(arrays["mocap_framerate"])
    if not 0 < fps < np.inf:
        raise InputError(f"{path}: expected a mocap_framerate above 0, got {fps:g}; get the sequence again")
    turns = torch.from_numpy(poses[:, :BODY].astype(np.float32)).unflatten(1, (-1, 3))
    upright = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])  # z up → y up
    place = torch.from_numpy(trans.astype(np.float32)) + pelvis.float()
    return AmassSequence(
        torch.nn.functional.pad(turns[:, 1:], (0, 0, 0, 2)),
        matrix_to_axis_angle(upright @ axis_angle_to_matrix(turns[:, 0])),
        place @ upright.T - pelvis.float(),
        torch.from_numpy(betas.astype(np.float32)),
        _word(arrays["gender"]),
        fps,
    )


def _word(value: np.ndarray) -> str:
    """A word that numpy has kept as text or as bytes."""
    word = value.item()
    return word.decode() if isinstance(word, bytes) else str(word)
