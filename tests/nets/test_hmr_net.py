import pytest
import torch

from vhlib.nets import HMR, RegressorConfig, ResNet


@pytest.fixture
def network(mean):
    return HMR(ResNet(18, width=4), mean=mean, config=RegressorConfig(width=16, dropout=0.0))


def test_it_makes_an_estimate_for_each_step_of_the_feedback(network, generator):
    estimates = network(torch.rand(2, 3, 64, 64, generator=generator))
    assert len(estimates) == 3
    assert estimates[-1].rotations.shape == (2, 24, 3, 3)
    assert estimates[-1].body_pose.shape == (2, 23, 3, 3)
    assert estimates[-1].camera.translation.shape == (2, 2)
    assert estimates[-1].betas.shape == (2, 10)


def test_colours_are_normalised_as_imagenets(network):
    # A picture of ImageNet's mean colour is black to the encoder (torchvision's documentation of its weights).
    mean = torch.tensor([0.485, 0.456, 0.406])[:, None, None].expand(1, 3, 64, 64)
    network.eval()
    expected = network.regressor(network.encoder(torch.zeros(1, 3, 64, 64)))[-1]
    torch.testing.assert_close(network(mean)[-1].betas, expected.betas)


def test_a_checkpoint_holds_what_is_learned_and_nothing_else(network):
    names = network.state_dict()
    assert "colour_mean" not in names
    assert "regressor.mean" in names
    assert "encoder.layer4.1.bn2.running_var" in names


def test_gradients_reach_the_pixels(network, generator):
    images = torch.rand(2, 3, 64, 64, generator=generator, requires_grad=True)
    network(images)[-1].rotations.sum().backward()
    assert images.grad is not None
    assert images.grad.abs().max() > 0


def test_grey_images_are_refused(network):
    with pytest.raises(Exception, match="images"):
        network(torch.zeros(2, 1, 64, 64))
