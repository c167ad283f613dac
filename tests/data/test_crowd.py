import pytest
import torch
from torch.testing import assert_close

from vhlib.data.crowd import FEWEST, NOISE, crowd
from vhlib.data.poses import PoseLibrary


def test_noise_is_what_was_asked_for(body):
    still, noisy = crowd(body, 40, seed=0, noise=0.0), crowd(body, 40, seed=0, noise=8.0)
    assert_close(still.truth["body_pose"], noisy.truth["body_pose"], rtol=0, atol=0)
    assert_close(still.camera.project(body.keypoints("lsp14", **still.truth)), still.keypoints_2d, atol=0.01, rtol=0)
    apart = noisy.keypoints_2d - still.keypoints_2d
    assert float(apart.std()) == pytest.approx(8, rel=0.1)  # 1120 numbers: 3 standard errors are 6 %
    assert float((crowd(body, 40, seed=0).keypoints_2d - still.keypoints_2d).std()) == pytest.approx(NOISE, rel=0.1)


def test_everybody_keeps_some_joints(body):
    seen = crowd(body, 40, seed=0, missing=0.9).confidence.sum(1)
    assert seen.min() >= FEWEST
    assert seen.mean() < 8


def test_people_can_be_of_chosen_motions_or_in_given_poses(body):
    walkers = PoseLibrary("test", ["walking"]).sample(3, seed=1)
    chosen = crowd(body, 3, seed=1, families=["walking"])
    given = crowd(body, 3, seed=1, poses=(walkers.body_pose, walkers.global_orient))
    for people in (chosen, given):
        assert_close(people.truth["body_pose"], walkers.body_pose)
    assert_close(chosen.keypoints_2d, given.keypoints_2d)
    assert not torch.equal(chosen.truth["body_pose"], crowd(body, 3, seed=1).truth["body_pose"])
