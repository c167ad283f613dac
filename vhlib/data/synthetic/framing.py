"""Where the camera stands and how much of the person it sees.

Convention:
    The camera is at the origin of its own OpenCV frame and the principal point is the middle of the image. *Scene*
    axes are level: x to the right, y up, z away from the camera; same origin.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float

from vhlib.data.synthetic.draws import between
from vhlib.data.synthetic.figure import Stance
from vhlib.data.synthetic.mesh import bounds
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle

_LOWEST_CAMERA = 0.35
"""Above the floor, metres, before it is aimed; that may lower it by some centimetres."""

_HEADROOM = 0.06
"""Above the head in a close-up, in image heights."""


@dataclass(frozen=True, eq=False)
class View:
    """A camera and the scene before it."""

    size: int
    """Side of the image, pixels."""
    focal_length: float
    """Pixels."""
    rotation: Float[np.ndarray, "3 3"]
    """World of the bodies, y up → camera frame."""
    translation: Float[np.ndarray, "3"]
    """World → camera frame, metres."""
    floor: float
    """Height of the floor, scene, metres; below 0, as the camera is above it."""

    @property
    def axes(self) -> Float[np.ndarray, "3 3"]:
        """Scene → camera frame: its columns are right, up and away. The world's z comes towards the camera."""
        return self.rotation * np.array([1.0, 1.0, -1.0])

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

    def from_world(self, points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
        """World → camera frame.

        Args:
            points: metres.
        """
        return (points @ self.rotation.T + self.translation).astype(points.dtype)

    def to_camera(self, points: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
        """Scene → camera frame.

        Args:
            points: points or directions.
        """
        return points @ self.axes.T.astype(points.dtype)


def framed(points: Float[np.ndarray, "N 3"], size: int, chance: np.random.Generator) -> View:
    """Put a camera before somebody in the world, y up.

    Most people are whole and fill 74 to 96 % of the image; of one in six the image cuts something off.

    Args:
        points: of the person, in all moments that are to be seen; world, metres.
        size: of the image, pixels.
        chance: where the camera comes from.
    """
    points = points.astype(np.float64)
    distance = float(np.exp(chance.uniform(np.log(2.4), np.log(8.0))))
    low, high = bounds(points)
    least = np.arcsin(np.clip((_LOWEST_CAMERA - (high - low)[1] / 2) / distance, -0.9, 0.9))
    pitch, roll = max(np.deg2rad(chance.normal(6, 8)), least), np.deg2rad(chance.normal(0, 2.5))
    rotation = _world_to_camera(pitch, roll)
    before = points @ rotation.T
    fill, target = _aim(chance)
    translation, focal = np.array([0.0, 0.0, distance]) - np.add(*bounds(before)) / 2, 1.0
    rows = np.ascontiguousarray(before.T)
    for _ in range(4):
        x, y, z = rows + translation[:, None]
        across, down = x / z, y / z
        left, right = (np.array([end(across), end(down)]) for end in (np.min, np.max))
        focal = fill * size / (right - left).max()
        wanted = (np.array(target) - 0.5) * size / focal - (left + right) / 2
        if fill > 1:  # a close-up begins above the head
            wanted[1] = (_HEADROOM - 0.5) * size / focal - left[1]
        translation[:2] += wanted * distance
    up = rotation[:, 1]
    floor = float(low[1] + translation @ up)
    return View(size, float(np.float32(focal)), rotation, translation, floor)


def placed(upright: Stance, pelvis: Float[np.ndarray, "3"], view: View) -> Stance:
    """Somebody of the world in the camera's frame.

    Args:
        upright: in the world.
        pelvis: where the pelvis is before `transl`, about which a body turns.
        view: the camera.
    """
    rotation = torch.from_numpy(view.rotation).float()
    orient = matrix_to_axis_angle(rotation @ axis_angle_to_matrix(upright.global_orient))
    moved = view.rotation @ (pelvis + upright.transl.double().numpy()) + view.translation - pelvis
    return replace(upright, global_orient=orient, transl=torch.from_numpy(moved).float())


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
