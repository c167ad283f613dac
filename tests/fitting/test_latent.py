"""Fits in a latent space, with an untrained network: the chain rule does not ask whether poses are natural."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from vhlib.body import SMPL
from vhlib.core.errors import InputError
from vhlib.core.random import generator
from vhlib.data.crowd import crowd
from vhlib.fitting import PRIORS, choose_prior, fit_smplify
from vhlib.fitting.latent import LatentObjective
from vhlib.fitting.objective import Energy, StageObjective
from vhlib.fitting.people import observe
from vhlib.fitting.smplify import start
from vhlib.fitting.solve import LeastSquares
from vhlib.fitting.stages import SMPLIFY, Stage
from vhlib.geometry.skeletons import LSP14
from vhlib.nets import PoseVAE, VAEConfig
from vhlib.priors import FlatPrior, GMMPrior, VAEPrior, load_gmm


@pytest.fixture(scope="module")
def latent() -> VAEPrior:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = PoseVAE(VAEConfig("6d", latent=6, width=16))
    last = net.decoder[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.bias.add_(torch.eye(3)[:2].flatten().repeat(21))
    return VAEPrior(net.double())


@pytest.fixture(scope="module")
def person(body) -> SMPL:
    return SMPL(body.files, dtype=torch.float64)


@pytest.fixture(scope="module")
def people(person):
    return crowd(person, 3, seed=0)


@pytest.fixture(scope="module")
def camera(people) -> dict[str, Any]:
    return {
        "focal_length": people.camera.focal_length.expand(3, 2),
        "principal_point": people.camera.principal_point.expand(3, 2),
    }


def objective(person, people, camera, latent, stage: Stage, prior) -> tuple[LatentObjective, torch.Tensor]:
    seen = observe(people.keypoints_2d, people.confidence, skeleton=LSP14, body=person, **camera)
    x = start(seen, latent, person.num_betas)
    z = 0.3 * torch.randn(3, latent.latent, generator=generator(1), dtype=torch.float64)
    return LatentObjective(StageObjective(Energy.of(person, seen, prior), stage, x), latent, z), z


@pytest.mark.parametrize("prior", [FlatPrior(), load_gmm().double()], ids=["alone", "with the mixture"])
def test_the_quadratic_is_the_energys_own(person, people, camera, latent, prior):
    stage = SMPLIFY[3]
    seen, z = objective(person, people, camera, latent, stage, prior)
    assert isinstance(seen, LeastSquares)
    everybody, x = torch.arange(3), seen.start.clone().requires_grad_()
    assert_close(seen.code(x), z)
    energy, model = seen.energy(x, everybody), seen.quadratic(x.detach(), everybody)
    assert_close(model.energy, energy.detach())
    assert_close(sum(seen.terms(x, everybody).values()), energy)
    (gradient,) = torch.autograd.grad(energy.sum(), x)
    scale = gradient.abs().amax()
    assert_close(model.gradient / scale, gradient / scale, atol=1e-5, rtol=1e-4)
    assert torch.linalg.eigvalsh(model.curvature).min() > -1e-6 * model.curvature.abs().max()


def test_the_poses_weight_counts_the_codes_length(person, people, camera, latent):
    bare, _ = objective(person, people, camera, latent, Stage("bare", ("body_pose",), {"keypoints": 1.0}), FlatPrior())
    heavy, z = objective(
        person, people, camera, latent, Stage("heavy", ("body_pose",), {"keypoints": 1.0, "pose": 3.0}), FlatPrior()
    )
    everybody = torch.arange(3)
    assert_close(
        heavy.energy(heavy.start, everybody) - bare.energy(bare.start, everybody),
        9 * z.square().sum(-1),
        rtol=1e-6,
        atol=1e-6,
    )


@pytest.mark.parametrize("minimiser", ["levenberg_marquardt", "lbfgs"])
def test_fitted_poses_lie_in_the_space(person, people, camera, latent, minimiser):
    stages = (
        SMPLIFY[0],
        Stage("all", ("global_orient", "body_pose", "betas"), {"keypoints": 1.0, "pose": 5.0, "shape": 5.0}),
    )
    result = fit_smplify(
        person,
        people.keypoints_2d,
        people.confidence,
        stages=stages,
        latent=latent,
        minimiser=minimiser,
        trace=True,
        **camera,
    )
    assert_close(result.parameters.body_pose[:, 21:], torch.zeros(3, 2, 3, dtype=torch.float64))
    last = result.stages[-1]
    assert last.trace_energy is not None
    assert (last.trace_energy[-1] < 0.8 * last.trace_energy[0]).all()
    assert_close(sum(last.energies.values()), last.trace_energy[-1], rtol=1e-5, atol=1e-5)


def test_priors_by_name():
    assert list(PRIORS) == ["none", "gmm", "vae", "both"]
    assert isinstance(choose_prior("none").pose_prior, FlatPrior)
    assert choose_prior("none").latent is None
    both = choose_prior("both")
    assert isinstance(both.pose_prior, GMMPrior)
    assert isinstance(both.latent, VAEPrior)
    with pytest.raises(InputError, match=r"--prior magic: expected one of none, gmm, vae, both"):
        choose_prior("magic")
