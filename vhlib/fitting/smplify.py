"""SMPLify: a body from 2D joints by minimising an energy (Bogo et al., Keep it SMPL, ECCV 2016).

Everything happens in the OpenCV camera frame: `global_orient` and `transl` take the body there, so that a vertex
(X, Y, Z) is seen at pixel f X / Z + c. A batch of people is fitted at once, each with its own convergence.

1. The image is rescaled so that the person is some 300 px tall, which the paper's weights are made for (`people`).
2. The camera: from the torso's four joints, the body in its average pose. Depth starts from similar triangles.
3. A person seen from the side (shoulders less than 25 px apart) is started facing both ways; the better fit stays.
4. Four stages over pose and shape with the camera fixed, in which the priors let go (`stages`).
"""

from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vhlib.body import SMPL, stature
from vhlib.core.shapes import check
from vhlib.exercises import exercise
from vhlib.fitting.latent import LatentObjective
from vhlib.fitting.objective import Energy, StageObjective
from vhlib.fitting.parameters import BodyParameters
from vhlib.fitting.people import People, observe
from vhlib.fitting.solve import MINIMISERS, Solution
from vhlib.fitting.stages import SMPLIFY, Stage
from vhlib.geometry import skeletons
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.priors import Centred, FlatPrior, LatentPrior, Prior, ResidualPrior, load_gmm

SIDE_VIEW: Final = 25.0
"""Shoulders closer than this, in pixels of the image that a fit works in, do not tell which way a person faces."""


@dataclass(frozen=True)
class StageResult:
    """What one stage did."""

    stage: Stage
    """The record it ran from."""
    energies: dict[str, Float[Tensor, "B"]]
    """Each of its terms at its end, with its weight: they add up to the energy that was minimised."""
    iterations: Int[Tensor, "B"]
    """Steps each person took."""
    converged: Bool[Tensor, "B"]
    """False where the last allowed step was still making progress."""
    trace: BodyParameters | None
    """The body at every iterate, (T, B, ...), the start included. None unless asked for."""
    trace_energy: Float[Tensor, "T B"] | None
    """The stage's energy at every iterate. None unless asked for."""


@dataclass(frozen=True)
class SMPLifyResult:
    """A fitted batch."""

    parameters: BodyParameters
    """The bodies, in the camera frame."""
    focal_length: Float[Tensor, "B 2"]
    """Pixels of the image that the keypoints are in."""
    principal_point: Float[Tensor, "B 2"]
    """Pixels of the image that the keypoints are in."""
    reprojection_px: Float[Tensor, "B"]
    """Mean distance of the used joints from where they were seen, pixels of the image that the keypoints are in."""
    person_height_px: Float[Tensor, "B"]
    """How tall the fitted shape is, upright at the fitted depth, in the same pixels."""
    both_ways: Bool[Tensor, "B"]
    """True for those that were started facing both ways."""
    stages: tuple[StageResult, ...]
    """What each stage did."""


def fit_smplify(
    body: SMPL,
    keypoints_2d: Float[Tensor, "B K 2"],
    confidence: Float[Tensor, "B K"],
    *,
    principal_point: Float[Tensor, "B 2"],
    focal_length: Float[Tensor, "B 2"] | None = None,
    skeleton: str = "lsp14",
    stages: tuple[Stage, ...] = SMPLIFY,
    pose_prior: ResidualPrior | None = None,
    latent: LatentPrior | None = None,
    minimiser: str = "levenberg_marquardt",
    global_orient: Float[Tensor, "B 3"] | None = None,
    transl: Float[Tensor, "B 3"] | None = None,
    body_pose: Float[Tensor, "B 23 3"] | None = None,
    betas: Float[Tensor, "B S"] | None = None,
    trace: bool = False,
) -> SMPLifyResult:
    """Fit bodies to 2D joints.

    Args:
        body: the body model.
        keypoints_2d: pixels of the full image.
        confidence: from 0 to 1; 0 says that a joint is missing, and its place is not looked at.
        principal_point: where the optical axis meets the image, pixels; for want of better the image's centre.
        focal_length: along x and y, pixels. None: `people.FOCAL_LENGTH` in the rescaled image, as in the paper.
        skeleton: name of the keypoints' order.
        stages: what to minimise, one after the other.
        pose_prior: energy of the body pose; None: the mixture that comes with the kit, unless there is a ``latent``.
        latent: search its space of poses instead of all poses, and add ‖z‖² with the weight of the term ``pose``.
        minimiser: name of one of `solve.MINIMISERS`.
        global_orient: where each person's orientation starts, axis-angle in the camera frame; None: as the torso's
            joints lie in the picture, facing the camera or away.
        transl: where each person starts, metres in the camera frame; None: on the camera's axis, at the depth that
            the torso's size tells.
        body_pose: where each person's pose starts, axis-angle, for example as a network predicts it; None: the
            prior's average. Not for a ``latent``, which starts from its own.
        betas: where each person's shape starts; None: average.
        trace: keep every iterate of every stage.

    Raises:
        ValueError: shapes that do not fit, keypoints that are not finite, a person without any usable keypoint, a
            focal length that is not positive, a minimiser that does not exist, or a ``body_pose`` beside a ``latent``.
    """
    if minimiser not in MINIMISERS:
        raise ValueError(f"minimiser: there is no {minimiser!r}; there is {', '.join(MINIMISERS)}")
    if latent is not None and body_pose is not None:
        raise ValueError("body_pose: a search of a latent space starts from its own average; leave one of the two out")
    prior = (load_gmm() if latent is None else FlatPrior()) if pose_prior is None else pose_prior
    people = observe(
        keypoints_2d,
        confidence,
        focal_length=focal_length,
        principal_point=principal_point,
        skeleton=skeletons.skeleton(skeleton),
        body=body,
    )
    energy = Energy.of(body, people, prior)
    x = start(people, latent or prior, body.num_betas, global_orient, transl, body_pose, betas)
    rows, done = torch.arange(len(x), device=x.device), []
    z = None if latent is None else x.new_zeros(len(x), latent.latent)
    for stage in stages:
        if "body_pose" in stage.free and len(rows) == len(people.depth):
            before = len(rows)
            x, rows = both_ways(x, people)  # the camera stands now
            z = None if z is None else torch.cat([z, z[rows[before:]]])
        plain = StageObjective(energy.select(rows), stage, x)
        objective: StageObjective | LatentObjective = plain
        if latent is not None and z is not None and "body_pose" in stage.free:
            objective = LatentObjective(plain, latent, z)
        solution = MINIMISERS[minimiser](objective, objective.start, trace=trace)
        done.append((stage, objective, solution, rows))
        x = objective.body(solution.x, torch.arange(len(x), device=x.device)).pack()
        z = objective.code(solution.x) if isinstance(objective, LatentObjective) else z
    return _conclude(body, energy, x, done)


def start(
    people: People,
    prior: Prior,
    shapes: int,
    global_orient: Float[Tensor, "B 3"] | None = None,
    transl: Float[Tensor, "B 3"] | None = None,
    body_pose: Float[Tensor, "B 23 3"] | None = None,
    betas: Float[Tensor, "B S"] | None = None,
) -> Float[Tensor, "B P"]:
    """Where a fit begins: as the torso lies in the picture, average in pose and shape, at the guessed depth.

    SMPLify begins upright and facing the camera, as people in photographs mostly are. Left and right tell more.

    Args:
        people: whom to fit.
        prior: its average pose; without one, the pose at rest.
        shapes: how many shape coefficients the body has.
        global_orient: instead of what the torso tells.
        transl: instead of the guessed depth on the camera's axis, metres.
        body_pose: instead of the average.
        betas: instead of the average.

    Returns:
        Packed `BodyParameters`.
    """
    like = people.depth
    count = len(like)
    if global_orient is None:
        global_orient = matrix_to_axis_angle(people.orientation)
    if transl is None:
        transl = torch.stack([torch.zeros_like(like), torch.zeros_like(like), like], -1)
    if body_pose is None:
        mean = prior.mean_pose if isinstance(prior, Centred) else like.new_zeros(23, 3)
        body_pose = mean.expand(count, 23, 3)
    if betas is None:
        betas = like.new_zeros(count, shapes)
    check(global_orient=(global_orient, f"{count} 3"), transl=(transl, f"{count} 3"))
    check(body_pose=(body_pose, f"{count} 23 3"), betas=(betas, f"{count} {shapes}"))
    return BodyParameters(*(each.to(like) for each in (global_orient, body_pose, betas, transl))).pack()


@exercise("04_smplify")
def second_starts(
    orient: Float[Tensor, "B 3 3"], shoulders_2d: Float[Tensor, "B 2 2"], seen: Bool[Tensor, "B 2"]
) -> tuple[Float[Tensor, "S 3 3"], Int[Tensor, "S"]]:
    """Who is to be started a second time, and how: turned half round about the body's own vertical axis.

    These are the people whose shoulders are less than `SIDE_VIEW` apart, or not both seen.

    Args:
        orient: the first starts, body to camera.
        shoulders_2d: left and right, pixels of the image that the fit works in.
        seen: which of them are known; the others' place is not looked at.

    Returns:
        The second starts, and whose they are, in ascending order.
    """
    left, right = shoulders_2d.unbind(1)
    unclear = ((left - right).norm(dim=-1) < SIDE_VIEW) | ~seen.all(-1)
    people = unclear.nonzero().flatten()
    return orient[people] * orient.new_tensor([-1.0, 1.0, -1.0]), people


def both_ways(x: Float[Tensor, "B P"], people: People) -> tuple[Float[Tensor, "R P"], Int[Tensor, "R"]]:
    """Everybody's start, followed by the second starts of those who need one.

    Args:
        x: packed `BodyParameters`.
        people: whose they are.

    Returns:
        All starts, and whose each is.
    """
    body = BodyParameters.unpack(x)
    turned, side = second_starts(axis_angle_to_matrix(body.global_orient), *people.shoulders)
    second = BodyParameters(matrix_to_axis_angle(turned), body.body_pose[side], body.betas[side], body.transl[side])
    return torch.cat([x, second.pack()]), torch.cat([torch.arange(len(x), device=x.device), side])


def _conclude(
    body: SMPL,
    energy: Energy,
    x: Tensor,
    done: list[tuple[Stage, StageObjective | LatentObjective, Solution, Tensor]],
) -> SMPLifyResult:
    """Keep the better of both ways, and measure in the image's own pixels."""
    rows = done[-1][3]
    people, count = energy.people, len(energy.people.depth)
    projected = energy.select(rows).projected(BodyParameters.unpack(x))
    seen = (people.body > 0).to(x)[rows]
    seen = torch.where(seen.any(-1, keepdim=True), seen, (people.confidence > 0).to(x)[rows])  # only hips were seen
    distance = (projected - people.keypoints_2d[rows]).norm(dim=-1) * seen
    errors = distance.square().sum(-1)
    best = torch.arange(count, device=x.device)
    for other in range(count, len(rows)):
        best[rows[other]] = torch.where(errors[other] < errors[rows[other]], other, rows[other])

    kept = BodyParameters.unpack(x[best])
    reprojection = (distance.sum(-1) / seen.sum(-1))[best] / people.scale
    height = people.focal_length[:, 1] * stature(body, kept.betas) / kept.transl[:, 2] / people.scale
    both_ways = torch.bincount(rows, minlength=count) > 1
    stages = tuple(
        stage_result(stage, objective, solution, best if len(started) > count else started)
        for stage, objective, solution, started in done
    )
    scale = people.scale[:, None]
    return SMPLifyResult(
        kept, people.focal_length / scale, people.principal_point / scale, reprojection, height, both_ways, stages
    )


def stage_result(
    stage: Stage, objective: StageObjective | LatentObjective, solution: Solution, rows: Tensor
) -> StageResult:
    """A stage's record.

    Args:
        stage: that was run.
        objective: what was minimised.
        solution: where the minimiser stopped.
        rows: of the people who were kept.
    """
    trace, trace_energy = None, None
    if solution.trace is not None:
        path = [objective.body(x[rows], rows).pack() for x in solution.trace[0]]
        trace, trace_energy = BodyParameters.unpack(torch.stack(path)), solution.trace[1][:, rows]
    energies = objective.terms(solution.x[rows], rows)
    return StageResult(stage, energies, solution.iterations[rows], solution.converged[rows], trace, trace_energy)
