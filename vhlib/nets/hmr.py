"""Pixels to a body: an encoder and a regressor, one after the other (Kanazawa et al., CVPR 2018)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vhlib.core.shapes import check
from vhlib.nets.estimates import Estimate
from vhlib.nets.regressor import Regressor, RegressorConfig
from vhlib.nets.resnet import ResNet

# ImageNet's colours, which torchvision's weights expect.
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class HMR(nn.Module):
    """Crops to T estimates of the body in each, the best last.

    Args:
        encoder: image to features.
        mean: where the regressor starts from, one body.
        config: of the regressor.
    """

    colour_mean: Tensor
    colour_deviation: Tensor

    def __init__(self, encoder: ResNet, *, mean: Estimate, config: RegressorConfig | None = None) -> None:
        super().__init__()
        self.encoder = encoder
        self.regressor = Regressor(encoder.features, mean=mean, config=config)
        self.register_buffer("colour_mean", torch.tensor(_MEAN)[:, None, None], persistent=False)
        self.register_buffer("colour_deviation", torch.tensor(_DEVIATION)[:, None, None], persistent=False)

    def forward(self, images: Float[Tensor, "B 3 H W"]) -> tuple[Estimate, ...]:
        """The estimates of each feedback step.

        Args:
            images: RGB from 0 to 1, square crops around a person.

        Raises:
            ValueError: no RGB images.
        """
        check(images=(images, "B 3 H W"))
        return self.regressor(self.encoder((images - self.colour_mean) / self.colour_deviation))
