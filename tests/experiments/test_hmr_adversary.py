import pytest
import torch

from vhlib.cameras import WeakPerspectiveCamera
from vhlib.core.errors import InputError
from vhlib.data.synthetic import SyntheticPeople, collate
from vhlib.experiments import hmr_adversary, prepare
from vhlib.nets import Estimate, RegressorConfig
from vhlib.training.crops import People
from vhlib.training.hmr import HMRTraining, mean_estimate, network
from vhlib.training.hmr_figures import FIGURES, best_camera, figures

TINY = HMRTraining(width=4, size=32, regressor=RegressorConfig(width=16))


@pytest.fixture(scope="module")
def people():
    source = SyntheticPeople("test", size=32)
    return People.of(collate([source[index] for index in range(4)]))


def test_the_rows_differ_in_what_they_are_told_and_in_nothing_else():
    rows = hmr_adversary.variants(TINY)
    told = {
        name: (each.supervision.reprojection, each.supervision.adversarial, each.paired) for name, each in rows.items()
    }
    assert told == {
        "2D only": (60, 0, 0),
        "2D + adversary": (60, 1, 0),
        "2D + adversary + 3D": (60, 1, 1),
        "3D only": (0, 0, 1),
    }
    assert {(each.seed, each.steps, each.size, each.people) for each in rows.values()} == {
        (TINY.seed, TINY.steps, TINY.size, TINY.people)
    }
    assert [row.name for row in prepare("hmr-adversary").rows] == list(told)
    with pytest.raises(InputError, match="--profile slow"):
        prepare("hmr-adversary", "slow")


def test_the_best_camera_is_the_true_one_and_leaves_out_what_is_not_seen(generator):
    joints, scale, shift = torch.randn(5, 14, 3, generator=generator), torch.tensor(0.7), torch.tensor([0.2, -0.4])
    keypoints = scale * (joints[..., :2] + shift)
    visible = torch.ones(5, 14)
    visible[:, 3], keypoints[:, 3] = 0.0, 100.0
    found = best_camera(joints, keypoints, visible)
    torch.testing.assert_close(found.scale, scale.expand(5))
    torch.testing.assert_close(found.translation, shift.expand(5, 2), atol=1e-5, rtol=1e-5)


def test_who_knows_the_truth_makes_no_error(people):
    truth = people.crops(torch.arange(4))
    estimate = Estimate(truth.rotations, truth.betas, WeakPerspectiveCamera(torch.ones(4), torch.zeros(4, 2)))
    found = figures(lambda images: estimate, people, solve_camera=True)
    assert set(found) == set(FIGURES)
    assert found["pve_mm"] < 1e-3
    assert found["pckh"] > 0.95  # weak perspective is not how the pictures were taken
    assert found["mpjpe_mm"] < 12  # the closest neutral body's joints, not quite a man's or a woman's
    assert found["implausible_joints"] < 0.01


def test_an_untrained_network_is_far_off_and_can_be_drawn(people):
    net = network(TINY, mean_estimate()).eval()
    found = figures(lambda images: net(images)[-1], people, solve_camera=True)
    assert found["mpjpe_mm"] > 50
    views = hmr_adversary.two_views(net, people, 2)
    assert [len(each) for each in views] == [2, 2]
    front, side = views[0]
    assert front.shape == side.shape == (150, 120, 3)
    assert (front != side).any()
    assert (front < 250).any()
