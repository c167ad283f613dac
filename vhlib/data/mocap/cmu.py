"""Takes of the CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu, free for all uses) as poses of SMPL."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.errors import InputError
from vhlib.data.mocap.amc import pose_bones, read_amc
from vhlib.data.mocap.asf import read_asf
from vhlib.data.mocap.capture import Capture
from vhlib.data.mocap.fidelity import Fidelity, fidelity
from vhlib.data.mocap.retarget import retarget

Scalar = float | int
"""beartype tells them apart."""

RATE: Final = 120.0
"""Frames per second of nearly all takes; the files do not say."""


def find_takes(folder: Path) -> list[tuple[Path, Path]]:
    """Every take of a folder and of those in it, with its skeleton.

    Args:
        folder: holds ``02_01.amc, …`` and ``02.asf`` side by side; or subjects' folders that do.

    Raises:
        InputError: no such folder, no take, or a take without a skeleton.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder of CMU takes (.amc, and their .asf beside them)")
    takes = sorted(folder.rglob("*.amc"))
    if not takes:
        raise InputError(f"{folder}: no .amc in this folder; get takes and their .asf from mocap.cs.cmu.edu")
    return [(_skeleton_of(take), take) for take in takes]


def read_cmu(
    folder: Path,
    joints_rest: Float[Tensor, "24 3"],
    *,
    fps: Scalar = 30,
    rate: Scalar = RATE,
    begin: Callable[[str, int], None] = lambda name, number: None,
) -> tuple[Capture, Fidelity]:
    """A folder of takes as poses, and how well these follow the takes' own skeletons.

    Args:
        folder: see `find_takes`.
        joints_rest: of the body that is to move, at rest, metres.
        fps: frames per second wanted; the nearest recorded ones are taken.
        rate: frames per second recorded.
        begin: told the name and number of each take before it is read.

    Raises:
        InputError: what `find_takes`, `read_asf` and `read_amc` refuse; or fps that are not above 0 and at most rate.
    """
    if not 0 < fps <= rate:
        raise InputError(f"fps: expected above 0 and at most the takes' {rate:g} frames per second, got {fps:g}")
    poses, numbers, names, close = [], [], [], []
    for number, (asf, amc) in enumerate(find_takes(folder)):
        begin(amc.stem, number)
        skeleton = read_asf(asf)
        channels = read_amc(amc, skeleton)
        times = torch.arange(0, len(channels), rate / fps, dtype=torch.float64)
        kept = channels[times.round().long().clamp_max(len(channels) - 1)]
        posed = pose_bones(skeleton, kept)
        poses.append(retarget(skeleton, posed, joints_rest))
        close.append(fidelity(skeleton, posed, poses[-1], joints_rest))
        numbers.append(torch.full((len(kept),), number))
        names.append(amc.stem)
    body_pose, global_orient, transl = (
        torch.cat([getattr(found, part) for found in poses]).float()
        for part in ("body_pose", "global_orient", "transl")
    )
    capture = Capture(body_pose, global_orient, transl, torch.cat(numbers), tuple(names), float(fps))
    angles, errors = (torch.cat([getattr(one, part) for one in close]) for part in ("limb_angles", "joint_errors"))
    return capture, Fidelity(angles, errors)


def _skeleton_of(take: Path) -> Path:
    """``02.asf`` for ``02_01.amc``; or the only one beside it."""
    own = take.with_name(take.stem.partition("_")[0] + ".asf")
    if own.exists():
        return own
    beside = list(take.parent.glob("*.asf"))
    if len(beside) != 1:
        raise InputError(f"{take}: no skeleton {own.name} beside this take; put the subject's .asf there")
    return beside[0]
