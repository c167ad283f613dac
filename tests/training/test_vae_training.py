"""The autoencoder's training, tiny: what it leaves, that it learns, and that it can be interrupted."""

import json
from dataclasses import asdict, replace

import pytest
import torch
from torch.testing import assert_close

from vhlib.core.errors import InputError
from vhlib.core.random import generator
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import PoseVAE, VAEConfig, read_tensors
from vhlib.priors import load_vae
from vhlib.training import vae as training
from vhlib.training.checkpoints import finished
from vhlib.training.loop import Schedule
from vhlib.training.vae import VAETask, VAETraining, VAEWeights, train_vae, trained_prior, vae_terms

TINY = VAETraining(net=VAEConfig(latent=4, width=16), batch=32, steps=30, seed=3)


def poses(count: int = 600, seed: int = 0) -> torch.Tensor:
    """Poses along two directions, about a bent one."""
    draw = generator(seed)
    directions = torch.randn(2, 69, generator=generator(7)) / 8
    return (0.1 + torch.randn(count, 2, generator=draw) @ directions).unflatten(1, (23, 3))


def train(out, config=TINY, **options):
    return train_vae(out, config, command="none", poses=poses(), held_out=poses(60, seed=1), **options)


def test_what_it_leaves(tmp_path):
    card = train(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vae.csv", "vae.json", "vae.safetensors"]
    assert json.loads((tmp_path / "vae.json").read_text()) == json.loads(json.dumps(card))
    assert finished(tmp_path, "vae", asdict(TINY)) is not None
    assert finished(tmp_path, "vae", asdict(replace(TINY, steps=31))) is None
    tensors, _ = read_tensors(tmp_path / "vae.safetensors")
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    # The figures are the file's own, not those of the network in memory.
    again = training.figures(load_vae(tmp_path / "vae.safetensors"), poses(60, seed=1), poses(), seed=TINY.seed)
    assert again == card["figures"]


def test_interrupted_it_ends_as_if_it_had_not_been(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "Schedule", lambda steps: Schedule(steps, log_every=5, save_every=10))
    straight = train(tmp_path / "straight")

    def stop(done, losses):
        if done == 15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "stopped", progress=stop)
    assert finished(tmp_path / "stopped", "vae", asdict(TINY)) is None
    with pytest.raises(InputError, match="unfinished run of another configuration"):
        train(tmp_path / "stopped", replace(TINY, seed=4))
    card = train(tmp_path / "stopped")
    assert card["figures"] == straight["figures"]
    for name in ("vae.safetensors", "vae.csv"):
        assert (tmp_path / "stopped" / name).read_bytes() == (tmp_path / "straight" / name).read_bytes()


def test_it_learns():
    task = VAETask(replace(TINY, steps=200), poses())
    first = {name: float(value.detach()) for name, value in task.step(0).items()}
    for number in range(1, 200):
        last = {name: float(value.detach()) for name, value in task.step(number).items()}
    for name in ("reconstruction", "orthogonality", "determinant"):
        assert last[name] < first[name] / 5


def test_the_loss_is_the_weighted_sum_and_a_weight_of_zero_switches_a_term_off():
    weights = VAEWeights(kl=0.0, reconstruction=2.0, orthogonality=0.5, determinant=0.25)
    terms = VAETask(replace(TINY, weights=weights), poses()).step(0)
    expected = 2 * terms["reconstruction"] + terms["orthogonality"] / 2 + terms["determinant"] / 4
    assert_close(terms["loss"], expected)


def test_terms_are_one_number_per_pose():
    rotations = axis_angle_to_matrix(poses(5)[:, :21])
    net, noise = PoseVAE(TINY.net), torch.randn(5, 4, generator=generator(0))
    together, alone = vae_terms(net, rotations, noise), vae_terms(net, rotations[3:4], noise[3:4])
    for name, values in together.items():
        assert values.shape == (5,)
        assert_close(values[3:4], alone[name])


def test_the_same_seed_makes_the_same_network_and_the_global_generator_stands_still():
    state = torch.random.get_rng_state()
    one, two, other = (VAETask(replace(TINY, seed=seed), poses()).net for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert_close(one.mean.weight, two.mean.weight, rtol=0, atol=0)
    assert not torch.equal(one.mean.weight, other.mean.weight)


def test_trained_in_one_go_it_is_the_network_of_the_same_steps_with_a_folder(tmp_path):
    prior = trained_prior(TINY, poses())
    train(tmp_path)
    written = load_vae(tmp_path / "vae.safetensors")  # in half precision
    assert_close(prior.energy(poses(20)), written.energy(poses(20)), rtol=0.01, atol=0.01)
    assert not any(weight.requires_grad for weight in prior.parameters())
