"""Procrustes: known motions come back, nothing nearby is better, and bad input has an answer."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from torch import Tensor
from torch.autograd import gradcheck
from torch.testing import assert_close

from vhlib.geometry.rigid import Similarity, procrustes
from vhlib.geometry.rotations import axis_angle_to_matrix

SEEDS = st.integers(0, 10_000)


def random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def motion(seed: int, *, scale: bool) -> Similarity:
    size = random(3, seed=seed + 2).exp() if scale else torch.ones(3, dtype=torch.float64)
    return Similarity(axis_angle_to_matrix(2 * random(3, 3, seed=seed)), random(3, 3, seed=seed + 1), size)


def cost(found: Similarity, source: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    return (weights * (found.apply(source) - target).square().sum(-1)).sum(1)


@given(SEEDS, st.booleans())
@settings(deadline=None)
def test_a_known_motion_comes_back(seed: int, scale: bool):
    source, true = random(3, 8, 3, seed=seed), motion(seed + 10, scale=scale)
    found = procrustes(source, true.apply(source), scale=scale)
    assert_close(found.rotation, true.rotation)
    assert_close(found.translation, true.translation)
    assert_close(found.scale, true.scale)


@given(SEEDS, st.booleans())
@settings(deadline=None)
def test_nothing_nearby_is_better(seed: int, scale: bool):
    source, target, weights = random(3, 6, 3, seed=seed), random(3, 6, 3, seed=seed + 1), random(3, 6, seed=seed).abs()
    found = procrustes(source, target, scale=scale, weights=weights)
    best = cost(found, source, target, weights)
    nudge = 1e-3 * random(3, 7, seed=seed + 2)
    others = [
        Similarity(axis_angle_to_matrix(nudge[:, :3]) @ found.rotation, found.translation, found.scale),
        Similarity(found.rotation, found.translation + nudge[:, 3:6], found.scale),
    ]
    if scale:
        others.append(Similarity(found.rotation, found.translation, found.scale * (1 + nudge[:, 6])))
    for other in others:
        assert (cost(other, source, target, weights) >= best).all()


@given(SEEDS)
@settings(deadline=None, max_examples=20)
def test_rotation_agrees_with_scipy(seed: int):
    source, target, weights = random(1, 7, 3, seed=seed), random(1, 7, 3, seed=seed + 1), random(1, 7, seed=seed).abs()
    mean = [(weights[..., None] * x).sum(1) / weights.sum() for x in (source, target)]
    centred = [(x - m)[0].numpy() for x, m in zip((target, source), mean[::-1], strict=True)]
    expected, _ = Rotation.align_vectors(*centred, weights[0].numpy())
    found = procrustes(source, target, scale=True, weights=weights)
    assert_close(found.rotation[0], torch.tensor(expected.as_matrix()))


def test_points_of_weight_zero_do_not_matter():
    source, target = random(2, 8, 3, seed=0), random(2, 8, 3, seed=1)
    weights = torch.ones(2, 8, dtype=torch.float64)
    weights[:, 5:] = 0
    weighted, without = (
        procrustes(source, target, scale=True, weights=weights),
        procrustes(source[:, :5], target[:, :5], scale=True),
    )
    assert_close(weighted.apply(source), without.apply(source))


def test_a_mirrored_body_gets_a_rotation():
    source = random(2, 9, 3, seed=0)
    found = procrustes(source, source * torch.tensor([-1.0, 1.0, 1.0]), scale=True)
    assert_close(torch.linalg.det(found.rotation), torch.ones(2, dtype=torch.float64))
    assert (found.scale > 0).all()


@pytest.mark.parametrize("scale", [True, False])
def test_a_collapsed_source_lands_on_the_mean_and_points_on_a_line_are_still_aligned(scale: bool):
    target = random(1, 5, 3, seed=0)
    dot = torch.ones(1, 5, 3, dtype=torch.float64).requires_grad_()
    moved = procrustes(dot, target, scale=scale).apply(dot)
    assert_close(moved, target.mean(1, keepdim=True).expand_as(target))
    moved.sum().backward()
    assert dot.grad is not None
    assert dot.grad.isfinite().all()
    line = torch.arange(5.0).double()[None, :, None] * random(3, seed=1)
    true = Similarity(axis_angle_to_matrix(random(1, 3, seed=2)), random(1, 3, seed=3), torch.ones(1).double())
    assert_close(procrustes(line, true.apply(line), scale=scale).apply(line), true.apply(line))


@pytest.mark.parametrize("scale", [True, False])
def test_gradient(scale: bool):
    inputs = [random(2, 5, 3, seed=0), random(2, 5, 3, seed=1), random(2, 5, seed=2).abs()]

    def aligned(source: Tensor, target: Tensor, weights: Tensor) -> Tensor:
        return procrustes(source, target, scale=scale, weights=weights).apply(source)

    assert gradcheck(aligned, [each.requires_grad_() for each in inputs])


def test_refuses_what_has_no_answer():
    points = random(2, 5, 3, seed=0)
    with pytest.raises(ValueError, match="positive weight"):
        procrustes(points, points, scale=True, weights=torch.zeros(2, 5, dtype=torch.float64))
    with pytest.raises(ValueError, match="target: expected"):
        inspect.unwrap(procrustes)(points, points[:, :4], scale=True)
