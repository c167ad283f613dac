"""Clips: one person moving before a fixed camera, and where every point of them goes from frame to frame.

Camera, clothes, light and place stay. The person moves through the place with a foot on the floor: what of the body is
lowest stays where it is, as a sole does.
"""

import itertools
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vhlib.core.errors import InputError
from vhlib.data.poses import PoseLibrary
from vhlib.data.synthetic.casting import cast
from vhlib.data.synthetic.draws import Draws
from vhlib.data.synthetic.figure import Stance, dummy, figure, normals_of
from vhlib.data.synthetic.framing import framed, placed
from vhlib.data.synthetic.people import SyntheticPeople, one_thread
from vhlib.data.synthetic.picture import fragments
from vhlib.data.synthetic.sample import Sample, collate
from vhlib.data.synthetic.stage import Actor, dress, labelled, photograph, set_stage

_SOLE: Final = 0.008
"""How far above the lowest point something still stands on the floor, metres."""
_UNDER_CLOTH: Final = 0.06
"""How far skin may lie under the cloth that is seen, metres."""


@dataclass(frozen=True, eq=False)
class Clip:
    """A person moving before a fixed camera."""

    frames: Sample
    """A batch of T samples of the same person, camera and place; their index is the clip's."""
    vertices: Float[Tensor, "T V 3"]
    """The naked body's, camera frame, metres."""
    vertex_seen: Bool[Tensor, "T V"]
    """Whether the picture shows the skin at a vertex, or the cloth over it."""
    vertex_flow: Float[Tensor, "T-1 V 2"]
    """How far each vertex moves in the image until the next frame, pixels; of the seen and of the others."""
    flow: Float[Tensor, "T-1 H W 2"]
    """How far what a pixel's centre sees of the person moves until the next frame, pixels; 0 elsewhere."""


def make_clip(people: SyntheticPeople, index: int, *, frames: int = 16, fps: float = 15.0) -> Clip:
    """Clip number `index`: the person of sample `index` in another scene, in motion.

    Args:
        people: decides split, seed, size and rasterizer.
        index: from 0 on; the same clip in any order.
        frames: how many, at least two.
        fps: frames per second.

    Raises:
        InputError: fewer than two frames, or a rate that is not positive.
        IndexError: a negative index.
    """
    if frames < 2 or fps <= 0:
        raise InputError(f"frames, fps: expected at least 2 and a positive rate, got {frames} and {fps}")
    if index < 0:
        raise IndexError(f"index: expected 0 or more, got {index}")
    draws = Draws(people.seed, people.split, index)
    with one_thread(), torch.no_grad():
        still, family = cast(draws)
        number = int(draws.stream("clip").integers(2**31))
        motion = PoseLibrary(people.split, families=(family,)).clip(family, seed=number, frames=frames, fps=fps)  # type: ignore[arg-type]
        upright = [
            replace(still, body_pose=pose, global_orient=orient)
            for pose, orient in zip(motion.body_pose, motion.global_orient, strict=True)
        ]
        stances = grounded(upright)
        figures = [figure(stance) for stance in stances]
        points = np.concatenate([person.vertices for person in figures])
        view = framed(points, people.size, draws.stream("clip camera"))
        stage = set_stage(draws, view, view.from_world(points), family)
        pelvis = figures[0].joints_rest[0].astype(np.float64)
        actors = [
            dress(stage, placed(stance, pelvis, view), person.moved(view.rotation, view.translation))
            for stance, person in zip(stances, figures, strict=True)
        ]
        pictures = [photograph(stage, actor, people.rasterizer, take=take) for take, actor in enumerate(actors)]
        samples = [
            labelled(stage, actor, image, people.rasterizer) for actor, image in zip(actors, pictures, strict=True)
        ]
        moments = [_Moment(sample, actor) for sample, actor in zip(samples, actors, strict=True)]
        frames_seen = collate(samples)
        vertices = torch.stack([torch.from_numpy(actor.figure.vertices) for actor in actors])
        pixels = frames_seen.camera.project(vertices)
        flow = [_flow(*pair, people) for pair in itertools.pairwise(moments)]
    return Clip(
        frames=frames_seen,
        vertices=vertices,
        vertex_seen=torch.stack([_seen(moment, at) for moment, at in zip(moments, pixels, strict=True)]),
        vertex_flow=pixels[1:] - pixels[:-1],
        flow=torch.stack(flow),
    )


@dataclass(frozen=True, eq=False)
class _Moment:
    sample: Sample
    actor: Actor


def grounded(upright: list[Stance]) -> list[Stance]:
    """Somebody in motion, moved so that what is lowest stays put at height 0.

    Args:
        upright: moments of one person; world, y up.
    """
    points = torch.stack([torch.from_numpy(figure(stance).vertices) for stance in upright])
    low = points[..., 1].amin(1)
    standing = torch.exp((low[:-1, None] - points[:-1, :, 1]) / _SOLE)
    steps = (standing[..., None] * (points[1:] - points[:-1])).sum(1) / standing.sum(1)[:, None]
    transl = torch.zeros(len(points), 3)
    transl[1:] = -steps.cumsum(0)
    transl[:, 1] = -low
    return [replace(stance, transl=there) for stance, there in zip(upright, transl, strict=True)]


def _seen(moment: _Moment, pixels: Float[Tensor, "V 2"]) -> Bool[Tensor, "V"]:
    side = moment.sample.mask.shape[0]
    vertices = torch.from_numpy(moment.actor.figure.vertices)
    normals = torch.from_numpy(normals_of(moment.actor.figure.vertices, dummy().faces))
    facing = (normals * vertices).sum(-1) < 0
    inside = ((pixels >= 0) & (pixels < side)).all(-1)
    column, row = pixels.floor().long().clamp(0, side - 1).unbind(-1)
    over = vertices[:, 2] - moment.sample.depth[row, column]
    return facing & inside & moment.sample.mask[row, column] & (over < _UNDER_CLOTH)


def _flow(before: _Moment, after: _Moment, people: SyntheticPeople) -> Float[Tensor, "H W 2"]:
    """Where the points that pixels see are in the next frame; cloth and hair have the same triangles in all frames."""
    sample = before.sample
    face, weights, _ = fragments(
        before.actor.drawn.mesh, people.size, float(sample.focal_length[0]), 1, people.rasterizer
    )
    mesh = after.actor.drawn.mesh
    rows, columns = np.nonzero(sample.mask.numpy())
    corners = mesh.points[mesh.faces[face[rows, columns]]]
    points = np.einsum("nk,nkc->nc", weights[rows, columns], corners)
    at = sample.camera.project(torch.from_numpy(points)[None])[0]
    flow = torch.zeros(*sample.mask.shape, 2)
    flow[rows, columns] = at - torch.from_numpy(np.stack([columns, rows], 1) + 0.5).float()
    return flow
