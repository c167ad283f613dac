"""A body from its outline: pose and place by making a soft silhouette overlap a mask (Liu et al. 2019, section 4.2).

A hard silhouette has no gradient: move the body a little, and no pixel changes. A soft one has, within reach of its
rim, which grows with sigma: so a fit begins with a wide rim, that feels a mask from afar, and ends with a narrow one,
that meets it sharply. An outline does not say which way a person faces, nor which leg is in front: a part map does.

Everything happens in the OpenCV camera frame, as in `smplify`: `global_orient` and `transl` take the body there.
"""

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import torch
from jaxtyping import Bool, Float, Int, Int64
from torch import Tensor

from vhlib.body import SMPL, stature
from vhlib.body.parts import part_labels
from vhlib.cameras import PerspectiveCamera
from vhlib.cameras.frames import facing_camera
from vhlib.core.shapes import check
from vhlib.fitting.objective import StageObjective
from vhlib.fitting.parameters import BodyParameters
from vhlib.fitting.smplify import StageResult, stage_result
from vhlib.fitting.solve import Minimiser, adam, lbfgs
from vhlib.fitting.stages import Stage
from vhlib.geometry.rotations import matrix_to_axis_angle
from vhlib.geometry.skeletons import SMPL24
from vhlib.priors import AnglePrior, Prior, ShapePrior, load_gmm
from vhlib.render import Rasterizer, backend, soft_parts
from vhlib.render.coverage import log_uncovered
from vhlib.render.screen import softness

MINIMISERS: Final = ("adam", "lbfgs")
"""Those of `solve` that need no sum of squares."""

ARMS_DOWN: Final = 45.0
"""Degrees from the T-pose at which a fit starts: no arm is hidden, and what is hidden behind a body has no gradient."""


@dataclass(frozen=True)
class SilhouetteStage(Stage):
    """One minimisation with one softness. Its terms are those of `Outline`."""

    sigma: float
    """How soft the body's rim is: squared, in units of half the image's short side."""
    iterations: int
    """At most this many steps."""
    rate: float
    """Length of Adam's first ones: radians, metres, standard deviations."""

    terms: ClassVar[tuple[str, ...]] = ("silhouette", "parts", "joints", "pose", "angle", "shape")


_POSE = ("global_orient", "body_pose", "transl")
_WEIGHTS = {"silhouette": 1.0, "pose": 0.02, "angle": 0.01}

SILHOUETTE: Final = (
    SilhouetteStage("place", ("global_orient", "transl"), {"silhouette": 1.0}, sigma=3e-3, iterations=15, rate=0.05),
    SilhouetteStage("pose", _POSE, _WEIGHTS, sigma=1e-3, iterations=40, rate=0.05),
    SilhouetteStage("limbs", _POSE, _WEIGHTS, sigma=3e-4, iterations=30, rate=0.02),
    SilhouetteStage("detail", (*_POSE, "betas"), _WEIGHTS | {"shape": 0.02}, sigma=1e-4, iterations=40, rate=0.02),
)
"""First the whole body, then its pose, last its shape, with a rim that narrows. Weights are of residuals."""

SILHOUETTE_AND_PARTS: Final = tuple(replace(stage, weights={**stage.weights, "parts": 1.0}) for stage in SILHOUETTE)
"""The same, with a part map to meet."""

PARTS_AND_JOINTS: Final = tuple(
    replace(stage, weights={**stage.weights, "joints": 10.0}) for stage in SILHOUETTE_AND_PARTS[2:]
)
"""From a network's answer: its body stands where the person is, and the joints that it saw are to stay there."""


@dataclass(frozen=True)
class SilhouetteResult:
    """A fitted batch."""

    parameters: BodyParameters
    """The bodies, in the camera frame."""
    overlap: Float[Tensor, "B"]
    """Intersection over union of the body's own hard mask and the given one."""
    stages: tuple[StageResult, ...]
    """What each stage did."""


def fit_silhouette(
    body: SMPL,
    masks: Bool[Tensor, "B H W"],
    *,
    focal_length: Float[Tensor, "B 2"],
    principal_point: Float[Tensor, "B 2"],
    part_maps: Int64[Tensor, "B H W"] | None = None,
    parts: int = 24,
    joints_2d: Float[Tensor, "B 24 2"] | None = None,
    start: BodyParameters | None = None,
    stages: tuple[SilhouetteStage, ...] = SILHOUETTE,
    pose_prior: Prior | None = None,
    minimiser: str = "adam",
    trace: bool = False,
) -> SilhouetteResult:
    """Fit bodies to masks.

    Args:
        body: the body model.
        masks: True where the person is. A fit takes time in proportion to their pixels: some 100 x 100 are enough.
        focal_length: along x and y, pixels of the masks.
        principal_point: where the optical axis meets the image, pixels of the masks.
        part_maps: 0 for the background, p + 1 for part p, as `vhlib.render.part_map` makes them.
        parts: how many parts the maps have; one of `vhlib.body.parts.PARTS`.
        joints_2d: where SMPL's joints are seen, pixels of the masks.
        start: where each fit begins, in the camera frame; None: `upright`.
        stages: what to minimise, one after the other.
        pose_prior: energy of the body pose; None: the mixture that comes with the kit.
        minimiser: "adam" or "lbfgs".
        trace: keep every iterate of every stage.

    Raises:
        ValueError: shapes that do not fit, an empty mask, a minimiser for sums of squares or one that does not exist,
            or stages that weigh parts or joints that are not given, or those given that no stage weighs.
    """
    check(
        masks=(masks, "B H W"),
        focal_length=(focal_length, "B 2"),
        principal_point=(principal_point, "B 2"),
    )
    if minimiser not in MINIMISERS:
        raise ValueError(f"minimiser: expected {' or '.join(MINIMISERS)}, got {minimiser!r}")
    for name, term, given in (("part_maps", "parts", part_maps), ("joints_2d", "joints", joints_2d)):
        if any(term in stage.weights for stage in stages) != (given is not None):
            raise ValueError(f"{name}, stages: expected both {name} and a stage that weighs {term}, or neither")
    if not masks.flatten(1).any(1).all():
        raise ValueError("masks: expected a person in each, got an empty one")
    camera = _camera(focal_length, principal_point)
    outline = Outline.of(
        body, masks, camera, pose_prior=pose_prior, part_maps=part_maps, parts=parts, joints_2d=joints_2d
    )
    x = (upright(body, masks, camera) if start is None else start).pack().to(focal_length)
    everybody, done = torch.arange(len(x), device=x.device), []
    for stage in stages:
        objective = StageObjective(outline.softened(stage.sigma), stage, x)
        solution = _minimiser(minimiser, stage)(objective, x[:, objective.free], trace=trace)
        done.append(stage_result(stage, objective, solution, everybody))
        x = objective.body(solution.x, everybody).pack().detach()
    found = BodyParameters.unpack(x)
    return SilhouetteResult(found, outline.overlap(found), tuple(done))


@dataclass(frozen=True)
class Outline:
    """What a fit sees of people, and the named terms of its energy, without weights."""

    body: SMPL
    """The body model."""
    masks: Bool[Tensor, "B H W"]
    """True where the person is."""
    targets: Float[Tensor, "B H W"]
    """The masks, as soft as the body's silhouettes are."""
    camera: PerspectiveCamera
    """One for each mask."""
    pose_prior: Prior
    """What body poses are natural."""
    part_maps: Int64[Tensor, "B H W"] | None
    """0 for the background, p + 1 for part p."""
    part_of_face: Int64[Tensor, "F"]
    """The part of each of the body's faces."""
    parts: int
    """How many there are."""
    joints_2d: Float[Tensor, "B 24 2"] | None
    """Where SMPL's joints are seen, pixels."""
    rasterizer: Rasterizer
    """What draws the silhouettes."""
    sigma: float = 1e-4
    """How soft rims are."""

    @classmethod
    def of(
        cls,
        body: SMPL,
        masks: Bool[Tensor, "B H W"],
        camera: PerspectiveCamera,
        *,
        pose_prior: Prior | None = None,
        part_maps: Int64[Tensor, "B H W"] | None = None,
        parts: int = 24,
        joints_2d: Float[Tensor, "B 24 2"] | None = None,
    ) -> "Outline":
        """Prepare a body for these people; see `fit_silhouette`."""
        labels, like = part_labels(body, parts).faces, camera.focal_length
        prior, drawn_by = load_gmm().to(like) if pose_prior is None else pose_prior, backend(device=like.device)
        return cls(body, masks, masks.to(like), camera, prior, part_maps, labels, parts, joints_2d, drawn_by)

    def softened(self, sigma: float) -> "Outline":
        """The same with another softness, the mask's own included: each of its pixels is a square of `coverage`.

        A body of small faces is larger, the softer it is, because many faces each cover a little what is beside them;
        a mask that stayed sharp would make it shrink.

        Args:
            sigma: squared, in units of half the image's short side.
        """
        image, row, column = self.masks.nonzero(as_tuple=True)
        corners = torch.tensor([[0, 1, 1, 0], [0, 0, 1, 1]], device=image.device)[..., None]
        squares = (torch.stack([column, row])[:, None] + corners).to(self.targets)
        logs = log_uncovered(squares, image, len(self.masks), self._size, softness(sigma, self._size))
        return replace(self, targets=-torch.expm1(logs), sigma=sigma)

    def select(self, people: Int[Tensor, "B"]) -> "Outline":
        """The same terms for some of the people."""
        maps, joints = (None if given is None else given[people] for given in (self.part_maps, self.joints_2d))
        camera = _camera(self.camera.focal_length[people], self.camera.principal_point[people])
        masks, targets = self.masks[people], self.targets[people]
        return replace(self, masks=masks, targets=targets, camera=camera, part_maps=maps, joints_2d=joints)

    def terms(self, body: BodyParameters, names: Iterable[str]) -> dict[str, Float[Tensor, "B"]]:
        """Energies by name, differentiable.

        - ``silhouette``: 1 - intersection over union of the soft silhouette and the mask (Liu et al. 2019, eq. 8);
        - ``parts``: half the squared difference of the soft part map and the given one, summed over the pixels and
          divided by the mask's: 1 where a person is all there with all parts wrong;
        - ``joints``: the mean squared distance of the projected joints from those seen, divided by the mask's area;
        - ``pose``, ``angle``, ``shape``: the priors.

        Args:
            body: where to evaluate.
            names: which of `SilhouetteStage.terms`.
        """
        vertices, faces, size = self.body(**vars(body)).vertices, self.body.faces, self._size

        def silhouette() -> Tensor:
            soft = self.rasterizer.silhouette(vertices, faces, self.camera, size, sigma=self.sigma)
            both = (soft * self.targets).sum((1, 2))
            return 1 - both / (soft.sum((1, 2)) + self.targets.sum((1, 2)) - both)

        def parts() -> Tensor:
            labels, classes = self.part_of_face, torch.arange(self.parts + 1, device=vertices.device)
            soft = soft_parts(vertices, faces, labels, self.camera, size, parts=self.parts, sigma=self.sigma)
            wanted = self.part_maps[..., None] == classes if self.part_maps is not None else soft
            return 0.5 * (soft - wanted.to(soft)).square().sum((1, 2, 3)) / self.masks.sum((1, 2))

        def joints() -> Tensor:
            points = self.camera.project(self.body.joints(**vars(body)))
            seen = points if self.joints_2d is None else self.joints_2d
            return (points - seen).square().sum(-1).mean(1) / self.masks.sum((1, 2))

        known = {
            "silhouette": silhouette,
            "parts": parts,
            "joints": joints,
            "pose": lambda: self.pose_prior.energy(body.body_pose),
            "angle": lambda: AnglePrior().energy(body.body_pose),
            "shape": lambda: ShapePrior().energy(body.betas),
        }
        return {name: known[name]() for name in names}

    @torch.no_grad()
    def overlap(self, body: BodyParameters) -> Float[Tensor, "B"]:
        """Intersection over union of the body's own hard mask and the given one.

        Args:
            body: one for each mask.
        """
        vertices = self.body(**vars(body)).vertices
        mine = self.rasterizer.rasterize(vertices, self.body.faces, self.camera, self._size).mask
        return (mine & self.masks).sum((1, 2)) / (mine | self.masks).sum((1, 2)).to(vertices)

    @property
    def _size(self) -> tuple[int, int]:
        return self.masks.shape[1], self.masks.shape[2]


def upright(body: SMPL, masks: Bool[Tensor, "B H W"], camera: PerspectiveCamera) -> BodyParameters:
    """Where a fit begins: facing the camera, average in shape, its arms half raised, as tall and where the mask is.

    Args:
        body: the body model.
        masks: True where the person is; none empty.
        camera: one for each mask.
    """
    like, count = camera.focal_length, len(masks)
    rows, columns = (torch.arange(length, device=like.device).to(like) + 0.5 for length in masks.shape[1:])
    top, bottom = _ends(masks.any(2), rows)
    across = (masks * columns).sum((1, 2)) / masks.sum((1, 2))  # the mean: an arm stretched out counts little
    betas, pose = like.new_zeros(count, body.num_betas), like.new_zeros(count, 23, 3)
    for side, turn in (("left", -1), ("right", 1)):
        pose[:, SMPL24.index(f"{side}_shoulder") - 1, 2] = turn * math.radians(ARMS_DOWN)
    depth = like[:, 1] * stature(body, betas) / (bottom - top)  # similar triangles
    orient = matrix_to_axis_angle(facing_camera(depth)[0])
    with torch.no_grad():
        vertices = body(betas=betas, body_pose=pose, global_orient=orient).vertices
    seen = torch.stack([across, (top + bottom) / 2], -1)[:, None]
    place = camera.unproject(seen, depth[:, None]).squeeze(1)
    return BodyParameters(orient, pose, betas, place - (vertices.amin(1) + vertices.amax(1)) / 2)


def _minimiser(name: str, stage: SilhouetteStage) -> Minimiser:
    if name == "adam":
        return functools.partial(adam, iterations=stage.iterations, rate=stage.rate)
    return functools.partial(lbfgs, iterations=stage.iterations)


def _ends(seen: Bool[Tensor, "B N"], centres: Float[Tensor, "N"]) -> tuple[Tensor, Tensor]:
    """Where each row's first True begins and its last one ends, in pixels."""
    return centres.where(seen, torch.inf).amin(1) - 0.5, centres.where(seen, -torch.inf).amax(1) + 0.5


def _camera(focal_length: Float[Tensor, "B 2"], principal_point: Float[Tensor, "B 2"]) -> PerspectiveCamera:
    """Cameras whose frame is the world's."""
    turn = torch.eye(3, dtype=focal_length.dtype, device=focal_length.device).expand(len(focal_length), 3, 3)
    return PerspectiveCamera(focal_length, principal_point, turn, torch.zeros_like(turn[..., 0]))
