"""What the stand-in body falls short of, in numbers that go into the files."""

import numpy as np
import torch

from vhlib.body.standin.correctives import Correctives, random_poses
from vhlib.body.standin.form import Form
from vhlib.body.standin.nearest import nearest_on_mesh
from vhlib.body.standin.resting import Rest
from vhlib.body.standin.shape import ShapeSpace, fitted_betas, half_volumes, statures
from vhlib.body.standin.surface import HalfSurface
from vhlib.body.standin.volume import volume
from vhlib.geometry.limits import BODY_JOINTS
from vhlib.geometry.skeletons import SMPL24

Figures = dict[str, float | list[float] | dict[str, float] | dict[str, list[float]]]

_TISSUE = 985.0  # kg per cubic metre, a body with half-full lungs
_HELD_OUT = 80
_ACTIVE = 3e-3  # metres that plain skinning must be off for a vertex to count

# Single bends whose volumes are compared, degrees about x, y, z.
_BENDS = {
    "left_shoulder lowered 70": ("left_shoulder", (0, 0, -70)),
    "left_elbow 90": ("left_elbow", (0, -90, 0)),
    "left_elbow 120": ("left_elbow", (0, -120, 0)),
    "left_wrist turned 60": ("left_wrist", (60, 0, 0)),
    "left_hip 90": ("left_hip", (-90, 0, 0)),
    "left_knee 90": ("left_knee", (90, 0, 0)),
    "left_knee 120": ("left_knee", (120, 0, 0)),
}


def surface_figures(form: Form) -> Figures:
    """How far MakeHuman's subdivided surface lies from the mesh that is left, and how round its triangles are."""
    mesh = form.mesh
    rest = form.mean_points
    face, shares = nearest_on_mesh(form.fine_points, rest, mesh.triangles)
    off = np.linalg.norm((shares[..., None] * rest[mesh.triangles[face]]).sum(1) - form.fine_points, axis=1)
    a, b, c = (rest[mesh.triangles[:, corner]] for corner in range(3))
    squares = ((b - a) ** 2 + (c - b) ** 2 + (a - c) ** 2).sum(1)
    roundness = 2 * np.sqrt(3) * np.linalg.norm(np.cross(b - a, c - a), axis=1) / squares
    return {
        "error_mm": _spread(off),
        "roundness": {"p1": _number(np.percentile(roundness, 1)), "median": _number(np.median(roundness))},
    }


def joint_figures(people: np.ndarray, joints: np.ndarray, bone_heads: np.ndarray) -> Figures:
    """How far the regressed joints lie from MakeHuman's, over people.

    Args:
        people: (N, V, 3) in the T-pose.
        joints: (24, V) regressor.
        bone_heads: (N, 24, 3).
    """
    off = np.linalg.norm(joints @ people - bone_heads, axis=-1)
    each = {name: _number(1e3 * value) for name, value in zip(SMPL24.names, off.mean(0), strict=True)}
    return {"error_mm": _spread(off), "each_mm": each}


def shape_figures(
    space: ShapeSpace, areas: np.ndarray, mesh: HalfSurface, people: np.ndarray, held_out: np.ndarray
) -> Figures:
    """The people, the variance that the betas explain, and how well other people are fitted.

    Args:
        space: the shape space.
        areas: (H,) shares of the surface.
        mesh: the half.
        people: (N, H, 3) that it was made of.
        held_out: (M, H, 3) others.
    """
    height = statures(people, mesh.marks["head_top"])
    mass = 2 * _TISSUE * half_volumes(people[::10], mesh.triangles)
    betas = fitted_betas(space, held_out, areas)
    off = np.linalg.norm(space.mean + np.tensordot(betas, space.directions, (1, 2)) - held_out, axis=-1)
    return {
        "stature_m": {"mean": _number(height.mean()), "sd": _number(height.std())},
        "mass_kg": {"mean": _number(mass.mean()), "sd": _number(mass.std())},
        "explained": _numbers(space.explained),
        "explained_in_all": _number(space.explained.sum()),
        "explained_by_principal_components_alone": _number(space.alone.sum()),
        "others_error_mm": _spread(off),
        "others_beta_sd": _numbers(betas.std(0)),
    }


def pose_figures(
    correctives: Correctives, fitted: np.ndarray, rest: Rest, directions: np.ndarray, *, seed: int
) -> Figures:
    """Distance to the target of the pose blend shapes in held-out poses, and volumes in single bends.

    Args:
        correctives: know the target.
        fitted: (H, 3, 207) what they fitted to it, before volume was put back.
        rest: the body.
        directions: (V, 3, 207) pose blend shapes as they are written.
        seed: of the poses.
    """
    poses = random_poses(_HELD_OUT, seed=seed, stream="held-out")
    target = correctives.target(poses)
    plain = np.linalg.norm(correctives.half.posed(poses) - target, axis=-1)
    corrected = np.linalg.norm(correctives.half.posed(poses, fitted) - target, axis=-1)
    active = plain > _ACTIVE
    before = volume(rest.points[None], rest.triangles)
    change = {}
    for name, (joint, degrees) in _BENDS.items():
        pose = torch.zeros(1, len(BODY_JOINTS), 3, dtype=torch.float64)
        pose[0, BODY_JOINTS.index(joint)] = torch.tensor(degrees, dtype=torch.float64).deg2rad()
        after = (volume(rest.posed(pose, each), rest.triangles) for each in (None, directions))
        change[name] = [_number(1e6 * (each - before).item()) for each in after]
    return {
        "error_without_mm": _spread(plain[active]),
        "error_before_volume_mm": _spread(corrected[active]),
        "volume_change_without_and_with_ml": change,
        "share_of_nonzero_entries": _number((directions != 0).mean()),
    }


def _spread(metres: np.ndarray) -> dict[str, float]:
    return {
        "mean": _number(1e3 * metres.mean()),
        "p95": _number(1e3 * np.percentile(metres, 95)),
        "max": _number(1e3 * metres.max()),
    }


def _numbers(values: np.ndarray) -> list[float]:
    return [_number(value) for value in values]


def _number(value: float) -> float:
    """Four digits: what is written shall be read."""
    return float(f"{value:.4g}")
