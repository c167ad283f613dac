"""What each part of SMPLify is for: the whole fit beside the same fit with one part switched off.

Held-out synthetic people: poses of the library's test split, betas from N(0, 1), seen by a perspective camera whose
focal length is given, LSP-14 keypoints of the LSP regressor with 2 px of noise where a person is 500 px tall. Errors
are on LSP-14, centred between the hips; PVE is centred at the pelvis.
"""

import time
from dataclasses import asdict, replace
from typing import Any, Final

import torch
from matplotlib.figure import Figure

from vhlib.body import SMPL, load_body, stature
from vhlib.cameras.frames import facing_camera
from vhlib.data.crowd import FOCAL_LENGTH, SIZE, Crowd, crowd
from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.fitting import SMPLIFY, fit_smplify, without
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.geometry.skeletons import LSP14
from vhlib.metrics import mpjpe, pa_mpjpe, pve
from vhlib.viz.palette import COLOURS

PEOPLE: Final = {"fast": 256, "full": 1024}
MISSING: Final = 0.2
COLUMNS: Final = ("reprojection, px", "MPJPE, mm", "PA-MPJPE, mm", "PVE, mm", "people per second")


def measure(body: SMPL, people: Crowd, settings: dict[str, Any]) -> Values:
    """Fit everybody at once, and compare with the truth.

    Args:
        body: the body that the people are of.
        people: whom to fit.
        settings: for `fit_smplify`.
    """
    count = len(people.confidence)
    start = time.perf_counter()
    result = fit_smplify(
        body,
        people.keypoints_2d,
        people.confidence,
        focal_length=people.camera.focal_length.expand(count, 2),
        principal_point=people.camera.principal_point.expand(count, 2),
        **settings,
    )
    seconds = time.perf_counter() - start
    found = asdict(result.parameters)
    with torch.no_grad():
        joints = [body.keypoints("lsp14", **which) for which in (found, people.truth)]
        skins = [body(**which) for which in (found, people.truth)]
    pelvises = {"predicted_pelvis": skins[0].joints[:, 0], "true_pelvis": skins[1].joints[:, 0]}
    measured = (
        result.reprojection_px,
        mpjpe(*joints, align="pelvis", skeleton=LSP14),
        pa_mpjpe(*joints),
        pve(skins[0].vertices, skins[1].vertices, align="pelvis", **pelvises),
    )
    return dict(zip(COLUMNS, [float(values.mean()) for values in measured] + [count / seconds], strict=True))


def experiment(profile: str) -> Experiment:
    """Eight rows: all joints seen or a fifth missing; everything on, or one thing off."""
    body, count, seed = load_body("neutral", source="standin"), PEOPLE[profile], 0
    away = facing_camera(torch.ones(1))[0] @ axis_angle_to_matrix(torch.tensor([[0.0, torch.pi, 0.0]]))
    # Where an average body fills the picture, on its axis: what one would start from without looking at the torso.
    depth = FOCAL_LENGTH * float(stature(body, torch.zeros(1, body.num_betas))) / SIZE
    variants: dict[str, dict[str, Any]] = {
        "everything on": {},
        "no pose prior": {"stages": without(SMPLIFY, "pose")},
        "no start from the torso": {
            "stages": tuple(replace(stage, free=(*stage.free, "transl")) for stage in SMPLIFY[1:]),
            "transl": torch.tensor([[0.0, 0.0, depth]]).expand(count, 3),
        },
        "started facing away": {"global_orient": matrix_to_axis_angle(away).expand(count, 3)},
    }

    def row(name: str, settings: dict[str, Any], missing: float) -> Row:
        return Row(name, lambda: measure(body, crowd(body, count, seed=seed, missing=missing), settings))

    rows = [
        row(f"{name}{suffix}", settings, missing)
        for missing, suffix in ((0.0, ""), (MISSING, f", {MISSING:.0%} missing"))
        for name, settings in variants.items()
    ]
    return Experiment("smplify", profile, (seed,), COLUMNS, tuple(rows), _draw)


def _draw(table: Table) -> Figure:
    """PA-MPJPE of each row."""
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    axis = figure.subplots()
    values = {name: value or 0.0 for name, value in table.column("PA-MPJPE, mm").items()}
    colours = [COLOURS["orange"] if "missing" in name else COLOURS["blue"] for name in values]
    axis.barh(range(len(values)), list(values.values()), color=colours)
    axis.set_yticks(range(len(values)), list(values))
    axis.invert_yaxis()
    axis.set_xlabel("PA-MPJPE, mm")
    axis.spines[["top", "right"]].set_visible(False)
    return figure
