import json
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from vhlib.course.grading import frames
from vhlib.course.grading.frames import Frame, FrameError, pack, unpack


class Bytes:
    """A stream that ends."""

    def __init__(self, content: bytes) -> None:
        self.left = content

    def __call__(self, count: int) -> bytes:
        if count > len(self.left):
            raise EOFError
        read, self.left = self.left[:count], self.left[count:]
        return read


def test_one_frame_byte_by_byte():
    array = np.array([[1, -2]], np.int16)
    head = b'{"do": "call", "arrays": [["int16", [1, 2]]]}'
    assert pack(Frame({"do": "call"}, (array,))) == struct.pack("<I", len(head)) + head + b"\x01\x00\xfe\xff"


ARRAYS = st.sampled_from(frames.DTYPES).flatmap(
    lambda dtype: arrays_of.arrays(dtype, arrays_of.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)


patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine all is slow


@patient
@given(st.dictionaries(st.sampled_from("abc"), st.text() | st.integers() | st.none()), st.lists(ARRAYS, max_size=4))
def test_what_is_packed_comes_out_again(head, arrays):
    stream = Bytes(pack(Frame(head, tuple(arrays))) + b"rest")
    frame = unpack(stream)
    assert stream.left == b"rest"
    assert frame.head == head
    for got, wanted in zip(frame.arrays, arrays, strict=True):
        assert (got.dtype, got.shape) == (wanted.dtype, wanted.shape)
        assert got.tobytes() == np.ascontiguousarray(wanted).tobytes()
        assert got.flags.writeable


def test_layouts_and_byte_orders_do_not_matter():
    array = np.arange(6.0).reshape(2, 3)
    for same in (array.T.copy().T, array.astype(">f8"), np.asfortranarray(array)):
        (got,) = unpack(Bytes(pack(Frame({}, (same,))))).arrays
        np.testing.assert_array_equal(got, array)
        assert got.dtype == np.float64


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
DESCRIBED = st.lists(
    st.tuples(st.sampled_from([*frames.DTYPES, "object", "O", "V8", "S4", "datetime64"]), st.lists(st.integers()))
    | JSON,
    max_size=4,
)


@patient
@given(st.binary(max_size=200))
def test_bytes_that_are_no_frame_do_no_harm(content):
    with pytest.raises((FrameError, EOFError)):
        unpack(Bytes(content))


@patient
@given(JSON | st.fixed_dictionaries({"arrays": DESCRIBED | JSON}), st.binary(max_size=100))
def test_heads_that_lie_do_no_harm(head, rest):
    text = json.dumps(head).encode()
    try:
        frame = unpack(Bytes(struct.pack("<I", len(text)) + text + rest))
    except (FrameError, EOFError):
        return
    assert all(array.dtype.name in frames.DTYPES for array in frame.arrays)
    assert sum(array.nbytes for array in frame.arrays) <= len(rest)


def test_nothing_is_read_or_allocated_beyond_the_bounds():
    asked = []

    def read(count):
        asked.append(count)
        return struct.pack("<I", 2**32 - 1)

    with pytest.raises(FrameError, match="4294967295 bytes of words"):
        unpack(read)
    assert asked == [4]
    for described, why in (
        ([["float64", [2**27, 2**27]]], "bytes of arrays"),
        ([["float64", [2**24]]] * 2, "bytes of arrays"),
        ([["int8", []]] * 65, "65 arrays"),
        ([["int8", [1] * 9]], "9 axes"),
        ([["int8", [-1]]], "described by"),
        ([["int8", [True]]], "described by"),
        ([["object", [1]]], "of type object"),
    ):
        text = json.dumps({"arrays": described}).encode()
        with pytest.raises(FrameError, match=why):
            unpack(Bytes(struct.pack("<I", len(text)) + text))


@pytest.mark.parametrize(
    ("array", "why"),
    [(np.array([object()]), "type object"), (np.array(["a"]), "type str"), (np.array([b"a"]), "type bytes")],
)
def test_objects_and_text_are_not_handed_over(array, why):
    with pytest.raises(FrameError, match=why):
        pack(Frame({}, (array,)))


def test_deep_nesting_is_no_json():
    text = b"[" * 100_000
    with pytest.raises(FrameError, match="no JSON"):
        unpack(Bytes(struct.pack("<I", len(text)) + text))
