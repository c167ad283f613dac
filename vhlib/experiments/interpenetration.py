"""What the interpenetration term does: how deep fitted bodies are in themselves, with it and without.

People of the library's test split, of motions in which hands come near the body and legs near each other. A body's
depth is that of its deepest pair of capsules; the truth's own is the first row, as a hand on a hip overlaps too.
"""

import functools
from dataclasses import asdict
from typing import Final

import torch
from matplotlib.figure import Figure

from vhlib.body import SMPL, load_body
from vhlib.data.crowd import Crowd, crowd
from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.fitting import SMPLIFY, BodyParameters, fit_smplify, without
from vhlib.fitting.penetration import penetration_depth
from vhlib.metrics import pa_mpjpe
from vhlib.viz.palette import COLOURS

PEOPLE: Final = {"fast": 256, "full": 1024}
FAMILIES: Final = ("talking", "grooming", "sitting", "floor_sitting", "lifting", "dancing")
MISSING: Final = 0.2
DEEP: Final = 30.0
"""Millimetres: more than skin gives way, and than capsules are stouter than limbs."""

COLUMNS: Final = ("depth, mm", f"deeper than {DEEP:.0f} mm, %", "PA-MPJPE, mm")


def measure(body: SMPL, people: Crowd, stages: tuple | None) -> Values:
    """The depth of fitted bodies, or of the true ones.

    Args:
        body: the body that the people are of.
        people: whom to fit.
        stages: of the fit; None: no fit, the truth.
    """
    count = len(people.confidence)
    found = BodyParameters(**people.truth)
    if stages is not None:
        found = fit_smplify(
            body,
            people.keypoints_2d,
            people.confidence,
            focal_length=people.camera.focal_length.expand(count, 2),
            principal_point=people.camera.principal_point.expand(count, 2),
            stages=stages,
        ).parameters
    with torch.no_grad():
        depth = penetration_depth(body, found).amax(1)
        joints = [body.keypoints("lsp14", **who) for who in (asdict(found), people.truth)]
    measured = depth.mean(), 100 * (depth > DEEP).double().mean(), pa_mpjpe(*joints).mean()
    return dict(zip(COLUMNS, map(float, measured), strict=True))


def experiment(profile: str) -> Experiment:
    """The truth, and fits with and without the term; all joints seen or a fifth missing."""
    body, seed = load_body("neutral", source="standin"), 0
    make = functools.partial(crowd, body, PEOPLE[profile], seed=seed, families=FAMILIES)
    fits = {"with the term": SMPLIFY, "without the term": without(SMPLIFY, "interpenetration")}
    rows = [Row("the truth", lambda: measure(body, make(), None))]
    for missing, suffix in ((0.0, ""), (MISSING, f", {MISSING:.0%} missing")):
        rows += [
            Row(
                f"{name}{suffix}",
                functools.partial(lambda stages, m: measure(body, make(missing=m), stages), stages, missing),
            )
            for name, stages in fits.items()
        ]
    return Experiment("interpenetration", profile, (seed,), COLUMNS, tuple(rows), _draw)


def _draw(table: Table) -> Figure:
    """Depth of each row."""
    figure = Figure(figsize=(6.4, 2.6), layout="constrained")
    axis = figure.subplots()
    values = table.column(COLUMNS[0])
    hues = [COLOURS["orange" if "without" in name else "blue" if "with" in name else "grey"] for name in values]
    axis.barh(list(values), [value or 0.0 for value in values.values()], color=hues)
    axis.invert_yaxis()
    axis.set_xlabel("depth of the deepest pair of parts, mean over people, mm")
    axis.spines[["top", "right"]].set_visible(False)
    return figure
