import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from vhlib.core.errors import InputError
from vhlib.core.unpickle import load_pickle


@settings(deadline=None)
@given(array=arrays(np.float64, array_shapes()), protocol=st.sampled_from([0, 1, 2, 3, 4, 5]))
def test_arrays_come_back_as_they_were(tmp_path_factory, array, protocol):
    path = tmp_path_factory.mktemp("pickles") / "arrays.pkl"
    path.write_bytes(pickle.dumps({"means": array, "count": np.float64(8), "name": "gmm"}, protocol=protocol))
    loaded = load_pickle(path)
    np.testing.assert_array_equal(loaded["means"], array)
    assert loaded["count"] == 8
    assert loaded["name"] == "gmm"


def test_a_pickle_that_python_2_wrote_is_read(tmp_path):
    # Protocol 2 of Python 2: array bytes are a byte string (opcode U), which latin1 maps to text and numpy reads back.
    content = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87R(K\x01K\x02\x85"
        b"cnumpy\ndtype\nU\x02f8K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x10"
        + np.array([1.5, -2.0]).tobytes()
        + b"tb."
    )
    path = tmp_path / "python2.pkl"
    path.write_bytes(content)
    np.testing.assert_array_equal(load_pickle(path), [1.5, -2.0])


def test_numpy_never_sees_the_flags_of_a_pickled_dtype(tmp_path):
    # numpy believes them: told that these floats are references, it would free memory that it does not own.
    honest = pickle.dumps(np.array([1.5, -2.0]), protocol=2)
    flagged = honest.replace(b"K\x00tq", b"K\x3ftq", 1)
    assert flagged != honest
    path = tmp_path / "flagged.pkl"
    path.write_bytes(flagged)
    np.testing.assert_array_equal(load_pickle(path), [1.5, -2.0])


@pytest.mark.parametrize("kind", ["V8", "M8", "(2,)f8"])
def test_only_arrays_of_plain_types_are_made(tmp_path, kind):
    path = tmp_path / "kind.pkl"
    path.write_bytes(b"\x80\x02cnumpy\ndtype\nX" + len(kind).to_bytes(4, "little") + kind.encode() + b"\x85R.")
    with pytest.raises(InputError, match=r"kind\.pkl: refused, because it asks for an array of"):
        load_pickle(path)


class _Hostile:
    def __init__(self, target: Path):
        self.target = target

    def __reduce__(self):
        return os.mkdir, (str(self.target),)


def test_a_pickle_that_would_run_code_is_refused_and_runs_nothing(tmp_path):
    path, target = tmp_path / "hostile.pkl", tmp_path / "made by the pickle"
    path.write_bytes(pickle.dumps({"means": _Hostile(target)}))
    with pytest.raises(InputError, match=r"hostile\.pkl: refused, because it asks for \w+\.mkdir"):
        load_pickle(path)
    assert not target.exists()


def test_a_stand_in_takes_the_place_of_a_class(tmp_path):
    path = tmp_path / "fraction.pkl"
    path.write_bytes(b"\x80\x02cfractions\nFraction\nX\x03\x00\x00\x001/2\x85R.")
    with pytest.raises(InputError, match=r"fractions\.Fraction"):
        load_pickle(path)
    assert load_pickle(path, {"fractions.Fraction": str.upper}) == "1/2"


@pytest.mark.parametrize("content", [b"", b"not a pickle", pickle.dumps(np.ones(9))[:-20]])
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "damaged.pkl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"damaged\.pkl"):
        load_pickle(path)


def test_a_pickle_that_asks_for_all_memory_is_refused(tmp_path):
    path = tmp_path / "bomb.pkl"
    path.write_bytes(b"\x80\x02Nr\xff\xff\xff\x7f.")  # None, remembered as object number 2147483647
    with pytest.raises(InputError, match=r"bomb\.pkl: refused, because it asks for room"):
        load_pickle(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.pkl: cannot read"):
        load_pickle(tmp_path / "absent.pkl")
