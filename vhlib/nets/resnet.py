"""Residual networks (He et al., CVPR 2016), with the parameter names of torchvision, so that its weights load.

Convention:
    As in torchvision, a bottleneck's stride is in its 3 x 3 convolution (ResNet "v1.5"). The classifier ``fc`` is left
    out: what comes out are features.
"""

from pathlib import Path
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vhlib.core.errors import InputError
from vhlib.core.shapes import check

DEPTHS: Final = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
"""Blocks in each of the four stages."""
IMAGENET_WIDTH: Final = 64
"""Channels of the first stage of torchvision's networks."""


class ResNet(nn.Module):
    """Image to features.

    Args:
        depth: 18, 34 or 50.
        width: channels of the first stage, 64 in the paper; less makes a small network for small images.
        channels: of the image.
        pooled: whether the first convolution is followed by the paper's pooling. Without it all maps are twice as
            large: for crops of some 64 pixels, of which little would be left at the end.

    Raises:
        ValueError: another depth.
    """

    def __init__(self, depth: int = 50, *, width: int = IMAGENET_WIDTH, channels: int = 3, pooled: bool = True) -> None:
        super().__init__()
        if depth not in DEPTHS:
            raise ValueError(f"depth: expected one of {', '.join(map(str, DEPTHS))}, got {depth}")
        block: type[_Basic | _Bottleneck] = _Bottleneck if depth >= 50 else _Basic
        self.conv1 = nn.Conv2d(channels, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if pooled else nn.Identity()
        self.stage_channels = tuple(width * 2**stage * block.expansion for stage in range(4))
        incoming = (width, *self.stage_channels)
        self.layer1, self.layer2, self.layer3, self.layer4 = (
            _stage(block, incoming[stage], width * 2**stage, count, stride=1 if stage == 0 else 2)
            for stage, count in enumerate(DEPTHS[depth])
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    @property
    def features(self) -> int:
        """Length of the feature vector: 512, or 2048 for depth 50."""
        return self.stage_channels[-1]

    def stages(self, images: Float[Tensor, "B C H W"]) -> tuple[Float[Tensor, "B _ _ _"], ...]:
        """Feature maps before pooling and after each stage, at 1/2, 1/4, 1/8, 1/16 and 1/32 of the image's size.

        Without the pooling they are at 1/2, 1/2, 1/4, 1/8 and 1/16.

        Args:
            images: normalised as the weights expect.

        Raises:
            ValueError: no images.
        """
        check(images=(images, "B C H W"))
        maps = [self.relu(self.bn1(self.conv1(images)))]
        maps.append(self.layer1(self.maxpool(maps[0])))
        for stage in (self.layer2, self.layer3, self.layer4):
            maps.append(stage(maps[-1]))
        return tuple(maps)

    def forward(self, images: Float[Tensor, "B C H W"]) -> Float[Tensor, "B F"]:
        """The last stage's features, averaged over the image."""
        return self.stages(images)[-1].mean((-2, -1))


def load_imagenet(network: ResNet, path: Path) -> None:
    """Start from torchvision's weights, such as ``resnet50-11ad3fa6.pth``; the classifier in them is dropped.

    Args:
        network: of the same depth, with the paper's width and three channels.
        path: the downloaded file; read without running any code in it.

    Raises:
        InputError: no such file, no file of weights, or those of another network.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        kept = {name: value for name, value in state.items() if not name.startswith("fc.")}
        network.load_state_dict(kept)
    except OSError as error:
        raise InputError(f"{path}: cannot read these weights ({error.strerror})") from error
    except Exception as error:  # torch.load fails in many ways on what is no file of weights
        first = str(error).strip().splitlines()[0]
        raise InputError(f"{path}: expected torchvision's weights for this network, but: {first}") from error


class _Basic(nn.Module):
    """Two 3 x 3 convolutions beside a short cut."""

    expansion = 1

    def __init__(self, incoming: int, inner: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(incoming, inner, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(inner, inner, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.downsample = _short_cut(incoming, inner, stride)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(inner)) + (x if self.downsample is None else self.downsample(x)))


class _Bottleneck(nn.Module):
    """1 x 1, 3 x 3 and 1 x 1 convolutions beside a short cut; four times as many channels come out."""

    expansion = 4

    def __init__(self, incoming: int, inner: int, stride: int) -> None:
        super().__init__()
        outgoing = inner * self.expansion
        self.conv1 = nn.Conv2d(incoming, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, outgoing, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outgoing)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _short_cut(incoming, outgoing, stride)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.relu(self.bn1(self.conv1(x)))
        inner = self.relu(self.bn2(self.conv2(inner)))
        return self.relu(self.bn3(self.conv3(inner)) + (x if self.downsample is None else self.downsample(x)))


def _stage(block: type[_Basic | _Bottleneck], incoming: int, inner: int, count: int, *, stride: int) -> nn.Sequential:
    outgoing = inner * block.expansion
    return nn.Sequential(block(incoming, inner, stride), *(block(outgoing, inner, 1) for _ in range(count - 1)))


def _short_cut(incoming: int, outgoing: int, stride: int) -> nn.Sequential | None:
    """None where the input can be added as it is."""
    if incoming == outgoing and stride == 1:
        return None
    return nn.Sequential(nn.Conv2d(incoming, outgoing, 1, stride, bias=False), nn.BatchNorm2d(outgoing))
