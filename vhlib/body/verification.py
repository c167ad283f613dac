"""Whether a body file holds what SMPL promises: said check by check, so that one can see what was looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from vhlib.body.files import BodyFiles, read_body
from vhlib.body.landmarks import landmarks
from vhlib.core.errors import InputError
from vhlib.geometry.meshes import signed_volume
from vhlib.geometry.skeletons import SMPL24


@dataclass(frozen=True)
class Check:
    """One thing that a body file must hold to."""

    name: str
    """What."""
    passed: bool
    """Whether it does."""
    found: str
    """What was found, or what is wrong."""


def verify(path: Path | str) -> tuple[Check, ...]:
    """Check a body file: SMPL's schema, finite numbers, weights, regressors, mesh, and which way it stands.

    Args:
        path: a ``.pkl`` or ``.npz`` file.

    Returns:
        The checks; after a failed ``schema`` there are no others.

    Raises:
        InputError: there is no such file.
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file; expected a body model, .pkl or .npz")
    try:
        files = read_body(path)
    except InputError as error:
        return (Check("schema", passed=False, found=str(error)),)
    size = f"{len(files.v_template)} vertices, {len(files.faces)} faces, {files.shapedirs.shape[2]} betas, all finite"
    return (Check("schema", passed=True, found=size), *_checks(files))


def _checks(files: BodyFiles) -> Iterator[Check]:
    off = np.abs(files.weights.sum(1) - 1).max()
    lowest = files.weights.min()
    yield Check("weights", bool(off < 1e-4 and lowest >= 0), f"sums within {off:.1e} of 1, smallest {lowest:.1e}")

    regressors = {"joints": files.joint_regressor, **files.regressors}
    furthest = {name: float(np.abs(rows.sum(1) - 1).max()) for name, rows in regressors.items()}
    said = ", ".join(f"{name} {off:.1e}" for name, off in furthest.items())
    yield Check("regressors", max(furthest.values()) < 0.02, f"row sums off 1 by: {said}")

    yield _mesh(files)
    if files.mirror is not None:
        fine = bool((files.mirror[files.mirror] == np.arange(len(files.mirror))).all())
        yield Check("mirror", fine, "mirrored twice, each vertex is itself" if fine else "mirrored twice, some are not")
    yield _stance(files)


def _mesh(files: BodyFiles) -> Check:
    """Closed: every edge is walked once each way. Facing out: the volume is positive."""
    edges = files.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    walked = {(int(start), int(end)) for start, end in edges}
    if len(walked) != len(edges) or walked != {(end, start) for start, end in walked}:
        return Check("mesh", passed=False, found="not closed: some edges do not have exactly two faces")
    volume = float(signed_volume(torch.tensor(files.v_template, dtype=torch.float64)[None], torch.tensor(files.faces)))
    return Check("mesh", 0.02 < volume < 0.3, f"closed, {1e3 * volume:.0f} litres")


def _stance(files: BodyFiles) -> Check:
    """Upright, facing +z, left at +x, as tall as a person: a file in other units or axes fails here."""
    joints = dict(zip(SMPL24.names, files.joint_regressor @ files.v_template, strict=True))
    points = {name: files.v_template[vertex] for name, vertex in landmarks(files).items()}
    height = float(np.ptp(files.v_template[:, 1]))
    upright = points["head_top"][1] > joints["pelvis"][1] > max(joints["left_foot"][1], joints["right_foot"][1])
    forward = points["nose"][2] > joints["head"][2]
    sides = joints["left_hand"][0] > joints["right_hand"][0]
    fine = bool(upright and forward and sides and 1.2 < height < 2.3)
    found = f"{height:.2f} m tall" + ("" if fine else "; expected upright along y, facing +z, left hand at +x, metres")
    return Check("stance", fine, found)
