"""How good a regressor is, on synthetic people that its training never saw.

Errors are on LSP-14, MPJPE centred between the hips, PVE at the pelvis; the true body is the neutral one that comes
closest to the person's own.
"""

from collections.abc import Callable
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.body import SMPL, load_body
from vhlib.cameras import WeakPerspectiveCamera
from vhlib.geometry.limits import implausible
from vhlib.geometry.rotations import matrix_to_axis_angle
from vhlib.geometry.skeletons import LSP14
from vhlib.metrics import mpjpe, pa_mpjpe, pckh, pve
from vhlib.nets import Estimate
from vhlib.priors import load_gmm
from vhlib.training.adversarial import lsp14_joints
from vhlib.training.crops import People

FIGURES: Final = ("pckh", "mpjpe_mm", "pa_mpjpe_mm", "pve_mm", "implausible_joints", "gmm_energy")
"""PCKh and implausible joints are shares; the energy is the mixture's, in nats."""

_BATCH = 50


@torch.no_grad()
def figures(
    predict: Callable[[Float[Tensor, "B 3 H W"]], Estimate], people: People, *, solve_camera: bool = False
) -> dict[str, float]:
    """Means over people, by the names in `FIGURES`.

    Args:
        predict: crops to bodies.
        people: whom to judge by.
        solve_camera: take the camera that fits the true 2D keypoints best in place of the predicted one: for a network
            that never learned where people are in the picture.
    """
    body, prior = load_body("neutral", source="standin"), load_gmm()
    found: dict[str, list[Tensor]] = {name: [] for name in FIGURES}
    for start in range(0, len(people), _BATCH):
        batch = people.crops(torch.arange(start, min(start + _BATCH, len(people))))
        estimate = predict(batch.images)
        joints = lsp14_joints(estimate, body)
        seen = batch.visible > 0
        camera = best_camera(joints, batch.keypoints, batch.visible) if solve_camera else estimate.camera
        (skin, pelvis), (true_skin, true_pelvis) = (
            _skin(body, rotations, betas)
            for rotations, betas in ((estimate.rotations, estimate.betas), (batch.rotations, batch.betas))
        )
        pose = matrix_to_axis_angle(estimate.body_pose)
        errors = (
            pckh(camera.project(joints), batch.keypoints, visible=seen),
            mpjpe(joints, batch.joints, align="pelvis", skeleton=LSP14),
            pa_mpjpe(joints, batch.joints),
            pve(skin, true_skin, align="pelvis", predicted_pelvis=pelvis, true_pelvis=true_pelvis),
            implausible(pose),
            prior.energy(pose),
        )
        for name, values in zip(FIGURES, errors, strict=True):
            found[name].append(values)
    return {name: round(float(torch.cat(values).mean()), 4) for name, values in found.items()}


def best_camera(
    joints: Float[Tensor, "B K 3"], keypoints: Float[Tensor, "B K 2"], visible: Float[Tensor, "B K"]
) -> WeakPerspectiveCamera:
    """The weak-perspective camera under which joints come closest to keypoints, by least squares in closed form.

    Args:
        joints: metres, OpenCV's axes.
        keypoints: the crop's [-1, 1].
        visible: weights.
    """
    weight = (visible / visible.sum(1, keepdim=True).clamp(min=1e-6))[..., None]
    flat = joints[..., :2]
    middle, target = ((weight * points).sum(1, keepdim=True) for points in (flat, keypoints))
    spread = (weight * (flat - middle).square()).sum((1, 2)).clamp(min=1e-9)
    scale = (weight * (flat - middle) * (keypoints - target)).sum((1, 2)) / spread
    return WeakPerspectiveCamera(scale, target[:, 0] / scale[:, None] - middle[:, 0])


def _skin(
    body: SMPL, rotations: Float[Tensor, "B J 3 3"], betas: Float[Tensor, "B S"]
) -> tuple[Float[Tensor, "B V 3"], Float[Tensor, "B 3"]]:
    """Vertices and the pelvis."""
    output = body(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
    return output.vertices, output.joints[:, 0]
