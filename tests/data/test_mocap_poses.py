"""Body poses out of files of `vh data cmu`, of AMASS, and out of folders that hold both."""

import numpy as np
import pytest
import torch

from vhlib.core.errors import InputError
from vhlib.data.mocap import Capture, read_poses, write_capture


@pytest.fixture
def folder(tmp_path):
    """A pose file of 30 frames at 30 per second, a sequence of AMASS of 240 at 120, and files that are neither."""
    counted, nowhere = torch.arange(30.0)[:, None, None].expand(-1, 23, 3), torch.zeros(30, 3)
    write_capture(tmp_path / "b.npz", Capture(counted, nowhere, nowhere, torch.zeros(30).long(), ("02_01",), 30.0))
    (tmp_path / "CMU" / "02").mkdir(parents=True)
    poses = np.zeros((240, 156))
    poses[:, 3] = np.arange(240)  # of the left hip
    rest = {"trans": np.zeros((240, 3)), "gender": np.array("male"), "mocap_framerate": np.array(120.0)}
    np.savez(tmp_path / "CMU" / "02" / "02_01_poses.npz", allow_pickle=False, poses=poses, betas=np.zeros(16), **rest)
    np.savez(tmp_path / "CMU" / "02" / "shape.npz", allow_pickle=False, betas=np.zeros(16))
    (tmp_path / "CMU" / "notes.npz").write_text("no archive")
    return tmp_path


def test_a_folder_is_searched_and_both_kinds_are_thinned(folder):
    poses = read_poses(folder)
    assert poses.shape == (20 + 10, 23, 3)
    assert poses[:20, 0, 0].tolist() == list(range(0, 240, 12))
    assert poses[20:, 0, 0].tolist() == list(range(0, 30, 3))


def test_a_file_is_read_by_itself_and_never_made_denser(folder):
    assert read_poses(folder / "b.npz", fps=1000.0).shape == (30, 23, 3)
    assert read_poses(folder / "CMU" / "02" / "02_01_poses.npz", fps=120.0).shape == (240, 23, 3)


def test_refusals(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    nothing = torch.zeros(0, 3)
    no_frames = Capture(torch.zeros(0, 23, 3), nothing, nothing, torch.zeros(0).long(), ("02_01",), 30.0)
    write_capture(tmp_path / "still.npz", no_frames)
    for path, message in (
        (tmp_path / "still.npz", "still.npz: no poses there"),
        (tmp_path / "none", "none: no such file or folder; name a pose file"),
        (tmp_path / "empty", "empty: no poses there"),
        (folder / "CMU" / "notes.npz", "notes.npz: expected a sequence of AMASS"),
        (folder / "CMU" / "02" / "shape.npz", "shape.npz: expected a sequence of AMASS"),
    ):
        with pytest.raises(InputError, match=message):
            read_poses(path)
