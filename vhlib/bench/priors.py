"""A pose prior's energy and gradient, 64 bodies at once, against those of the data term that it is added to.

Twice: by autograd, as L-BFGS and Adam use them, and as SMPLify's own solver does, which asks for Gauss-Newton models:
the autoencoder is then the space that it searches, and each step costs a pose and its derivatives by z.
"""

import functools
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from vhlib.bench.timing import Case
from vhlib.body import load_body
from vhlib.data.crowd import crowd
from vhlib.fitting import BodyParameters, gauss_newton
from vhlib.fitting.objective import Energy
from vhlib.fitting.people import observe
from vhlib.geometry.skeletons import LSP14
from vhlib.priors import AnglePrior, ResidualPrior, load_gmm, load_vae

BATCH = 64


def cases() -> Iterator[Case]:
    """Milliseconds per batch of 64; a ratio above 1 says that the prior is cheaper than the data term."""
    body, gmm, vae = load_body("neutral", source="standin"), load_gmm(), load_vae()
    people = crowd(body, BATCH, seed=0)
    camera = people.camera.focal_length.expand(BATCH, 2), people.camera.principal_point.expand(BATCH, 2)
    seen = observe(
        people.keypoints_2d,
        people.confidence,
        focal_length=camera[0],
        principal_point=camera[1],
        skeleton=LSP14,
        body=body,
    )
    energy, truth = Energy.of(body, seen, gmm), BodyParameters(**people.truth)
    priors: dict[str, ResidualPrior] = {"GMM": gmm, "VAE": vae, "angle": AnglePrior()}
    for name, prior in priors.items():
        yield Case(
            case=f"{name}, energy and gradient",
            ours=functools.partial(_gradient, prior.energy, truth.body_pose),
            against="data term",
            other=functools.partial(_gradient, functools.partial(_data, energy, truth), truth.body_pose),
        )
    solver: dict[str, Callable[[], object]] = {
        "GMM, Gauss-Newton model": functools.partial(gauss_newton.of_prior, gmm, truth.body_pose),
        "VAE, pose and derivatives by z": functools.partial(vae.decode_with_jacobian, vae.encode(truth.body_pose).mean),
        "angle, Gauss-Newton model": functools.partial(gauss_newton.of_prior, AnglePrior(), truth.body_pose),
    }
    for name, work in solver.items():
        yield Case(
            case=name,
            ours=work,
            against="data term",
            other=functools.partial(energy.quadratic, truth, {"keypoints": 1.0}),
        )


def _gradient(energy: Callable[[Tensor], Tensor], body_pose: Tensor) -> Tensor:
    body_pose = body_pose.detach().requires_grad_()
    return torch.autograd.grad(energy(body_pose).sum(), body_pose)[0]


def _data(energy: Energy, truth: BodyParameters, body_pose: Tensor) -> Tensor:
    body = BodyParameters(truth.global_orient, body_pose, truth.betas, truth.transl)
    return energy.terms(body, ["keypoints"])["keypoints"]
