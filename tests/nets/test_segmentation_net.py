import pytest
import torch

from vhlib.nets import ResNet, Segmentation


@pytest.fixture
def net(generator):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Segmentation(ResNet(18, width=4), classes=13, width=8)


def test_every_pixel_has_a_score_for_every_class(net):
    assert net(torch.rand(2, 3, 64, 96)).shape == (2, 13, 64, 96)


def test_gradients_reach_both_ends_of_the_encoder(net):
    net(torch.rand(2, 3, 64, 64)).square().mean().backward()
    for layer in (net.encoder.conv1, net.encoder.layer4[1].conv2, net.lateral[0]):
        assert layer.weight.grad.abs().max() > 0


def test_it_learns_where_a_bright_square_is(net, generator):
    images = 0.1 * torch.rand(4, 3, 32, 32, generator=generator)
    labels = torch.zeros(4, 32, 32, dtype=torch.long)
    for number in range(4):
        images[number, :, 6 * number : 6 * number + 10, 8:20] += 0.8
        labels[number, 6 * number : 6 * number + 10, 8:20] = 5
    adam = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(40):
        adam.zero_grad()
        torch.nn.functional.cross_entropy(net(images), labels).backward()
        adam.step()
    assert (net(images).argmax(1) == labels).float().mean() > 0.95


def test_sides_that_do_not_divide_are_refused(net):
    with pytest.raises(ValueError, match="images: expected sides that 32 divides"):
        net(torch.rand(1, 3, 48, 64))
