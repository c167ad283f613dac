"""Held-out synthetic people as a fit sees them: 2D keypoints, and the truth behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.body import SMPL, stature
from vhlib.cameras import PerspectiveCamera
from vhlib.cameras.frames import facing_camera
from vhlib.core.random import generator
from vhlib.data.poses import PoseLibrary
from vhlib.data.poses.library import Split
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.geometry.skeletons import LSP14

FOCAL_LENGTH: Final = 1500.0
"""Pixels."""

SIZE: Final = 1000
"""Of the square picture, pixels."""

PERSON_HEIGHT: Final = 500.0
"""Of everybody, upright at their depth, pixels."""

NOISE: Final = 2.0
"""Standard deviation of the keypoints along x and y, pixels."""

FEWEST: Final = 6
"""Keypoints that everybody keeps, however many are missing."""


@dataclass(frozen=True)
class Crowd:
    """Synthetic people and what a camera sees of them; OpenCV camera frame."""

    truth: dict[str, Float[Tensor, "B ..."]]
    """`betas, body_pose, global_orient, transl`."""
    camera: PerspectiveCamera
    """One for all."""
    keypoints_2d: Float[Tensor, "B 14 2"]
    """Pixels, with noise."""
    confidence: Float[Tensor, "B 14"]
    """1, or 0 where a joint is missing."""


def crowd(
    body: SMPL,
    count: int,
    *,
    seed: int,
    missing: float = 0.0,
    noise: float = NOISE,
    families: Sequence[str] | None = None,
    poses: tuple[Float[Tensor, "B 23 3"], Float[Tensor, "B 3"]] | None = None,
    split: Split = "test",
) -> Crowd:
    """People of the library's test split, or of another, each 500 px tall.

    Args:
        body: the stand-in body, any precision.
        count: how many.
        seed: of poses, shapes, places and noise.
        missing: probability that a joint is not seen; each person keeps `FEWEST`.
        noise: standard deviation of the keypoints along x and y, pixels.
        families: of the library's motions; None for all.
        poses: somebody else's body poses and orientations in place of the library's; axis-angle, radians, world y up.
        split: of the library.
    """
    like = body.v_template
    if poses is None:
        sampled = PoseLibrary(split, families).sample(count, seed=seed)
        poses = sampled.body_pose, sampled.global_orient
    body_pose, upright = poses
    draw = generator(seed, "crowd")
    betas = torch.randn(count, body.num_betas, generator=draw).to(like)
    depth = FOCAL_LENGTH * stature(body, betas) / PERSON_HEIGHT
    to_camera, _ = facing_camera(depth)
    orient = matrix_to_axis_angle(to_camera @ axis_angle_to_matrix(upright.to(like)))
    truth = {"betas": betas, "body_pose": body_pose.to(like), "global_orient": orient}
    aside = 0.1 * torch.randn(count, 2, generator=draw).to(like)
    with torch.no_grad():
        pelvis = body.joints(**truth)[:, 0]
        truth["transl"] = torch.cat([aside, depth[:, None]], 1) - pelvis
        camera = PerspectiveCamera.simple(FOCAL_LENGTH, (SIZE, SIZE), like=like)
        seen = camera.project(body.keypoints("lsp14", **truth))
    errors = noise * torch.randn(count, len(LSP14), 2, generator=draw).to(like)
    chance = torch.rand(count, len(LSP14), generator=draw)
    kept = (chance >= missing) | (chance >= chance.topk(FEWEST).values[:, -1:])
    return Crowd(truth, camera, seen + errors, kept.to(like))
