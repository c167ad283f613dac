import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.core.errors import InputError
from vhlib.data.mocap import Capture, read_capture, split_by_take, write_capture


def capture(lengths: list[int]) -> Capture:
    count, draw = sum(lengths), torch.Generator().manual_seed(0)
    take = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
    names = tuple(f"02_{number:02d}" for number in range(1, len(lengths) + 1))
    pose, root, place = (torch.randn(count, *shape, generator=draw) for shape in ((23, 3), (3,), (3,)))
    return Capture(pose, root, place, take, names, 30.0)


def test_what_is_written_is_read(tmp_path):
    before = capture([3, 2])
    write_capture(tmp_path / "new" / "poses.npz", before)
    after = read_capture(tmp_path / "new" / "poses.npz")
    assert torch.equal(after.body_pose, before.body_pose)
    assert torch.equal(after.transl, before.transl)
    assert after.take.tolist() == [0, 0, 0, 1, 1]
    assert (after.takes, after.fps) == (("02_01", "02_02"), 30.0)


def test_the_users_own_file_is_the_default(tmp_path, monkeypatch):
    monkeypatch.setenv("VH_HOME", str(tmp_path))
    with pytest.raises(InputError, match="no such pose file; make it with `vh data cmu FOLDER`"):
        read_capture()
    write_capture(tmp_path / "cmu.npz", capture([1]))
    assert read_capture().takes == ("02_01",)


def test_of_ten_takes_the_fifth_and_the_tenth_are_held_out():
    train, held_out = split_by_take(capture([2] * 10))
    assert held_out.takes == ("02_05", "02_10")
    assert (len(train.takes), len(train.body_pose), len(held_out.body_pose)) == (8, 16, 4)


@settings(deadline=None, max_examples=20)
@given(lengths=st.lists(st.integers(1, 4), min_size=2, max_size=8), every=st.integers(2, 8))
def test_a_split_keeps_every_frame_once(lengths, every):
    whole = capture(lengths)
    if every > len(lengths):
        with pytest.raises(InputError, match="every: expected 2 to"):
            split_by_take(whole, every=every)
        return
    parts = split_by_take(whole, every=every)
    frames = torch.cat([part.body_pose for part in parts]).flatten(1)
    assert sorted(frames.tolist()) == sorted(whole.body_pose.flatten(1).tolist())
    for part in parts:
        assert sorted({part.takes[number] for number in part.take.tolist()}) == sorted(part.takes)


def test_no_take_can_be_held_out_of_all():
    with pytest.raises(InputError, match="every: expected 2 to 2"):
        split_by_take(capture([1, 1]), every=1)
    with pytest.raises(InputError, match="takes: no 99; there are 02_01"):
        capture([1]).of(["99"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"body_pose": np.zeros((2, 21, 3))}, r"expected body_pose of shape \(2, 23, 3\), got \(2, 21, 3\)"),
        ({"transl": np.full((2, 3), np.inf)}, "its transl holds numbers that are not finite"),
        ({"take": np.array([0, 1])}, "its take does not index the 1 names in takes"),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path, changes, message):
    arrays = {
        "body_pose": np.zeros((2, 23, 3)),
        "global_orient": np.zeros((2, 3)),
        "transl": np.zeros((2, 3)),
        "take": np.array([0, 0]),
        "takes": np.array(["a"]),
        "fps": np.array(30.0),
    }
    np.savez(tmp_path / "odd.npz", **(arrays | changes))
    with pytest.raises(InputError, match=message):
        read_capture(tmp_path / "odd.npz")


def test_files_of_another_kind_are_refused(tmp_path):
    np.savez(tmp_path / "other.npz", body_pose=np.zeros((2, 23, 3)))
    (tmp_path / "text.npz").write_text("not arrays")
    for name in ("other.npz", "text.npz"):
        with pytest.raises(InputError, match=rf"{name}: expected a pose file of `vh data cmu`"):
            read_capture(tmp_path / name)
