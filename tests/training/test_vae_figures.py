"""How good an autoencoder is: what stays as it was is off by nothing, and hands do not count."""

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import PoseVAE, VAEConfig
from vhlib.nets.vae import Latent
from vhlib.priors import VAEPrior, load_vae
from vhlib.training.vae_figures import figures, joint_angles, vertex_distances


class Turned(VAEPrior):
    """Gives every pose back with each joint turned by so many degrees about x; its code is the pose itself."""

    def __init__(self, degrees: float):
        super().__init__(PoseVAE(VAEConfig(latent=4, width=8)))
        self._turn = axis_angle_to_matrix(torch.deg2rad(torch.tensor([degrees, 0.0, 0.0])))

    def encode(self, body_pose: Tensor) -> Latent:
        return Latent(body_pose.flatten(1), torch.ones_like(body_pose).flatten(1))

    def decode_rotations(self, z: Tensor) -> Tensor:
        return axis_angle_to_matrix(z.unflatten(1, (23, 3))) @ self._turn


@pytest.fixture(scope="module")
def prior() -> VAEPrior:
    return load_vae()


@pytest.fixture(scope="module")
def poses(prior) -> torch.Tensor:
    return prior.sample(20, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("degrees", [0.0, 1.0, 30.0])
def test_joint_angles_are_those_that_the_joints_are_off_by(degrees, poses, monkeypatch):
    assert_close(joint_angles(Turned(degrees), poses), torch.full((20, 21), degrees), atol=0.05, rtol=0)


def test_the_hands_are_not_looked_at(prior, poses):
    other = poses + torch.cat([torch.zeros(21, 3), torch.ones(2, 3)])
    assert_close(joint_angles(prior, other), joint_angles(prior, poses))
    assert_close(vertex_distances(prior, other), vertex_distances(prior, poses))


def test_vertices_are_nowhere_off_where_no_joint_is(poses):
    assert vertex_distances(Turned(0.0), poses).max() < 0.01
    assert vertex_distances(Turned(5.0), poses).min() > 5


def test_figures_are_the_means_of_both(prior, poses):
    found = figures(prior, poses, poses, seed=0)
    assert found["joint_angle_deg"] == pytest.approx(float(joint_angles(prior, poses).mean()), abs=1e-4)
    assert found["vertices_mm"] == pytest.approx(float(vertex_distances(prior, poses).mean()), abs=1e-4)
