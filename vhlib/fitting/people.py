"""What a fit sees of people: their keypoints in an image where they are some 300 px tall, and a first guess of depth.

The paper's weights and its σ = 100 px belong to people of that size. The focal length is rescaled with the image, so
the same person in an image of another resolution is the same problem.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vhlib.body import SMPL
from vhlib.body.landmarks import landmarks
from vhlib.core.shapes import check
from vhlib.exercises import exercise
from vhlib.geometry.skeletons import SMPL24, Skeleton

PERSON_HEIGHT: Final = 300.0
"""How tall, in pixels, people are in the image that a fit works in."""

FOCAL_LENGTH: Final = 5000.0
"""SMPLify's focal length where the true one is unknown, in pixels of the image that a fit works in."""

TORSO: Final = (("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"))
"""The two edges that SMPLify measures depth with; their four ends are what it places the camera by."""

FORESHORTENED: Final = 0.75
"""A torso that makes people look smaller than this part of what their longest limb does is not measured by.

SMPLify measures every torso. One that leans to or from the camera looks short, and its owner far away: on the synthetic
benchmark depths are on average 20 % wrong with SMPLify's rule and 13 % with this one (a test holds both). The longest
visible limb, which takes over, is Unite the People's rule (Lassner et al. 2017).
"""

_LIMBS: Final = tuple(
    (f"{side}_{upper}", f"{side}_{lower}")
    for side in ("left", "right")
    for upper, lower in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
)


@dataclass(frozen=True)
class BodyPoints:
    """Which of a skeleton's keypoints a body has a point for: a joint of SMPL, or a vertex of its surface.

    A neck or a mid hip that only annotators know is not among them, as in SMPLify.
    """

    names: tuple[str, ...]
    """Joints first, then surface points."""
    columns: tuple[int, ...]
    """Where each stands in the skeleton."""
    joints: tuple[int, ...]
    """SMPL's joint for the first of them."""
    vertices: tuple[int, ...]
    """SMPL's vertex for the others."""

    @classmethod
    def of(cls, skeleton: Skeleton, body: SMPL) -> "BodyPoints":
        """The points of a skeleton."""
        surface = landmarks(body.files)
        inner = [name for name in skeleton.names if name in SMPL24.names and name not in _ANNOTATED_ONLY]
        outer = [name for name in skeleton.names if name in surface]
        names = (*inner, *outer)
        vertices = tuple(surface[name] for name in outer)
        return cls(names, skeleton.indices(*names), SMPL24.indices(*inner), vertices)


# These share SMPL's names, but sit elsewhere: LSP's and OpenPose's neck is between the shoulders, H36M's pelvis lower.
_ANNOTATED_ONLY: Final = ("neck", "pelvis")


@dataclass(frozen=True)
class People:
    """Keypoints of a batch of people, in the image that the fit works in. K counts `BodyPoints`."""

    points: BodyPoints
    """What the keypoints are."""
    keypoints_2d: Float[Tensor, "B K 2"]
    """Pixels of the rescaled image; 0 where missing."""
    confidence: Float[Tensor, "B K"]
    """0 where missing."""
    focal_length: Float[Tensor, "B 2"]
    """Pixels of the rescaled image."""
    principal_point: Float[Tensor, "B 2"]
    """Pixels of the rescaled image."""
    depth: Float[Tensor, "B"]
    """Guess from similar triangles, metres."""
    scale: Float[Tensor, "B"]
    """Rescaled pixels per pixel of the image."""

    @property
    def torso(self) -> Float[Tensor, "B K"]:
        """Weights of the camera's keypoints: 1 for the torso's; for all where fewer than three of those are seen."""
        seen = (self.confidence > 0).to(self.confidence)
        ends = {name for edge in TORSO for name in edge}
        torso = seen * seen.new_tensor([float(name in ends) for name in self.points.names])
        return torch.where(torso.sum(-1, keepdim=True) >= 3, torso, seen)

    @property
    def body(self) -> Float[Tensor, "B K"]:
        """Weights of the body's keypoints: their confidence, but 0 for the hips, which annotators put elsewhere."""
        hips = ("left_hip", "right_hip")
        return self.confidence * self.confidence.new_tensor([float(name not in hips) for name in self.points.names])

    @property
    def shoulders(self) -> tuple[Float[Tensor, "B 2 2"], Bool[Tensor, "B 2"]]:
        """Where the left and the right shoulder are, and whether each was seen."""
        ends = [self.points.names.index(name) for name in ("left_shoulder", "right_shoulder")]
        return self.keypoints_2d[:, ends], self.confidence[:, ends] > 0

    @property
    def orientation(self) -> Float[Tensor, "B 3 3"]:
        """How the torso lies in the picture: its own axes to the camera frame, facing the camera or away from it.

        Hips and shoulders say which way is up. Whoever faces the camera then has the left side where a clock would
        have 3 when the head is at 12. Without these joints: upright, facing the camera.
        """
        names = self.points.names

        def between(start: str, end: str) -> Tensor:
            pair = [names.index(start), names.index(end)]
            seen = (self.confidence[:, pair] > 0).all(-1, keepdim=True)
            return torch.where(seen, self.keypoints_2d[:, pair[1]] - self.keypoints_2d[:, pair[0]], 0.0)

        up = between("left_hip", "left_shoulder") + between("right_hip", "right_shoulder")
        across = between("right_hip", "left_hip") + between("right_shoulder", "left_shoulder")
        length = up.norm(dim=-1, keepdim=True)
        up = torch.where(length > 0, up / length.clamp(min=1e-6), up.new_tensor([0.0, -1.0]))
        right_of_up = torch.stack([-up[:, 1], up[:, 0]], -1)
        facing = torch.where((across * right_of_up).sum(-1) < 0, -1.0, 1.0)[:, None]
        flat = torch.zeros_like(facing)
        axes = (
            torch.cat([facing * right_of_up, flat], 1),
            torch.cat([up, flat], 1),
            torch.cat([flat, flat, -facing], 1),
        )
        return torch.stack(axes, -1)

    def select(self, people: Int[Tensor, "B"]) -> "People":
        """Some of the people, repetitions allowed."""
        tensors: dict[str, Any] = {
            name: value[people] for name, value in vars(self).items() if isinstance(value, Tensor)
        }
        return replace(self, **tensors)


@exercise("04_smplify")
def torso_depth(
    ends_2d: Float[Tensor, "B E 2 2"],
    ends_3d: Float[Tensor, "E 2 3"],
    seen: Bool[Tensor, "B E 2"],
    focal_length: Float[Tensor, "B"],
) -> Float[Tensor, "B"]:
    """Z = f Σ L_3D / Σ L_2D over the edges that are seen at both ends: similar triangles. NaN where there is none.

    >>> ends_2d = torch.tensor([[[[0.0, 0.0], [0.0, 100.0]]]])
    >>> ends_3d = torch.tensor([[[0.0, 0.5, 0.0], [0.0, 0.0, 0.0]]])
    >>> torso_depth(ends_2d, ends_3d, torch.tensor([[[True, True]]]), torch.tensor([1000.0]))
    tensor([5.])

    Args:
        ends_2d: both ends of each edge in the image, pixels.
        ends_3d: the same on a body of average shape, metres.
        seen: which ends are known; the others' place is not looked at.
        focal_length: pixels.
    """
    both = seen.all(-1)
    flat = torch.where(both, _lengths(ends_2d), 0.0).sum(-1)
    true = torch.where(both, _lengths(ends_3d), 0.0).sum(-1)
    return focal_length * true / flat


def observe(
    keypoints_2d: Float[Tensor, "B K 2"],
    confidence: Float[Tensor, "B K"],
    *,
    focal_length: Float[Tensor, "B 2"] | None,
    principal_point: Float[Tensor, "B 2"],
    skeleton: Skeleton,
    body: SMPL,
) -> People:
    """Rescale people to `PERSON_HEIGHT`, and guess how far away they are.

    Args:
        keypoints_2d: pixels of the full image.
        confidence: 0 where a keypoint is missing; its place is not looked at then.
        focal_length: pixels of the full image; None for `FOCAL_LENGTH` in the rescaled one.
        principal_point: pixels of the full image.
        skeleton: what the keypoints are.
        body: its average shape is what the keypoints' distances are compared with.

    Raises:
        ValueError: shapes that do not fit, keypoints that are not finite, negative confidences, a focal length that
            is not positive, or a person without any keypoint that the body has a point for.
    """
    _check(keypoints_2d, confidence, focal_length, principal_point, skeleton)
    points = BodyPoints.of(skeleton, body)
    stature = float(body.v_template[:, 1].amax() - body.v_template[:, 1].amin())
    confidence = confidence[:, points.columns]
    if blank := (confidence.amax(-1) == 0).nonzero().flatten().tolist():
        names = ", ".join(points.names)
        raise ValueError(f"confidence: nothing to fit to, person {blank[0]} has none of {names} visible")
    keypoints_2d = torch.where(confidence[..., None] > 0, keypoints_2d[:, points.columns], 0.0)
    pixels_per_metre = _pixels_per_metre(keypoints_2d, confidence > 0, points, body.joint_template, stature)
    scale = PERSON_HEIGHT / (stature * pixels_per_metre)
    focal = torch.full_like(principal_point, FOCAL_LENGTH) if focal_length is None else focal_length * scale[:, None]
    depth = focal.mean(-1) / (pixels_per_metre * scale)
    return People(
        points, keypoints_2d * scale[:, None, None], confidence, focal, principal_point * scale[:, None], depth, scale
    )


def _check(
    keypoints_2d: Tensor, confidence: Tensor, focal_length: Tensor | None, principal_point: Tensor, skeleton: Skeleton
) -> None:
    count = len(skeleton)
    check(
        keypoints_2d=(keypoints_2d, f"B {count} 2"),
        confidence=(confidence, f"B {count}"),
        principal_point=(principal_point, "B 2"),
    )
    if not (confidence >= 0).all():
        raise ValueError("confidence: expected numbers from 0 up, got a negative one or NaN")
    if not keypoints_2d[confidence > 0].isfinite().all():
        raise ValueError("keypoints_2d: expected finite pixels, got NaN or infinity; missing ones have confidence 0")
    if focal_length is not None:
        check(focal_length=(focal_length, "B 2"), principal_point=(principal_point, "B 2"))
        if not ((focal_length > 0) & focal_length.isfinite()).all():
            raise ValueError(f"focal_length: expected positive pixels, got {focal_length.tolist()}")


def _pixels_per_metre(
    keypoints_2d: Tensor, seen: Tensor, points: BodyPoints, joints_rest: Tensor, stature: float
) -> Tensor:
    """How large people look: by the torso, by the longest limb, or by how far apart any two keypoints are.

    Longest in pixels: a misplaced wrist makes a short forearm look twice as large, a thigh hardly.
    """

    def edges(pairs: tuple[tuple[str, str], ...]) -> tuple[Tensor, Tensor, Tensor]:
        pairs = tuple(pair for pair in pairs if set(pair) <= set(points.names))
        ends = [[points.names.index(name) for name in pair] for pair in pairs]
        bones = [SMPL24.indices(*pair) for pair in pairs]
        return keypoints_2d[:, ends], joints_rest[bones, :].to(keypoints_2d), seen[:, ends]

    # A camera of focal length 1 would see people at a depth of as many metres as a pixel shows of them.
    torso = 1 / torso_depth(*edges(TORSO), torch.ones_like(keypoints_2d[:, 0, 0]))
    ends_2d, ends_3d, both = edges(_LIMBS)
    flat = torch.where(both.all(-1), _lengths(ends_2d), 0.0)
    longest = flat.argmax(-1, keepdim=True)  # an unseen limb has length 0
    limb = (flat / _lengths(ends_3d)).gather(1, longest)[:, 0]
    low = torch.where(seen[..., None], keypoints_2d, torch.inf).amin(1)
    high = torch.where(seen[..., None], keypoints_2d, -torch.inf).amax(1)
    spread = (high - low).norm(dim=-1) / stature
    # NaN where no such edge is seen, and 0 for an edge seen end on.
    result = torch.where(torso >= FORESHORTENED * limb, torso, limb)
    for other in (spread, torch.full_like(spread, PERSON_HEIGHT / stature)):
        result = torch.where(result > 1e-6, result, other)
    return result


def _lengths(ends: Float[Tensor, "*N 2 D"]) -> Float[Tensor, "*N"]:
    return (ends[..., 0, :] - ends[..., 1, :]).norm(dim=-1)
