"""Keypoint files of one image: LSP ``.npy``, OpenPose ``.json``, COCO ``.json``.

Convention:
    Pixels of the full image, as in the file. Confidence 0 says that a keypoint is missing; its place is then 0, 0,
    whatever the file holds there.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.errors import InputError
from vhlib.geometry.skeletons import COCO17, LSP14, OPENPOSE25, Skeleton


@dataclass(frozen=True)
class Keypoints:
    """One person's keypoints."""

    skeleton: Skeleton
    """What they are, in order."""
    positions: Float[Tensor, "K 2"]
    """Pixels of the full image; 0 where missing."""
    confidence: Float[Tensor, "K"]
    """0 where missing, else up to 1."""


def read_keypoints(path: Path) -> tuple[Keypoints, ...]:
    """Everybody in a keypoint file, the most confident person first.

    Args:
        path: an ``.npy`` of LSP's layout, (3, 14) or (14, 3), rows x, y, visible (Johnson and Everingham 2010); or a
            ``.json`` that OpenPose wrote for BODY_25, or of COCO's annotation or result format.

    Raises:
        InputError: no such file, another format, wrong numbers, or nobody with a visible keypoint.
    """
    path = Path(path)
    if path.suffix not in _READERS:
        raise InputError(f"{path}: expected keypoints as .npy (LSP) or .json (OpenPose, COCO), got {path.suffix!r}")
    try:
        people = [_person(path, skeleton, rows) for skeleton, rows in _READERS[path.suffix](path)]
    except OSError as error:
        raise InputError(f"{path}: cannot read these keypoints ({error.strerror})") from error
    people = [person for person in people if (person.confidence > 0).any()]
    if not people:
        raise InputError(f"{path}: nobody in this file has a visible keypoint; give a file with at least one")
    return tuple(sorted(people, key=lambda person: -float(person.confidence.sum())))


def _person(path: Path, skeleton: Skeleton, rows: np.ndarray) -> Keypoints:
    """From rows x, y, confidence."""
    positions, confidence = torch.tensor(rows, dtype=torch.float32).split([2, 1], dim=1)
    seen = confidence != 0
    if not torch.where(seen, positions, 0.0).isfinite().all() or not (confidence >= 0).all():
        raise InputError(f"{path}: expected finite pixels and confidences from 0 to 1, got NaN, infinity or a negative")
    return Keypoints(skeleton, torch.where(seen, positions, 0.0), confidence[:, 0].clamp(max=1.0))


def _read_lsp(path: Path) -> list[tuple[Skeleton, np.ndarray]]:
    try:
        joints = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise InputError(f"{path}: not a NumPy file of numbers; expected one array of shape (3, 14)") from error
    count = len(LSP14)
    if joints.shape not in ((3, count), (count, 3)) or joints.dtype.kind not in "fiu":
        raise InputError(
            f"{path}: expected numbers of shape (3, {count}), rows x, y and visible in LSP's order, "
            f"got {joints.dtype} of shape {joints.shape}"
        )
    return [(LSP14, joints.T if len(joints) == 3 else joints)]


def _read_json(path: Path) -> list[tuple[Skeleton, np.ndarray]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a JSON file ({error})") from error
    if isinstance(content, dict) and isinstance(content.get("people"), list):
        return [(OPENPOSE25, _triples(path, person, "pose_keypoints_2d", OPENPOSE25)) for person in content["people"]]
    annotations = content.get("annotations") if isinstance(content, dict) else content
    if not isinstance(annotations, list):
        raise InputError(f"{path}: expected OpenPose's `people`, COCO's `annotations`, or a list of COCO results")
    people = [_triples(path, annotation, "keypoints", COCO17) for annotation in annotations]
    if isinstance(content, dict):  # annotations flag 1 for hidden and 2 for visible; results carry a score
        people = [np.column_stack([rows[:, :2], rows[:, 2] > 0]) for rows in people]
    return [(COCO17, rows) for rows in people]


def _triples(path: Path, person: Any, key: str, skeleton: Skeleton) -> np.ndarray:
    """One person's flat list x, y, c, x, y, c, … as rows."""
    numbers = person.get(key) if isinstance(person, dict) else None
    wanted = 3 * len(skeleton)
    if not isinstance(numbers, list) or len(numbers) != wanted:
        got = f"{len(numbers)} numbers" if isinstance(numbers, list) else "none"
        raise InputError(f"{path}: expected `{key}` with {wanted} numbers ({skeleton.name}: x, y, c each), got {got}")
    try:
        return np.array(numbers, dtype=np.float64).reshape(-1, 3)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: expected `{key}` to hold numbers only") from error


_READERS: Final[dict[str, Callable[[Path], list[tuple[Skeleton, np.ndarray]]]]] = {
    ".npy": _read_lsp,
    ".json": _read_json,
}
