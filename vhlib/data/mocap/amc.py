"""Acclaim's takes, .amc: in each frame the channels of every bone of an .asf skeleton; and where they put the bones."""

import re
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.errors import InputError
from vhlib.core.shapes import check
from vhlib.data.mocap.asf import ROOT, AsfSkeleton, Bone, euler
from vhlib.geometry.kinematics import forward_kinematics


@dataclass(frozen=True)
class PosedBones:
    """The bones of a skeleton at T moments, metres, world y up."""

    rotations: Float[Tensor, "T B 3 3"]
    """From each bone's directions at rest to those it has now."""
    heads: Float[Tensor, "T B 3"]
    """Where each bone begins."""
    tails: Float[Tensor, "T B 3"]
    """And ends."""


def read_amc(path: Path, skeleton: AsfSkeleton) -> Float[Tensor, "T C"]:
    """The channels of a take, in the skeleton's order: degrees and metres, float64.

    Args:
        path: an ``.amc`` file.
        skeleton: the one that it was recorded with.

    Raises:
        InputError: no such file, another format, another skeleton, an incomplete frame, or a number that is none.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot read this take ({error.strerror}); name an .amc file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected an Acclaim take (.amc), which is text; this is not") from error
    wanted = {bone.name: len(bone.channels) for bone in skeleton.bones if bone.channels}
    frames: list[dict[str, list[float]]] = []
    for line in lines:
        words = line.partition("#")[0].split()
        if not words:
            continue
        if words[0].startswith(":"):
            if words[0].upper() == ":RADIANS":
                raise InputError(f"{path}: expected angles in degrees, got {words[0]}; convert the take first")
        elif re.fullmatch(r"\d+", words[0]) and len(words) == 1:
            _complete(path, frames, wanted)
            frames.append({})
        elif not frames:
            raise InputError(f"{path}: expected an Acclaim take (.amc), frame by frame; got the line {line[:40]!r}")
        elif len(words) - 1 != wanted.get(words[0]):
            raise InputError(f"{path}: frame {len(frames)}: {_odd(words, wanted, skeleton)}")
        else:
            try:
                frames[-1][words[0]] = [float(word) for word in words[1:]]
            except ValueError as error:
                raise InputError(f"{path}: frame {len(frames)}: expected numbers, got {line[:40]!r}") from error
    _complete(path, frames, wanted)
    if not frames:
        raise InputError(f"{path}: expected an Acclaim take (.amc) with at least one frame; this has none")
    rows = [[value for name in wanted for value in frame[name]] for frame in frames]
    channels = torch.tensor(rows, dtype=torch.float64)
    if not channels.isfinite().all():
        first = int((~channels.isfinite()).any(1).nonzero()[0])
        raise InputError(f"{path}: frame {first + 1}: expected finite numbers, got NaN or infinity; get it anew")
    moved = [column for column, name in enumerate(_channels(skeleton)) if name.startswith("t")]
    channels[:, moved] *= skeleton.metres
    return channels


def pose_bones(skeleton: AsfSkeleton, channels: Float[Tensor, "T C"]) -> PosedBones:
    """Forward kinematics: a bone turns by A M A⁻¹ on its parent, M its channels' turn and A its axis frame.

    Args:
        skeleton: whose bones.
        channels: degrees and metres, in its order.

    Raises:
        ValueError: another number of channels than the skeleton has.
    """
    check(channels=(channels, "T C"))
    if channels.shape[1] != (count := len(_channels(skeleton))):
        raise ValueError(f"channels: expected (T, {count}), those of {skeleton.name}, got {tuple(channels.shape)}")
    turns = torch.stack([_turn(bone, channels[:, skeleton.columns(bone.name)]) for bone in skeleton.bones], 1)
    vectors = torch.tensor([bone.vector for bone in skeleton.bones], dtype=channels.dtype)
    rest = torch.zeros_like(vectors)
    for row, bone in enumerate(skeleton.bones[1:], 1):
        rest[row] = rest[bone.parent] + vectors[bone.parent]
    rotations, heads = forward_kinematics(turns, rest.expand(len(channels), -1, -1), skeleton.parents)
    root = channels[:, skeleton.columns(ROOT)]
    order = skeleton.bones[0].channels
    place = torch.stack([root[:, order.index(axis)] for axis in ("tx", "ty", "tz")], -1)
    heads = heads + place[:, None]
    return PosedBones(rotations, heads, heads + (rotations @ vectors[..., None])[..., 0])


def _turn(bone: Bone, channels: Float[Tensor, "T c"]) -> Float[Tensor, "T 3 3"]:
    turning = [column for column, name in enumerate(bone.channels) if name.startswith("r")]
    axis = bone.axis.to(channels.dtype)
    return axis @ euler(channels[:, turning], "".join(bone.channels[column][1] for column in turning)) @ axis.mT


def _channels(skeleton: AsfSkeleton) -> list[str]:
    return [channel for bone in skeleton.bones for channel in bone.channels]


def _odd(words: list[str], wanted: dict[str, int], skeleton: AsfSkeleton) -> str:
    """What is wrong with a line that does not have as many numbers as its bone has channels."""
    name, *numbers = words
    if name not in wanted:
        return f"moves {name!r}, which {skeleton.name}.asf cannot; give the take's own .asf"
    return (
        f"expected {wanted[name]} numbers for {name}, as {skeleton.name}.asf has channels, got {len(numbers)}; the "
        "file is cut off or belongs to another skeleton"
    )


def _complete(path: Path, frames: list[dict[str, list[float]]], wanted: dict[str, int]) -> None:
    if frames and (missing := wanted.keys() - frames[-1].keys()):
        raise InputError(
            f"{path}: frame {len(frames)} says nothing of {', '.join(sorted(missing))}; the file is cut off or belongs "
            "to another skeleton: get it again"
        )
