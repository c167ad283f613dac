"""A figure posed part by part, in anatomical angles and places, turned into SMPL's joints.

Convention:
    Degrees. Flexion, abduction, outward rotation, pronation and so on are positive on both sides alike, so a mirror
    image swaps the sides and nothing else. Hips and shoulders swing first and turn about the limb's own axis within
    that: flexion and abduction are the two components of one swing, which has no gimbal lock short of 180 degrees.
    An arm at 0 hangs, palm to the thigh; a leg at 0 stands.

    Places of hands and feet are metres on an average adult: ``out`` away from the midline (on either side), ``up``,
    and ``ahead``. The world is y up, the figure faces +z, and the ground is level with the ankles of flat feet: y = 0.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vhlib.data.poses.motion import Motion, Number, through
from vhlib.geometry.limits import BODY_JOINTS, clamp_to_limits, from_swing_and_twist, swing_and_twist
from vhlib.geometry.rotations import (
    axis_angle_to_matrix,
    axis_angle_to_quaternion,
    matrix_to_axis_angle,
    quaternion_to_matrix,
)
from vhlib.geometry.skeletons import SMPL24

Side = Literal["left", "right"]
SIDES: Final[tuple[Side, Side]] = ("left", "right")

Rotations = Float[Tensor, "N #T 3 3"]
Places = Float[Tensor, "N #T 3"]

# Left half of an average adult's skeleton at rest, metres, each joint from its parent. Written down here, not read
# from the body's file: the same seed gives the same poses whatever body is installed.
OFFSETS: Final = {
    "hip": (0.090, -0.094, 0.030),
    "knee": (0.044, -0.381, -0.001),
    "ankle": (-0.009, -0.432, -0.030),
    "spine1": (0.0, 0.114, 0.013),
    "spine2": (0.0, 0.073, -0.005),
    "spine3": (0.0, 0.081, -0.007),
    "collar": (0.065, 0.131, 0.053),
    "shoulder": (0.115, -0.014, -0.005),
    "elbow": (0.258, -0.008, -0.010),
    "wrist": (0.233, 0.0, 0.0),
}
ARM: Final = math.dist((0, 0, 0), [a + b for a, b in zip(OFFSETS["elbow"], OFFSETS["wrist"], strict=True)])
"""Shoulder to wrist with the elbow straight, metres."""
LEG: Final = math.dist((0, 0, 0), [a + b for a, b in zip(OFFSETS["knee"], OFFSETS["ankle"], strict=True)])
"""Hip to ankle with the knee straight, metres."""
STANDING: Final = -sum(OFFSETS[joint][1] for joint in ("hip", "knee", "ankle"))
"""Height of the pelvis over the ankles with straight legs, metres."""

# How much of a whole bend each joint takes: the lumbar spine bends, the thorax turns (White and Panjabi 1990).
BENDS: Final = {"spine1": 0.45, "spine2": 0.35, "spine3": 0.20}
TURNS: Final = {"spine1": 0.20, "spine2": 0.35, "spine3": 0.45}
NODS: Final = {"neck": 0.5, "head": 0.5}
# The collar bone hangs 10 degrees low with the arm, rises 25 with it and comes forward by up to 12: scapulohumeral
# rhythm (Inman et al. 1944), of which people show the more or the less.
COLLAR_LOW, COLLAR_HIGH, COLLAR_FORWARD = 10.0, 25.0, 12.0


Way = Callable[["Figure", Motion], None]
"""A way of posing a figure, with what its motion draws. A family of motions is one, and so are the parts of one."""


@dataclass(frozen=True)
class Foot:
    """Where a foot is, in the world."""

    out: Number = 0.10
    """Of the ankle from the line that the figure stands on, metres."""
    ahead: Number = 0.0
    """Of the ankle, metres."""
    up: Number = 0.0
    """Of the ankle above its height over the ground, metres."""
    pitch: Number = 0.0
    """Of the sole: positive has the heel raised."""
    turned_out: Number = 8.0
    """Of the toes."""
    knee_out: Number = 0.0
    """Of the knee, beyond the toes' direction."""
    knee_up: Number = 0.5
    """And how far up, as a share: a pelvis bent over its feet still knows which way its knees go."""
    toes: Number = 0.0
    """Bent up."""


class Figure:
    """Rotations of the pelvis in the world, and of every joint that has been posed relative to its parent.

    Args:
        motion: what the figure does; the figure has a pose for each of its moments.
    """

    def __init__(self, motion: Motion):
        whole = motion.whole
        self.shape: tuple[int, int] = (len(motion.keys), motion.time.shape[1])
        self.rotations: dict[str, Rotations] = {"pelvis": torch.eye(3).expand(*self.shape, 3, 3)}
        self._place = torch.tensor([0.0, STANDING, 0.0]).expand(*self.shape, 3)
        self._heading = torch.zeros(self.shape)
        self._bends = _people_differ(whole, "bends", BENDS)
        self._turns = _people_differ(whole, "turns", TURNS)
        self._nods = _people_differ(whole, "nods", NODS)
        self._collar_share = whole.uniform("collar share", 0.1, 1.2)
        self._wrist_share = whole.uniform("wrist share", 0.1, 0.6)  # of the forearm's turn; the elbow does the rest
        # A hand that does nothing is extended and leans toward the little finger: the wrist's position of function, 20
        # to 35 degrees and 10 to 15 (Norkin and White, chapter 7), of which a relaxed one shows less.
        self._hand_rest = {
            "flexion": whole.about("hand flexion", -18, 12),
            "deviation": whole.about("hand deviation", 7, 8),
            "curl": whole.uniform("hand curl", 5, 35),
        }

    def pelvis(
        self,
        *,
        pitch: Number = 0.0,
        roll: Number = 0.0,
        turn: Number = 0.0,
        up: Number = STANDING,
        aside: Number = 0.0,
        ahead: Number = 0.0,
    ) -> None:
        """Place the pelvis.

        Args:
            pitch: leaning forward; -90 lies on the back, 90 on the face.
            roll: tipping to the left.
            turn: to the left about the vertical, applied last.
            up: height over the ankles of flat feet, metres.
            aside: to the left, metres.
            ahead: forward, metres.
        """
        self.rotations["pelvis"] = self._turn(y=turn) @ self._turn(x=pitch, z=-1.0 * roll)
        self._place = self._vector(aside, up, ahead)
        self._heading = torch.as_tensor(turn, dtype=torch.float32).expand(self.shape)

    def stand(
        self,
        left: Foot,
        right: Foot,
        *,
        pitch: Number = 0.0,
        roll: Number = 0.0,
        turn: Number = 0.0,
        aside: Number = 0.0,
        ahead: Number = 0.0,
        drop: Number = 0.0,
    ) -> None:
        """Put the feet down and the pelvis above them, as high as the shorter reach allows.

        Args:
            left: where the left foot is.
            right: where the right foot is.
            pitch: of the pelvis, leaning forward.
            roll: of the pelvis, tipping to the left.
            turn: of the pelvis, to the left.
            aside: of the pelvis, to the left, metres.
            ahead: of the pelvis, metres; see `counterpoise`.
            drop: how far the pelvis sinks below straight legs, metres.
        """
        self.pelvis(pitch=pitch, roll=roll, turn=turn, up=0.0, aside=aside, ahead=ahead)
        feet = dict(zip(SIDES, (left, right), strict=True))
        highest = []
        for side, foot in feet.items():
            s = _sign(side)
            hip = self._place + _apply(self.rotations["pelvis"], self._offset("hip", s))
            aside_of_foot = self._vector(s * foot.out, 0.0, foot.ahead) - hip
            reach = (0.998 * LEG) ** 2 - aside_of_foot[..., 0].square() - aside_of_foot[..., 2].square()
            highest.append(foot.up + reach.clamp_min(0.01).sqrt() - hip[..., 1])
        up = torch.minimum(*highest) - drop
        self._place = self._place + self._vector(y=up)
        for side, foot in feet.items():
            self.foot(side, foot)

    def spine(self, *, flexion: Number = 0.0, side: Number = 0.0, twist: Number = 0.0) -> None:
        """Bend the trunk relative to the pelvis, shared by three joints.

        Args:
            flexion: forward.
            side: to the left.
            twist: to the left.
        """
        for joint, bends in self._bends.items():
            self.rotations[joint] = self._turn(bends * flexion, self._turns[joint] * twist, -bends * side)

    def head(self, *, flexion: Number = 0.0, side: Number = 0.0, twist: Number = 0.0) -> None:
        """Move the head relative to the chest, shared by neck and head.

        Args:
            flexion: looking down.
            side: ear to the left shoulder.
            twist: looking left.
        """
        for joint, share in self._nods.items():
            self.rotations[joint] = self._turn(share * flexion, share * twist, -share * side)

    def leg(
        self,
        side: Side,
        *,
        flexion: Number = 0.0,
        abduction: Number = 0.0,
        rotation: Number = 0.0,
        knee: Number = 0.0,
        ankle: Number = 0.0,
        inversion: Number = 0.0,
        toes: Number = 0.0,
    ) -> None:
        """Pose a leg by its joints.

        Args:
            side: which.
            flexion: of the hip, thigh forward.
            abduction: of the hip, thigh outward.
            rotation: of the hip, knee and toes outward.
            knee: flexion.
            ankle: toes up; negative points the foot.
            inversion: sole inward.
            toes: bent up.
        """
        s = _sign(side)
        swing = self._turn(x=-1.0 * flexion, z=s * abduction)
        self.rotations[f"{side}_hip"] = swing @ self._turn(y=s * rotation)
        self.rotations[f"{side}_knee"] = self._turn(x=knee)
        self.rotations[f"{side}_ankle"] = self._turn(x=-1.0 * ankle, z=-s * inversion)
        self.rotations[f"{side}_foot"] = self._turn(x=-1.0 * toes)

    def foot(self, side: Side, foot: Foot, *, flat: bool = True) -> None:
        """Put a foot in its place, and bend the leg to suit.

        Args:
            side: which.
            foot: where it goes.
            flat: the sole is turned as the foot says; else it stays as it was on its shank.
        """
        s = _sign(side)
        pelvis, place = self.rotations["pelvis"], self._vector(s * foot.out, foot.up, foot.ahead)
        target = _apply(pelvis.mT, place - self._place) - self._offset("hip", s)
        knee = _radians(s * (foot.turned_out + foot.knee_out) - self._heading)
        hip, bend = _two_bones(
            self._offset("knee", s),
            self._offset("ankle", s),
            target,
            hinge=(1.0, 0.0, 0.0),
            points=(0.0, 0.0, 1.0),
            toward=self._vector(knee.sin(), foot.knee_up, knee.cos()),
        )
        self.rotations[f"{side}_hip"] = hip
        self.rotations[f"{side}_knee"] = bend
        if flat:
            sole = self._turn(y=s * foot.turned_out) @ self._turn(x=foot.pitch)
            self.rotations[f"{side}_ankle"] = (pelvis @ hip @ bend).mT @ sole
            self.rotations[f"{side}_foot"] = self._turn(x=-1.0 * foot.toes)

    def arm(
        self,
        side: Side,
        *,
        flexion: Number = 0.0,
        abduction: Number = 5.0,
        rotation: Number = 0.0,
        elbow: Number = 10.0,
        pronation: Number = 0.0,
        shrug: Number = 0.0,
    ) -> None:
        """Pose an arm by its joints, relative to the chest; the collar bone follows the upper arm.

        Args:
            side: which.
            flexion: of the shoulder, upper arm forward.
            abduction: of the shoulder, upper arm outward.
            rotation: of the shoulder, a bent forearm outward.
            elbow: flexion.
            pronation: palm backward while the arm hangs.
            shrug: shoulder raised beyond what the arm's height asks for.
        """
        s = _sign(side)
        forward, outward = (torch.as_tensor(angle, dtype=torch.float32) for angle in (flexion, abduction))
        above = -_radians(torch.hypot(forward, outward)).cos().clamp_max(0)
        # An arm that is swung forward and up as far as it goes has turned its inside out (Codman's paradox): above
        # the horizontal the shoulder gives way, and turns it inward by as much as it came forward.
        inward = above * torch.rad2deg(torch.atan2(forward, outward))
        swing = self._turn(x=-1.0 * flexion, z=s * abduction)
        upper = swing @ self._turn(y=s * (rotation - inward)) @ self._turn(z=-s * 90.0)
        collar = self._collar(s, s * upper[..., :, 0], shrug)
        self._put_arm(side, collar, upper, self._turn(y=-s * elbow), pronation)

    def hand(
        self,
        side: Side,
        *,
        out: Number,
        up: Number,
        ahead: Number,
        of: Literal["chest", "pelvis", "world"] = "chest",
        elbow_out: Number = 30.0,
        elbow_back: Number = 0.5,
        pronation: Number = 0.0,
        shrug: Number = 0.0,
    ) -> None:
        """Put a wrist in its place, and bend the arm to suit. Pelvis and spine must have been posed before.

        Args:
            side: which.
            out: of the wrist, metres.
            up: of the wrist, metres.
            ahead: of the wrist, metres.
            of: the place is counted from halfway between the shoulders, along the chest's axes; from the pelvis,
                along its axes; or from the ground where the figure stands.
            elbow_out: which way the elbow points: 0 down, 90 outward, 180 up.
            elbow_back: and backward, as a share of that.
            pronation: palm down while the forearm points forward.
            shrug: shoulder raised beyond what the hand's height asks for.
        """
        s = _sign(side)
        place = self._vector(s * out, up, ahead)
        clavicle, shoulder = self._offset("collar", s), self._offset("shoulder", s)
        if of == "chest":
            target = place + (clavicle + shoulder) * torch.tensor([0.0, 1.0, 1.0])
        else:
            rotation, position = self._chest(of)
            target = _apply(rotation.mT, place - position)
        direction = target - clavicle - shoulder
        collar = self._collar(s, direction / direction.norm(dim=-1, keepdim=True), shrug)
        elbow_points = _radians(elbow_out)
        upper, elbow = _two_bones(
            self._offset("elbow", s),
            self._offset("wrist", s),
            _within_reach(target - clavicle - _apply(collar, shoulder)),
            hinge=(0.0, -s, 0.0),
            points=(0.0, 0.0, -1.0),
            toward=self._vector(s * elbow_points.sin(), -elbow_points.cos(), -1.0 * elbow_back),
        )
        self._put_arm(side, collar, upper, elbow, pronation)

    def wrist(
        self,
        side: Side,
        *,
        pronation: Number = 0.0,
        flexion: Number = 0.0,
        deviation: Number = 0.0,
        curl: Number = 15.0,
    ) -> None:
        """Turn a hand at the wrist, which `arm` and `hand` leave at rest.

        Args:
            side: which.
            pronation: of the whole forearm, as given to `arm` or `hand`.
            flexion: toward the palm.
            deviation: toward the little finger.
            curl: of the fingers.
        """
        s = _sign(side)
        bend = self._turn(y=s * deviation, z=-s * flexion)
        self.rotations[f"{side}_wrist"] = self._turn(x=self._wrist_share * pronation) @ bend
        self.rotations[f"{side}_hand"] = self._turn(z=-s * curl)

    def choose(self, motion: Motion, chosen: Int[Tensor, "N 1"], ways: Sequence[Way | None]) -> None:
        """Pose each motion's figure in the one of several ways that it chose.

        Args:
            motion: what the figure does.
            chosen: index of the way for each motion.
            ways: each poses a figure; None leaves it as it is.
        """
        posed = {joint: rotation.expand(*self.shape, 3, 3).clone() for joint, rotation in self.rotations.items()}
        place, heading = self._place.clone(), self._heading.clone()
        for number, way in enumerate(ways):
            rows = (chosen[:, 0] == number).nonzero()[:, 0]
            if way is None or len(rows) == 0:
                continue
            part = Figure(motion.of(rows))
            part.rotations = {joint: rotation[rows] for joint, rotation in posed.items()}
            part._place, part._heading = place[rows], heading[rows]
            way(part, motion.of(rows))
            place[rows], heading[rows] = part._place, part._heading
            for joint, rotation in part.rotations.items():
                if joint not in posed:
                    posed[joint] = torch.eye(3).repeat(*self.shape, 1, 1)
                posed[joint][rows] = rotation
        self.rotations, self._place, self._heading = posed, place, heading

    def pass_through(self, motion: Motion, seconds: Float[Tensor, "N 1"], keys: Mapping[float, Way]) -> None:
        """Move through poses, again and again, smoothly and without stopping at each.

        Convention:
            Between poses each joint's twist and swing follow `through`. Those are the angles whose ranges are its
            limits, so what lies between two poses within the limits is within them too; a pose beyond them is met as
            nearly as they allow. Pelvis and legs keep time, so that feet stay where they are; spine, head and arms
            come a little sooner or later, in each motion differently.

        Args:
            motion: what the figure does.
            seconds: how long once round takes.
            keys: phase = way to pose, phases rising from 0; at phase 1 the figure is back at the first.
        """
        still = motion.still
        poses: dict[Way, tuple[Float[Tensor, "N 4"], Float[Tensor, "N 23 3"]]] = {}
        for way in keys.values():
            if way not in poses:
                pose = Figure(still)
                way(pose, still)
                turned = matrix_to_axis_angle(pose.matrices()[:, 0])
                within = swing_and_twist(clamp_to_limits(turned[:, 1:].contiguous()))
                poses[way] = axis_angle_to_quaternion(turned[:, 0]), within
        cycle = [poses[way] for way in (*keys.values(), keys[0.0])]
        pelvis, joints = (torch.stack([place[part] for place in cycle], -1) for part in (0, 1))
        # A quaternion and its negative are one rotation: take the one that is closer to the first pose's.
        pelvis = torch.where((pelvis * pelvis[..., :1]).sum(1, keepdim=True) < 0, -pelvis, pelvis)
        at, phase = torch.tensor([*keys, 1.0]), motion.cycle(seconds)[:, None]
        late = (
            0.015 * motion.normal("late", len(BODY_JOINTS)) * torch.tensor([_is_free(joint) for joint in BODY_JOINTS])
        )
        pelvis = through(phase.expand(-1, 4, -1), at, pelvis).mT
        own_phase = ((phase - late[..., None]) % 1.0)[:, :, None].expand(-1, -1, 3, -1)
        joints = through(own_phase, at, joints)  # (N, 23, 3, T)
        body_pose = from_swing_and_twist(joints.permute(0, 3, 1, 2).flatten(0, 1)).unflatten(0, self.shape)
        turns = [quaternion_to_matrix(pelvis / pelvis.norm(dim=-1, keepdim=True))]
        turns += axis_angle_to_matrix(body_pose).unbind(2)
        self.rotations = dict(zip(SMPL24.names, turns, strict=True))

    def matrices(self) -> Float[Tensor, "N T 24 3 3"]:
        """The pose in SMPL's order: pelvis in the world, then joints relative to their parents; at rest if not set."""
        still = torch.eye(3)
        rotations = [self.rotations.get(name, still).expand(*self.shape, 3, 3) for name in SMPL24.names]
        return torch.stack(rotations, 2)

    def plumb(self) -> tuple[Float[Tensor, "N T"], Float[Tensor, "N T"]]:
        """How far an arm that hangs straight down is raised forward and to the left of the chest, degrees."""
        rotation, _ = self._chest("world")
        down = -rotation[..., 1, :]  # the world's down in the chest's frame: minus the transpose's second column
        axis = torch.stack([-down[..., 2], down[..., 0]], -1)
        size = axis.norm(dim=-1, keepdim=True)
        angle = torch.atan2(size, -down[..., 1:2])
        forward, left = (-axis[..., :1] * angle / size.clamp_min(1e-6), axis[..., 1:] * angle / size.clamp_min(1e-6))
        return 180 / math.pi * forward[..., 0], 180 / math.pi * left[..., 0]

    def _put_arm(self, side: Side, collar: Rotations, upper: Rotations, elbow: Rotations, pronation: Number) -> None:
        self.rotations[f"{side}_collar"] = collar
        self.rotations[f"{side}_shoulder"] = collar.mT @ upper
        self.rotations[f"{side}_elbow"] = elbow @ self._turn(x=(1 - self._wrist_share) * pronation)
        self.wrist(side, pronation=pronation, **self._hand_rest)

    def _collar(self, s: float, arm: Places, shrug: Number) -> Rotations:
        height, reach = arm[..., 1], arm[..., 2]
        raised = self._collar_share * torch.where(height > 0, COLLAR_HIGH, COLLAR_LOW) * height
        return self._turn(y=-s * self._collar_share * COLLAR_FORWARD * reach, z=s * (raised + shrug))

    def _chest(self, of: Literal["pelvis", "world"]) -> tuple[Rotations, Places]:
        """The chest's rotation and place, in the pelvis's frame or the world's."""
        rotation, place = self._turn(), self._vector()
        if of == "world":
            rotation, place = self.rotations["pelvis"], self._place
        for joint in BENDS:
            place = place + _apply(rotation, self._offset(joint, 1.0))
            rotation = rotation @ self.rotations[joint]
        return rotation, place

    def _turn(self, x: Number = 0.0, y: Number = 0.0, z: Number = 0.0) -> Rotations:
        """The rotation by this axis-angle in degrees. Most are about one axis, which takes a fifth of the time."""
        angles = {axis: angle for axis, angle in enumerate((x, y, z)) if isinstance(angle, Tensor) or angle != 0}
        if len(angles) > 1:
            return axis_angle_to_matrix(self._vector(x, y, z) * (math.pi / 180))
        rotation = torch.eye(3).repeat(*self.shape, 1, 1)
        for axis, angle in angles.items():
            second, third = (axis + 1) % 3, (axis + 2) % 3
            radians = _radians(angle)
            cosine, sine = radians.cos(), radians.sin()
            rotation[..., second, second] = cosine
            rotation[..., third, third] = cosine
            rotation[..., third, second] = sine
            rotation[..., second, third] = -sine
        return rotation

    def _vector(self, x: Number = 0.0, y: Number = 0.0, z: Number = 0.0) -> Places:
        return torch.stack([torch.as_tensor(v, dtype=torch.float32).expand(self.shape) for v in (x, y, z)], -1)

    def _offset(self, joint: str, s: float) -> Places:
        x, y, z = OFFSETS[joint]
        return torch.tensor([s * x, y, z]).expand(*self.shape, 3)


def within(scope: str, way: Way) -> Way:
    """The same way of posing, drawing numbers of its own: for a pose that occurs more than once in a motion.

    Args:
        scope: its name.
        way: how to pose.
    """
    return lambda figure, motion: way(figure, motion.within(scope))


def counterpoise(trunk: Number) -> Tensor:
    """How far the pelvis goes ahead (mostly: back) so that a bent figure stays above its feet, metres.

    Head, arms and trunk are two thirds of the body's mass (Winter 2009, table 4.1) and their centre is a forearm's
    length above the hips; the thighs follow the pelvis half-way.

    Args:
        trunk: its lean, degrees.
    """
    return -0.24 * _radians(trunk).sin()


def _two_bones(
    upper: Places,
    lower: Places,
    target: Places,
    *,
    hinge: tuple[float, float, float],
    points: tuple[float, float, float],
    toward: Places,
) -> tuple[Rotations, Rotations]:
    """Rotations of a limb's two joints that bring its end to a target, its hinge pointing a given way.

    |upper + R(angle) lower| = |target| has one unknown and a closed form; what is left is to turn the bent limb onto
    the target. Out of reach, the limb is all but straight.
    """
    axis = torch.tensor(hinge).expand_as(upper)
    along = _dot(upper, axis) * _dot(lower, axis)
    cosine, sine = _dot(upper, lower) - along, _dot(upper, torch.linalg.cross(axis, lower))
    wanted = (_dot(target, target) - _dot(upper, upper) - _dot(lower, lower)) / 2 - along
    angle = torch.atan2(sine, cosine) + torch.acos((wanted / torch.hypot(cosine, sine)).clamp(-0.95, 0.998))
    bend = axis_angle_to_matrix(angle * axis)
    limb = upper + _apply(bend, lower)
    return _frame(target, toward) @ _frame(limb, torch.tensor(points).expand_as(limb)).mT, bend


def _within_reach(target: Places) -> Places:
    """The hand's place, drawn in when an arm can barely reach it.

    The elbow of an arm that follows a place straightens ever faster toward the end, in the limit infinitely fast. Here
    the last twelfth of the arm is approached exponentially, and the elbow comes to rest.
    """
    distance = target.norm(dim=-1, keepdim=True)
    begins, room = 0.92 * ARM, 0.07 * ARM
    drawn_in = begins + room * (1 - torch.exp(-(distance - begins).clamp_min(0) / room))
    return target * torch.where(distance > begins, drawn_in / distance, 1.0)


def _frame(first: Places, second: Places) -> Rotations:
    """The frame whose first axis is along one vector, and whose second is as close as can be to another."""
    x = first / first.norm(dim=-1, keepdim=True)
    y = second - _dot(second, x) * x
    y = y / y.norm(dim=-1, keepdim=True)
    return torch.stack([x, y, torch.linalg.cross(x, y)], -1)


def _people_differ(motion: Motion, name: str, shares: Mapping[str, float]) -> dict[str, Float[Tensor, "N 1"]]:
    """Shares that sum to 1, each motion's its own."""
    weights = torch.tensor(list(shares.values())) * (0.7 * motion.normal(name, channels=len(shares))).exp()
    return dict(zip(shares, (weights / weights.sum(1, keepdim=True)).split(1, 1), strict=True))


def _is_free(joint: str) -> float:
    """1 for a joint that may come sooner or later than the rest of a movement, 0 for pelvis and legs."""
    part = joint.removeprefix("left_").removeprefix("right_")
    return float(part not in {"pelvis", "hip", "knee", "ankle", "foot"})


def _dot(a: Places, b: Places) -> Float[Tensor, "N #T 1"]:
    return (a * b).sum(-1, keepdim=True)


def _apply(rotation: Rotations, vector: Places) -> Places:
    return (rotation @ vector[..., None]).squeeze(-1)


def _radians(degrees: Number) -> Tensor:
    return torch.as_tensor(degrees, dtype=torch.float32) * (math.pi / 180)


def _sign(side: Side) -> float:
    return 1.0 if side == "left" else -1.0
