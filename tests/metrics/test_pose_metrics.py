"""The measures on errors whose size is known, under the motions that must not matter, and on what has no answer."""

import inspect
import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck
from torch.testing import assert_close

from vhlib.geometry.rotations import axis_angle_to_matrix, axis_angle_to_quaternion
from vhlib.geometry.skeletons import H36M17, LSP14
from vhlib.metrics.pose import acceleration_error, mpjpe, pa_mpjpe, pck, pckh, pve, rotation_error

SEEDS = st.integers(0, 10_000)


def random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def two_bodies(seed: int = 0, joints: int = 14) -> tuple[Tensor, Tensor]:
    return random(2, joints, 3, seed=seed), random(2, joints, 3, seed=seed + 1)


def moved(points: Tensor, seed: int, scale: float = 1.0) -> Tensor:
    return scale * points @ axis_angle_to_matrix(random(3, seed=seed)).mT + random(3, seed=seed + 1)


def test_metres_in_millimetres_out():
    truth = random(2, 14, 3, seed=0)
    predicted = truth.clone()
    predicted[:, 4, 1] += 0.14  # one joint of 14 by 140 mm
    ten = torch.full((2,), 10.0, dtype=torch.float64)
    assert_close(mpjpe(predicted, truth, align="none"), ten)
    assert_close(pve(predicted, truth, align="none"), ten)
    assert_close(acceleration_error(predicted[None].repeat(1, 2, 1, 1), truth[None].repeat(1, 2, 1, 1)), 0 * ten[:1])


@given(SEEDS)
@settings(deadline=None)
def test_what_each_alignment_forgives(seed: int):
    predicted, truth = two_bodies(seed)
    shifted = predicted + random(2, 1, 3, seed=seed + 2)
    at_pelvis = mpjpe(predicted, truth, align="pelvis", skeleton=LSP14)
    assert_close(mpjpe(shifted, truth, align="pelvis", skeleton=LSP14), at_pelvis)
    similar = moved(predicted, seed + 3, scale=1.7)
    assert_close(pa_mpjpe(similar, truth), pa_mpjpe(predicted, truth))
    assert (pa_mpjpe(moved(truth, seed + 3, scale=0.4), truth) < 1e-6).all()
    assert_close(pa_mpjpe(predicted, truth), mpjpe(predicted, truth, align="similarity"))
    here, there = (predicted, truth), (moved(predicted, seed + 5), moved(truth, seed + 5))
    assert_close(mpjpe(*there, align="none"), mpjpe(*here, align="none"))
    assert_close(mpjpe(*there, align="pelvis", skeleton=LSP14), mpjpe(*here, align="pelvis", skeleton=LSP14))


def test_a_mirrored_body_is_wrong_even_after_procrustes():
    truth = random(2, 14, 3, seed=0)
    assert (pa_mpjpe(truth * torch.tensor([-1.0, 1.0, 1.0]), truth) > 100).all()


def test_pelvis_is_the_joint_of_that_name_or_the_middle_of_the_hips():
    predicted, truth = two_bodies(joints=17)
    by_hand = (predicted - predicted[:, :1]) - (truth - truth[:, :1])
    expected = 1000 * by_hand.norm(dim=-1).mean(1)
    assert_close(mpjpe(predicted, truth, align="pelvis", skeleton=H36M17), expected)
    predicted, truth = two_bodies(joints=14)
    difference = predicted - truth
    hips = difference[:, [2, 3]].mean(1, keepdim=True)  # LSP's right and left hip
    expected = 1000 * (difference - hips).norm(dim=-1).mean(1)
    assert_close(mpjpe(predicted, truth, align="pelvis", skeleton=LSP14), expected)


@pytest.mark.parametrize("hidden", [99.0, math.nan])
def test_hidden_joints_may_be_anything(hidden: float):
    predicted, truth = two_bodies(joints=17)
    visible = torch.ones(2, 17, dtype=torch.bool)
    visible[0, [1, 12]] = visible[1, 5] = False
    spoilt, spoilt_truth = predicted.clone(), truth.clone()
    spoilt[~visible], spoilt_truth[~visible] = hidden, -hidden
    for measure in (
        lambda p, t: mpjpe(p, t, align="none", visible=visible),
        lambda p, t: mpjpe(p, t, align="pelvis", skeleton=H36M17, visible=visible),
        lambda p, t: pa_mpjpe(p, t, visible=visible),
        lambda p, t: pck(p, t, threshold=1.0, visible=visible),
        lambda p, t: pckh(p[..., :2], t[..., :2], skeleton=H36M17, visible=visible),
    ):
        assert_close(measure(spoilt, spoilt_truth), measure(predicted, truth))
    first = visible[0]
    alone = pa_mpjpe(predicted[:1, first], truth[:1, first])
    assert_close(pa_mpjpe(spoilt, spoilt_truth, visible=visible)[:1], alone)


def test_vertices_are_aligned_at_the_pelvis_that_is_given():
    predicted, truth = two_bodies(joints=30)
    pelvis = predicted.mean(1), truth.mean(1)
    by_hand = (predicted - pelvis[0][:, None]) - (truth - pelvis[1][:, None])
    found = pve(predicted, truth, align="pelvis", predicted_pelvis=pelvis[0], true_pelvis=pelvis[1])
    assert_close(found, 1000 * by_hand.norm(dim=-1).mean(1))
    assert_close(pve(predicted, truth, align="similarity"), pa_mpjpe(predicted, truth))


def test_pck_counts_those_within_the_threshold_the_edge_included():
    truth = torch.zeros(2, 4, 2)
    predicted = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 5.1], [30.0, 40.0]]).expand(2, 4, 2)
    assert_close(pck(predicted, truth, threshold=5.0), torch.tensor([0.5, 0.5]))
    assert_close(pck(predicted, truth, threshold=torch.tensor([1.0, 50.0])), torch.tensor([0.25, 1.0]))
    visible = torch.tensor([[True, True, True, False], [False, False, False, True]])
    assert_close(pck(predicted, truth, threshold=5.0, visible=visible), torch.tensor([2 / 3, 0.0]))


@given(SEEDS, st.floats(0.01, 100))
@settings(deadline=None, max_examples=30)
def test_pck_grows_with_the_threshold_and_pckh_does_not_depend_on_the_image_s_size(seed: int, size: float):
    predicted, truth = random(3, 14, 2, seed=seed), random(3, 14, 2, seed=seed + 1)
    shares = [pck(predicted, truth, threshold=t) for t in (0.1, 0.5, 1.0, 9.0)]
    assert all((a <= b).all() for a, b in itertools.pairwise(shares))
    assert_close(pckh(size * predicted, size * truth), pckh(predicted, truth))


def test_pckh_s_unit_is_half_of_the_true_head():
    truth = torch.zeros(1, 14, 2)
    truth[0, LSP14.index("head_top")] = torch.tensor([0.0, -20.0])  # the neck stands at (0, 0)
    predicted = truth + torch.tensor([10.0, 0.0])
    assert_close(pckh(predicted, truth), torch.ones(1))
    assert_close(pckh(predicted + torch.tensor([0.1, 0.0]), truth), torch.zeros(1))
    assert_close(pckh(predicted, truth, share=0.4), torch.zeros(1))


@given(SEEDS)
@settings(deadline=None)
def test_rotation_error_is_the_quaternion_formula_of_nbf(seed: int):
    vectors = random(2, 3, 24, 3, seed=seed)
    q, p = axis_angle_to_quaternion(vectors)
    expected = (2 * (q * p).sum(-1).square() - 1).clamp(-1, 1).arccos().mean(-1)
    assert_close(rotation_error(*axis_angle_to_matrix(vectors)), expected)


def test_rotation_error_is_in_radians_and_averages_over_joints():
    truth = torch.eye(3).repeat(1, 4, 1, 1)
    predicted = truth.clone()
    predicted[0, 2] = axis_angle_to_matrix(torch.tensor([0.0, 1.0, 0.0]))
    assert_close(rotation_error(predicted, truth), torch.tensor([0.25]))


def test_acceleration_error_of_a_parabola():
    """x = a t² / 2 has second difference a in every frame, whatever the start and the speed."""
    frames = torch.arange(6, dtype=torch.float64)[None, :, None, None]
    truth = random(2, 1, 5, 3, seed=0) + frames * random(2, 1, 5, 3, seed=1)
    acceleration = 0.002 * torch.nn.functional.normalize(random(2, 1, 5, 3, seed=2), dim=-1)
    predicted = truth + random(2, 1, 5, 3, seed=3) + frames.square() / 2 * acceleration
    assert_close(acceleration_error(predicted, truth), torch.full((2,), 2.0, dtype=torch.float64))
    visible = torch.ones(2, 6, 5, dtype=torch.bool)
    visible[:, 3, 1:] = False
    predicted[:, 3, 1:] = math.nan
    assert_close(acceleration_error(predicted, truth, visible=visible), torch.full((2,), 2.0, dtype=torch.float64))


def test_a_sample_s_error_does_not_depend_on_the_others():
    predicted, truth = two_bodies()
    assert_close(pa_mpjpe(predicted, truth)[1:], pa_mpjpe(predicted[1:], truth[1:]))


def test_gradients():
    predicted, truth = two_bodies()
    predicted.requires_grad_()
    assert gradcheck(lambda p: mpjpe(p, truth, align="pelvis", skeleton=LSP14), predicted)
    assert gradcheck(lambda p: pa_mpjpe(p, truth), predicted)
    assert gradcheck(lambda p: pve(p, truth, align="none"), predicted)
    clip = random(1, 5, 3, 3, seed=4).requires_grad_()
    assert gradcheck(lambda p: acceleration_error(p, random(1, 5, 3, 3, seed=5)), clip)
    turned = axis_angle_to_matrix(random(1, 3, 3, seed=6)).requires_grad_()
    assert gradcheck(lambda r: rotation_error(r, torch.eye(3, dtype=torch.float64).expand(1, 3, 3, 3)), turned)


@pytest.mark.parametrize("align", ["none", "pelvis", "similarity"])
def test_the_gradient_is_finite_at_a_perfect_answer(align):
    truth = random(2, 14, 3, seed=0)
    predicted = truth.clone().requires_grad_()
    mpjpe(predicted, truth, align=align, skeleton=LSP14).sum().backward()
    assert predicted.grad is not None
    assert predicted.grad.isfinite().all()


def test_a_collapsed_prediction_has_an_error():
    truth = random(2, 14, 3, seed=0)
    expected = 1000 * (truth - truth.mean(1, keepdim=True)).norm(dim=-1).mean(1)
    assert_close(pa_mpjpe(torch.zeros_like(truth), truth), expected)


def test_refuses_what_has_no_error():
    predicted, truth = two_bodies()
    none = torch.zeros(2, 14, dtype=torch.bool)
    for measure in (mpjpe, inspect.unwrap(mpjpe)):
        with pytest.raises(ValueError, match="visible: a sample has no visible point"):
            measure(predicted, truth, align="none", visible=none)
    with pytest.raises(ValueError, match="visible: a sample has no visible point"):
        pck(predicted, truth, threshold=1.0, visible=none)
    with pytest.raises(ValueError, match='align="pelvis" needs the joints'):
        mpjpe(predicted, truth, align="pelvis")
    with pytest.raises(ValueError, match=r"predicted: expected \(B, 17, 3\)"):
        mpjpe(predicted, truth, align="pelvis", skeleton=H36M17)
    with pytest.raises(ValueError, match='align="pelvis" needs both'):
        pve(predicted, truth, align="pelvis", true_pelvis=truth[:, 0])
    with pytest.raises(ValueError, match="neck and head_top coincide"):
        pckh(torch.zeros(1, 14, 2), torch.zeros(1, 14, 2))
    with pytest.raises(ValueError, match="three frames or more, got 2"):
        acceleration_error(truth[None], truth[None])
    with pytest.raises(ValueError, match="truth: expected"):
        inspect.unwrap(rotation_error)(torch.zeros(2, 3, 3, 3), torch.zeros(2, 4, 3, 3))
