"""Where the camera stands and how much of the person it sees.

Convention:
    The camera is at the origin of its own OpenCV frame and the principal point is the middle of the image. *Scene*
    axes are level: x to the right, y up, z away from the camera; same origin.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.data.synthetic.draws import between
from vhlib.data.synthetic.figure import bodies
from vhlib.data.synthetic.mesh import bounds
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle

_LOWEST_CAMERA = 0.35
"""Above the floor, metres."""

_HEADROOM = 0.06
"""Above the head in a close-up, in image heights."""


@dataclass(frozen=True, eq=False)
class View:
    """A camera and the scene before it."""

    size: int
    """Side of the image, pixels."""
    focal_length: float
    """Pixels."""
    axes: Float[np.ndarray, "3 3"]
    """Scene → camera frame; its columns are right, up and away."""
    floor: float
    """Height of the floor, scene, metres; below 0, as the camera is above it."""

    @property
    def rays(self) -> Float[np.ndarray, "H W 3"]:
        """From the camera through the pixels' centres, scene axes; as long as their depth is 1."""
        across = (np.arange(self.size, dtype=np.float32) + 0.5 - self.size / 2) / np.float32(self.focal_length)
        x, y = np.meshgrid(across, across)
        return np.stack([x, y, np.ones_like(x)], -1) @ self.axes.astype(np.float32)

    def to_scene(self, points: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
        """Camera frame → scene.

        Args:
            points: points or directions.
        """
        return points @ self.axes.astype(points.dtype)

    def to_camera(self, points: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
        """Scene → camera frame.

        Args:
            points: points or directions.
        """
        return points @ self.axes.T.astype(points.dtype)


@dataclass(frozen=True, eq=False)
class Stance:
    """A body and where it is; OpenCV camera frame."""

    gender: str
    """Whose stand-in."""
    betas: Float[Tensor, "S"]
    """Standard deviations."""
    body_pose: Float[Tensor, "23 3"]
    """Axis-angle."""
    global_orient: Float[Tensor, "3"]
    """Axis-angle, pelvis → camera frame."""
    transl: Float[Tensor, "3"]
    """Metres."""

    @property
    def parameters(self) -> dict[str, Tensor]:
        """As `vhlib.body.SMPL` takes them, a batch of one."""
        names = ("betas", "body_pose", "global_orient", "transl")
        return {name: getattr(self, name)[None] for name in names}


def seen(upright: Stance, size: int, chance: np.random.Generator) -> tuple[Stance, View]:
    """Put somebody who stands in the world, y up, before a camera.

    Most are whole and fill 74 to 96 % of the image; of one in six the image cuts something off.

    Args:
        upright: in the world frame.
        size: of the image, pixels.
        chance: where the camera comes from.
    """
    output = bodies()[upright.gender](**upright.parameters)
    points, pelvis = output.vertices[0].double().numpy(), output.joints[0, 0].double().numpy()
    distance = float(np.exp(chance.uniform(np.log(2.4), np.log(8.0))))
    middle = (points[:, 1].max() - points[:, 1].min()) / 2
    least = np.arcsin(np.clip((_LOWEST_CAMERA - middle) / distance, -0.9, 0.9))
    pitch, roll = max(np.deg2rad(chance.normal(6, 8)), least), np.deg2rad(chance.normal(0, 2.5))
    to_camera = _world_to_camera(pitch, roll)
    before = points @ to_camera.T
    centre = np.add(*bounds(before)) / 2
    fill, target = _aim(chance)
    shift, focal = np.array([0.0, 0.0, distance]) - centre, 1.0
    for _ in range(4):
        at = before + shift
        pixels = at[:, :2] / at[:, 2:]
        low, high = bounds(pixels)
        focal = fill * size / (high - low).max()
        wanted = (np.array(target) - 0.5) * size / focal - (low + high) / 2
        if fill > 1:  # a close-up begins above the head
            wanted[1] = (_HEADROOM - 0.5) * size / focal - low[1]
        shift[:2] += wanted * distance

    orient = torch.from_numpy(to_camera).float() @ axis_angle_to_matrix(upright.global_orient)
    # The body turns about its pelvis, not about the origin.
    transl = torch.from_numpy(shift + to_camera @ pelvis - pelvis).float()
    placed = replace(upright, global_orient=matrix_to_axis_angle(orient), transl=transl)
    axes = to_camera * np.array([1.0, 1.0, -1.0])
    floor = float(((before + shift) @ axes)[:, 1].min())
    return placed, View(size, float(np.float32(focal)), axes, floor)


def _aim(chance: np.random.Generator) -> tuple[float, tuple[float, float]]:
    """Which share of the image the person's box fills, and where its middle is."""
    near, far = chance.uniform(-0.05, 0.05, 2)
    if chance.random() < 1 / 6:
        if chance.random() < 0.6:
            return between(chance, 1.15, 2.0), (0.5 + near, 0.5)
        return between(chance, 0.8, 1.0), (0.5 + float(chance.choice([-0.3, 0.3])), 0.5 + far)
    fill = between(chance, 0.74, 0.96)
    return fill, (0.5 + near * (1.1 - fill) * 4, 0.5 + far * (1.1 - fill) * 4)


def _world_to_camera(pitch: float, roll: float) -> Float[np.ndarray, "3 3"]:
    """The camera of somebody in front of a body that faces +z, who looks down by an angle, radians."""
    level = np.diag([1.0, -1.0, -1.0])
    down = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    tilt = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return tilt @ down @ level
