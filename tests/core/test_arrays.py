"""Array files: read back as written, and the same bytes at another time."""

import time

import numpy as np
import pytest

from vhlib.core.arrays import read_npz, write_npz
from vhlib.core.errors import InputError


def test_what_is_written_is_read_and_bytes_do_not_depend_on_the_time(tmp_path, monkeypatch):
    arrays = {"a": np.arange(6.0).reshape(2, 3).T, "scalar": np.array(3), "words": np.array("two words")}
    write_npz(tmp_path / "new" / "one.npz", arrays)
    later = time.time() + 1e6
    monkeypatch.setattr(time, "time", lambda: later)
    write_npz(tmp_path / "two.npz", arrays)
    assert (tmp_path / "new" / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    with np.load(tmp_path / "two.npz", allow_pickle=False) as file:
        assert set(file.files) == set(arrays)
        for name, array in arrays.items():
            assert np.array_equal(file[name], array)


def test_objects_are_refused(tmp_path):
    with pytest.raises(ValueError, match="Object arrays"):
        write_npz(tmp_path / "a.npz", {"a": np.array([{}])})


def test_some_arrays_are_read(tmp_path):
    write_npz(tmp_path / "a.npz", {"a": np.arange(3), "b": np.ones(2)})
    found = read_npz(tmp_path / "a.npz", ["b"], wanted="two numbers")
    assert set(found) == {"b"}
    assert np.array_equal(found["b"], np.ones(2))
    assert set(read_npz(tmp_path / "a.npz", ["b"], optional=["a", "c"], wanted="numbers")) == {"a", "b"}


def test_files_of_another_kind_are_refused_in_one_sentence(tmp_path):
    write_npz(tmp_path / "other.npz", {"a": np.arange(3)})
    with pytest.raises(InputError, match=r"other\.npz: expected poses; there is no b in this file$"):
        read_npz(tmp_path / "other.npz", ["a", "b"], wanted="poses")
    (tmp_path / "cut.npz").write_bytes((tmp_path / "other.npz").read_bytes()[:80])
    (tmp_path / "text.npz").write_text("not arrays")
    np.save(tmp_path / "single.npy", np.arange(3))
    np.savez(tmp_path / "objects.npz", a=np.array([{}]))
    for name in ("cut.npz", "text.npz", "single.npy", "objects.npz"):
        message = rf"{name}: expected poses; this \.npz is damaged, or holds Python objects instead of numbers$"
        with pytest.raises(InputError, match=message):
            read_npz(tmp_path / name, ["a"], wanted="poses")
    with pytest.raises(FileNotFoundError):
        read_npz(tmp_path / "none.npz", ["a"], wanted="poses")
