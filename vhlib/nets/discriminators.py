"""Is this a real person? HMR's factorised adversary (Kanazawa et al., CVPR 2018, section 3.3).

One discriminator for each joint's rotation, one for all joints together, one for the shape. Each sees little, so it
cannot learn the data by heart, and says of its own part of the body whether it is wrong. All joints share their first
layers.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vhlib.core.shapes import check
from vhlib.exercises import exercise
from vhlib.geometry.rotations import axis_angle_to_matrix

_CHANNELS = 32
_SHAPE_WIDTHS = (10, 5)


class Discriminators(nn.Module):
    """Rotations and betas to J + 2 scores: 1 is real, 0 is made up. No score is squashed: the loss is least squares.

    Args:
        joints: bending joints, 23; the global orientation is not judged.
        betas: shape coefficients.
        width: of the two hidden layers that see all joints.
    """

    def __init__(self, *, joints: int = 23, betas: int = 10, width: int = 1024) -> None:
        super().__init__()
        # 1 x 1 convolutions: the same two layers for every joint (their code keeps a ReLU after both).
        self.shared = nn.Sequential(
            nn.Conv1d(9, _CHANNELS, 1), nn.ReLU(), nn.Conv1d(_CHANNELS, _CHANNELS, 1), nn.ReLU()
        )
        self.one_joint = nn.Conv1d(joints * _CHANNELS, joints, 1, groups=joints)
        self.all_joints = nn.Sequential(
            nn.Linear(joints * _CHANNELS, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, 1),
        )
        first, second = _SHAPE_WIDTHS
        self.shape = nn.Sequential(
            nn.Linear(betas, first), nn.ReLU(), nn.Linear(first, second), nn.ReLU(), nn.Linear(second, 1)
        )

    def forward(self, body_pose: Float[Tensor, "B J 3 3"], betas: Float[Tensor, "B S"]) -> Float[Tensor, "B D"]:
        """Scores: one per joint, then all joints', then the shape's.

        Args:
            body_pose: rotation matrices relative to the parent.
            betas: standard deviations.

        Raises:
            ValueError: shapes that do not fit.
        """
        check(body_pose=(body_pose, "B J 3 3"))
        return self.scores(body_pose.flatten(2), betas)

    def scores(self, features: Float[Tensor, "B J 9"], betas: Float[Tensor, "B S"]) -> Float[Tensor, "B D"]:
        """The same of `rotation_features`.

        Args:
            features: the nine numbers of each joint's matrix, row by row.
            betas: standard deviations.

        Raises:
            ValueError: shapes that do not fit.
        """
        check(features=(features, "B J 9"), betas=(betas, "B S"))
        by_joint = self.shared(features.mT).mT.flatten(1)  # (B, J C)
        return torch.cat([self.one_joint(by_joint[..., None])[..., 0], self.all_joints(by_joint), self.shape(betas)], 1)


@exercise("06_hmr")
def rotation_features(pose: Float[Tensor, "B K 3"]) -> Float[Tensor, "B J 9"]:
    """What discriminators see of a pose: each joint's matrix, row by row, without the root's.

    The root says where somebody faces and not how they stand. And a matrix is one for each rotation, while angles
    2π apart are the same rotation: a judge of angles would have to learn that.

    >>> rotation_features(torch.zeros(1, 24, 3)).shape
    torch.Size([1, 23, 9])

    Args:
        pose: axis-angle, radians, the root first.

    Raises:
        ValueError: the last axes are not joints and 3.
    """
    check(pose=(pose, "B K 3"))
    return axis_angle_to_matrix(pose[:, 1:]).flatten(2)
