"""What fits found, over the picture and from the side, one after the other, and how one got there, step by step."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from vhlib.body import SMPL
from vhlib.cameras import PerspectiveCamera
from vhlib.cameras.frames import opencv_to_opengl
from vhlib.cameras.perspective import project_points
from vhlib.fitting import BodyParameters, SilhouetteResult, SMPLifyResult, StageResult
from vhlib.geometry.skeletons import skeleton
from vhlib.render import backend, overlay
from vhlib.render.portraits import STANDING, portrait
from vhlib.viz.keypoints import draw_keypoints, draw_skeleton
from vhlib.viz.masks import compare_masks
from vhlib.widgets.playback import Playback


def fit_views(
    body: SMPL,
    parameters: BodyParameters,
    image: UInt8[np.ndarray, "H W 3"],
    *,
    focal_length: Float[Tensor, "2"],
    principal_point: Float[Tensor, "2"],
    turn: float = 80.0,
) -> tuple[UInt8[np.ndarray, "H W 3"], UInt8[np.ndarray, "H W 3"]]:
    """A body over the picture it was fitted to, and the same body from another side: two pictures of one size.

    Over the picture every fit looks good, because that is what was minimised; depth shows from the side.

    Args:
        body: the model that was fitted.
        parameters: of one person, in the camera frame.
        image: RGB.
        focal_length: pixels.
        principal_point: pixels.
        turn: degrees around the body from where the camera stands, for the second picture.
    """
    camera = PerspectiveCamera(
        focal_length=focal_length[None],
        principal_point=principal_point[None],
        rotation=torch.eye(3)[None],
        translation=torch.zeros(1, 3),
    )
    with torch.inference_mode():
        vertices = body(**vars(parameters)).vertices[0].float()
        # As large from the side as it is over the picture: so many metres are seen from top to bottom at its depth.
        extent = float(image.shape[0] * vertices[:, 2].mean() / focal_length[1])
        aside = portrait(_upright(vertices[None])[0], body.faces, size=image.shape[:2], extent=extent, turn=turn)
        return overlay(image, vertices, body.faces, camera), aside


def play_fit(
    body: SMPL,
    result: SMPLifyResult,
    image: UInt8[np.ndarray, "H W 3"],
    keypoints_2d: Float[Tensor, "K 2"],
    confidence: Float[Tensor, "K"],
    *,
    skeleton_name: str = "lsp14",
    person: int = 0,
) -> Playback:
    """A player of a fit's iterations: the body in 3D, and its limbs over the image with the keypoints it was fitted to.

    Args:
        body: the model that was fitted.
        result: of `fit_smplify` with ``trace=True``.
        image: RGB, that the keypoints are in.
        keypoints_2d: pixels.
        confidence: 0 where missing.
        skeleton_name: the keypoints' order.
        person: which of the batch.

    Raises:
        ValueError: the result has no trace.
    """
    every, captions, ends = _frames(result.stages, person)
    return play_bodies(
        body,
        every,
        image,
        keypoints_2d,
        confidence,
        focal_length=result.focal_length[person],
        principal_point=result.principal_point[person],
        captions=captions,
        skeleton_name=skeleton_name,
        highlights=ends,
    )


def play_bodies(
    body: SMPL,
    bodies: BodyParameters,
    image: UInt8[np.ndarray, "H W 3"],
    keypoints_2d: Float[Tensor, "K 2"],
    confidence: Float[Tensor, "K"],
    *,
    focal_length: Float[Tensor, "2"],
    principal_point: Float[Tensor, "2"],
    captions: Sequence[str],
    skeleton_name: str = "lsp14",
    highlights: Sequence[int] | None = None,
) -> Playback:
    """A player of several bodies for one picture: each in 3D, and its limbs over the image with the keypoints.

    Args:
        body: the model.
        bodies: one for each frame, in the camera frame.
        image: RGB, that the keypoints are in.
        keypoints_2d: pixels.
        confidence: 0 where missing.
        focal_length: pixels.
        principal_point: pixels.
        captions: a line for each frame.
        skeleton_name: the keypoints' order.
        highlights: the frames of the strip that stands in where no widget lives; None: some from first to last.

    Raises:
        ValueError: not one caption for each body.
    """
    given = vars(bodies)
    with torch.inference_mode():
        meshes = _upright(body(**given).vertices)
        points = body.keypoints(skeleton_name, **given)
        limbs = project_points(points, focal_length[None], principal_point[None]).numpy()
    joints = skeleton(skeleton_name)
    seen = draw_keypoints(image, keypoints_2d.numpy(), joints, confidence=confidence.numpy())
    return Playback(
        meshes.float().contiguous().numpy(),
        body.faces.numpy(),
        captions=captions,
        picture=lambda number: draw_skeleton(seen, limbs[number], joints),
        highlights=highlights,
    )


def play_silhouette(
    body: SMPL,
    result: SilhouetteResult,
    masks: Bool[Tensor, "B H W"],
    camera: PerspectiveCamera,
    *,
    person: int = 0,
    scale: int = 4,
) -> Playback:
    """A player of a silhouette fit's iterations: the body in 3D, and its mask against the one it is fitted to.

    Args:
        body: the model that was fitted.
        result: of `fit_silhouette` with ``trace=True``.
        masks: that were fitted.
        camera: one for each mask, or one for all; its frame is the world's.
        person: which of the batch.
        scale: pixels of the picture for one of the mask.

    Raises:
        ValueError: the result has no trace.
    """
    every, captions, ends = _frames(result.stages, person)
    with torch.inference_mode():
        vertices = body(**vars(every)).vertices
    lens, mask = camera.expand(len(masks)), masks[person]
    own = PerspectiveCamera(*(value[person : person + 1] for value in vars(lens).values()))
    rasterizer, size = backend(), (mask.shape[0], mask.shape[1])

    def compared(number: int) -> UInt8[np.ndarray, "H W 3"]:
        covered = rasterizer.rasterize(vertices[number, None], body.faces, own, size).mask[0]
        return compare_masks(mask.numpy(), covered.numpy()).repeat(scale, 0).repeat(scale, 1)

    meshes = _upright(vertices).float().contiguous().numpy()
    return Playback(meshes, body.faces.numpy(), captions=captions, picture=compared, highlights=ends)


def _frames(stages: tuple[StageResult, ...], person: int) -> tuple[BodyParameters, list[str], list[int]]:
    """Every iterate of one person, a caption for each, and which of them begin or end a stage."""
    steps, captions, ends = [], [], [0]
    for stage in stages:
        if stage.trace is None or stage.trace_energy is None:
            raise ValueError("result: it has no trace; fit with trace=True")
        count = int(stage.iterations[person]) + 1
        steps.append(stage.trace.pack()[:count, person])
        energies = stage.trace_energy[:count, person].tolist()
        captions += [
            f"{stage.stage.name}, iteration {i}, energy {_number(energy)}" for i, energy in enumerate(energies)
        ]
        ends.append(len(captions) - 1)
    return BodyParameters.unpack(torch.cat(steps)), captions, ends


def _number(energy: float) -> str:
    return f"{energy:,.0f}" if energy >= 100 else f"{energy:.3f}"


def _upright(vertices: Float[Tensor, "T V 3"]) -> Float[Tensor, "T V 3"]:
    """From the camera's frame to the viewer's: y up, and the last body's middle where SMPL's is at rest."""
    turned = opencv_to_opengl(vertices)
    middle = (turned[-1].amin(0) + turned[-1].amax(0)) / 2
    return turned - middle + turned.new_tensor(STANDING)
