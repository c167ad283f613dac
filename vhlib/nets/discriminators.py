"""Is this a real person? HMR's factorised adversary (Kanazawa et al., CVPR 2018, section 3.3).

One discriminator for each joint's rotation, one for all joints together, one for the shape. Each sees little, so it
cannot learn the data by heart, and says of its own part of the body whether it is wrong. All joints share their first
layers.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vhlib.core.shapes import check

_CHANNELS = 32
_POSE_WIDTH = 1024
_SHAPE_WIDTHS = (10, 5)


class Discriminators(nn.Module):
    """Rotations and betas to J + 2 scores: 1 is real, 0 is made up. No score is squashed: the loss is least squares.

    Args:
        joints: bending joints, 23; the global orientation is not judged.
        betas: shape coefficients.
    """

    def __init__(self, *, joints: int = 23, betas: int = 10) -> None:
        super().__init__()
        # 1 x 1 convolutions: the same two layers for every joint (their code keeps a ReLU after both).
        self.shared = nn.Sequential(
            nn.Conv1d(9, _CHANNELS, 1), nn.ReLU(), nn.Conv1d(_CHANNELS, _CHANNELS, 1), nn.ReLU()
        )
        self.one_joint = nn.Conv1d(joints * _CHANNELS, joints, 1, groups=joints)
        self.all_joints = nn.Sequential(
            nn.Linear(joints * _CHANNELS, _POSE_WIDTH),
            nn.ReLU(),
            nn.Linear(_POSE_WIDTH, _POSE_WIDTH),
            nn.ReLU(),
            nn.Linear(_POSE_WIDTH, 1),
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
        check(body_pose=(body_pose, "B J 3 3"), betas=(betas, "B S"))
        features = self.shared(body_pose.flatten(2).mT)  # (B, C, J)
        by_joint = features.mT.flatten(1)  # (B, J C)
        return torch.cat([self.one_joint(by_joint[..., None])[..., 0], self.all_joints(by_joint), self.shape(betas)], 1)
