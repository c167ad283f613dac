import pytest
import torch

from vhlib.core.errors import InputError
from vhlib.nets import ResNet, load_imagenet

# torchvision.models.resnet18(), resnet34(), resnet50(): parameters without the classifier's 512 x 1000 + 1000 or
# 2048 x 1000 + 1000 (its documentation gives 11,689,512, 21,797,672 and 25,557,032 with it).
PARAMETERS = {18: 11_689_512 - 513_000, 34: 21_797_672 - 513_000, 50: 25_557_032 - 2_049_000}


@pytest.mark.parametrize("depth", PARAMETERS)
def test_it_has_as_many_parameters_as_torchvisions(depth):
    assert sum(p.numel() for p in ResNet(depth).parameters()) == PARAMETERS[depth]


@pytest.mark.parametrize(
    ("depth", "name", "shape"),
    [
        (18, "conv1.weight", (64, 3, 7, 7)),
        (18, "bn1.running_mean", (64,)),
        (18, "layer2.0.downsample.0.weight", (128, 64, 1, 1)),
        (18, "layer2.0.downsample.1.num_batches_tracked", ()),
        (18, "layer4.1.conv2.weight", (512, 512, 3, 3)),
        (50, "layer1.0.downsample.0.weight", (256, 64, 1, 1)),
        (50, "layer3.5.conv3.weight", (1024, 256, 1, 1)),
        (50, "layer4.0.conv2.weight", (512, 512, 3, 3)),
    ],
)
def test_its_parameters_are_called_as_torchvisions(depth, name, shape):
    assert ResNet(depth).state_dict()[name].shape == shape


def test_the_stages_halve_the_image_five_times():
    network = ResNet(18, width=8).eval()
    images = torch.rand(2, 3, 64, 96)
    maps = network.stages(images)
    assert [tuple(m.shape) for m in maps] == [
        (2, 8, 32, 48), (2, 8, 16, 24), (2, 16, 8, 12), (2, 32, 4, 6), (2, 64, 2, 3)
    ]  # fmt: skip
    torch.testing.assert_close(network(images), maps[-1].mean((2, 3)))
    assert network.features == 64


def test_without_its_pooling_all_later_maps_are_twice_as_large_and_the_weights_the_same():
    network, pooled = ResNet(18, width=8, pooled=False), ResNet(18, width=8)
    sizes = [tuple(features.shape[2:]) for features in network.stages(torch.rand(1, 3, 64, 96))]
    assert sizes == [(32, 48), (32, 48), (16, 24), (8, 12), (4, 6)]
    pooled.load_state_dict(network.state_dict())


def test_gradients_reach_the_first_layer():
    network = ResNet(50, width=4)
    network(torch.rand(2, 3, 64, 64)).square().mean().backward()
    assert network.conv1.weight.grad is not None
    assert network.conv1.weight.grad.abs().max() > 0


def test_torchvisions_weights_load_without_their_classifier(tmp_path):
    source, target = ResNet(18), ResNet(18)
    path = tmp_path / "resnet18.pth"
    torch.save({**source.state_dict(), "fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}, path)
    load_imagenet(target, path)
    for name, value in target.state_dict().items():
        torch.testing.assert_close(value, source.state_dict()[name])


def test_what_does_not_fit_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(InputError, match=r"absent\.pth: cannot read these weights"):
        load_imagenet(ResNet(18), tmp_path / "absent.pth")
    (tmp_path / "text.pth").write_text("no weights")
    torch.save(ResNet(18).state_dict(), tmp_path / "resnet18.pth")
    for name in ("text.pth", "resnet18.pth"):
        with pytest.raises(InputError, match=rf"{name}: expected torchvision's weights") as refusal:
            load_imagenet(ResNet(34), tmp_path / name)
        assert "\n" not in str(refusal.value)
    with pytest.raises(ValueError, match="depth: expected one of 18, 34, 50, got 101"):
        ResNet(101)
