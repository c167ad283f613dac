"""How good a fitting network is: joints in space, joints in the picture, rotations."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.body import SMPL
from vhlib.geometry.kinematics import local_to_global
from vhlib.geometry.skeletons import SMPL24
from vhlib.metrics import mpjpe, pa_mpjpe, pck, rotation_error
from vhlib.nets import NBF, Estimate
from vhlib.training.part_people import PartPeople

_PIECE = 250  # people at once


def figures(net: NBF, people: PartPeople, body: SMPL, *, parts: int) -> dict[str, float]:
    """How good a network is that sees part maps, see `judged`.

    Args:
        net: in any mode; it is left ready to predict.
        people: whom to judge on.
        body: turns estimates into joints.
        parts: in the part maps that it takes.
    """
    net.eval()
    return judged(lambda some: net(some.maps(parts)), people, body)


def judged(estimate: Callable[[PartPeople], Estimate], people: PartPeople, body: SMPL) -> dict[str, float]:
    """Means over people, through the true camera, which also knows where the pelvis is.

    Convention:
        All 24 joints of SMPL. Errors in space need no alignment but the pelvis that is given. PCKh counts joints
        inside the picture that are closer to the truth than half of the head's length. Rotations are relative to the
        camera, whatever the network puts out.

    Args:
        estimate: what is judged.
        people: whom to judge on.
        body: turns estimates into joints.

    Returns:
        ``joints_mm``, ``aligned_mm`` (after Procrustes), ``pckh`` (%), ``rotation_rad``.
    """
    pieces = [people[start : start + _PIECE] for start in range(0, len(people), _PIECE)]
    with torch.no_grad():
        found = [_figures(estimate(piece), piece, body) for piece in pieces]
    return {name: torch.cat([each[name] for each in found]).mean().item() for name in found[0]}


def smpl24_joints(estimate: Estimate, body: SMPL) -> Float[Tensor, "B 24 3"]:
    """An estimate's joints, metres, in the camera's axes around the pelvis.

    Args:
        estimate: rotations and betas.
        body: any SMPL body.
    """
    joints = body.joints(betas=estimate.betas, body_pose=estimate.body_pose, global_orient=estimate.global_orient)
    return joints - joints[:, :1]


def project_given(joints: Float[Tensor, "B 24 3"], people: PartPeople) -> Float[Tensor, "B 24 2"]:
    """Joints around the pelvis as the true camera sees them, the pelvis where it truly is: in the crop's [-1, 1].

    Args:
        joints: metres.
        people: whose cameras.
    """
    there = joints + people.labels.joints[:, :1]
    return people.focal_length[:, None, None] * there[..., :2] / there[..., 2:]


def _figures(estimate: Estimate, people: PartPeople, body: SMPL) -> dict[str, Tensor]:
    joints = smpl24_joints(estimate, body)
    truth = people.labels.joints - people.labels.joints[:, :1]
    visible = people.labels.visible > 0
    seen = visible.any(1)
    close = pck(
        project_given(joints, people)[seen],
        people.labels.keypoints[seen],
        threshold=people.head[seen] / 2,
        visible=visible[seen],
    )
    turned, true_turned = (local_to_global(each.rotations, SMPL24.parents) for each in (estimate, people.labels))
    return {
        "joints_mm": mpjpe(joints, truth, align="none"),
        "aligned_mm": pa_mpjpe(joints, truth),
        "pckh": 100 * close,
        "rotation_rad": rotation_error(turned, true_turned),
    }
