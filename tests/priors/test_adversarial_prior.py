import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.core.errors import InputError
from vhlib.nets import Discriminators, write_tensors
from vhlib.priors import AdversarialPrior, ResidualPrior, load_adversary


@pytest.fixture(scope="module")
def judges():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Discriminators(width=16)


def test_judges_that_always_say_half_cost_a_quarter_each(judges):
    blind = Discriminators(width=16)
    with torch.no_grad():
        for name, parameter in blind.named_parameters():
            last = name in {"one_joint.bias", "all_joints.4.bias"}
            parameter.fill_(0.5 if last else 0.0)
    energy = AdversarialPrior(blind).energy(torch.randn(3, 23, 3))
    torch.testing.assert_close(energy, torch.full((3,), 24 / 4))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_energy_is_the_sum_of_squares_and_whole_turns_do_not_count(judges, seed):
    prior, pose = AdversarialPrior(judges), torch.randn(2, 23, 3, generator=torch.Generator().manual_seed(seed))
    assert isinstance(prior, ResidualPrior)
    energy = prior.energy(pose)
    torch.testing.assert_close(energy, prior.residuals(pose).square().sum(-1))
    angle = pose.norm(dim=-1, keepdim=True)
    turned = pose * (angle + 2 * torch.pi) / angle
    torch.testing.assert_close(prior.energy(turned), energy, atol=1e-4, rtol=1e-4)


def test_gradients_reach_the_pose_and_leave_the_judges_alone(judges):
    prior = AdversarialPrior(judges)
    pose = torch.zeros(1, 23, 3, dtype=torch.float64, requires_grad=True)
    [gradient] = torch.autograd.grad(prior.energy(pose).sum(), pose)
    assert torch.isfinite(gradient).all()
    step = 1e-3 * gradient / gradient.norm()
    assert prior.energy(pose.detach() - step) < prior.energy(pose.detach()) < prior.energy(pose.detach() + step)
    assert all(parameter.grad is None for parameter in judges.parameters())


def test_they_are_read_back_from_a_file_of_any_width(judges, tmp_path, generator):
    write_tensors(tmp_path / "d.safetensors", judges.state_dict(), {})
    pose = torch.randn(2, 23, 3, generator=generator)
    torch.testing.assert_close(
        load_adversary(tmp_path / "d.safetensors").energy(pose), AdversarialPrior(judges).energy(pose)
    )


def test_refusals(judges, tmp_path):
    with pytest.raises(Exception, match="body_pose"):
        AdversarialPrior(judges).energy(torch.zeros(1, 21, 3))
    write_tensors(tmp_path / "other.safetensors", {"fc.weight": torch.zeros(2, 2)}, {})
    with pytest.raises(InputError, match="these are not the weights of this Discriminators"):
        load_adversary(tmp_path / "other.safetensors")
