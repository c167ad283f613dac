"""A body that somebody bends, and what discriminators say of it; without any widget.

Convention:
    A score of 1 says real, 0 made up; nothing keeps it between. At the end of a good game the judges cannot tell the
    network's bodies from real ones, and scores of both lie around ½: doubt begins below. Angles are a twist about the
    bone and a swing across it, as in the body explorer, but without limits: what no person could do is what is to be
    judged.
"""

import math
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.body import SMPL
from vhlib.core.errors import InputError
from vhlib.data.poses import PoseLibrary
from vhlib.geometry.limits import BODY_JOINTS, from_swing_and_twist, swing_and_twist
from vhlib.nets import Discriminators, rotation_features

_ARMS_DOWN: Final = {"left_shoulder": (0.0, 0.0, -65.0), "right_shoulder": (0.0, 0.0, 65.0)}

BENT: Final[dict[str, dict[str, tuple[float, float, float]]]] = {
    "at rest": {},
    "arms down": _ARMS_DOWN,
    "a knee backwards": {**_ARMS_DOWN, "left_knee": (-70.0, 0.0, 0.0)},
    "an elbow backwards": {**_ARMS_DOWN, "left_elbow": (0.0, 80.0, 0.0)},
    "the head turned round": {**_ARMS_DOWN, "neck": (0.0, 80.0, 0.0), "head": (0.0, 90.0, 0.0)},
    "a waist wrung out": {**_ARMS_DOWN, **dict.fromkeys(("spine1", "spine2", "spine3"), (0.0, 70.0, 0.0))},
}
"""Poses to judge, by the joints that are not at rest; degrees."""


class Verdict:
    """A pose, a shape, and what judges think of them.

    Args:
        judges: HMR's discriminators.
        body: what stands in the pose.
    """

    def __init__(self, judges: Discriminators, body: SMPL):
        self.judges, self.body = judges, body
        self.angles: Float[Tensor, "23 3"] = torch.zeros(23, 3)
        """Twist and swing of each joint, degrees."""
        self.betas: Float[Tensor, "S"] = torch.zeros(body.num_betas)
        """Standard deviations."""

    def turn(self, joint: str, axis: int, degrees: float) -> None:
        """Turn one joint.

        Args:
            joint: a name of `vhlib.geometry.BODY_JOINTS`.
            axis: 0, 1, 2 for x, y, z.
            degrees: how far from rest.
        """
        self.angles = self.angles.clone()
        self.angles[BODY_JOINTS.index(joint), axis] = degrees

    def shape(self, index: int, value: float) -> None:
        """Change one shape coefficient.

        Args:
            index: which, from 0.
            value: standard deviations.
        """
        self.betas = self.betas.index_fill(0, torch.tensor(index), value)

    def preset(self, name: str) -> None:
        """Take a pose of `BENT`; the shape stays.

        Args:
            name: of the pose.

        Raises:
            InputError: no pose of that name.
        """
        if name not in BENT:
            raise InputError(f"{name!r} is no pose to judge; there are {', '.join(BENT)}")
        self.angles = torch.tensor([BENT[name].get(joint, (0.0, 0.0, 0.0)) for joint in BODY_JOINTS])

    def library(self, seed: int) -> None:
        """Take a natural pose; the shape stays.

        Args:
            seed: the same seed, the same pose.
        """
        pose = PoseLibrary("val").sample(1, seed=seed).body_pose
        self.angles = swing_and_twist(pose)[0].rad2deg()

    def body_pose(self) -> Float[Tensor, "1 23 3"]:
        """The pose, axis-angle, radians."""
        return from_swing_and_twist(self.angles[None] * (math.pi / 180))

    @torch.no_grad()
    def scores(self) -> Float[Tensor, "25"]:
        """The joints' judges, all joints' judge, the shape's judge."""
        pose = torch.nn.functional.pad(self.body_pose(), (0, 0, 1, 0))  # any root: it is not judged
        return self.judges.scores(rotation_features(pose), self.betas[None])[0]

    def doubtful(self, count: int = 3) -> tuple[tuple[str, float], ...]:
        """The joints that are believed least, the worst first, with their scores.

        Args:
            count: how many.
        """
        worst = self.scores()[:-2].sort()
        pairs = zip(worst.indices[:count].tolist(), worst.values[:count].tolist(), strict=True)
        return tuple((BODY_JOINTS[joint].replace("_", " "), score) for joint, score in pairs)

    def words(self) -> str:
        """What the judges say, in a line."""
        *_, together, shape = self.scores().tolist()
        joints = ", ".join(f"{joint} {score:.2f}" for joint, score in self.doubtful())
        return f"all joints {together:.2f}, shape {shape:.2f}; believed least: {joints}"

    @torch.inference_mode()
    def vertices(self) -> Float[np.ndarray, "V 3"]:
        """The body, metres; single precision."""
        given = {"betas": self.betas[None], "body_pose": self.body_pose()}
        like = self.body.v_template
        return self.body(**{name: value.to(like) for name, value in given.items()}).vertices[0].float().numpy()

    def doubt(self) -> Float[np.ndarray, "V"]:
        """How little each vertex' joints are believed: 0 from a score of ½ on, 1 at 0; the root is not judged."""
        by_joint = torch.nn.functional.pad((1 - 2 * self.scores()[:-2]).clamp(0, 1), (1, 0))
        doubt: np.ndarray = (self.body.weights.float() @ by_joint).numpy()
        return doubt
