import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import Estimate, Regressor, RegressorConfig, feedback_step, rotations_from, rotations_to

FORMS = ["axis-angle", "6d", "matrix"]


@pytest.mark.parametrize("form", FORMS)
def test_it_starts_from_the_mean(mean, form):
    start = Regressor(8, mean=mean, config=RegressorConfig(pose=form, width=16)).start()
    torch.testing.assert_close(start.rotations, mean.rotations, atol=1e-6, rtol=0)
    torch.testing.assert_close(start.camera.scale, mean.camera.scale)


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31))
def test_what_is_written_is_read_back(form, seed):
    turns = torch.randn(2, 24, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    rotations = axis_angle_to_matrix(turns)
    torch.testing.assert_close(rotations_from(rotations_to(rotations, form), form), rotations)


def test_hmrs_layers_have_hmrs_sizes(mean):
    # Kanazawa et al. 2018, section 3.2: 2048 + 85 numbers in, two layers of 1024, 85 out.
    layers = Regressor(2048, mean=mean).layers
    assert [tuple(p.shape) for p in layers.parameters() if p.ndim == 2] == [(1024, 2133), (1024, 1024), (85, 1024)]


def test_spins_variant_has_no_rectifiers_and_a_fixed_mean(mean):
    spin = Regressor(2048, mean=mean, config=RegressorConfig(pose="6d", rectify=False, trainable_mean=False))
    assert spin.layers[0].weight.shape == (1024, 2048 + 144 + 13)  # Kolotouros et al. 2019, released code
    assert not any(isinstance(layer, torch.nn.ReLU) for layer in spin.layers)
    assert "mean" not in dict(spin.named_parameters())
    assert "mean" in dict(Regressor(8, mean=mean).named_parameters())


def test_each_step_adds_to_the_one_before(mean):
    regressor = Regressor(4, mean=mean, config=RegressorConfig(width=16, iterations=4)).eval()
    *_, weight, bias = regressor.layers.parameters()
    with torch.no_grad():
        weight.zero_()
        bias[72] = 0.5  # the first beta
        estimates = regressor(torch.randn(3, 4, generator=torch.Generator().manual_seed(0)))
    assert [float(e.betas[1, 0]) for e in estimates] == [0.5, 1.0, 1.5, 2.0]


def test_gradients_flow_through_the_feedback_to_features_and_mean(mean, generator):
    regressor = Regressor(4, mean=mean, config=RegressorConfig(width=8, dropout=0.0, pose="6d")).double()
    features = torch.randn(2, 4, dtype=torch.float64, generator=generator, requires_grad=True)
    last = regressor(features)[-1]
    (last.rotations.sum() + last.camera.scale.sum()).backward()
    assert features.grad is not None
    assert features.grad.abs().max() > 0
    assert regressor.mean.grad is not None


def test_two_means_or_no_features_are_refused(mean):
    two = Estimate(mean.rotations.repeat(2, 1, 1, 1), mean.betas.repeat(2, 1), mean.camera)
    with pytest.raises(Exception, match="mean"):
        Regressor(4, mean=two)
    with pytest.raises(Exception, match="features"):
        Regressor(4, mean=mean)(torch.zeros(4))


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31))
def test_feedback_with_a_target_gets_there_by_halves(seed):
    """A correction that sees target and guess and goes half of the way leaves 1/8 of the distance after three steps."""
    numbers, target = torch.randn(2, 3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    now = numbers
    for _ in range(3):
        now = feedback_step(now, target, lambda seen: (seen[:, :5] - seen[:, 5:]) / 2)
    torch.testing.assert_close(now - target, (numbers - target) / 8)


def test_gradients_reach_the_guess_both_ways(generator):
    numbers, features = (torch.randn(2, n, dtype=torch.float64, generator=generator) for n in (3, 4))
    layer = torch.nn.Linear(7, 3, dtype=torch.float64)
    slope = torch.autograd.functional.jacobian(lambda x: feedback_step(x, features, layer)[0], numbers)[:, 0]
    torch.testing.assert_close(slope, torch.eye(3, dtype=torch.float64) + layer.weight[:, 4:])


def test_one_guess_for_several_pictures_is_refused():
    with pytest.raises(Exception, match="features"):
        feedback_step(torch.zeros(1, 3), torch.zeros(2, 4), torch.nn.Linear(7, 3))
