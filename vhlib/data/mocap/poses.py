"""Body poses alone, from whatever motion capture a user has: for priors and judges, which want poses and no motion."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.errors import InputError
from vhlib.data.mocap.amass import read_amass
from vhlib.data.mocap.capture import read_capture


def read_poses(path: Path, *, fps: float = 10.0) -> Float[Tensor, "N 23 3"]:
    """Axis-angle poses in radians, relative to the parent, some of each second: neighbours in time are too alike.

    Args:
        path: a pose file of ``vh data cmu``, a sequence of AMASS, or a folder with such files, however deep; what else
            lies there, such as AMASS's ``shape.npz``, is passed over.
        fps: poses kept of each second, about.

    Raises:
        InputError: no such path, no poses there, or a file that `read_capture` or `read_amass` refuses.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; name a pose file of `vh data cmu`, or AMASS's folder")
    files = list(_with_poses(path)) if path.is_dir() else [path]
    poses = [_thinned(*_read(file), fps) for file in files]
    if not any(map(len, poses)):
        raise InputError(f"{path}: no poses there; expected .npz files of `vh data cmu` or of AMASS")
    return torch.cat(poses)


def _with_poses(folder: Path) -> Iterator[Path]:
    """In the order of their names, so that the same folder is the same poses everywhere."""
    return (file for file in sorted(folder.rglob("*.npz")) if _arrays(file) & {"body_pose", "poses"})


def _read(file: Path) -> tuple[Tensor, float]:
    """Poses of one file, and how many there are of each second."""
    if "body_pose" in _arrays(file):
        capture = read_capture(file)
        return capture.body_pose, capture.fps
    sequence = read_amass(file, torch.zeros(3))  # where the pelvis is does not matter to its joints
    return sequence.body_pose, sequence.fps


def _arrays(file: Path) -> set[str]:
    if not is_zipfile(file):
        return set()
    with ZipFile(file) as archive:
        return {name.removesuffix(".npy") for name in archive.namelist()}


def _thinned(poses: Tensor, recorded: float, fps: float) -> Tensor:
    return poses[:: max(1, round(recorded / fps))]
