"""How far a body is from the truth, by the field's measures.

Convention:
    Metres in, **millimetres** out; rotations in radians; shares in [0, 1]. One number per sample: average over samples
    yourself. A ``visible`` mask says which joints count; a sample without any is refused, as it has no error.
"""

from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.geometry.rigid import procrustes
from vhlib.geometry.rotations import geodesic_angle
from vhlib.geometry.skeletons import LSP14, Skeleton

Align = Literal["none", "pelvis", "similarity"]
"""What is made equal before measuring: nothing; the pelvis; or turn, shift and size (Procrustes)."""

_MILLIMETRES = 1000.0


def mpjpe(
    predicted: Float[Tensor, "B K 3"],
    truth: Float[Tensor, "B K 3"],
    *,
    align: Align,
    skeleton: Skeleton | None = None,
    visible: Bool[Tensor, "B K"] | None = None,
) -> Float[Tensor, " B"]:
    """Mean per-joint position error, in millimetres.

    Convention:
        ``align="pelvis"`` shifts each body by its own pelvis: the skeleton's ``pelvis`` (Human3.6M's protocol), or the
        middle of its hips where it has none (LSP). It is used whether or not it is visible. For the usual 14 joints
        of Human3.6M and 3DPW, pass all 17 of `H36M17` and a mask.

    >>> truth = torch.zeros(1, 14, 3)
    >>> mpjpe(truth + 0.1, truth, align="none"), mpjpe(truth + 0.1, truth, align="pelvis", skeleton=LSP14)
    (tensor([173.2051]), tensor([0.]))

    Args:
        predicted: joints, metres.
        truth: the same joints, metres.
        align: what is made equal first.
        skeleton: the joints' order; needed for ``align="pelvis"`` only.
        visible: which joints count; all if left out.

    Raises:
        ValueError: shapes that do not fit, no skeleton for the pelvis, a sample without visible joints.
    """
    shown = _shown(predicted, truth, visible)
    if align == "pelvis":
        if skeleton is None:
            raise ValueError('skeleton: align="pelvis" needs the joints\' order, for example skeleton=LSP14')
        check(predicted=(predicted, f"B {len(skeleton)} 3"))
        predicted, truth = predicted - _pelvis(predicted, skeleton), truth - _pelvis(truth, skeleton)
    return _distance(predicted, truth, shown, similarity=align == "similarity")


def pa_mpjpe(
    predicted: Float[Tensor, "B K 3"],
    truth: Float[Tensor, "B K 3"],
    *,
    visible: Bool[Tensor, "B K"] | None = None,
) -> Float[Tensor, " B"]:
    """Reconstruction error: `mpjpe` after the best turn, shift and size for each sample, in millimetres.

    Procrustes minimises the squared distances, so a single sample's plain mean may rise a little by it.

    Args:
        predicted: joints, metres.
        truth: the same joints, metres.
        visible: which joints count, for the alignment too; all if left out.

    Raises:
        ValueError: shapes that do not fit, or a sample without visible joints.
    """
    return mpjpe(predicted, truth, align="similarity", visible=visible)


def pve(
    predicted: Float[Tensor, "B V 3"],
    truth: Float[Tensor, "B V 3"],
    *,
    align: Align,
    predicted_pelvis: Float[Tensor, "B 3"] | None = None,
    true_pelvis: Float[Tensor, "B 3"] | None = None,
) -> Float[Tensor, " B"]:
    """Mean per-vertex error, in millimetres.

    Args:
        predicted: vertices, metres.
        truth: the same vertices, metres.
        align: what is made equal first.
        predicted_pelvis: the pelvis of the predicted body, metres; needed for ``align="pelvis"`` only.
        true_pelvis: the pelvis of the true body, metres; needed for ``align="pelvis"`` only.

    Raises:
        ValueError: shapes that do not fit, or a pelvis that is missing.
    """
    shown = _shown(predicted, truth, None)
    if align == "pelvis":
        if predicted_pelvis is None or true_pelvis is None:
            raise ValueError('predicted_pelvis, true_pelvis: align="pelvis" needs both')
        check(
            predicted=(predicted, "B V 3"), predicted_pelvis=(predicted_pelvis, "B 3"), true_pelvis=(true_pelvis, "B 3")
        )
        predicted, truth = predicted - predicted_pelvis[:, None], truth - true_pelvis[:, None]
    return _distance(predicted, truth, shown, similarity=align == "similarity")


def pck(
    predicted: Float[Tensor, "B K D"],
    truth: Float[Tensor, "B K D"],
    *,
    threshold: float | Float[Tensor, " B"],
    visible: Bool[Tensor, "B K"] | None = None,
) -> Float[Tensor, " B"]:
    """Percentage of correct keypoints, as a share: those closer to the truth than a threshold, or just as close.

    Args:
        predicted: keypoints in 2-D pixels or 3-D metres.
        truth: the same keypoints.
        threshold: in the keypoints' own unit; one number, or one for each sample.
        visible: which keypoints count; all if left out.

    Raises:
        ValueError: shapes that do not fit, or a sample without visible keypoints.
    """
    shown = _shown(predicted, truth, visible)
    reach = torch.as_tensor(threshold, dtype=truth.dtype, device=truth.device).reshape(-1, 1)
    correct = (predicted - truth).norm(dim=-1) <= reach
    return (correct & shown).sum(1) / shown.sum(1)


def pckh(
    predicted: Float[Tensor, "B K 2"],
    truth: Float[Tensor, "B K 2"],
    *,
    skeleton: Skeleton = LSP14,
    share: float = 0.5,
    visible: Bool[Tensor, "B K"] | None = None,
) -> Float[Tensor, " B"]:
    """`pck` with half of the true head's length as threshold (PCKh@0.5; Andriluka et al., CVPR 2014).

    Convention:
        The head's length is the distance from ``neck`` to ``head_top`` in the truth's pixels. MPII itself takes 0.6
        of its head box's diagonal: numbers by the two are not comparable.

    Args:
        predicted: keypoints, pixels.
        truth: the same keypoints, pixels.
        skeleton: their order; must have ``neck`` and ``head_top``.
        share: threshold over the head's length.
        visible: which keypoints count; all if left out. The head's length is taken either way.

    Raises:
        ValueError: shapes that do not fit, or a head without length.
    """
    check(truth=(truth, f"B {len(skeleton)} 2"))
    neck, head_top = (truth[:, skeleton.index(name)] for name in ("neck", "head_top"))
    length = (head_top - neck).norm(dim=-1)
    if not (length > 0).all():
        raise ValueError("truth: neck and head_top coincide or are missing in a sample; leave it out")
    return pck(predicted, truth, threshold=share * length, visible=visible)


def rotation_error(predicted: Float[Tensor, "B J 3 3"], truth: Float[Tensor, "B J 3 3"]) -> Float[Tensor, " B"]:
    """Mean angle between rotations, in radians: arccos(2 ⟨q, q̂⟩² - 1) by quaternions (Omran et al., 3DV 2018).

    Args:
        predicted: rotation matrices, all relative to the parent or all to the world.
        truth: the same.

    Raises:
        ValueError: shapes that do not fit.
    """
    check(predicted=(predicted, "B J 3 3"), truth=(truth, "B J 3 3"))
    return geodesic_angle(predicted, truth).mean(1)


def acceleration_error(
    predicted: Float[Tensor, "B T K 3"],
    truth: Float[Tensor, "B T K 3"],
    *,
    visible: Bool[Tensor, "B T K"] | None = None,
) -> Float[Tensor, " B"]:
    """Mean length of the difference between second differences over time, in millimetres per frame squared.

    The measure of HMMR (Kanazawa et al., CVPR 2019). Papers print its numbers as mm/s²; they are per frame: multiply
    by the frame rate's square for seconds.

    Args:
        predicted: joints over time, metres.
        truth: the same joints, metres.
        visible: which joints count; a joint counts where it is visible in three frames in a row.

    Raises:
        ValueError: shapes that do not fit, fewer than three frames, no joint visible three frames in a row.
    """
    check(predicted=(predicted, "B T K 3"), truth=(truth, "B T K 3"))
    if predicted.shape[1] < 3:
        raise ValueError(f"predicted: expected three frames or more, got {predicted.shape[1]}")
    if visible is not None:
        check(predicted=(predicted, "B T K 3"), visible=(visible, "B T K"))
        visible = (visible[:, :-2] & visible[:, 1:-1] & visible[:, 2:]).flatten(1)
    one, other = ((x[:, :-2] - 2 * x[:, 1:-1] + x[:, 2:]).flatten(1, 2) for x in (predicted, truth))
    return _distance(one, other, _shown(one, other, visible), similarity=False)


def _shown(predicted: Tensor, truth: Tensor, visible: Tensor | None) -> Tensor:
    """(B, K) which points count."""
    check(predicted=(predicted, "B K D"), truth=(truth, "B K D"))
    if visible is None:
        return torch.ones_like(truth[..., 0], dtype=torch.bool)
    check(truth=(truth, "B K D"), visible=(visible, "B K"))
    if not visible.any(1).all():
        raise ValueError("visible: a sample has no visible point and so no error; leave it out")
    return visible


def _distance(predicted: Tensor, truth: Tensor, shown: Tensor, *, similarity: bool) -> Tensor:
    """Mean distance over the points that count, millimetres."""
    # What does not count may be anything, NaN too, and a weight of 0 would not stop that.
    predicted, truth = (torch.where(shown[..., None], points, 0.0) for points in (predicted, truth))
    if similarity:
        predicted = procrustes(predicted, truth, scale=True, weights=shown.to(truth.dtype)).apply(predicted)
    lengths = torch.where(shown, (predicted - truth).norm(dim=-1), 0.0)
    return _MILLIMETRES * lengths.sum(1) / shown.sum(1)


def _pelvis(joints: Tensor, skeleton: Skeleton) -> Tensor:
    """(B, 1, 3), metres."""
    names = ("pelvis",) if "pelvis" in skeleton.names else ("left_hip", "right_hip")
    return joints[:, list(skeleton.indices(*names))].mean(1, keepdim=True)
