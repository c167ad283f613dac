"""The files a body model is kept in: SMPL's official `.pkl` and `.npz`, and the kit's own `.npz`, as plain arrays.

`read_body` runs no code of the file (see `pickles`), checks what it read, and says in one sentence what is wrong with
it. What comes out is the same for every file, so nothing above this module knows where a body came from.

Loper et al., SMPL: A Skinned Multi-Person Linear Model, SIGGRAPH Asia 2015; the letters are its section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vhlib.body.pickles import read_pickled_arrays
from vhlib.core.arrays import read_npz
from vhlib.core.errors import InputError
from vhlib.geometry.skeletons import SMPL24

VERTICES, FACES, JOINTS = 6890, 13776, 24
POSE_DIRECTIONS = 9 * (JOINTS - 1)

_REQUIRED = ("v_template", "f", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table")
_REGRESSOR = "J_regressor_"
_EXTRAS = ("vt", "ft", "mirror", "part", "head_top", "name")
_REGRESSORS = tuple(_REGRESSOR + name for name in ("coco17", "lsp14", "h36m17", "openpose25"))

# What people take for SMPL, by (vertices, joints). The numbers are those of the published models.
_OTHER_MODELS = {
    (6890, 52): "SMPL-H",
    (10475, 55): "SMPL-X",
    (778, 16): "MANO",
    (5023, 5): "FLAME",
}


@dataclass(frozen=True, eq=False)
class BodyFiles:
    """One body model as arrays. Lengths in metres; y up, the body faces +z, its left hand at +x."""

    name: str
    """What to call it, for example ``standin-neutral`` or ``SMPL_MALE``."""
    v_template: np.ndarray
    """(V, 3) the mean body in its zero pose: T̄."""
    faces: np.ndarray
    """(F, 3) int64, counter-clockwise from outside."""
    shapedirs: np.ndarray
    """(V, 3, S) how vertices move with one standard deviation of each shape coefficient: S."""
    posedirs: np.ndarray
    """(V, 3, 9 (J - 1)) how vertices move with each entry of R - I, joint by joint, without the root: P."""
    joint_regressor: np.ndarray
    """(J, V) joints as weighted means of the vertices of the zero pose; rows sum to 1."""
    weights: np.ndarray
    """(V, J) how much each vertex follows each joint; rows sum to 1: W."""
    parents: np.ndarray
    """(J,) int64, the joint each joint hangs on; -1 for the root, which comes first."""
    uv: np.ndarray | None = None
    """(N, 2) texture coordinates, v up."""
    uv_faces: np.ndarray | None = None
    """(F, 3) int64, rows of `uv` for the corners of each face."""
    mirror: np.ndarray | None = None
    """(V,) int64, the vertex on the other side of the body."""
    part_of_face: np.ndarray | None = None
    """(F,) int64, the joint that each face belongs to."""
    regressors: Mapping[str, np.ndarray] = field(default_factory=dict)
    """(K, V) keypoints as weighted means of posed vertices, by skeleton name."""
    head_top: int | None = None
    """The vertex at the top of the head."""


def read_body(path: Path | str) -> BodyFiles:
    """Read a body model file, official or the kit's own, and check it.

    Args:
        path: a ``.pkl`` or ``.npz`` file; what it is, is told from its content.

    Raises:
        InputError: there is no such file, it is no body model, is damaged, asks to run code, or is another model than
            SMPL; one sentence that names the file.
    """
    path = Path(path)
    arrays = _read_arrays(path)
    if missing := [name for name in _REQUIRED if name not in arrays]:
        raise InputError(f"{path}: not an SMPL body, it has no {', '.join(missing)}")
    for name, array in arrays.items():
        if name != "name" and array.dtype.kind not in "biuf":
            raise InputError(f"{path}: expected numbers as its {name}, got {array.dtype}; get the file again")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise InputError(f"{path}: its {name} holds NaN or infinite numbers; get the file again")
    _check_shapes(path, arrays)
    parents = arrays["kintree_table"][0].astype(np.int64)
    parents[0] = -1  # official files hold 4294967295, -1 as an unsigned number
    if tuple(parents) != SMPL24.parents:
        raise InputError(f"{path}: its joints hang together otherwise than SMPL's (kintree_table); it is another model")
    if not 0 <= int(arrays["f"].min()) <= int(arrays["f"].max()) < VERTICES:
        raise InputError(f"{path}: its faces name vertices that do not exist; get the file again")
    return BodyFiles(
        name=str(arrays["name"]) if "name" in arrays else path.stem,
        v_template=_numbers(arrays["v_template"]),
        faces=arrays["f"].astype(np.int64),
        shapedirs=_numbers(arrays["shapedirs"]),
        posedirs=_numbers(arrays["posedirs"]),
        joint_regressor=_numbers(arrays["J_regressor"]),
        weights=_numbers(arrays["weights"]),
        parents=parents,
        uv=_numbers(arrays["vt"]) if "vt" in arrays else None,
        uv_faces=_indices(arrays.get("ft")),
        mirror=_indices(arrays.get("mirror")),
        part_of_face=_indices(arrays.get("part")),
        regressors={name.removeprefix(_REGRESSOR): _numbers(arrays[name]) for name in _REGRESSORS if name in arrays},
        head_top=int(arrays["head_top"]) if "head_top" in arrays else None,
    )


def is_archive(path: Path) -> bool:
    """Whether a file is an ``.npz``, by its content."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise InputError(f"{path}: no such file; expected a body model, .pkl or .npz")
    wanted = (*_REQUIRED, *_EXTRAS, *_REGRESSORS)
    try:
        with path.open("rb") as file:
            start = file.read(64).lstrip().lower()
    except OSError as error:
        raise InputError(f"{path}: cannot read this file ({error.strerror})") from error
    if start.startswith((b"<!doctype", b"<html")):
        raise InputError(f"{path}: this is a web page, not a body model; log in on the download site and get it again")
    if is_archive(path):
        return read_npz(path, (), optional=wanted, wanted="a body model")
    return read_pickled_arrays(path, wanted)


def _check_shapes(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    vertices, joints = (*arrays["v_template"].shape, 0)[0], (0, *arrays["weights"].shape)[-1]
    if (vertices, joints) != (VERTICES, JOINTS):
        model = _OTHER_MODELS.get((vertices, joints), "another model")
        raise InputError(
            f"{path}: this is {model} ({vertices} vertices, {joints} joints); "
            f"expected SMPL, which has {VERTICES} and {JOINTS}"
        )
    shapes: dict[str, tuple[int | None, ...]] = {
        "v_template": (VERTICES, 3),
        "f": (FACES, 3),
        "shapedirs": (VERTICES, 3, None),
        "posedirs": (VERTICES, 3, POSE_DIRECTIONS),
        "J_regressor": (JOINTS, VERTICES),
        "weights": (VERTICES, JOINTS),
        "kintree_table": (2, JOINTS),
        "vt": (None, 2),
        "ft": (FACES, 3),
        "mirror": (VERTICES,),
        "part": (FACES,),
        **dict.fromkeys(_REGRESSORS, (None, VERTICES)),
    }
    for name, shape in shapes.items():
        got = arrays[name].shape if name in arrays else shape
        if len(got) != len(shape) or any(want not in (None, size) for want, size in zip(shape, got, strict=True)):
            wanted = ", ".join("any" if size is None else str(size) for size in shape)
            raise InputError(f"{path}: expected {name} of shape ({wanted}), got {got}; get the file again")


def _numbers(array: np.ndarray) -> np.ndarray:
    """Floats in this machine's byte order, at least single precision."""
    return np.ascontiguousarray(array, dtype=np.result_type(array.dtype, np.float32))


def _indices(array: np.ndarray | None) -> np.ndarray | None:
    return None if array is None else array.astype(np.int64)
