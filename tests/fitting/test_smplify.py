import dataclasses
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.body import SMPL, stature
from vhlib.fitting import SMPLIFY, BodyParameters, fit_smplify, without
from vhlib.fitting.smplify import second_starts
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.geometry.skeletons import LSP14
from vhlib.metrics import mpjpe, pa_mpjpe
from vhlib.priors import load_gmm, load_vae

DOUBLE: dict[str, Any] = {"dtype": torch.float64}
FOCAL, MIDDLE = 1500.0, 500.0


@pytest.fixture(scope="module")
def person(body):
    return SMPL(body.files, dtype=torch.float64)


@pytest.fixture(scope="module")
def crowd(person):
    """Four people in poses near the prior's means, facing more or less the camera, and where they are seen."""
    numbers, prior = torch.Generator().manual_seed(1), load_gmm()
    pose = prior.means[-4:].double().unflatten(-1, (23, 3)) + 0.05 * torch.randn(4, 23, 3, generator=numbers, **DOUBLE)
    orient = torch.tensor([torch.pi, 0, 0], **DOUBLE) + 0.2 * torch.randn(4, 3, generator=numbers, **DOUBLE)
    betas = torch.randn(4, 10, generator=numbers, **DOUBLE)
    truth = BodyParameters(orient, pose, betas, torch.tensor([[0.1, 0.2, 5.0]], **DOUBLE).expand(4, 3))
    return truth, seen(person, truth)


def seen(person, truth, skeleton="lsp14"):
    points = person.keypoints(skeleton, **vars(truth))
    return FOCAL * points[..., :2] / points[..., 2:] + MIDDLE


def fit(person, keypoints, confidence=None, **options):
    count, joints = keypoints.shape[:2]
    size = torch.full((count, 2), MIDDLE).to(keypoints)
    confidence = torch.ones(count, joints).to(keypoints) if confidence is None else confidence
    settings_ = {"focal_length": torch.full_like(size, FOCAL), "principal_point": size} | options
    return fit_smplify(person, keypoints, confidence, **settings_)


def vertices(person, result):
    return person(**vars(result.parameters)).vertices


@pytest.fixture(scope="module")
def fitted(person, crowd):
    return fit(person, crowd[1])


def test_people_are_found_again(person, crowd, fitted):
    truth = person.keypoints("lsp14", **vars(crowd[0]))
    found = person.keypoints("lsp14", **vars(fitted.parameters))
    assert pa_mpjpe(found, truth).mean() < 70
    assert mpjpe(found, truth, align="pelvis", skeleton=LSP14).mean() < 110
    assert fitted.reprojection_px.max() < 0.01 * fitted.person_height_px.min()


def test_a_vertex_is_seen_at_f_x_over_z_plus_c(person, crowd, fitted):
    joints = person.keypoints("lsp14", **vars(fitted.parameters))
    pixels = FOCAL * joints[..., :2] / joints[..., 2:] + MIDDLE
    used = [column for column, name in enumerate(LSP14.names) if name not in ("neck", "left_hip", "right_hip")]
    # The fit compares SMPL's own joints, the file's regressor moves with the skin: close, not equal.
    distance = (pixels - crowd[1])[:, used].norm(dim=-1).mean(-1)
    torch.testing.assert_close(distance, fitted.reprojection_px, atol=3.0, rtol=0)


def test_the_height_is_that_of_the_shape_at_its_depth(person, fitted):
    standing = stature(person, fitted.parameters.betas)
    expected = FOCAL * standing / fitted.parameters.transl[:, 2]
    torch.testing.assert_close(fitted.person_height_px, expected)
    torch.testing.assert_close(
        stature(person, torch.zeros(1, 10, **DOUBLE))[0],
        person.v_template[:, 1].amax() - person.v_template[:, 1].amin(),
    )


@settings(deadline=None, max_examples=2)
@given(scale=st.sampled_from([0.5, 2.0, 4.0, 0.37, 3.1]))
def test_the_same_photo_in_another_resolution_gives_the_same_body(person, crowd, fitted, scale):
    size = torch.full((4, 2), scale, **DOUBLE)
    other = fit(person, crowd[1] * scale, focal_length=FOCAL * size, principal_point=MIDDLE * size)
    assert (vertices(person, other) - vertices(person, fitted)).norm(dim=-1).max() < 1e-3
    torch.testing.assert_close(other.reprojection_px, scale * fitted.reprojection_px)


@pytest.mark.parametrize("scale", [0.5, 2.0, 4.0])
def test_so_it_does_without_a_focal_length(person, crowd, scale):
    plain = fit(person, crowd[1][:1], focal_length=None)
    size = torch.full((1, 2), MIDDLE * scale, **DOUBLE)
    other = fit(person, crowd[1][:1] * scale, focal_length=None, principal_point=size)
    assert (vertices(person, other) - vertices(person, plain)).norm(dim=-1).max() < 1e-3
    torch.testing.assert_close(other.focal_length, plain.focal_length * scale)


def test_a_person_is_fitted_as_if_alone(person, crowd, fitted):
    alone = fit(person, crowd[1][2:3])
    torch.testing.assert_close(vertices(person, alone)[0], vertices(person, fitted)[2], atol=1e-5, rtol=0)
    for one, all_ in zip(alone.stages, fitted.stages, strict=True):
        assert one.iterations[0] == all_.iterations[2]


@settings(deadline=None, max_examples=6)
@given(visible=st.sets(st.integers(0, 13), min_size=1))
def test_any_subset_of_joints_gives_a_body(person, crowd, visible):
    confidence = torch.zeros(1, 14, **DOUBLE)
    confidence[0, sorted(visible)] = 1
    if visible == {LSP14.index("neck")}:
        with pytest.raises(ValueError, match="nothing to fit to"):
            fit(person, crowd[1][:1], confidence)
        return
    keypoints = crowd[1][:1].masked_fill(confidence[..., None] == 0, torch.nan)
    result = fit(person, keypoints, confidence)
    assert vertices(person, result).isfinite().all()
    assert (result.parameters.transl[:, 2] > 0).all()
    if len(visible) >= 4:  # two or three points can be further apart than any person's
        assert result.parameters.betas.abs().max() < 8
    assert result.parameters.global_orient.norm(dim=-1).max() < 2 * torch.pi


def test_a_joint_of_no_confidence_is_as_good_as_missing(person, crowd):
    confidence = torch.ones(1, 14, **DOUBLE)
    confidence[0, LSP14.index("left_wrist")] = 0
    wild = crowd[1][:1].clone()
    wild[0, LSP14.index("left_wrist")] = 1e4
    there, away = fit(person, crowd[1][:1], confidence), fit(person, wild, confidence)
    torch.testing.assert_close(vertices(person, there), vertices(person, away))


def test_less_confident_joints_pull_less(person, crowd):
    wild = crowd[1][:1].clone()
    wild[0, LSP14.index("left_wrist"), 1] += 40
    full, timid = torch.ones(1, 14, **DOUBLE), torch.ones(1, 14, **DOUBLE)
    timid[0, LSP14.index("left_wrist")] = 0.1
    joint = LSP14.index("left_wrist")

    def pulled(confidence):
        result = fit(person, wild, confidence)
        return float((seen(person, result.parameters) - wild)[0, joint].norm())

    assert pulled(timid) > 2 * pulled(full)


def test_who_stands_sideways_starts_again_with_the_other_side_to_the_camera():
    # 24 px apart, 26 px, 0 px, and 100 px of which one is not seen.
    right = torch.tensor([[0.0, 24.0], [26.0, 0.0], [0.0, 0.0], [100.0, 0.0]])
    shoulders = torch.stack([torch.zeros(4, 2), right], 1) + 300
    seen = torch.tensor([[True, True], [True, True], [True, True], [True, False]])
    first = axis_angle_to_matrix(torch.randn(4, 3, generator=torch.Generator().manual_seed(3)))
    second, people = second_starts(first, shoulders, seen)
    assert people.tolist() == [0, 2, 3]
    own = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])  # the body's left, up and front …
    torch.testing.assert_close(second @ own.T, (first @ own.T)[people] * torch.tensor([-1.0, 1.0, -1.0]))  # … turn


@settings(deadline=None)
@given(seed=st.integers(0, 2**31))
def test_turned_round_twice_is_the_first_start(seed):
    draws = torch.Generator().manual_seed(seed)
    orient = axis_angle_to_matrix(torch.randn(3, 3, generator=draws, **DOUBLE)).requires_grad_()
    unseen = torch.rand(3, 2, 2, generator=draws, **DOUBLE), torch.zeros(3, 2, dtype=torch.bool)
    second, people = second_starts(orient, *unseen)
    torch.testing.assert_close(second_starts(second, *unseen)[0], orient)
    torch.testing.assert_close(second.det(), torch.ones(3, **DOUBLE))
    assert people.tolist() == [0, 1, 2]
    assert torch.autograd.gradcheck(lambda rotation: second_starts(rotation, *unseen)[0], orient)


def test_seen_from_the_side_both_ways_are_tried_and_the_better_one_stays(person):
    half = torch.pi / 2
    turns = torch.tensor([[0.0, half, 0.0], [0.0, -half, 0.0]], **DOUBLE)
    upright = axis_angle_to_matrix(torch.tensor([torch.pi, 0.0, 0.0], **DOUBLE))
    orient = matrix_to_axis_angle(upright @ axis_angle_to_matrix(turns))
    pose = torch.zeros(2, 23, 3, **DOUBLE)
    pose[:, [0, 1], 0], pose[:, [3, 4], 0] = torch.tensor([-0.9, 0.3], **DOUBLE), torch.tensor([1.0, 0.2], **DOUBLE)
    pose[:, 15, 2], pose[:, 16, 2] = -1.2, 1.2
    truth = BodyParameters(
        orient, pose, torch.zeros(2, 10, **DOUBLE), torch.tensor([[0.0, 0.2, 5.0]], **DOUBLE).expand(2, 3)
    )
    result = fit(person, seen(person, truth))
    assert result.both_ways.all()
    forward = axis_angle_to_matrix(result.parameters.global_orient)[:, 0, 2]
    expected = axis_angle_to_matrix(orient)[:, 0, 2]
    assert (forward * expected > 0.5).all()  # both look the way they should, left and right


def test_each_stage_says_what_it_did(fitted):
    assert [done.stage for done in fitted.stages] == list(SMPLIFY)
    for done in fitted.stages:
        assert done.energies.keys() == done.stage.weights.keys()
        assert done.iterations.min() > 0
        assert done.converged.all()
        assert done.trace is None
    data = torch.stack([done.energies["keypoints"].mean() for done in fitted.stages[1:]])
    assert (data[1:] <= data[:-1]).all()  # the priors let go


def test_every_iterate_can_be_traced(person, crowd, fitted):
    traced = fit(person, crowd[1], trace=True)
    torch.testing.assert_close(vertices(person, traced), vertices(person, fitted))
    last = traced.stages[-1]
    assert len(last.trace_energy) == last.iterations.max() + 1
    assert last.trace.body_pose.shape == (len(last.trace_energy), 4, 23, 3)
    assert (last.trace_energy[1:] <= last.trace_energy[:-1]).all()
    torch.testing.assert_close(last.trace_energy[-1], sum(last.energies.values()))
    torch.testing.assert_close(last.trace.betas[-1], traced.parameters.betas)


@pytest.mark.slow
@pytest.mark.parametrize(("minimiser", "everybody"), [("lbfgs", True), ("adam", False)])
def test_other_minimisers_go_to_the_same_place_more_slowly(person, crowd, fitted, minimiser, everybody):
    other = fit(person, crowd[1][:2], minimiser=minimiser)
    energy = sum(other.stages[-1].energies.values())
    best = sum(fitted.stages[-1].energies.values())[:2]
    arrived = energy < 1.1 * best + 50
    assert arrived.all() if everybody else arrived.any()  # Adam's steps of one length end in another minimum at times
    assert other.stages[-1].iterations.min() > fitted.stages[-1].iterations[:2].max()


def test_without_the_pose_prior_the_joints_are_met_and_the_body_is_worse(person, crowd, fitted):
    free = fit(person, crowd[1], stages=without(SMPLIFY, "pose"))
    truth = person.keypoints("lsp14", **vars(crowd[0]))
    errors = [pa_mpjpe(person.keypoints("lsp14", **vars(r.parameters)), truth).mean() for r in (fitted, free)]
    assert errors[1] > 1.3 * errors[0]


def test_a_prior_of_ones_own(person, crowd):
    class Rest:
        """Prefers the T-pose; has residuals, no closed form."""

        def residuals(self, body_pose):
            return body_pose.flatten(1)

        def energy(self, body_pose):
            return body_pose.square().flatten(1).sum(-1)

    closer = fit(person, crowd[1][:1], pose_prior=Rest()).stages[1]
    assert closer.energies["pose"].item() < 404**2 * load_gmm().mean_pose.square().sum()


@pytest.mark.parametrize("skeleton", ["coco17", "openpose25", "h36m17", "smpl24"])
def test_other_skeletons(person, crowd, skeleton):
    truth = dataclasses.replace(crowd[0])
    result = fit(person, seen(person, truth, skeleton), skeleton=skeleton)
    assert result.reprojection_px.max() < 0.03 * result.person_height_px.min()


def test_single_precision_is_enough(body, person, crowd, fitted):
    single = fit(body, crowd[1].float())
    assert single.parameters.betas.dtype == torch.float32
    close = (vertices(body, single) - vertices(person, fitted).float()).norm(dim=-1).amax(-1)
    assert close.median() < 2e-2


def test_from_a_good_start_a_fit_ends_closer(person, crowd, fitted):
    truth, keypoints = crowd
    refined = fit(person, keypoints, **vars(truth))
    apart = pa_mpjpe(person.keypoints("lsp14", **vars(refined.parameters)), person.keypoints("lsp14", **vars(truth)))
    again = pa_mpjpe(person.keypoints("lsp14", **vars(fitted.parameters)), person.keypoints("lsp14", **vars(truth)))
    assert apart.mean() < again.mean()
    assert refined.reprojection_px.max() < 0.01 * refined.person_height_px.min()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"latent": load_vae(), "body_pose": torch.zeros(1, 23, 3)},
            "body_pose: a search of a latent space starts from",
        ),
        ({"minimiser": "newton"}, "minimiser: there is no 'newton'; there is levenberg_marquardt, lbfgs, adam"),
        ({"skeleton": "lsp"}, "'lsp' is no skeleton; expected one of smpl24, lsp14"),
    ],
)
def test_what_does_not_fit_is_refused(person, crowd, options, sentence):
    arguments = {"principal_point": torch.full((1, 2), MIDDLE, **DOUBLE)} | options
    with pytest.raises(ValueError, match=sentence):
        fit_smplify(person, crowd[1][:1], torch.ones(1, 14, **DOUBLE), **arguments)
