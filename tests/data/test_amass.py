import numpy as np
import pytest
import torch

from vhlib.core.errors import InputError
from vhlib.data.mocap import read_amass
from vhlib.geometry import axis_angle_to_matrix

PELVIS = torch.tensor([0.0, -0.2, 0.02])


def sequence(**changes: np.ndarray) -> dict[str, np.ndarray]:
    poses = np.zeros((2, 156))
    poses[1, 3:6] = (-0.5, 0.0, 0.1)  # the left hip
    poses[1, 66:] = 1.0  # fingers
    arrays = {
        "poses": poses,
        "trans": np.array([[0.0, 0.0, 0.9], [0.0, -1.0, 0.9]]),
        "betas": np.arange(16.0),
        "gender": np.array("female"),
        "mocap_framerate": np.array(120.0),
    }
    return arrays | changes


def test_a_sequence_is_read_and_stood_up(tmp_path):
    path = tmp_path / "walk_poses.npz"
    np.savez(path, allow_pickle=False, **sequence())
    read = read_amass(path, PELVIS)
    assert read.body_pose.shape == (2, 23, 3)
    torch.testing.assert_close(read.body_pose[1, 0], torch.tensor([-0.5, 0.0, 0.1]))
    assert read.body_pose[1, 1:].abs().max() == 0  # the fingers are not the body's
    # In a world with z up, SMPL at rest lies on its back: its up is y. In ours it does the same, and z up is y up.
    turned = axis_angle_to_matrix(read.global_orient[0])
    torch.testing.assert_close(
        turned @ torch.tensor([0.0, 1.0, 0.0]), torch.tensor([0.0, 0.0, -1.0]), atol=1e-6, rtol=0
    )
    # The pelvis of the second frame: (0, -1, 0.9) + PELVIS, stood up.
    expected = torch.tensor([0.0, 0.92, 1.2])
    torch.testing.assert_close(read.transl[1] + PELVIS, expected, atol=1e-6, rtol=0)
    assert (read.gender, read.fps, float(read.betas[3])) == ("female", 120.0, 3.0)


def test_bytes_name_a_gender_too(tmp_path):
    np.savez(tmp_path / "old.npz", allow_pickle=False, **sequence(gender=np.array(b"male")))
    assert read_amass(tmp_path / "old.npz", PELVIS).gender == "male"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"poses": np.zeros((2, 63))}, r"odd\.npz: expected poses \(T, 156\)"),
        ({"trans": np.zeros((3, 3))}, "odd.npz: expected poses"),
        ({"trans": np.full((2, 3), np.nan)}, "odd.npz: expected finite numbers in trans"),
        ({"mocap_framerate": np.array(0.0)}, "odd.npz: expected a mocap_framerate above 0"),
    ],
)
def test_odd_sequences_are_refused(tmp_path, changes, message):
    np.savez(tmp_path / "odd.npz", allow_pickle=False, **sequence(**changes))
    with pytest.raises(InputError, match=message):
        read_amass(tmp_path / "odd.npz", PELVIS)


def test_files_that_are_no_sequence_are_refused(tmp_path):
    np.savez(tmp_path / "other.npz", poses=np.zeros((2, 156)))
    (tmp_path / "text.npz").write_text("not arrays")
    for name in ("other.npz", "text.npz", "none.npz"):
        with pytest.raises(InputError, match=rf"{name}: .*AMASS"):
            read_amass(tmp_path / name, PELVIS)
