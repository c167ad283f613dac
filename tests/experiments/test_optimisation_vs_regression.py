"""The closing comparison, on four people: what it measures, not who wins."""

import math
from dataclasses import replace
from functools import partial

import pytest
import torch

from vhlib.cameras import WeakPerspectiveCamera
from vhlib.experiments import optimisation_vs_regression as closing
from vhlib.experiments import prepare, run
from vhlib.fitting import SMPLIFY, fit_smplify
from vhlib.geometry.rotations import axis_angle_to_matrix, geodesic_angle
from vhlib.nets import HMR, Estimate


@pytest.fixture(scope="module")
def seen(body):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closing, "HELD_OUT", 4)
        return closing.seen_people(body, 4, 64, 32)


def measured(body, seen, seconds, stages):
    """What starts from the truth."""
    values = closing.measure(body, seen, lambda body, seen: closing.Answer(seen.truth, seconds), stages)
    return {name: math.nan if value is None else value for name, value in values.items()}


def test_the_truth_makes_no_error_and_is_off_the_keypoints_by_their_noise(body, seen):
    found = measured(body, seen, 0.5, ())
    assert set(found) == set(closing.COLUMNS)
    assert found["PA-MPJPE, mm"] < 12  # the closest neutral body's joints, not quite a man's or a woman's
    assert 1 < found["reprojection, px"] < 5  # 2 px along x and along y
    assert found["failures, %"] == 0
    assert math.isnan(found["moved by the start, mm"])
    assert found["ms per image"] == 500


def test_from_its_own_start_smplify_is_as_it_always_is(body, seen):
    sights = {
        "keypoints_2d": seen.keypoints_2d,
        "confidence": seen.confidence,
        "focal_length": seen.camera.focal_length,
        "principal_point": seen.camera.principal_point,
    }
    usual, own = (
        fit_smplify(body, **sights, **begin, stages=SMPLIFY[:2])
        for begin in ({}, vars(closing.own_start(body, seen).bodies))
    )
    torch.testing.assert_close(usual.parameters.pack(), own.parameters.pack(), atol=1e-4, rtol=1e-4)


def test_starts_are_as_far_off_as_they_say(body, seen):
    own, bad, good = (each(body, seen).bodies for each in (closing.own_start, closing.bad_start, closing.good_start))
    half = geodesic_angle(axis_angle_to_matrix(own.global_orient), axis_angle_to_matrix(bad.global_orient))
    torch.testing.assert_close(half, torch.full_like(half, torch.pi), atol=1e-2, rtol=0)
    torch.testing.assert_close(bad.body_pose, own.body_pose)
    off = geodesic_angle(axis_angle_to_matrix(good.pose), axis_angle_to_matrix(seen.truth.pose))
    assert off.square().mean().sqrt() == pytest.approx(closing.NEARBY * 3**0.5, rel=0.15)
    assert not good.betas.any()


def test_a_network_is_placed_in_the_same_camera_at_any_size(body, seen, monkeypatch):
    truth, pictures = seen.truth, iter([0, 0, 1, 2, 3])  # the first is shown twice
    scale = seen.pictures_focal / truth.transl[:, 2]

    class Knowing(HMR):
        def __init__(self):
            torch.nn.Module.__init__(self)

        def forward(self, images):
            one = [next(pictures)]
            camera = WeakPerspectiveCamera(scale[one], truth.transl[one, :2])
            return (Estimate(axis_angle_to_matrix(truth.pose[one]), truth.betas[one], camera),)

    monkeypatch.setattr(closing, "load_hmr", Knowing)
    monkeypatch.setattr(closing, "crop_size", lambda: 32)
    answer = closing.by_hmr.__wrapped__(body, seen)
    torch.testing.assert_close(answer.bodies.transl, truth.transl, atol=1e-3, rtol=1e-3)
    assert answer.seconds > 0


def test_a_fit_knows_how_far_its_start_moves_it(body, seen):
    found = measured(body, seen, 0.0, SMPLIFY[:2])
    assert 0 < found["moved by the start, mm"] < 500
    assert found["ms per image"] > 0


def test_shaking_by_nothing_changes_nothing(seen):
    poses = (bodies.pose for bodies in (seen.truth, closing.shaken(seen.truth, 0.0, "still")))
    torch.testing.assert_close(*map(axis_angle_to_matrix, poses), atol=1e-4, rtol=0)


def test_rows_differ_in_start_and_stages_alone_and_can_be_drawn(tmp_path):
    experiment = prepare("optimisation-vs-regression")
    assert [row.name for row in experiment.rows] == list(closing.ROWS)
    shared = {str({**row.config, "start": "", "stages": ""}) for row in experiment.rows}
    assert len(shared) == 1
    assert len({str(row.config) for row in experiment.rows}) == len(experiment.rows)
    values = {**dict.fromkeys(experiment.columns, 1.0), "moved by the start, mm": None}
    rows = tuple(replace(row, measure=partial(dict, values)) for row in experiment.rows)
    run(replace(experiment, rows=rows, share=lambda: None), tmp_path)
    assert (tmp_path / "figure.png").stat().st_size > 5000
