"""Bodies from masks and part maps."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.body import SMPL
from vhlib.body.parts import part_labels
from vhlib.cameras import PerspectiveCamera
from vhlib.fitting import (
    SILHOUETTE,
    SILHOUETTE_AND_PARTS,
    BodyParameters,
    Outline,
    SilhouetteStage,
    fit_silhouette,
    levenberg_marquardt,
)
from vhlib.fitting.objective import StageObjective
from vhlib.fitting.silhouette import upright
from vhlib.geometry.skeletons import SMPL24
from vhlib.render import backend, part_map

SIZE = (48, 40)
FOCAL, MIDDLE = torch.tensor([[60.0, 60.0]]), torch.tensor([[20.0, 24.0]])
LENS: dict[str, Any] = {"focal_length": FOCAL, "principal_point": MIDDLE}
CAMERA = PerspectiveCamera.simple(60.0, SIZE)
QUICK = tuple(replace(stage, iterations=8) for stage in SILHOUETTE[:2])


def mask_of(body: SMPL, parameters: BodyParameters, camera: PerspectiveCamera = CAMERA) -> torch.Tensor:
    with torch.no_grad():
        vertices = body(**vars(parameters)).vertices
    return backend("torch").rasterize(vertices, body.faces, camera, SIZE).mask


@pytest.fixture(scope="module")
def person(body):
    """A body with its arms half raised, off the middle and a little turned; nobody's start."""
    start = upright(body, torch.ones(1, *SIZE, dtype=torch.bool), CAMERA)
    pose = 0.5 * start.body_pose  # arms higher than where a fit starts
    turned = start.global_orient + torch.tensor([[0.0, 0.0, 0.3]])
    return BodyParameters(turned, pose, start.betas, start.transl + torch.tensor([[0.15, 0.1, 0.8]]))


@pytest.fixture(scope="module")
def mask(body, person):
    return mask_of(body, person)


@pytest.fixture(scope="module")
def outline(body, mask):
    return Outline.of(body, mask, CAMERA)


def test_the_start_is_as_tall_as_the_mask_and_where_it_is(body, mask):
    found = mask_of(body, upright(body, mask, CAMERA))[0]
    rows, wanted = (one.any(1).nonzero().flatten() for one in (found, mask[0]))
    assert abs(int(rows[-1] - rows[0]) - int(wanted[-1] - wanted[0])) <= 4
    assert_close(found.nonzero().double().mean(0), mask[0].nonzero().double().mean(0), rtol=0, atol=3.0)


@pytest.mark.parametrize("minimiser", ["adam", "lbfgs"])
def test_each_stage_goes_down_and_every_iterate_is_kept(body, mask, minimiser):
    result = fit_silhouette(body, mask, **LENS, stages=QUICK, minimiser=minimiser, trace=True)
    for stage in result.stages:
        assert stage.trace is not None
        assert stage.trace_energy is not None
        assert len(stage.trace.transl) == int(stage.iterations) + 1 == len(stage.trace_energy)
        assert stage.trace_energy.amin() < 0.97 * stage.trace_energy[0]
        assert_close(sum(stage.energies.values()), stage.trace_energy.amin(0))
    placed, posed = (stage.trace for stage in result.stages)
    assert placed is not None
    assert posed is not None
    assert (placed.body_pose == placed.body_pose[0]).all()  # only what a stage sets free moves
    assert (posed.betas == 0).all()
    assert (posed.body_pose[-1] != posed.body_pose[0]).any()


@pytest.mark.slow
def test_a_fit_comes_to_overlap(body, mask):
    start, outline = upright(body, mask, CAMERA), Outline.of(body, mask, CAMERA)
    result = fit_silhouette(body, mask, focal_length=FOCAL, principal_point=MIDDLE)
    assert result.overlap.item() > outline.overlap(start).item()
    # A good tenth of the 217 pixels is rim: how much better is measured softly, at the last stage's softness.
    last = result.stages[-1]
    before = outline.softened(SILHOUETTE[-1].sigma).terms(start, ["silhouette"])["silhouette"].item()
    assert last.energies["silhouette"].item() < 0.5 * before


def test_each_person_of_a_batch_is_fitted_alone(body, mask):
    shifted = mask.roll(3, 2)
    both: dict[str, Any] = {"focal_length": FOCAL.expand(2, 2), "principal_point": MIDDLE.expand(2, 2)}
    together = fit_silhouette(body, torch.cat([mask, shifted]), **both, stages=(replace(QUICK[0], iterations=4),))
    alone = fit_silhouette(
        body, shifted, focal_length=FOCAL, principal_point=MIDDLE, stages=(replace(QUICK[0], iterations=4),)
    )
    assert_close(together.parameters.transl[1:], alone.parameters.transl, rtol=0, atol=1e-3)
    assert together.overlap.shape == (2,)


def test_the_true_body_overlaps_entirely(outline, person):
    assert outline.overlap(person).item() == 1


def test_a_soft_overlap_by_hand(body, person, mask):
    """1 - sum(a t) / sum(a + t - a t), with a mask whose pixels are squares of the same softness."""
    sharp = Outline.of(body, mask, CAMERA).softened(1e-8)
    assert_close(sharp.targets, mask.float(), rtol=0, atol=1e-3)
    soft = Outline.of(body, mask, CAMERA).softened(1e-3)
    a = backend("torch").silhouette(body(**vars(person)).vertices, body.faces, CAMERA, SIZE, sigma=1e-3)
    wanted = 1 - (a * soft.targets).sum() / (a + soft.targets - a * soft.targets).sum()
    assert_close(soft.terms(person, ["silhouette"])["silhouette"], wanted[None])
    assert (soft.targets.sum() > mask.sum()).item()  # a softer mask is larger, as a softer body is


def test_softening_one_pixel_by_the_formula(body):
    """Half a pixel from the centre to each side, so sigmoid(0.25 / sigma); sigma in half the short side squared."""
    one = torch.zeros(1, 8, 8, dtype=torch.bool)
    one[0, 3, 4] = True
    soft = Outline.of(body, one, CAMERA).softened(0.25 / 16).targets[0]
    assert soft[3, 4].item() == pytest.approx(torch.sigmoid(torch.tensor(1.0)).item(), abs=1e-6)
    assert soft[3, 5].item() == pytest.approx(torch.sigmoid(torch.tensor(-1.0)).item(), abs=1e-6)
    assert soft[0, 0] == 0


@settings(deadline=None, max_examples=8)
@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2), st.floats(-0.3, 0.3))
def test_terms_stay_in_their_bounds(body, person, x, y, turn):
    moved = BodyParameters(
        person.global_orient + torch.tensor([[0.0, 0.0, turn]]),
        person.body_pose,
        person.betas,
        person.transl + torch.tensor([[x, y, 0.0]]),
    )
    maps = part_map(body(**vars(person)).vertices, body.faces, part_labels(body, 3).faces, CAMERA, SIZE)
    outline = Outline.of(body, maps > 0, CAMERA, part_maps=maps, parts=3)
    with torch.no_grad():
        terms = outline.terms(moved, ["silhouette", "parts", "shape"])
    assert 0 <= terms["silhouette"].item() <= 1
    assert terms["parts"].item() >= 0
    assert terms["shape"].item() == 0


def test_parts_tell_left_from_right_where_outlines_do_not(body):
    """The body at rest from front and back: outlines nearly agree, parts do not."""
    start = upright(body, torch.ones(1, *SIZE, dtype=torch.bool), CAMERA)
    front = BodyParameters(start.global_orient, start.body_pose, start.betas, start.transl + torch.tensor([0, 0, 1.0]))
    back = BodyParameters(torch.tensor([[0.0, 0.0, torch.pi]]), front.body_pose, front.betas, front.transl)
    labels = part_labels(body, 6).faces
    maps = part_map(body(**vars(front)).vertices, body.faces, labels, CAMERA, SIZE)
    outline = Outline.of(body, maps > 0, CAMERA, part_maps=maps, parts=6)
    with torch.no_grad():
        right, wrong = (outline.terms(one, ["silhouette", "parts"]) for one in (front, back))
    assert wrong["silhouette"].item() < right["silhouette"].item() + 0.2
    assert wrong["parts"].item() > 2 * right["parts"].item()


def test_joints_beside_their_place_cost_their_square_in_masks(body, person, mask):
    seen = CAMERA.project(body.joints(**vars(person))).detach()
    for offset in (0.0, 3.0):
        outline = Outline.of(body, mask, CAMERA, joints_2d=seen + torch.tensor([offset, 0.0]))
        cost = outline.select(torch.tensor([0])).terms(person, ["joints"])["joints"]
        assert cost.item() == pytest.approx(offset**2 / mask.sum().item(), abs=1e-6)


def test_joints_bring_a_body_back(body, person, mask):
    """With next to nothing of an outline, the joints alone bring a body back that was moved aside."""
    seen = CAMERA.project(body.joints(**vars(person))).detach()
    away = replace(person, transl=person.transl + torch.tensor([[0.1, -0.1, 0.0]]))
    weights = {"silhouette": 1e-6, "joints": 1.0}
    stage = SilhouetteStage("joints", ("global_orient", "transl"), weights, sigma=1e-3, iterations=60, rate=0.01)
    found = fit_silhouette(body, mask, **LENS, joints_2d=seen, start=away, stages=(stage,)).parameters
    before, after = (
        (CAMERA.project(body.joints(**vars(each))) - seen).norm(dim=-1).mean().item() for each in (away, found)
    )
    assert after < 0.2 * before


@pytest.mark.parametrize("names", [("silhouette",), ("silhouette", "parts"), ("joints",)])
def test_gradient_by_differences(body, names):
    """Along one direction in all parameters, in double precision."""
    model = SMPL(body.files, dtype=torch.float64)
    size, lens = (16, 12), PerspectiveCamera.simple(20.0, (16, 12), like=torch.zeros((), dtype=torch.float64))
    start = upright(model, torch.ones(1, *size, dtype=torch.bool), lens)
    maps = part_map(model(**vars(start)).vertices, model.faces, part_labels(model, 3).faces, lens, size)
    seen = lens.project(model.joints(**vars(start)))
    outline = Outline.of(model, maps > 0, lens, part_maps=maps, parts=3, joints_2d=seen).softened(4e-2)
    x = start.pack() + 0.05 * torch.randn(1, 85, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    way = torch.randn(1, 85, dtype=torch.float64, generator=torch.Generator().manual_seed(3))

    def energy(point: torch.Tensor) -> torch.Tensor:
        return sum(outline.terms(BodyParameters.unpack(point), names).values(), torch.zeros(1, dtype=torch.float64))

    leaf = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(energy(leaf).sum(), leaf)
    # What is fainter than 1e-4 counts as nothing, so the energy has tiny steps that no derivative knows of.
    with torch.no_grad():
        difference = (energy(x + 1e-3 * way) - energy(x - 1e-3 * way)) / 2e-3
    assert (gradient * way).sum().item() == pytest.approx(difference.item(), rel=0.05)


def test_a_stage_of_a_term_that_there_is_not():
    with pytest.raises(ValueError, match="stage x: there is no keypoints; there is silhouette, parts, joints, pose"):
        SilhouetteStage("x", ("transl",), {"keypoints": 1.0}, sigma=1e-3, iterations=1, rate=0.1)


def test_levenberg_needs_a_sum_of_squares(outline, person):
    objective = StageObjective(outline, SILHOUETTE[0], person.pack())
    with pytest.raises(TypeError, match="Outline: no sum of squares; minimise it with adam or lbfgs"):
        levenberg_marquardt(objective, person.pack()[:, objective.free])


def test_refusals(body, mask):
    with pytest.raises(ValueError, match="minimiser: expected adam or lbfgs, got 'levenberg_marquardt'"):
        fit_silhouette(body, mask, **LENS, minimiser="levenberg_marquardt")
    with pytest.raises(ValueError, match="masks: expected a person in each, got an empty one"):
        fit_silhouette(body, torch.zeros_like(mask), **LENS)
    with pytest.raises(ValueError, match="part_maps, stages: expected both part_maps and a stage that weighs parts"):
        fit_silhouette(body, mask, **LENS, stages=SILHOUETTE_AND_PARTS)
    with pytest.raises(ValueError, match="part_maps, stages: expected both part_maps and a stage that weighs parts"):
        fit_silhouette(body, mask, **LENS, part_maps=mask.long())
    with pytest.raises(ValueError, match="joints_2d, stages: expected both joints_2d and a stage that weighs joints"):
        fit_silhouette(body, mask, **LENS, joints_2d=torch.zeros(1, 24, 2))


def test_the_arms_start_where_none_is_hidden(body, mask):
    pose = upright(body, mask, CAMERA).body_pose[0]
    moved = {SMPL24.names[1 + int(joint)] for joint in pose.abs().sum(1).nonzero()}
    assert moved == {"left_shoulder", "right_shoulder"}
