"""Pictures wrapped around a surface by UV coordinates; differentiable in the picture, the vertices and the camera.

Convention:
    As in OBJ files: (0, 0) is the picture's bottom left corner and (1, 1) its top right one; the first row of the
    array is the top. A face has its own three UV corners, so a seam can have two.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.render.types import Fragments


@dataclass(frozen=True)
class Texture:
    """A picture and how it lies on the faces."""

    picture: Float[Tensor, "B R S C"]
    """Rows and columns of texels, 0 to 1; a batch of one serves all bodies."""
    uv: Float[Tensor, "U 2"]
    """Places in the picture."""
    uv_faces: Int64[Tensor, "F 3"]
    """The places of each face's corners; as many faces as are rasterized, in their order."""

    def __post_init__(self) -> None:
        check(picture=(self.picture, "B R S C"), uv=(self.uv, "U 2"), uv_faces=(self.uv_faces, "F 3"))

    def at(self, fragments: Fragments) -> Float[Tensor, "B H W C"]:
        """What each pixel sees of the picture, between its four nearest texels; 0 where there is no face.

        Args:
            fragments: of the faces that the picture lies on.
        """
        uv = fragments.interpolate(self.uv[None].to(fragments.depth), self.uv_faces)
        places = torch.stack([2 * uv[..., 0] - 1, 1 - 2 * uv[..., 1]], -1)
        picture = self.picture.to(fragments.depth).permute(0, 3, 1, 2).expand(len(places), -1, -1, -1)
        seen = torch.nn.functional.grid_sample(picture, places, padding_mode="border", align_corners=False)
        return seen.permute(0, 2, 3, 1) * fragments.mask[..., None]
