"""The energy of one stage, as a function of the parameters that the stage sets free; and SMPLify's energy."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vhlib.body import SMPL, BodyFiles
from vhlib.fitting import gauss_newton
from vhlib.fitting.articulation import Articulation
from vhlib.fitting.capsules import Capsules, Interpenetration, fit_capsules
from vhlib.fitting.parameters import BodyParameters, slices
from vhlib.fitting.people import People
from vhlib.fitting.stages import Stage
from vhlib.fitting.terms import keypoint_energy, project, torso_energy, total
from vhlib.priors import AnglePrior, Quadratic, ResidualPrior, ShapePrior

SIGMA = 100.0
"""Where the data term takes a joint for an outlier: pixels of the image that the fit works in."""


@runtime_checkable
class Terms(Protocol):
    """Named energies of a batch of people, without weights."""

    def select(self, people: Int[Tensor, "B"]) -> "Terms":
        """The same terms for some of the people."""
        ...

    def terms(self, body: BodyParameters, names: Iterable[str]) -> dict[str, Float[Tensor, "B"]]:
        """Energies by name, differentiable."""
        ...


@dataclass(frozen=True)
class Energy:
    """The named terms of SMPLify for one batch of people, without weights."""

    people: People
    """Whom to fit."""
    articulation: Articulation
    """The body's joints and surface points that `people.points` names."""
    interpenetration: Interpenetration
    """Its capsules."""
    pose_prior: ResidualPrior
    """What body poses are natural."""

    @classmethod
    def of(cls, body: SMPL, people: People, pose_prior: ResidualPrior) -> "Energy":
        """Prepare a body for these people."""
        like, points = people.depth, people.points
        files, capsules = prepared(body.files, body.num_betas)
        articulation = Articulation(files, joints=points.joints, vertices=points.vertices, like=like)
        return cls(people, articulation, Interpenetration(files, capsules, like=like), pose_prior)

    def select(self, people: Int[Tensor, "B"]) -> "Energy":
        """The same terms for some of the people."""
        return replace(self, people=self.people.select(people))

    def points(self, body: BodyParameters) -> Float[Tensor, "B K 3"]:
        """The body's points in the camera frame, metres."""
        motion = self.articulation.move(body.pose, body.betas)
        return self.articulation.positions(motion) + body.transl[:, None]

    def projected(self, body: BodyParameters) -> Float[Tensor, "B K 2"]:
        """The body's points in the rescaled image."""
        return project(self.points(body), self.people.focal_length, self.people.principal_point)

    def terms(self, body: BodyParameters, names: Iterable[str]) -> dict[str, Float[Tensor, "B"]]:
        """Energies by name, differentiable: what `Adam` and L-BFGS minimise, and what reports show.

        Args:
            body: where to evaluate.
            names: which of `stages.TERMS`.
        """
        people = self.people

        def interpenetration() -> Tensor:
            # As in the paper, only the pose feels this term: shape must not make people thinner.
            return self.interpenetration.overlaps(self.articulation.move(body.pose, body.betas.detach())).sum(-1)

        projected = self.projected(body)
        known = {
            "torso": lambda: torso_energy(projected, people.keypoints_2d, people.torso),
            "depth": lambda: (body.transl[:, 2] - people.depth).square(),
            "keypoints": lambda: keypoint_energy(projected, people.keypoints_2d, people.body, sigma=SIGMA),
            "pose": lambda: self.pose_prior.energy(body.body_pose),
            "angle": lambda: AnglePrior().energy(body.body_pose),
            "shape": lambda: ShapePrior().energy(body.betas),
            "interpenetration": interpenetration,
        }
        return {name: known[name]() for name in names}

    def quadratic(self, body: BodyParameters, weights: Mapping[str, float]) -> Quadratic:
        """The Gauss-Newton model of Σ weight² · term in the packed parameters.

        Args:
            body: where to evaluate.
            weights: residual weights by the names of `stages.TERMS`.
        """
        people, at = self.people, slices(body.pack().shape[-1])
        pose_at, body_pose, betas_at = slice(0, at["betas"].start), at["body_pose"], at["betas"]
        motion = self.articulation.move(body.pose, body.betas)
        result = _Accumulator(body.pack())
        if sighted := [name for name in ("torso", "keypoints") if name in weights]:
            points = self.articulation.points(motion)
            place = torch.eye(3).to(points.positions).expand(*points.by_pose.shape[:2], 3, 3)
            seen = points.positions + body.transl[:, None]
            by_all = torch.cat([points.by_pose, points.by_betas, place], -1)
            camera = people.focal_length, people.principal_point, people.keypoints_2d
            for name in sighted:
                weight, sigma = (people.torso, None) if name == "torso" else (people.body, SIGMA)
                model = gauss_newton.of_keypoints(seen, by_all, *camera, weight, sigma=sigma)
                result.add(weights[name], slice(None), model)
        if "depth" in weights:
            error = (body.transl[:, 2] - people.depth)[:, None]
            row = error.new_tensor([[[0.0, 0.0, 1.0]]]).expand(len(error), 1, 3)
            result.add(weights["depth"], at["transl"], gauss_newton.of_residuals(error, row))
        if "pose" in weights:
            result.add(weights["pose"], body_pose, gauss_newton.of_prior(self.pose_prior, body.body_pose))
        if "angle" in weights:
            result.add(weights["angle"], body_pose, gauss_newton.of_prior(AnglePrior(), body.body_pose))
        if "shape" in weights:
            result.add(weights["shape"], betas_at, gauss_newton.of_prior(ShapePrior(), body.betas))
        if "interpenetration" in weights:
            overlaps = self.interpenetration.linearised(motion, self.articulation.below)
            result.add(weights["interpenetration"], pose_at, gauss_newton.of_overlaps(overlaps))
        return result.quadratic


class StageObjective:
    """What a minimiser sees of a stage: the free parameters, the others standing still.

    Args:
        energy: the terms, for everybody.
        stage: what is free, and how much each term counts.
        x: everybody's packed parameters before the stage.
    """

    def __init__(self, energy: Terms, stage: Stage, x: Float[Tensor, "B P"]):
        self._energy, self.stage, self._x = energy, stage, x
        self.size = x.shape[-1]
        at = slices(self.size)
        self.free = torch.cat([torch.arange(self.size)[at[name]] for name in at if name in stage.free]).to(x.device)

    @property
    def start(self) -> Float[Tensor, "B Q"]:
        """The free parameters before the stage."""
        return self._x[:, self.free]

    def body(self, x: Float[Tensor, "B Q"], people: Int[Tensor, "B"]) -> BodyParameters:
        """The bodies with these free parameters."""
        return BodyParameters.unpack(self._x[people].index_copy(1, self.free, x))

    def terms(self, x: Float[Tensor, "B Q"], people: Int[Tensor, "B"]) -> dict[str, Float[Tensor, "B"]]:
        """Each term with its weight; their sum is the energy."""
        weights = self.stage.weights
        terms = self._energy.select(people).terms(self.body(x, people), weights)
        return {name: weights[name] ** 2 * value for name, value in terms.items()}

    def energy(self, x: Float[Tensor, "B Q"], people: Int[Tensor, "B"]) -> Float[Tensor, "B"]:
        """Σ weight² · term."""
        weights = self.stage.weights
        return total(self._energy.select(people).terms(self.body(x, people), weights), weights)

    @torch.no_grad()
    def quadratic(self, x: Float[Tensor, "B Q"], people: Int[Tensor, "B"]) -> Quadratic:
        """The energy's Gauss-Newton model in the free parameters.

        Raises:
            TypeError: another energy than SMPLify's.
        """
        if not isinstance(energy := self._energy.select(people), Energy):
            raise TypeError(f"{type(energy).__name__}: no sum of squares; minimise it with adam or lbfgs")
        model = energy.quadratic(self.body(x, people), self.stage.weights)
        curvature = model.curvature.index_select(1, self.free).index_select(2, self.free)
        return Quadratic(model.energy, model.gradient[:, self.free], curvature)


class _Accumulator:
    """A weighted sum of models of parts of the parameters."""

    def __init__(self, x: Tensor):
        zeros = x.new_zeros(len(x), x.shape[1])
        self.quadratic = Quadratic(zeros[:, 0].clone(), zeros, torch.diag_embed(zeros))

    def add(self, weight: float, part: slice, model: Quadratic) -> None:
        self.quadratic.energy.add_(model.energy, alpha=weight**2)
        self.quadratic.gradient[:, part].add_(model.gradient, alpha=weight**2)
        self.quadratic.curvature[:, part, part].add_(model.curvature, alpha=weight**2)


@functools.lru_cache(maxsize=8)
def prepared(files: BodyFiles, num_betas: int) -> tuple[BodyFiles, Capsules]:
    """The body with the shape directions that are used, and its capsules: the same for every fit.

    Args:
        files: the body.
        num_betas: how many shape directions.
    """
    used = replace(files, shapedirs=files.shapedirs[..., :num_betas])
    return used, fit_capsules(used)
