"""Acclaim's skeleton files, .asf: what the takes of the CMU Graphics Lab Motion Capture Database move.

The format (Lander, Working with motion capture file formats, Game Developer 1998): sections that begin with a colon,
``:units :root :bonedata :hierarchy`` among them. A bone starts where its parent ends and points along ``direction``
at rest; ``axis`` is the frame in which its ``dof`` turn it.

Convention:
    Metres and degrees. ``direction`` and ``axis`` are in the world's axes at rest: y up, the figure facing +z, its
    left hand toward +x. An order ``XYZ`` turns about x first, then y, then z, all fixed: R = Rz Ry Rx.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.errors import InputError
from vhlib.geometry.rotations import axis_angle_to_matrix

ROOT: Final = "root"
"""The name of the first bone, which has no length and moves through the world."""

CMU_INCH: Final = 0.0254
"""Metres. A file's number is an inch times its ``length`` unit (CMU's FAQ: 1 / 0.45 inches per unit)."""


@dataclass(frozen=True)
class Bone:
    """One bone, or the root."""

    name: str
    """As in the file."""
    parent: int
    """Index of the bone that it hangs from; -1 for the root."""
    vector: tuple[float, float, float]
    """From its head to its tail at rest, metres."""
    axis: Float[Tensor, "3 3"]
    """The frame in which its channels turn it, in the world's axes at rest."""
    channels: tuple[str, ...]
    """What a take says of it in each frame, in order: of ``tx ty tz rx ry rz l``."""
    limits: tuple[tuple[float, float], ...]
    """The range of each channel, degrees; empty if the file gives none."""


@dataclass(frozen=True)
class AsfSkeleton:
    """A tree of bones, each after its parent; the first is the root."""

    name: str
    """The file's, without its ending."""
    bones: tuple[Bone, ...]
    """In the order of the hierarchy."""
    metres: float
    """Per unit of length of the file and of its takes."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the bones, in order."""
        return tuple(bone.name for bone in self.bones)

    @property
    def parents(self) -> tuple[int, ...]:
        """Index of each bone's parent, -1 for the root."""
        return tuple(bone.parent for bone in self.bones)

    def index(self, name: str) -> int:
        """Where a bone stands.

        Raises:
            InputError: the skeleton has no bone of that name.
        """
        if name not in self.names:
            raise InputError(f"{self.name}: expected a skeleton with the bone {name!r}, got {', '.join(self.names)}")
        return self.names.index(name)

    def columns(self, name: str) -> slice:
        """Where a bone's channels stand among all of them."""
        before = sum(len(bone.channels) for bone in self.bones[: self.index(name)])
        return slice(before, before + len(self.bones[self.index(name)].channels))


def read_asf(path: Path) -> AsfSkeleton:
    """A skeleton.

    Args:
        path: an ``.asf`` file.

    Raises:
        InputError: no such file, another format, a number that is none, or bones that are no tree.
    """
    path = Path(path)
    sections = _sections(path)
    if missing := {"units", ROOT, "bonedata", "hierarchy"} - sections.keys():
        wanted = ", ".join(f":{name}" for name in sorted(missing))
        raise InputError(f"{path}: expected an Acclaim skeleton (.asf), but it has no {wanted}; give CMU's .asf file")
    try:
        units = {words[0]: words[1] for words in sections["units"]}
        if units.get("angle", "deg") != "deg":
            raise ValueError(f"angles in {units['angle']} instead of deg")
        metres = CMU_INCH / _number(units.get("length", "1.0"))
        described = {bone["name"][0][0]: bone for bone in _blocks(sections["bonedata"])}
        bones = [_root(sections[ROOT])]
        for parent, *children in (words for words in sections["hierarchy"] if words[0] not in ("begin", "end")):
            place = [bone.name for bone in bones].index(parent)
            bones += [_bone(described.pop(child), place, metres) for child in children]
    except (ArithmeticError, LookupError, ValueError) as error:
        raise InputError(f"{path}: cannot follow this skeleton ({error}); give CMU's .asf file as it is") from error
    if described:
        raise InputError(f"{path}: the hierarchy leaves out {', '.join(described)}; give CMU's .asf file as it is")
    return AsfSkeleton(path.stem, tuple(bones), metres)


def euler(degrees: Float[Tensor, "T C"], axes: str) -> Float[Tensor, "T 3 3"]:
    """Turns about fixed axes, the first one first.

    >>> euler(torch.tensor([[90.0, 90.0]]), "xz")[0, :, 1].round().abs().tolist()  # y → z, which z leaves where it is
    [0.0, 0.0, 1.0]

    Args:
        degrees: one column per turn.
        axes: the letter of each.
    """
    turned = torch.eye(3, dtype=degrees.dtype).expand(len(degrees), 3, 3)
    for column, letter in enumerate(axes):
        axis = torch.eye(3, dtype=degrees.dtype)["xyz".index(letter)]
        turned = axis_angle_to_matrix(torch.deg2rad(degrees[:, column, None]) * axis) @ turned
    return turned


Section = list[list[str]]


def _sections(path: Path) -> dict[str, Section]:
    """The words of each line, by the keyword that they stand under."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot read this skeleton ({error.strerror}); name an .asf file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected an Acclaim skeleton (.asf), which is text; this is not") from error
    sections: dict[str, Section] = {}
    here: Section = []
    for line in lines:
        words = line.partition("#")[0].split()
        if words and words[0].startswith(":"):
            here = sections.setdefault(words[0][1:].lower(), [])
        elif words:
            here.append(words)
    return sections


def _blocks(section: Section) -> list[dict[str, list[list[str]]]]:
    """What stands between each ``begin`` and ``end``: under each keyword its lines' words."""
    blocks: list[dict[str, list[list[str]]]] = []
    keyword = ""
    for words in section:
        if words[0] == "begin":
            blocks.append({})
        elif words[0] != "end":
            if words[0][0].isalpha():
                keyword, words = words[0], words[1:]
            blocks[-1].setdefault(keyword, []).append(words)
    return blocks


def _root(section: Section) -> Bone:
    words = {line[0]: line[1:] for line in section}
    order = words["axis"][0]
    frame = _frame([*words["orientation"], order])
    return Bone(ROOT, -1, (0.0, 0.0, 0.0), frame, tuple(word.lower() for word in words["order"]), ())


def _bone(block: dict[str, list[list[str]]], parent: int, metres: float) -> Bone:
    name = block["name"][0][0]
    x, y, z = (_number(word) for word in block["direction"][0])
    length = _number(block["length"][0][0]) * metres / math.hypot(x, y, z)
    channels = tuple(word.lower() for word in block.get("dof", [[]])[0])
    if odd := set(channels) - {"rx", "ry", "rz"}:
        raise ValueError(f"the bone {name} has the channels {', '.join(sorted(odd))}")
    limits = tuple((_number(low.strip("(")), _number(high.strip(")"))) for low, high in block.get("limits", []))
    return Bone(name, parent, (x * length, y * length, z * length), _frame(block["axis"][0]), channels, limits)


def _frame(words: Sequence[str]) -> Float[Tensor, "3 3"]:
    *angles, order = words
    return euler(torch.tensor([[_number(word) for word in angles]], dtype=torch.float64), order.lower())[0]


def _number(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word} where a number belongs")
    return number
