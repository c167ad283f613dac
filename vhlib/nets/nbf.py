"""Parts to a body: Neural Body Fitting's second network (Omran et al., 3DV 2018).

A part map is all that it sees: no skin, no cloth, no light. One look, no feedback: an encoder and one linear layer that
says how the body differs from the mean of the training's bodies.

Convention:
    Rotations leave as Estimates have them, relative to the parent. What the layer itself puts out is relative to the
    camera if `absolute`, as in NBF's released configuration: a limb's part map shows where the limb points in the
    picture, and not how it is turned against the limb that it hangs on.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vhlib.cameras import WeakPerspectiveCamera
from vhlib.core.shapes import check
from vhlib.geometry.kinematics import global_to_local
from vhlib.geometry.rotations import project_to_rotation
from vhlib.geometry.skeletons import SMPL24
from vhlib.nets.estimates import Estimate
from vhlib.nets.part_maps import resized
from vhlib.nets.resnet import ResNet
from vhlib.nets.segmentation import Segmentation

Numbers = tuple[Float[Tensor, "B 24 3 3"], Float[Tensor, "B S"], WeakPerspectiveCamera]
"""What its layer puts out: matrices that are no rotations yet, betas, a camera."""

_START = 0.02  # standard deviation of the layer's first weights, as in NBF's code
_SCALE = 0.9  # of the mean camera: somebody who fills the crop


class NBF(nn.Module):
    """Part maps to bodies.

    Args:
        encoder: of the part map's channels.
        mean_rotations: what the layer's matrices are added to: the mean of the training's, entry by entry, of its own
            kind (absolute or relative). NBF's code ships both and loads the wrong one.
        mean_betas: likewise, standard deviations.
        absolute: whether the layer's rotations are relative to the camera, else to the parent.

    Raises:
        ValueError: shapes that do not fit.
    """

    mean: Tensor

    def __init__(
        self,
        encoder: ResNet,
        *,
        mean_rotations: Float[Tensor, "24 3 3"],
        mean_betas: Float[Tensor, "S"],
        absolute: bool = True,
    ) -> None:
        super().__init__()
        check(mean_rotations=(mean_rotations, f"{len(SMPL24)} 3 3"), mean_betas=(mean_betas, "S"))
        self.encoder, self.absolute = encoder, absolute
        camera = torch.tensor([_SCALE, 0.0, 0.0])
        self.register_buffer("mean", torch.cat([mean_rotations.flatten(), mean_betas, camera]))
        self._sizes = (mean_rotations.numel(), len(mean_betas), 3)
        self.residual = nn.Linear(encoder.features, len(self.mean))
        nn.init.normal_(self.residual.weight, std=_START)
        nn.init.zeros_(self.residual.bias)

    def numbers(self, maps: Float[Tensor, "B C H W"]) -> Numbers:
        """The layer's own words.

        The camera is for crops whose own is not known; whoever knows it leaves this one alone.

        Args:
            maps: one-hot or probabilities, background first, square crops around a person.

        Raises:
            ValueError: no maps.
        """
        check(maps=(maps, "B C H W"))
        pose, betas, camera = (self.mean + self.residual(self.encoder(maps))).split(self._sizes, 1)
        return pose.unflatten(1, (-1, 3, 3)), betas, WeakPerspectiveCamera(camera[:, 0], camera[:, 1:])

    def estimate(
        self, matrices: Float[Tensor, "B 24 3 3"], betas: Float[Tensor, "B S"], camera: WeakPerspectiveCamera
    ) -> Estimate:
        """What its words mean: the closest rotations, each relative to its parent.

        Args:
            matrices: of `numbers`.
            betas: likewise.
            camera: likewise.
        """
        rotations = project_to_rotation(matrices)
        if self.absolute:
            rotations = global_to_local(rotations, SMPL24.parents)
        return Estimate(rotations, betas, camera)

    def forward(self, maps: Float[Tensor, "B C H W"]) -> Estimate:
        """The bodies; arguments and errors as of `numbers`."""
        return self.estimate(*self.numbers(maps))


class PixelsToBody(nn.Module):
    """Both of NBF's networks: pixels to parts, parts to a body.

    The parts go on as probabilities, not as the most likely label: the whole chain has a gradient.

    Args:
        segmentation: pixels to parts.
        fitting: parts to a body.
        size: side of the part maps that `fitting` takes.
    """

    def __init__(self, segmentation: Segmentation, fitting: NBF, *, size: int) -> None:
        super().__init__()
        self.segmentation, self.fitting, self.size = segmentation, fitting, size

    def forward(self, images: Float[Tensor, "B 3 H W"]) -> tuple[Float[Tensor, "B C H W"], Estimate]:
        """Scores of the parts, and the bodies.

        Args:
            images: RGB from 0 to 1, square crops around a person.

        Raises:
            ValueError: no RGB images.
        """
        scores = self.segmentation(images)
        return scores, self.fitting(resized(scores.softmax(1), self.size))
