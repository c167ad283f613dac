"""Pixels to body parts: a residual encoder, and a decoder that finds the way back to full size along short cuts.

As in U-Net (Ronneberger et al., MICCAI 2015) and RefineNet (Lin et al., CVPR 2017), which NBF used: deep features know
which part it is, shallow ones where it ends. At each scale the deeper map is enlarged, added to the encoder's own of
that size, and smoothed.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from vhlib.core.shapes import check
from vhlib.nets.resnet import ResNet

# ImageNet's colours, which torchvision's weights expect.
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_COARSEST = 32  # the encoder halves five times


class Segmentation(nn.Module):
    """Crops to a score for each part at each pixel.

    Args:
        encoder: of RGB.
        classes: parts, and one more for the background, which comes first.
        width: channels of the decoder.
    """

    colour_mean: Tensor
    colour_deviation: Tensor

    def __init__(self, encoder: ResNet, *, classes: int, width: int = 64) -> None:
        super().__init__()
        self.encoder = encoder
        maps = (encoder.conv1.out_channels, *encoder.stage_channels)
        self.lateral = nn.ModuleList(nn.Conv2d(channels, width, 1, bias=False) for channels in maps)
        self.smooth = nn.ModuleList(_Smooth(width) for _ in maps)
        self.scores = nn.Conv2d(width, classes, 1)
        self.register_buffer("colour_mean", torch.tensor(_MEAN)[:, None, None], persistent=False)
        self.register_buffer("colour_deviation", torch.tensor(_DEVIATION)[:, None, None], persistent=False)

    def forward(self, images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B C H W"]:
        """Scores before the softmax, as large as the images.

        Args:
            images: RGB from 0 to 1; sides that 32 divides.

        Raises:
            ValueError: no RGB images, or sides that 32 does not divide.
        """
        check(images=(images, "B 3 H W"))
        if images.shape[2] % _COARSEST or images.shape[3] % _COARSEST:
            raise ValueError(f"images: expected sides that {_COARSEST} divides, got {tuple(images.shape[2:])}")
        maps = self.encoder.stages((images - self.colour_mean) / self.colour_deviation)
        merged: Tensor | None = None
        for own, lateral, smooth in zip(maps[::-1], reversed(self.lateral), reversed(self.smooth), strict=True):
            refined = lateral(own)
            if merged is not None:
                refined = refined + F.interpolate(merged, size=own.shape[2:], mode="bilinear", align_corners=False)
            merged = smooth(refined)
        return F.interpolate(self.scores(merged), size=images.shape[2:], mode="bilinear", align_corners=False)


class _Smooth(nn.Module):
    """Batch norm, ReLU and a 3 x 3 convolution beside a short cut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(width)
        self.conv = nn.Conv2d(width, width, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(F.relu(self.norm(x)))
