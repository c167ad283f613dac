"""A folder of takes as one file of poses, by the library and by ``vh data cmu``."""

import shutil

import pytest
import torch
from typer.testing import CliRunner

from vhlib.cli import app
from vhlib.core.errors import InputError
from vhlib.data.mocap import find_takes, read_capture, read_cmu


def run(*arguments):
    return CliRunner().invoke(app, ["data", "cmu", *map(str, arguments)])


def test_takes_are_found_with_their_skeletons(cmu_folder):
    assert [(asf.name, amc.name) for asf, amc in find_takes(cmu_folder.parent / cmu_folder.name)] == [
        ("07.asf", "07_01.amc"),
        ("07.asf", "07_02.amc"),
    ]


def test_every_fourth_frame_is_kept_at_30_of_120(cmu_folder, body):
    began = []
    capture, close_by = read_cmu(
        cmu_folder, body.joint_template, begin=lambda take, number: began.append((take, number))
    )
    assert began == [("07_01", 0), ("07_02", 1)]
    assert capture.take.tolist() == [0, 0, 0, 1, 1]
    assert (capture.takes, capture.fps) == (("07_01", "07_02"), 30.0)
    # The left thigh rises by 5 degrees a frame, the elbow bends by 8.
    turned = torch.rad2deg(capture.body_pose[:3] - capture.body_pose[:1])
    assert turned[:, 0, 0].tolist() == pytest.approx([0, -20, -40], abs=2)
    whole, _ = read_cmu(cmu_folder, body.joint_template, fps=120)
    assert len(whole.body_pose) == 14
    torch.testing.assert_close(whole.body_pose[4], capture.body_pose[1])
    assert close_by.limb_angles.shape == (5, 10)


def test_the_command_writes_the_users_file(cmu_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("VH_HOME", str(tmp_path))
    result = run(cmu_folder)
    assert result.exit_code == 0, result.output
    assert "5 poses of 2 takes, 30 per second; limbs point" in result.stdout
    assert read_capture().takes == ("07_01", "07_02")
    assert run(cmu_folder, "--out", tmp_path / "all.npz", "--fps", 120).exit_code == 0
    assert len(read_capture(tmp_path / "all.npz").body_pose) == 14


def test_refusals(cmu_folder, tmp_path):
    lonely = tmp_path / "lonely"
    lonely.mkdir()
    shutil.copy(cmu_folder / "07_01.amc", lonely)
    for arguments, message in (
        ((tmp_path / "nowhere",), "nowhere: expected a folder of CMU takes"),
        ((cmu_folder, "--out", "poses.txt"), "--out poses.txt: expected the name of an .npz file"),
        ((cmu_folder, "--fps", 0, "--out", tmp_path / "x.npz"), "fps: expected above 0 and at most the takes' 120"),
        ((lonely, "--out", tmp_path / "x.npz"), "07_01.amc: no skeleton 07.asf beside this take"),
    ):
        result = run(*arguments)
        assert isinstance(result.exception, InputError)
        assert message in str(result.exception)
    (lonely / "07_01.amc").unlink()
    with pytest.raises(InputError, match=r"lonely: no \.amc in this folder"):
        find_takes(lonely)
