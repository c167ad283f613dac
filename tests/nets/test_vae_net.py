import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.core.random import generator
from vhlib.geometry.rotations import axis_angle_to_matrix, project_to_rotation
from vhlib.nets import PoseVAE, VAEConfig, reparametrise
from vhlib.nets.vae import JOINTS


def poses(count: int, seed: int = 0) -> torch.Tensor:
    return axis_angle_to_matrix(torch.randn(count, JOINTS, 3, generator=generator(seed)))


def test_it_has_the_sizes_of_the_lecture():
    shapes = {name: tuple(weight.shape) for name, weight in PoseVAE().named_parameters() if name.endswith("weight")}
    assert shapes == {
        "encoder.0.weight": (512, 189),
        "encoder.2.weight": (512, 512),
        "mean.weight": (32, 512),
        "spread.weight": (32, 512),
        "decoder.0.weight": (512, 32),
        "decoder.2.weight": (512, 512),
        "decoder.4.weight": (189, 512),
    }


@pytest.mark.parametrize("output", ["matrix", "6d"])
def test_both_ends_give_rotations(output):
    net = PoseVAE(VAEConfig(output, latent=4, width=16))
    numbers = net.decoder(torch.randn(5, 4, generator=generator(1)))
    rotations = net.rotations_from(numbers)
    assert_close(rotations @ rotations.mT, torch.eye(3).expand(5, JOINTS, 3, 3), atol=1e-5, rtol=0)
    assert_close(torch.linalg.det(rotations), torch.ones(5, JOINTS))
    decoded = net.decode(torch.randn(5, 4, generator=generator(1)))
    assert_close(project_to_rotation(decoded), rotations)
    # Nine free numbers need the projection, Gram-Schmidt does without.
    assert torch.allclose(decoded, rotations, atol=1e-5) == (output == "6d")


def test_spread_is_the_softplus_of_what_the_layer_says():
    net = PoseVAE(VAEConfig(latent=4, width=16))
    torch.nn.init.zeros_(net.spread.weight)
    torch.nn.init.zeros_(net.spread.bias)
    assert_close(net.encode(poses(2)).std, torch.full((2, 4), 0.6931472))  # log(1 + e⁰)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31))
def test_samples_have_the_mean_and_the_spread(seed):
    mean, std = torch.randn(2, 1, 8, generator=generator(seed), dtype=torch.float64)
    noise = torch.randn(4000, 8, generator=generator(seed, "noise"), dtype=torch.float64)
    noise = (noise - noise.mean(0)) / noise.std(0)
    samples = reparametrise(mean.expand(4000, 8), std.exp().expand(4000, 8), noise)
    assert_close(samples.mean(0), mean[0])
    assert_close(samples.std(0), std.exp()[0])


def test_gradients_reach_mean_and_spread(generator):
    mean, std, noise = (torch.rand(2, 3, generator=generator, dtype=torch.float64).requires_grad_() for _ in range(3))
    assert torch.autograd.gradcheck(reparametrise, (mean, std, noise))


def test_refusals():
    with pytest.raises(ValueError, match=r"rotations: expected \(B, 21, 3, 3\), got \(1, 23, 3, 3\)"):
        inspect.unwrap(PoseVAE.encode)(PoseVAE(VAEConfig(latent=4, width=16)), torch.zeros(1, 23, 3, 3))
    with pytest.raises(ValueError, match="noise: expected"):
        inspect.unwrap(reparametrise)(torch.zeros(1, 3), torch.zeros(1, 3), torch.zeros(1, 4))
