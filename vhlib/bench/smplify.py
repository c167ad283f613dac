"""SMPLify, a batch at once, against the same energy through the smplx package's whole body, one person at a time.

The other way is the usual one: every step poses all vertices, autograd differentiates, torch's L-BFGS with strong
Wolfe steps. Both minimise the same terms with the same weights, stage by stage, from the same start.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor

from vhlib.bench.lbs import smplx_body
from vhlib.bench.timing import Case
from vhlib.body import SMPL, load_body
from vhlib.data.crowd import Crowd, crowd
from vhlib.fitting import SMPLIFY, BodyParameters, fit_smplify
from vhlib.fitting.objective import Energy, StageObjective
from vhlib.fitting.people import observe
from vhlib.fitting.smplify import start
from vhlib.geometry.skeletons import LSP14
from vhlib.priors import GMMPrior, load_gmm

BATCHES = (1, 64)
STEPS = 100
"""At most, in each stage: the paper's own limit."""


@dataclass(frozen=True)
class WholeBody(Energy):
    """The energy, with its points from all of the smplx package's vertices."""

    model: Any = None
    """smplx.SMPL."""

    def points(self, body: BodyParameters) -> Tensor:
        """Joints and vertices that the keypoints name."""
        pose = {name: getattr(body, name) for name in ("betas", "global_orient", "transl")}
        posed = self.model(body_pose=body.body_pose.flatten(1), **pose)
        points = self.people.points
        return torch.cat([posed.joints[:, list(points.joints)], posed.vertices[:, list(points.vertices)]], 1)


def cases() -> Iterator[Case]:
    """Milliseconds per person: one person, and 64 at once beside one.

    Raises:
        MissingDependencyError: smplx is not installed.
    """
    body, prior = load_body("neutral", source="standin"), load_gmm()
    people = crowd(body, max(BATCHES), seed=0)
    model = smplx_body(body.files)
    for batch in BATCHES:
        yield Case(
            case=f"per person, batch {batch}",
            ours=functools.partial(_at_once, body, prior, _first(people, batch)),
            against="smplx, L-BFGS, one at a time",
            other=functools.partial(_usually, body, prior, _first(people, 1), model),
            ours_count=batch,
        )


def _first(people: Crowd, count: int) -> dict[str, Tensor]:
    """What a fit is told of the first people."""
    return {
        "keypoints_2d": people.keypoints_2d[:count],
        "confidence": people.confidence[:count],
        "focal_length": people.camera.focal_length.expand(count, 2),
        "principal_point": people.camera.principal_point.expand(count, 2),
    }


def _at_once(body: SMPL, prior: GMMPrior, seen: dict[str, Tensor]) -> Tensor:
    keypoints_2d, confidence, focal_length, principal_point = seen.values()
    result = fit_smplify(
        *(body, keypoints_2d, confidence),
        focal_length=focal_length,
        principal_point=principal_point,
        pose_prior=prior,
    )
    return result.parameters.pack()


def _usually(body: SMPL, prior: GMMPrior, seen: dict[str, Tensor], model: Any) -> Tensor:
    """One person: each stage by torch's L-BFGS."""
    keypoints_2d, confidence, focal_length, principal_point = seen.values()
    where = {"focal_length": focal_length, "principal_point": principal_point}
    people = observe(keypoints_2d, confidence, skeleton=LSP14, body=body, **where)
    kit = Energy.of(body, people, prior)
    energy = WholeBody(**{field.name: getattr(kit, field.name) for field in fields(kit)}, model=model)
    x, only = start(people, prior, body.num_betas), torch.arange(1)
    for stage in SMPLIFY:
        objective = StageObjective(energy, stage, x)
        free = x[:, objective.free].clone().requires_grad_()
        optimiser = torch.optim.LBFGS([free], max_iter=STEPS, line_search_fn="strong_wolfe")

        def closure(
            objective: StageObjective = objective, free: Tensor = free, optimiser: torch.optim.LBFGS = optimiser
        ) -> Tensor:
            optimiser.zero_grad()
            value = objective.energy(free, only).sum()
            value.backward()
            return value

        optimiser.step(closure)
        x = objective.body(free.detach(), only).pack()
    return x
