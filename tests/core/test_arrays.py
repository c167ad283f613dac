"""Array files: read back as written, and the same bytes at another time."""

import time

import numpy as np
import pytest

from vhlib.core.arrays import write_npz


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
