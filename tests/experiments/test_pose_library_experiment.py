import pytest
import torch

from vhlib.core import paths
from vhlib.data.mocap import Capture, write_capture
from vhlib.data.poses import FAMILIES, PoseLibrary
from vhlib.experiments import pose_library, run
from vhlib.priors import load_gmm, load_vae


@pytest.fixture
def few(monkeypatch, tmp_path):
    """Few poses of two families: the real command makes 18 000 of all."""
    monkeypatch.setenv("VH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(pose_library, "POSES", {"fast": 200})
    monkeypatch.setattr(pose_library, "FAMILIES", {"walking": FAMILIES["walking"]})
    library = pose_library.PoseLibrary
    monkeypatch.setattr(
        pose_library, "PoseLibrary", lambda split, families=None: library(split, families or ("walking", "running"))
    )


def test_rows_of_motion_capture_come_where_there_is_some(few, tmp_path):
    assert [row.name for row in pose_library.experiment("fast").rows] == ["library, test split", "walking"]
    poses = PoseLibrary("test", families=["running"]).sample(40, seed=1)
    wild = torch.where(torch.arange(40)[:, None, None] < 20, poses.body_pose, 3 * torch.ones(23, 3))
    take = torch.arange(40) // 20
    write_capture(
        paths.user("cmu.npz"), Capture(wild, poses.global_orient, poses.global_orient, take, ("a", "b"), 10.0)
    )
    table = run(pose_library.experiment("fast"), tmp_path / "out")
    inside = {name: value for name, value in table.column("inside by GMM energy, %").items() if value is not None}
    assert list(inside)[2:] == ["motion capture", "motion capture a", "motion capture b"]
    assert inside["motion capture b"] == 0  # every joint turned by 3 radians about each axis
    assert inside["motion capture a"] > 80
    assert inside["motion capture"] == pytest.approx(inside["motion capture a"] / 2)
    outside = table.column("joints outside limits, %")
    assert outside["library, test split"] == 0
    assert (outside["motion capture b"] or 0) > 50
    assert (tmp_path / "out" / "figure.png").exists()


def test_the_edge_is_the_librarys_own_95th_percentile():
    poses = PoseLibrary("val", families=["walking"]).sample(300, seed=0).body_pose
    judge = pose_library.judges(poses)["GMM energy"]
    assert float((load_gmm().energy(poses) < judge.edge).float().mean()) == pytest.approx(0.95, abs=0.004)


def test_a_pose_that_the_autoencoder_made_comes_back_nearly_as_it_was():
    prior = load_vae()
    made = prior.sample(50, generator=torch.Generator().manual_seed(0))
    again = pose_library.reconstruction_error(prior, made)
    assert again.shape == (50,)
    turned = pose_library.reconstruction_error(prior, made.roll(1, dims=1))  # each joint with another's rotation
    assert again.median() < 0.2 * turned.median()
