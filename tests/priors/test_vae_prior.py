import inspect
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from vhlib.core.errors import InputError
from vhlib.core.random import generator
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import PoseVAE, VAEConfig, VPoser, VPoserConfig, write_tensors
from vhlib.priors import LatentPrior, ResidualPrior, VAEPrior, load_vae

DOUBLE: dict[str, Any] = {"dtype": torch.float64}


def prior(kind: str, latent: int = 5) -> VAEPrior:
    nets: dict[str, Callable[[], PoseVAE | VPoser]] = {
        "matrix": lambda: PoseVAE(VAEConfig("matrix", latent, width=16)),
        "6d": lambda: PoseVAE(VAEConfig("6d", latent, width=16)),
        "vposer": lambda: VPoser(VPoserConfig(2, latent, width=16)),
    }
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = nets[kind]()
    last = net.decoder[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.bias.add_(around_identity(kind))
    space = VAEPrior(net)
    return space.double()


def around_identity(kind: str) -> torch.Tensor:
    each = {"matrix": torch.eye(3).flatten(), "6d": torch.eye(3)[:2].flatten(), "vposer": torch.eye(3)[:, :2].flatten()}
    return each[kind].repeat(21)


def poses(seed: int, count: int = 3) -> torch.Tensor:
    return 0.5 * torch.randn(count, 23, 3, generator=generator(seed), **DOUBLE)


@pytest.fixture(params=["matrix", "6d", "vposer"])
def each(request):
    return prior(request.param)


def test_it_is_a_prior_with_a_space_of_its_own(each):
    assert isinstance(each, ResidualPrior)
    assert isinstance(each, LatentPrior)


def test_energy_is_the_squared_length_of_the_code(each):
    pose = poses(0)
    expected = each.net.encode(axis_angle_to_matrix(pose[:, :21])).mean.square().sum(-1)
    assert_close(each.energy(pose), expected)
    assert_close(each.residuals(pose).square().sum(-1), expected)


def test_hands_are_not_looked_at_and_come_back_at_rest(each):
    pose = poses(1)
    waving = pose.clone()
    waving[:, 21:] += 1
    assert_close(each.energy(waving), each.energy(pose))
    assert_close(each.decode(each.encode(pose).mean)[:, 21:], torch.zeros(3, 2, 3, **DOUBLE), rtol=0, atol=0)


@pytest.mark.parametrize("kind", ["matrix", "6d", "vposer"])
@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 2**31))
def test_decoded_matrices_are_rotations_and_axis_angles_are_the_same_ones(kind, seed):
    space = prior(kind)
    z = torch.randn(4, 5, generator=generator(seed), **DOUBLE)
    rotations = space.decode_rotations(z)
    assert_close(rotations @ rotations.mT, torch.eye(3, **DOUBLE).expand(4, 23, 3, 3), atol=1e-10, rtol=0)
    assert_close(torch.linalg.det(rotations), torch.ones(4, 23, **DOUBLE))
    assert_close(axis_angle_to_matrix(space.decode(z)), rotations)


def test_jacobian_is_the_derivative_of_the_decoded_pose(each):
    z = torch.randn(2, 5, generator=generator(4), **DOUBLE)
    pose, jacobian = each.decode_with_jacobian(z)
    assert_close(pose, each.decode(z))
    expected = torch.autograd.functional.jacobian(lambda x: each.decode(x[None])[0].flatten(), z[1])
    assert_close(jacobian[1], expected, atol=1e-8, rtol=1e-6)


def test_gradients(each):
    pose, z = poses(5, count=2).requires_grad_(), torch.randn(2, 5, generator=generator(6), **DOUBLE).requires_grad_()
    assert torch.autograd.gradcheck(each.energy, pose)
    assert torch.autograd.gradcheck(each.decode, z)


def test_samples_follow_the_generator_and_interpolation_the_straight_line(each):
    first, second = each.sample(2, generator=generator(0)), each.sample(2, generator=generator(0))
    assert_close(first, second, rtol=0, atol=0)
    way = each.interpolate(*poses(7, count=2), steps=5)
    means = each.encode(poses(7, count=2)).mean
    assert_close(way[0], each.decode(means)[0])
    assert_close(way[2], each.decode(means.mean(0, keepdim=True))[0])
    assert_close(each.mean_pose, each.decode(torch.zeros(1, 5, **DOUBLE))[0])


def test_it_no_longer_learns():
    net = PoseVAE(VAEConfig(latent=2, width=4)).train()
    assert not VAEPrior(net).training or not net.training
    assert not any(weight.requires_grad for weight in net.parameters())


def test_single_precision_weights_serve_double_precision_poses():
    space = VAEPrior(PoseVAE(VAEConfig(latent=2, width=4)))
    assert space.energy(poses(8)).dtype == torch.float64
    assert space.decode(torch.zeros(1, 2, **DOUBLE)).dtype == torch.float64


def test_a_file_is_read_back(tmp_path):
    space = prior("6d")
    about = {"network": "PoseVAE", "config": {"output": "6d", "latent": 5, "width": 16, "slope": 0.2}}
    write_tensors(tmp_path / "x.safetensors", space.net.state_dict(), about)
    assert_close(load_vae(tmp_path / "x.safetensors").energy(poses(9)), space.energy(poses(9)), atol=1e-5, rtol=1e-5)


def test_refusals(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_vae(tmp_path / "none.safetensors")
    write_tensors(tmp_path / "other.safetensors", nn.Linear(2, 2).state_dict(), {})
    with pytest.raises(InputError, match=r"other.safetensors: expected a pose prior of `vh train vae`"):
        load_vae(tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match=r"z: expected \(B, 5\), got \(1, 4\)"):
        inspect.unwrap(VAEPrior.decode)(prior("6d"), torch.zeros(1, 4))
    with pytest.raises(ValueError, match=r"body_pose: expected \(B, 23, 3\)"):
        inspect.unwrap(VAEPrior.encode)(prior("6d"), torch.zeros(1, 21, 3))
