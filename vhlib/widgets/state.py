"""What the body explorer shows and how it changes, without any widget: everything here runs without a browser.

Convention:
    Radians here, degrees on the sliders. A joint's three angles are the ones that `vhlib.geometry.limits` bounds: a
    twist about its bone, then a swing about the two other axes. So no combination of sliders leaves the limits, which
    the components of one axis-angle vector would. The pelvis has no limits: its three angles are its axis-angle.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from vhlib.body import SMPL, blend_shapes, pose_blend_shapes
from vhlib.body.parts import part_labels
from vhlib.core.errors import InputError
from vhlib.data.poses import PoseLibrary
from vhlib.geometry.limits import JOINT_LIMITS, Range, from_swing_and_twist, joint_axes, swing_and_twist
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.geometry.skeletons import SMPL24
from vhlib.widgets.history import History

View = Literal["shaded", "parts", "weights", "skeleton"]
Step = Literal["template", "shape", "correctives", "skinned"]
VIEWS: tuple[View, ...] = get_args(View)
STEPS: tuple[Step, ...] = get_args(Step)

Angles = tuple[tuple[float, ...], ...]
_AT_REST: Angles = ((0.0, 0.0, 0.0),) * len(SMPL24)


@dataclass(frozen=True)
class Setting:
    """What the sliders set: one shape and one pose."""

    betas: tuple[float, ...]
    """Shape coefficients, standard deviations."""
    angles: Angles = _AT_REST
    """Twist and swing of each joint, radians, the pelvis first."""


PRESETS: dict[str, dict[str, tuple[float, float, float]]] = {
    "T-pose": {},
    "A-pose": {"left_shoulder": (0, 0, -45), "right_shoulder": (0, 0, 45)},
    "elbow bent": {"left_shoulder": (0, 0, -60), "right_shoulder": (0, 0, 60), "left_elbow": (0, -140, 0)},
    "wrist twisted": {"left_elbow": (80, 0, 0), "left_wrist": (45, 0, 0)},
}
"""Poses that show something, by the joints that are not at rest; degrees. The library's families come after them."""


class ExplorerState:
    """One body, its sliders' values, what is looked at, and the way back.

    Args:
        body: any SMPL body.
        clock: what time it is, in seconds; decides which changes are one step of undo.
    """

    def __init__(self, body: SMPL, *, clock: Callable[[], float] = time.monotonic):
        self.body = body
        self.view: View = "shaded"
        self.step: Step = "skinned"
        self.joint = "left_elbow"
        self._history = History(Setting((0.0,) * body.num_betas), clock=clock)

    @property
    def setting(self) -> Setting:
        """The sliders' values."""
        return self._history.now

    @property
    def presets(self) -> tuple[str, ...]:
        """Names for `preset`: a few poses made here, and one of each family of the pose library."""
        return (*PRESETS, *PoseLibrary().families)

    def set_beta(self, index: int, value: float) -> None:
        """Change one shape coefficient.

        Args:
            index: which, from 0.
            value: standard deviations.
        """
        betas = list(self.setting.betas)
        betas[index] = float(value)
        self._history.change(replace(self.setting, betas=tuple(betas)), f"beta {index}")

    def set_angle(self, axis: int, value: float) -> None:
        """Change one angle of the picked joint.

        Args:
            axis: 0, 1, 2 for x, y, z.
            value: radians.
        """
        row = SMPL24.index(self.joint)
        turned = tuple(float(value) if i == axis else angle for i, angle in enumerate(self.angles()))
        angles = (*self.setting.angles[:row], turned, *self.setting.angles[row + 1 :])
        self._history.change(replace(self.setting, angles=angles), f"{self.joint} {axis}")

    def preset(self, name: str) -> None:
        """Take a pose by its name; the shape stays.

        Raises:
            InputError: no preset of that name.
        """
        if name not in self.presets:
            raise InputError(f"{name!r} is no preset; there are {', '.join(self.presets)}")
        if name in PRESETS:
            degrees = (PRESETS[name].get(joint, (0, 0, 0)) for joint in SMPL24.names)
            angles = tuple(tuple(math.radians(d) for d in joint) for joint in degrees)
            self._history.change(replace(self.setting, angles=angles), f"preset {name}")
        else:
            self._from_library(PoseLibrary(families=[name]), 0, f"preset {name}")

    def random_pose(self, seed: int) -> None:
        """Take a natural pose; the shape stays.

        Args:
            seed: the same seed, the same pose.
        """
        self._from_library(PoseLibrary(), seed, f"random {seed}")

    def reset(self) -> None:
        """Back to the mean shape in the T-pose; `undo` comes back from there."""
        self._history.change(Setting((0.0,) * self.body.num_betas), "reset")

    def undo(self) -> None:
        """Take back the last step, if there is one."""
        self._history.undo()

    def redo(self) -> None:
        """Take back the last undo, if there is one."""
        self._history.redo()

    def pick(self, joint: str) -> None:
        """Choose the joint that the angle sliders turn and whose weights are shown.

        Raises:
            KeyError: SMPL has no joint of that name.
        """
        SMPL24.index(joint)
        self.joint = joint

    def pick_face(self, face: int) -> None:
        """Choose the joint that a triangle of the skin follows most.

        Args:
            face: index of the triangle.
        """
        shares = self.body.weights[self.body.faces[face]].mean(0)
        self.joint = SMPL24.names[int(shares.argmax())]

    def angles(self) -> tuple[float, ...]:
        """The picked joint's angles, radians."""
        return self.setting.angles[SMPL24.index(self.joint)]

    def limits(self) -> tuple[Range, Range, Range]:
        """How far the picked joint's sliders go about x, y and z, radians. The pelvis turns all the way."""
        turn = (-math.pi, math.pi)
        return (turn, turn, turn) if self.joint == "pelvis" else joint_axes(self.joint)

    def movement(self, axis: str) -> str:
        """What turning the picked joint about an axis is called: ``twist`` about its bone, or ``swing`` across it.

        Args:
            axis: ``x``, ``y`` or ``z``.
        """
        if self.joint == "pelvis":
            return ""
        return "twist" if JOINT_LIMITS[self.joint].twist == axis else "swing"

    def height(self) -> float:
        """Height of the body in its zero pose, from its lowest to its highest vertex, metres."""
        betas = self.parameters()["betas"]
        y = (self.body.v_template + blend_shapes(betas, self.body.shapedirs))[0, :, 1]
        return float(y.max() - y.min())

    def parameters(self) -> dict[str, Float[Tensor, "1 ..."]]:
        """The body's arguments: `betas`, `body_pose` (axis-angle) and `global_orient`."""
        like = self.body.v_template
        angles = torch.tensor([self.setting.angles], dtype=torch.float64)
        return {
            "betas": like.new_tensor([self.setting.betas]),
            "body_pose": from_swing_and_twist(angles[:, 1:]).to(like),
            "global_orient": angles[:, 0].to(like),
        }

    @torch.inference_mode()
    def vertices(self) -> Float[np.ndarray, "V 3"]:
        """The skin after the chosen step of SMPL's equation, metres; single precision, whatever the body's."""
        given = self.parameters()
        if self.step == "skinned":
            return self.body(**given).vertices[0].float().contiguous().numpy()
        skin = self.body.v_template
        if self.step != "template":
            skin = skin + blend_shapes(given["betas"], self.body.shapedirs)[0]
        if self.step == "correctives":
            turns = torch.cat([given["global_orient"][:, None], given["body_pose"]], dim=1)
            skin = skin + pose_blend_shapes(axis_angle_to_matrix(turns), self.body.posedirs)[0]
        return skin.float().numpy()

    @torch.inference_mode()
    def joints(self) -> Float[np.ndarray, "J 3"]:
        """The joints after the chosen step of SMPL's equation, metres."""
        given = self.parameters() if self.step == "skinned" else {}
        if self.step in ("shape", "correctives"):
            given["betas"] = self.parameters()["betas"]
        return self.body.joints(**given)[0].float().numpy()

    def weights(self) -> Float[np.ndarray, "V"]:
        """How much each vertex follows the picked joint, 0 to 1."""
        return self.body.weights[:, SMPL24.index(self.joint)].float().numpy()

    def part_of_face(self) -> Int64[np.ndarray, "F"]:
        """The part of each face, 0 to 23."""
        return part_labels(self.body, 24).faces.numpy()

    def _from_library(self, library: PoseLibrary, seed: int, control: str) -> None:
        pose = library.sample(1, seed=seed)
        joints = swing_and_twist(pose.body_pose.double())[0].tolist()
        pelvis = _facing_forward(pose.global_orient.double())[0].tolist()
        angles = tuple(tuple(joint) for joint in (pelvis, *joints))
        self._history.change(replace(self.setting, angles=angles), control)


def _facing_forward(global_orient: Float[Tensor, "B 3"]) -> Float[Tensor, "B 3"]:
    """The same lean without the heading, so that a pose from the library faces the viewer.

    Who stands heads where the chest points (z), who crawls where the head points (y); in between, both have a say.
    """
    rotation = axis_angle_to_matrix(global_orient)
    ahead = rotation[:, :, 2] + 0.5 * rotation[:, :, 1]
    heading = torch.zeros_like(global_orient)
    heading[:, 1] = torch.atan2(ahead[:, 0], ahead[:, 2])
    return matrix_to_axis_angle(axis_angle_to_matrix(-heading) @ rotation)
