"""The geometry under clothes and hair: one body at rest and posed, and where on it everything is.

Convention:
    A *place* is a point of the neutral stand-in's mean body at rest: metres, y up, facing +z. All stand-ins share
    their mesh, so a place means the same on everybody: hems, buttons and eyes are put at places.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy import sparse
from torch import Tensor

from vhlib.body import (
    GENDERS,
    SMPL,
    Skirt,
    blend_shapes,
    linear_blend_skinning,
    load_body,
    load_skirt,
    pose_blend_shapes,
)
from vhlib.body.parts import part_labels
from vhlib.body.regressors import keypoint_regressor
from vhlib.geometry.kinematics import forward_kinematics
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import SKELETONS, SMPL24

SKELETON_NAMES: Final = ("smpl24", "lsp14", "coco17", "h36m17")
"""The skeletons that every sample is labelled with."""


@dataclass(frozen=True, eq=False)
class Dummy:
    """A tailor's dummy: what all stand-in bodies have in common."""

    places: Float[np.ndarray, "V 3"]
    """Every vertex's place."""
    weights: Float[np.ndarray, "V 24"]
    """Skinning weights."""
    faces: Int[np.ndarray, "F 3"]
    """Counter-clockwise from outside."""
    parts: Int[np.ndarray, "F"]
    """The part of each face, counted from 1."""
    part_of_vertex: Int[np.ndarray, "V"]
    """The part of each vertex, counted from 1."""

    @cached_property
    def softened(self) -> sparse.csr_array:
        """(V, V) the mean of each vertex and its neighbours."""
        rows = self.faces[:, [0, 1, 2]].reshape(-1)
        columns = self.faces[:, [1, 2, 0]].reshape(-1)
        ones = np.ones(len(rows), np.float32)
        edges = sparse.csr_array((ones, (rows, columns)), shape=2 * (len(self.places),))
        edges = edges + sparse.eye_array(len(self.places), dtype=np.float32, format="csr") * 2
        return sparse.csr_array(edges.multiply(1 / edges.sum(1)[:, None]), dtype=np.float32)


@cache
def bodies() -> dict[str, SMPL]:
    """The stand-ins by gender."""
    return {gender: load_body(gender, source="standin") for gender in GENDERS}


@cache
def skirts() -> dict[str, Skirt]:
    """What goes around the stand-ins' legs, by gender."""
    return {gender: load_skirt(gender) for gender in GENDERS}


@cache
def dummy() -> Dummy:
    """The stand-ins' common form."""
    body = bodies()["neutral"]
    labels = part_labels(body)
    return Dummy(
        places=np.ascontiguousarray(body.v_template.numpy()),
        weights=np.ascontiguousarray(body.weights.numpy()),
        faces=body.faces.numpy(),
        parts=labels.faces.numpy() + 1,
        part_of_vertex=labels.vertices.numpy() + 1,
    )


@cache
def regressor(gender: str, skeleton: str) -> Tensor:
    """(K, V) a skeleton's keypoints from posed vertices.

    Args:
        gender: whose.
        skeleton: one of `SKELETON_NAMES` but for smpl24, whose joints follow from the pose alone.
    """
    return torch.as_tensor(keypoint_regressor(bodies()[gender].files, SKELETONS[skeleton])).float()


@dataclass(frozen=True, eq=False)
class Stance:
    """A body and where it is, in the world or an OpenCV camera's frame."""

    gender: str
    """Whose stand-in."""
    betas: Float[Tensor, "S"]
    """Standard deviations."""
    body_pose: Float[Tensor, "23 3"]
    """Axis-angle."""
    global_orient: Float[Tensor, "3"]
    """Axis-angle, of the pelvis."""
    transl: Float[Tensor, "3"]
    """Metres."""

    @property
    def parameters(self) -> dict[str, Tensor]:
        """As `vhlib.body.SMPL` takes them, a batch of one."""
        names = ("betas", "body_pose", "global_orient", "transl")
        return {name: getattr(self, name)[None] for name in names}


@dataclass(frozen=True, eq=False)
class Figure:
    """One body, posed and placed in the world or the camera's frame; no clothes."""

    rest: Float[np.ndarray, "V 3"]
    """The shaped body at rest."""
    bulges: Float[np.ndarray, "V 3"]
    """What the pose adds before skinning."""
    joints_rest: Float[np.ndarray, "24 3"]
    """Joints at rest."""
    skirt: Float[np.ndarray, "R C 3"]
    """What goes around the legs, at rest; see `vhlib.body.skirts`."""
    turns: Float[Tensor, "1 24 3 3"]
    """Each joint's rotation from the body at rest."""
    joints: Float[Tensor, "1 24 3"]
    """Posed joints."""

    @cached_property
    def vertices(self) -> Float[np.ndarray, "V 3"]:
        """The posed skin."""
        return self.skinned(self.rest + self.bulges, dummy().weights)

    def moved(self, rotation: Float[np.ndarray, "3 3"], translation: Float[np.ndarray, "3"]) -> "Figure":
        """The same body in another frame.

        Args:
            rotation: from this frame to that.
            translation: likewise, metres.
        """
        turn, shift = torch.from_numpy(rotation).float(), torch.from_numpy(translation).float()
        there = replace(self, turns=turn @ self.turns, joints=self.joints @ turn.T + shift)
        there.__dict__["vertices"] = (self.vertices @ rotation.T + translation).astype(np.float32)
        return there

    def spanned(self, times: int) -> Float[np.ndarray, "V 3"]:
        """The body at rest with its hollows filled and its tips rounded: smoothed a number of times.

        Args:
            times: how often; what was smoothed less often before is used again.
        """
        while len(self._spans) <= times:
            self._spans.append(dummy().softened @ self._spans[-1])
        return self._spans[times]

    @cached_property
    def _spans(self) -> list[np.ndarray]:
        return [self.rest]

    @cached_property
    def outward(self) -> Float[np.ndarray, "V 3"]:
        """Normals of the body at rest."""
        return normals_of(self.rest, dummy().faces)

    def skinned(self, points: Float[np.ndarray, "N 3"], weights: Float[np.ndarray, "N 24"]) -> Float[np.ndarray, "N 3"]:
        """Points at rest taken along by the pose.

        Args:
            points: around the body at rest.
            weights: how much each follows each joint.
        """
        at_rest = torch.from_numpy(np.ascontiguousarray(points, np.float32))[None]
        rest = torch.from_numpy(self.joints_rest)[None]
        shares = torch.from_numpy(np.ascontiguousarray(weights, np.float32))
        return linear_blend_skinning(at_rest, self.turns, self.joints, rest, shares)[0].numpy()

    def joint(self, name: str) -> Float[np.ndarray, "3"]:
        """A joint at rest.

        Args:
            name: as in SMPL24.
        """
        return self.joints_rest[SMPL24.index(name)]


def figure(stance: Stance) -> Figure:
    """Shape, pose and place a body, keeping what clothes need.

    Args:
        stance: who, and how they stand; the figure is in its frame.
    """
    body = bodies()[stance.gender]
    rotations = axis_angle_to_matrix(torch.cat([stance.global_orient[None], stance.body_pose]))[None]
    rest = body.v_template + blend_shapes(stance.betas[None], body.shapedirs)[0]
    joints_rest = body.joint_template + blend_shapes(stance.betas[None], body.joint_shapedirs)
    turns, joints = forward_kinematics(rotations, joints_rest, body.parents)
    bulges = pose_blend_shapes(rotations, body.posedirs)[0]
    return Figure(
        np.ascontiguousarray(rest.numpy()),
        np.ascontiguousarray(bulges.numpy()),
        joints_rest[0].numpy(),
        skirts()[stance.gender].shaped(stance.betas.numpy()),
        turns,
        joints + stance.transl,
    )


def normals_of(points: Float[np.ndarray, "N 3"], faces: Int[np.ndarray, "F 3"]) -> Float[np.ndarray, "N 3"]:
    """Unit normals of a surface's vertices, the faces' weighted by area; zero where no face is.

    As `vhlib.geometry.vertex_normals`, which adds a batch and gradients and takes five times as long.

    Args:
        points: vertices, any frame.
        faces: counter-clockwise from outside.
    """
    x, y, z = np.ascontiguousarray(points.T)
    a, b, c = np.ascontiguousarray(faces.T)
    ux, uy, uz = x[b] - x[a], y[b] - y[a], z[b] - z[a]
    vx, vy, vz = x[c] - x[a], y[c] - y[a], z[c] - z[a]
    corners = np.concatenate([a, b, c])
    areas = (uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx)
    sums = [np.bincount(corners, np.concatenate([area, area, area]), len(points)) for area in areas]
    rows = np.stack(sums).astype(np.float32)
    rows /= np.maximum(np.sqrt((rows * rows).sum(0)), np.float32(1e-12))
    return np.ascontiguousarray(rows.T)


def unit(vectors: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
    """Vectors of length one; zero stays zero.

    Args:
        vectors: any.
    """
    length = np.sqrt(np.einsum("...k,...k->...", vectors, vectors))
    return vectors / np.maximum(length, 1e-12)[..., None]
