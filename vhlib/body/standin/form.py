"""What the three bodies share: the mesh with SMPL's counts and order, and its skinning weights."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch

from vhlib.body.files import FACES
from vhlib.body.standin.decimation import thinned
from vhlib.body.standin.halves import Unfolding, unfold
from vhlib.body.standin.marks import find_marks, vertex_order
from vhlib.body.standin.relaxation import relaxed
from vhlib.body.standin.rig import skin_weights
from vhlib.body.standin.skinning import dual_quaternion_skinning
from vhlib.body.standin.smoothing import diffused, reach
from vhlib.body.standin.source import Source
from vhlib.body.standin.surface import HalfSurface, half_surface
from vhlib.body.standin.unpose import MIRROR_OF, TPose
from vhlib.geometry.kinematics import forward_kinematics
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import SMPL24

# How far apart vertices lie, relative to the trunk, by joint and by landmark (within so many metres). It spends about
# as many vertices on hands and head as SMPL does.
_SPACING: Mapping[str, float] = MappingProxyType(
    {"head": 0.7, "neck": 0.85, "wrist": 0.55, "hand": 0.42, "ankle": 0.75, "foot": 0.5}
)
_DETAIL = (("nose", 0.085, 0.45), ("left_ear", 0.05, 0.5), ("left_eye", 0.03, 0.3))
_SLIDING = 0.74  # where vertices lie this far apart, the surface is smooth enough for them to slide

# Poses in which the surface has to hold as well, degrees about x, y, z.
_CROUCH: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {
        "left_hip": (-110, 0, 20),
        "left_knee": (120, 0, 0),
        "left_ankle": (-20, 0, 0),
        "spine1": (20, 0, 0),
        "spine2": (20, 0, 0),
        "neck": (20, 0, 0),
        "left_shoulder": (0, 0, -70),
        "left_elbow": (0, -110, 0),
        "left_hand": (0, 0, -30),
    }
)
_STRETCH: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {
        "left_hip": (20, 0, 30),
        "left_ankle": (40, 0, 0),
        "spine2": (-15, 0, 0),
        "neck": (-20, 0, 0),
        "left_collar": (0, 0, 20),
        "left_shoulder": (0, 0, 70),
        "left_elbow": (0, -60, 0),
        "left_wrist": (0, 0, 50),
    }
)

_DIGITS = 7  # metres, so that another processor's rounding does not lead to another mesh
_INFLUENCES = 4  # joints that a vertex follows at most, as in SMPL's files
_LEAST_SHARE = 0.005


@dataclass(frozen=True, eq=False)
class Form:
    """The half body as mesh and skin, and how it becomes the whole."""

    mesh: HalfSurface
    """The half that is left of MakeHuman's surface."""
    skin: np.ndarray
    """(H, 24) skinning weights, at most four to a vertex."""
    loose_skin: np.ndarray
    """(H, joints and finger bones) the weights with which the half is brought to the T-pose."""
    unfolding: Unfolding
    """From the half to the whole."""
    triangles: np.ndarray
    """(F, 3) of the whole; vertices are not yet in their final order."""
    order: np.ndarray
    """(V,) which vertex comes at each place of the files."""
    fine: HalfSurface
    """The surface before it was thinned out, to measure against."""
    fine_points: np.ndarray
    """(P, 3) it, in the mean T-pose."""
    mean_points: np.ndarray
    """(H, 3) the half, in the mean T-pose."""


def make_form(source: Source, tpose: TPose, people: np.ndarray, extremes: np.ndarray) -> Form:
    """Cut, subdivide, bind, thin out and order the mesh.

    Args:
        source: MakeHuman's body.
        tpose: the way to the T-pose.
        people: (N, K) whose mean decides.
        extremes: (M, K) bodies that the mesh must fit as well.
    """
    mean = people.mean(0)[None]
    shape = source.shaped(mean)[0]
    fine = half_surface(source, shape)
    loose_skin = _bound(source, tpose, fine, shape, tpose.rest_joints(mean)[0])
    skin = tpose.merged(loose_skin)
    points = tpose.points(mean, fine.rows, loose_skin)[0]
    fine = dataclasses.replace(fine, marks=find_marks(source, fine, points, skin))

    joints = tpose.joints(mean)[0]
    several = [
        points[None],
        (fine.rows @ shape)[None],
        tpose.points(extremes, fine.rows, loose_skin),
        *(_bent(points, skin, joints, pose)[None] for pose in (_CROUCH, _STRETCH)),
    ]
    spacing = skin @ np.array([_SPACING.get(name.split("_")[-1], 1.0) for name in SMPL24.names])
    for mark, radius, value in _DETAIL:
        near = np.linalg.norm(points - points[fine.marks[mark]], axis=1) < radius
        spacing[near] = np.minimum(spacing[near], value)
    mesh, kept = thinned(fine, np.concatenate(several).round(_DIGITS), spacing, FACES // 2)
    places, uv = relaxed(mesh, fine, kept, points, spacing[kept] > _SLIDING)
    mesh = dataclasses.replace(mesh, rows=places @ fine.rows, uv=uv)

    triangles, unfolding = unfold(mesh.triangles, mesh.middle)
    loose_skin = places @ loose_skin
    return Form(
        mesh=mesh,
        skin=four_largest(tpose.merged(loose_skin)),
        loose_skin=loose_skin,
        unfolding=unfolding,
        triangles=triangles,
        order=vertex_order(mesh.marks, unfolding),
        fine=fine,
        fine_points=points,
        mean_points=tpose.points(mean, mesh.rows, loose_skin)[0],
    )


def four_largest(weights: np.ndarray) -> np.ndarray:
    """(V, J) with at most four entries in a row, which still vary smoothly from vertex to vertex.

    The fifth largest is taken off all others, so that an entry that drops out has come down to zero before.

    Args:
        weights: (V, J) rows sum to 1.
    """
    fifth = np.sort(weights, axis=1)[:, -_INFLUENCES - 1, None]
    kept = (weights - np.maximum(fifth, _LEAST_SHARE)).clip(min=0)
    return kept / kept.sum(1, keepdims=True)


def _bound(source: Source, tpose: TPose, fine: HalfSurface, shape: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """(V, joints and finger bones) smooth weights of the fine half."""
    bones = fine.rows @ source.weights
    points = fine.rows @ shape
    apart = tpose.weights(bones, skin_weights(source, bones, points, joints))
    triangles, unfolding = unfold(fine.triangles, fine.middle)
    whole = unfolding.columns(apart, MIRROR_OF)
    smooth = diffused(whole, unfolding.points(points), triangles, reach(tpose.merged(whole)))
    # The solver's rounding is not symmetric: the middle line is made so.
    half = smooth[: len(points)]
    return np.where(fine.middle[:, None], (half + half[:, list(MIRROR_OF)]) / 2, half)


def _bent(
    points: np.ndarray, skin: np.ndarray, joints: np.ndarray, pose: Mapping[str, tuple[int, int, int]]
) -> np.ndarray:
    """(V, 3) the half in a pose that is the same left and right."""
    axis_angle = torch.zeros(1, len(SMPL24), 3, dtype=torch.float64)
    for name, degrees in pose.items():
        turn = torch.tensor(degrees, dtype=torch.float64).deg2rad()
        axis_angle[0, SMPL24.index(name)] = turn
        if name.startswith("left_"):
            axis_angle[0, SMPL24.mirror[SMPL24.index(name)]] = turn * torch.tensor([1.0, -1.0, -1.0])
    rest = torch.from_numpy(joints)[None]
    rotations, positions = (
        each.numpy() for each in forward_kinematics(axis_angle_to_matrix(axis_angle), rest, SMPL24.parents)
    )
    shifts = positions - (rotations @ joints[..., None])[..., 0]
    return dual_quaternion_skinning(points[None], skin, rotations, shifts, SMPL24.parents)[0]
