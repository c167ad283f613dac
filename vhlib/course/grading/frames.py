"""Frames: how words and arrays cross to a sandbox and back. No pickle, no code, nothing without bounds.

Convention:
    A frame is the length of its head as four bytes, little end first; the head, which is a JSON object in UTF-8; then
    the arrays, C order, little end first, one after the other. The head's ``arrays`` says the dtype and the shape of
    each. Whoever reads trusts nothing: every length is checked before anything is read or allocated.
"""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

LARGEST_HEAD = 16 * 2**20
"""Bytes: a notebook's outputs travel in it."""

LARGEST_ARRAYS = 128 * 2**20
"""Bytes of all arrays of a frame together."""

MOST_ARRAYS = 64
MOST_AXES = 8

DTYPES = (
    "bool",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)
"""What may cross. No objects, no text, no records."""

_LENGTH = struct.Struct("<I")


class FrameError(ValueError):
    """Bytes that are no frame, or a frame beyond its bounds."""


@dataclass(frozen=True)
class Frame:
    """One message."""

    head: Mapping[str, Any]
    """Anything that JSON can say; the name ``arrays`` is taken."""
    arrays: tuple[np.ndarray, ...] = field(default=())
    """Of the dtypes in `DTYPES`."""


def pack(frame: Frame) -> bytes:
    """A frame as bytes.

    Raises:
        FrameError: a dtype that may not cross, or too much of something.
    """
    described = [(array.dtype.name, list(array.shape)) for array in frame.arrays]
    sizes = [_size(dtype, shape) for dtype, shape in described]
    _check_arrays(sizes)
    head = json.dumps({**frame.head, "arrays": described}).encode()
    if len(head) > LARGEST_HEAD:
        raise FrameError(f"{len(head)} bytes of words, allowed are {LARGEST_HEAD}")
    bodies = [np.ascontiguousarray(a, a.dtype.newbyteorder("<")).tobytes() for a in frame.arrays]
    return b"".join([_LENGTH.pack(len(head)), head, *bodies])


def unpack(read: Callable[[int], bytes]) -> Frame:
    """Read one frame.

    Args:
        read: gives exactly as many bytes as it is asked for, or raises.

    Raises:
        FrameError: what came is no frame.
    """
    (length,) = _LENGTH.unpack(read(_LENGTH.size))
    if length > LARGEST_HEAD:
        raise FrameError(f"{length} bytes of words, allowed are {LARGEST_HEAD}")
    try:
        head = json.loads(read(length).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FrameError("the head is no JSON") from error
    described = head.pop("arrays", None) if isinstance(head, dict) else None
    if not isinstance(described, list):
        raise FrameError("the head says nothing of arrays")
    shapes = [_described(each) for each in described]
    sizes = [_size(dtype, shape) for dtype, shape in shapes]
    _check_arrays(sizes)
    little = [np.dtype(dtype).newbyteorder("<") for dtype, _ in shapes]
    arrays = tuple(
        np.frombuffer(read(size), order).reshape(shape).astype(dtype)
        for size, order, (dtype, shape) in zip(sizes, little, shapes, strict=True)
    )
    return Frame(head, arrays)


def _described(each: object) -> tuple[str, list[int]]:
    match each:
        case [str(dtype), [*shape]]:
            lengths = [length for length in shape if type(length) is int and 0 <= length <= LARGEST_ARRAYS]
            if len(lengths) == len(shape):
                return dtype, lengths
    raise FrameError("an array is described by its dtype and its shape")


def _size(dtype: str, shape: list[int]) -> int:
    if dtype not in DTYPES:
        raise FrameError(f"numbers of type {dtype} cannot be handed over")
    if len(shape) > MOST_AXES:
        raise FrameError(f"{len(shape)} axes, allowed are {MOST_AXES}")
    return prod(shape) * np.dtype(dtype).itemsize


def _check_arrays(sizes: list[int]) -> None:
    if len(sizes) > MOST_ARRAYS:
        raise FrameError(f"{len(sizes)} arrays, allowed are {MOST_ARRAYS}")
    if sum(sizes) > LARGEST_ARRAYS:
        raise FrameError(f"{sum(sizes)} bytes of arrays, allowed are {LARGEST_ARRAYS}")
