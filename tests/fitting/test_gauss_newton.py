from typing import Any

import pytest
import torch
from torch.autograd.functional import jacobian

from vhlib.body import SMPL
from vhlib.fitting import gauss_newton
from vhlib.fitting.objective import Energy, StageObjective
from vhlib.fitting.parameters import BodyParameters, slices
from vhlib.fitting.people import observe
from vhlib.fitting.stages import SMPLIFY, TERMS, Stage
from vhlib.fitting.terms import keypoint_energy, project
from vhlib.geometry.skeletons import OPENPOSE25
from vhlib.priors import AnglePrior, GMMPrior, ShapePrior

DOUBLE: dict[str, Any] = {"dtype": torch.float64}


@pytest.fixture(scope="module")
def scene(body):
    """Two people, one with missing joints, and bodies near them whose hands are in their bellies."""
    person, numbers = SMPL(body.files, dtype=torch.float64), torch.Generator().manual_seed(3)
    pose = 0.2 * torch.randn(2, 23, 3, generator=numbers, **DOUBLE)
    pose[:, 15] = torch.tensor([0.0, 0.0, -2.2])  # the left arm down, and on through the belly
    bodies = BodyParameters(
        torch.tensor([[torch.pi, 0.1, 0.2], [2.9, 0.4, -0.3]], **DOUBLE),
        pose,
        torch.randn(2, 10, generator=numbers, **DOUBLE),
        torch.tensor([[0.1, 0.2, 5.0], [-0.3, 0.1, 7.0]], **DOUBLE),
    )
    points = person.keypoints("openpose25", **vars(bodies))
    keypoints = 1500 * points[..., :2] / points[..., 2:] + 500 + 30 * torch.randn(2, 25, 2, generator=numbers, **DOUBLE)
    confidence = torch.rand(2, 25, generator=numbers, **DOUBLE)
    confidence[0, 3:6] = 0
    people = observe(
        keypoints,
        confidence,
        focal_length=torch.full((2, 2), 1500.0, **DOUBLE),
        principal_point=torch.full((2, 2), 500.0, **DOUBLE),
        skeleton=OPENPOSE25,
        body=person,
    )
    means = 0.1 * torch.randn(2, 69, generator=numbers, **DOUBLE)
    spread = torch.stack([torch.eye(69, **DOUBLE) * size for size in (0.04, 0.09)])
    prior = GMMPrior(means, spread, torch.tensor([0.5, 0.5], **DOUBLE))
    return Energy.of(person, people, prior), bodies.pack()


@pytest.mark.parametrize("term", TERMS)
def test_energy_and_gradient_of_each_term_are_autograds(scene, term):
    energy, x = scene
    free = ("global_orient", "body_pose", "betas", "transl")
    objective, people = StageObjective(energy, Stage("one term", free, {term: 0.7}), x), torch.arange(2)
    model = objective.quadratic(x, people)
    by_hand = jacobian(lambda y: objective.energy(y, people).sum(), x)
    torch.testing.assert_close(model.energy, objective.energy(x, people))
    torch.testing.assert_close(model.gradient, by_hand)
    assert model.energy.min() > 0
    assert model.gradient.abs().amax(-1).min() > 1e-9
    assert torch.linalg.eigvalsh(model.curvature).min() > -1e-6 * model.curvature.abs().max()


def test_a_stage_adds_its_terms_up(scene):
    energy, x = scene
    objective, people = StageObjective(energy, SMPLIFY[3], x), torch.tensor([1, 0, 1])
    free = x[people][:, objective.free]
    model = objective.quadratic(free, people)
    assert free.shape[1] == 82  # all but transl
    torch.testing.assert_close(model.gradient, jacobian(lambda y: objective.energy(y, people).sum(), free))
    torch.testing.assert_close(sum(objective.terms(free, people).values()), model.energy)
    torch.testing.assert_close(model.energy[0], model.energy[2])
    assert model.energy[0] != model.energy[1]


def test_shape_does_not_feel_the_interpenetration(scene):
    energy, x = scene
    model = energy.quadratic(BodyParameters.unpack(x), {"interpenetration": 1e3})
    assert not model.gradient[:, slices(85)["betas"]].any()
    assert model.gradient[:, slices(85)["body_pose"]].any()


def test_keypoint_curvature_is_that_of_the_residuals():
    numbers = torch.Generator().manual_seed(0)
    points = torch.randn(1, 4, 3, generator=numbers, **DOUBLE) + torch.tensor([0, 0, 5.0], **DOUBLE)
    seen = 500 * torch.rand(1, 4, 2, generator=numbers, **DOUBLE)
    weight = torch.rand(1, 4, generator=numbers, **DOUBLE)
    camera = torch.full((1, 2), 400.0, **DOUBLE), torch.full((1, 2), 250.0, **DOUBLE)
    by_self = torch.eye(12, **DOUBLE).reshape(1, 4, 3, 12)

    def residuals(flat):
        error = project(flat.reshape(1, 4, 3), *camera) - seen
        return (weight[..., None] * 100 * error / (100**2 + error.square()).sqrt()).flatten()

    model = gauss_newton.of_keypoints(points, by_self, *camera, seen, weight, sigma=100.0)
    rows = jacobian(residuals, points.flatten())
    torch.testing.assert_close(model.curvature[0], 2 * rows.T @ rows)
    torch.testing.assert_close(model.energy, keypoint_energy(project(points, *camera), seen, weight, sigma=100.0))


@pytest.mark.parametrize(("prior", "shape"), [(AnglePrior(), (3, 23, 3)), (ShapePrior(), (3, 10))])
def test_closed_forms_of_priors_are_those_of_their_residuals(prior, shape):
    class Plain:
        """The same prior without its closed form."""

        def residuals(self, parameters):
            return prior.residuals(parameters)

        def energy(self, parameters):
            return prior.energy(parameters)

    x = torch.randn(shape, generator=torch.Generator().manual_seed(0), **DOUBLE)
    closed, plain = gauss_newton.of_prior(prior, x), gauss_newton.of_prior(Plain(), x)
    for name in ("energy", "gradient", "curvature"):
        torch.testing.assert_close(getattr(closed, name), getattr(plain, name))
