"""Learning from motion capture, with few poses and a small network: who is taught what, and who is judged."""

from dataclasses import replace

import pytest
import torch

from vhlib.core import paths
from vhlib.core.errors import InputError
from vhlib.data.mocap import Capture, write_capture
from vhlib.data.poses import PoseLibrary
from vhlib.experiments import capture_vae, run
from vhlib.nets import VAEConfig


@pytest.fixture
def small(monkeypatch, tmp_path):
    monkeypatch.setenv("VH_HOME", str(tmp_path / "home"))
    config = replace(capture_vae.SIZES["fast"], net=VAEConfig(latent=4, width=16), poses=100, steps=3, batch=16)
    monkeypatch.setattr(capture_vae, "SIZES", {"fast": config})
    monkeypatch.setattr(capture_vae, "HELD_OUT", {"fast": 20})


def ten_takes() -> Capture:
    poses = PoseLibrary("val", families=["walking"]).sample(60, seed=1)
    return Capture(
        poses.body_pose, poses.global_orient, poses.global_orient, torch.arange(60) // 6, tuple("abcdefghij"), 30.0
    )


def test_each_row_is_taught_its_own_poses_and_judged_on_the_same_ones(small, monkeypatch, tmp_path):
    capture, seen, measure = ten_takes(), [], capture_vae.measure
    write_capture(paths.user("cmu.npz"), capture)

    def noted(config, *poses):
        seen.append(poses)
        return measure(config, *poses)

    monkeypatch.setattr(capture_vae, "measure", noted)
    table = run(capture_vae.experiment("fast"), tmp_path / "out")
    assert [row["name"] for row in table.rows] == ["library", "8 takes", "library and 8 takes"]
    assert all((value or 0) > 0 for row in table.rows for value in row["values"].values())
    assert (tmp_path / "out" / "figure.png").exists()

    (library, judged, _), (takes, _, _), (both, _, _) = seen
    taught = capture.of(list("abcdfghi")).body_pose
    assert torch.equal(takes, taught.repeat(2, 1, 1))  # 100 poses of the library, 48 frames
    assert torch.equal(both, torch.cat([library, takes]))
    assert torch.equal(judged, capture.of(["e", "j"]).body_pose[::3])
    assert all(torch.equal(held_out, judged) for _, held_out, _ in seen)


def test_refusals(small):
    with pytest.raises(InputError, match="make it with `vh data cmu FOLDER`"):
        capture_vae.experiment("fast")
    write_capture(paths.user("cmu.npz"), ten_takes().of(["a", "b"]))
    with pytest.raises(InputError, match="expected 2 to 2, the number of takes, got 5"):
        capture_vae.experiment("fast")
