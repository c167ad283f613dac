"""On the ground: lying, getting up, sitting, crawling, exercises."""

import math
from functools import partial
from typing import Final

import torch
from torch import Tensor

from vhlib.data.poses.figure import SIDES, Figure, Foot, Side, Way, counterpoise, within
from vhlib.data.poses.motion import Motion, curve
from vhlib.data.poses.standing import standing


def lying(figure: Figure, motion: Motion) -> None:
    """On the back, on the front or on a side, asleep or not, moving now and then."""
    first, second = within("first", _lying), within("second", _lying)
    figure.pass_through(motion, motion.uniform("seconds", 10, 25), {0.0: first, 0.36: first, 0.5: second, 0.86: second})


def getting_up(figure: Figure, motion: Motion) -> None:
    """From the back to the feet and down again, by way of sitting and one knee (VanSant 1988), or of a squat."""
    figure.choose(motion, motion.choice("way", 2), [_up_by_kneeling, _up_by_squatting])


def floor_sitting(figure: Figure, motion: Motion) -> None:
    """Cross-legged, legs out, knees up, to one side; hands on the knees, round them, or propped behind."""
    first, second = within("first", _floor_seated), within("second", _floor_seated)
    keys = {0.0: first, 0.38: first, 0.5: second, 0.88: second}
    figure.pass_through(motion, motion.uniform("seconds", 8, 18), keys)


def crawling(figure: Figure, motion: Motion) -> None:
    """On hands and knees, one hand with the opposite knee."""
    phase = motion.cycle(motion.uniform("seconds", 1.0, 2.2))
    stays = motion.chance("stays", 0.3)
    pitch = motion.about("pitch", 82, 9)
    round_ = 2 * math.pi * phase
    go = torch.where(stays, 0.0, motion.uniform("go", 0.4, 1.0))
    arch = motion.about("arch", 0, 14) + torch.where(stays, 18 * round_.sin(), 0.0)
    figure.pelvis(pitch=pitch, roll=4 * go * round_.cos(), up=0.35)
    figure.spine(flexion=arch, side=7 * go * round_.sin(), twist=5 * go * round_.cos())
    figure.head(flexion=-arch - motion.uniform("head up", 0, 55), twist=motion.about("look", 0, 14))
    lift = motion.uniform("lifted", 0, 1) * torch.where(stays, motion.chance("bird dog", 0.4).float(), 0.0)
    for side, offset in zip(SIDES, (0.0, 0.5), strict=True):
        here = (phase + offset) % 1
        forward = curve(here, {0.0: 1.0, 0.5: -1.0, 0.75: 0.0})
        extend = lift * (offset == 0.0)
        figure.leg(
            side,
            flexion=pitch + 16 * go * forward - 75 * extend,
            abduction=motion.uniform("knees apart", 0, 10),
            knee=90 + 14 * go * curve(here, {0.0: 0.0, 0.5: 0.0, 0.75: 1.0}) - 70 * extend,
            ankle=motion.about("ankles", -40, 8),
        )
        swing = curve((here + 0.5) % 1, {0.0: 1.0, 0.5: -1.0, 0.75: 0.0})
        other = lift * (offset == 0.5)
        figure.arm(
            side,
            flexion=pitch + 0.6 * arch + 18 * go * swing + 70 * other,
            abduction=motion.uniform("hands apart", 0, 18),
            elbow=motion.uniform("elbows", 3, 25) + 18 * go * curve((here + 0.5) % 1, {0.0: 0.0, 0.5: 0.0, 0.75: 1.0}),
            pronation=75,
        )
        figure.wrist(side, pronation=75, flexion=motion.about("wrists", -65, 8), curl=0)


def exercising(figure: Figure, motion: Motion) -> None:
    """Push-ups, planks, sit-ups, bridges, cobra, downward dog, child's pose: from one to another and back."""
    first, second = within("first", _exercise), within("second", _exercise)
    keys = {0.0: first, 0.12: first, 0.48: second, 0.62: second}
    figure.pass_through(motion, motion.uniform("seconds", 2.5, 7), keys)


def _lying(figure: Figure, motion: Motion) -> None:
    ways = [_on_back, _on_back, _on_front, _on_side]
    figure.choose(motion, motion.whole.choice("way", len(ways)), ways)


def _up_by_kneeling(figure: Figure, motion: Motion) -> None:
    keys = {0.0: _on_back, 0.08: _on_back, 0.20: _propped, 0.31: _all_fours, 0.42: _half_knelt}
    figure.pass_through(motion, motion.uniform("seconds", 5, 10), keys | _DOWN_AGAIN)


def _up_by_squatting(figure: Figure, motion: Motion) -> None:
    keys = {0.0: _on_back, 0.08: _on_back, 0.22: _propped, 0.40: _deep}
    figure.pass_through(motion, motion.uniform("seconds", 5, 10), keys | _DOWN_AGAIN)


def _on_back(figure: Figure, motion: Motion) -> None:
    figure.pelvis(pitch=motion.about("pitch", -90, 3), up=0.1)
    figure.spine(
        flexion=motion.about("back", 2, 4),
        side=motion.about("side", 0, 6),
        twist=motion.about("twist", 0, 5),
    )
    figure.head(flexion=motion.uniform("pillow", -5, 25), twist=motion.about("look", 0, 28))
    for side in SIDES:
        bent = motion.uniform(f"{side} bent", 0, 1) * motion.chance(f"{side} bends", 0.45)
        open_ = motion.uniform(f"{side} open", 0, 30) * bent
        figure.leg(
            side,
            flexion=2 + 55 * bent,
            abduction=motion.uniform(f"{side} apart", 2, 18) + open_,
            rotation=motion.about(f"{side} rolled out", 18, 9) * (1 - bent) + 0.6 * open_,
            knee=4 + 100 * bent,
            ankle=-28 + 22 * bent,
        )

        ways = [within(side, partial(way, side)) for way in (_beside, _beside, _above_the_head, _on_belly)]
        figure.choose(motion, motion.choice(f"{side} arm way", len(ways)), ways)


def _on_front(figure: Figure, motion: Motion) -> None:
    figure.pelvis(pitch=motion.about("prone pitch", 90, 4), up=0.1)
    propped = motion.chance("elbows", 0.3).float()
    figure.spine(flexion=motion.about("prone back", -5, 4) - 30 * propped, side=motion.about("side", 0, 7))
    sign = 1 - 2.0 * motion.chance("looks right", 0.5)
    figure.head(flexion=-12 - 10 * propped, twist=sign * (1 - propped) * motion.uniform("prone look", 30, 72))
    for side in SIDES:
        frog = motion.uniform(f"{side} frog") * motion.chance(f"{side} frogs", 0.35)
        heel = motion.uniform(f"{side} heel", 0, 95) * motion.chance(f"{side} heel up", 0.2)
        figure.leg(
            side,
            flexion=25 * frog,
            abduction=motion.uniform(f"{side} apart", 2, 16) + 26 * frog,
            rotation=motion.about(f"{side} rolled", 8, 10) + 28 * frog,
            knee=4 + 72 * frog + heel,
            ankle=motion.about(f"{side} ankle", -42, 6),
        )
        up = motion.chance(f"{side} beside head", 0.65).float() * (1 - propped)
        figure.arm(
            side,
            flexion=78 * propped,
            abduction=14 + motion.uniform(f"{side} arm out", 0, 20) + 80 * up - 12 * propped,
            rotation=-12 + 100 * up,
            elbow=motion.uniform(f"{side} elbow", 2, 10) + up * motion.uniform(f"{side} bent", 10, 85) + 65 * propped,
            pronation=40,
        )


def _on_side(figure: Figure, motion: Motion) -> None:
    """On the right side, knees drawn up more or less."""
    curl = motion.uniform("curl")
    figure.pelvis(roll=-90.0, turn=motion.about("roll", 0, 9), up=0.15)
    figure.spine(flexion=4 + 30 * curl, side=motion.about("side", 0, 6), twist=motion.about("twist", 0, 8))
    figure.head(flexion=4 + 16 * curl, side=motion.about("pillow", 6, 7))
    for side, upper in zip(SIDES, (1.0, 0.0), strict=True):
        drawn = curl * motion.uniform(f"{side} draws", 0.6, 1.1) + 0.25 * upper
        figure.leg(
            side,
            flexion=8 + 70 * drawn,
            abduction=-11 * upper + motion.about(f"{side} knee", 0, 3),
            knee=12 + 82 * drawn,
            ankle=-20,
        )
    figure.arm(
        "right",
        flexion=motion.uniform("lower arm", 40, 125),
        abduction=0,
        rotation=-10,
        elbow=motion.uniform("lower elbow", 20, 125),
    )
    figure.arm(
        "left",
        flexion=motion.uniform("upper arm", 0, 75),
        abduction=0,
        rotation=-25,
        elbow=motion.uniform("upper elbow", 15, 100),
        pronation=30,
    )


def _beside(side: Side, figure: Figure, motion: Motion) -> None:
    figure.arm(
        side,
        flexion=motion.about("arm", 0, 5),
        abduction=motion.uniform("arm out", 8, 85),
        rotation=motion.about("arm turn", 5, 20),
        elbow=motion.uniform("elbow", 5, 60),
        pronation=motion.about("palm", 20, 35),
    )


def _above_the_head(side: Side, figure: Figure, motion: Motion) -> None:
    figure.arm(
        side,
        flexion=motion.about("arm", 0, 6),
        abduction=motion.uniform("arm up", 95, 160),
        rotation=motion.uniform("arm turned", 30, 80),
        elbow=motion.uniform("elbow up", 10, 110),
    )


def _on_belly(side: Side, figure: Figure, motion: Motion) -> None:
    figure.hand(
        side,
        out=motion.about("belly out", 0.06, 0.05),
        up=motion.uniform("belly up", -0.38, -0.12),
        ahead=0.15,
        elbow_out=60,
        pronation=30,
    )


def _propped(figure: Figure, motion: Motion) -> None:
    """Sitting on the ground, leaning on the hands behind, one or both knees up."""
    pitch = motion.about("propped pitch", -28, 7)
    figure.pelvis(pitch=pitch, up=0.1)
    figure.spine(flexion=motion.about("propped back", 22, 8), twist=motion.about("propped twist", 0, 8))
    figure.head(flexion=motion.about("propped gaze", 12, 8), twist=motion.about("propped look", 0, 15))
    for side in SIDES:
        bent = motion.uniform(f"{side} propped bent")
        figure.leg(side, flexion=78 + pitch + 38 * bent, abduction=8, knee=8 + 98 * bent, ankle=-15 + 10 * bent)
        _lean_on_hand(side, figure, motion)


def _lean_on_hand(side: Side, figure: Figure, motion: Motion) -> None:
    figure.arm(
        side,
        flexion=motion.about(f"{side} behind", -42, 8),
        abduction=motion.uniform("behind apart", 8, 30),
        rotation=motion.about("behind turn", 15, 12),
        elbow=motion.uniform("behind elbow", 2, 25),
        pronation=-10,
    )
    figure.wrist(side, pronation=-10, flexion=-60, curl=0)


def _all_fours(figure: Figure, motion: Motion) -> None:
    """On hands and knees."""
    pitch = motion.about("fours pitch", 70, 8)
    figure.pelvis(pitch=pitch, up=0.35)
    figure.spine(flexion=motion.about("fours back", 6, 8))
    figure.head(flexion=motion.about("fours gaze", -30, 10))
    for side in SIDES:
        figure.leg(side, flexion=pitch + 8, abduction=6, knee=98, ankle=-20, toes=30)
        figure.arm(side, flexion=pitch + 10, abduction=10, elbow=15, pronation=75)
        figure.wrist(side, pronation=75, flexion=-55, curl=0)


def _half_knelt(figure: Figure, motion: Motion) -> None:
    """One foot ahead, hands on its knee."""
    pitch = motion.about("half pitch", 26, 8)
    figure.pelvis(pitch=pitch, up=0.45)
    figure.spine(flexion=motion.about("half back", 14, 7))
    figure.head(flexion=motion.about("half gaze", -18, 9))
    figure.foot("left", Foot(out=0.12, ahead=0.36, knee_out=6))
    figure.leg("right", flexion=pitch - 8, abduction=4, knee=96, ankle=15, toes=55)
    for side, far in zip(SIDES, (0.40, 0.36), strict=True):
        figure.hand(side, out=0.10, up=0.10, ahead=far, of="pelvis", elbow_out=55, pronation=35)


def _deep(figure: Figure, motion: Motion) -> None:
    """A deep squat, hands before the knees or on the ground."""
    heels = motion.uniform("deep heels", 8, 38)
    pitch = motion.about("deep pitch", 28, 6)
    foot = Foot(
        out=motion.uniform("deep width", 0.09, 0.18),
        turned_out=14,
        pitch=heels,
        up=0.0023 * heels,
        toes=heels,
        knee_out=8,
    )
    figure.stand(
        foot, foot, pitch=pitch, drop=motion.uniform("deep drop", 0.42, 0.54), ahead=counterpoise(pitch) + 0.05
    )
    figure.spine(flexion=motion.about("deep back", 36, 8))
    figure.head(flexion=motion.about("deep gaze", -28, 10))
    low = motion.uniform("deep hands")
    for side in SIDES:
        figure.hand(side, out=0.16, up=0.02 + 0.40 * low, ahead=0.36, of="world", elbow_out=40, pronation=45)


def _tilt(motion: Motion) -> Tensor:
    """Of the pelvis on the ground, where hips that cannot bend further tip it back; more so leaning on the hands."""
    return torch.where(motion.chance("leans back", 0.3), -28.0, -16.0) + motion.about("pitch", 0, 5)


def _floor_seated(figure: Figure, motion: Motion) -> None:
    figure.pelvis(pitch=_tilt(motion), up=0.03)
    figure.spine(
        flexion=motion.about("back", 20, 10),
        side=motion.about("side", 0, 6),
        twist=motion.about("twist", 0, 9),
    )
    figure.head(flexion=motion.about("gaze", -2, 14), twist=motion.about("look", 0, 20))

    legs = [_crossed, _crossed, _straight, _knees_up, _one_knee_up]
    figure.choose(motion, motion.choice("legs", len(legs)), legs)
    figure.choose(motion, motion.chance("leans back", 0.3).long(), [_hands_on_knees, _lean_on_hands])


def _crossed(figure: Figure, motion: Motion) -> None:
    """Ankles crossed before the seat, knees out and up."""
    for side, further in zip(SIDES, (0.0, 0.08), strict=True):
        foot = Foot(
            out=motion.about(f"{side} across", -0.04, 0.03),
            up=-0.02,
            ahead=motion.uniform("tuck", 0.42, 0.52) + further,
            turned_out=0,
            knee_out=motion.uniform("knees out", 5, 25),
            knee_up=motion.uniform("knees up", 0.3, 0.5),
        )
        figure.foot(side, foot, flat=False)


def _straight(figure: Figure, motion: Motion) -> None:
    apart = motion.uniform("straddle", 3, 38)
    for side in SIDES:
        figure.leg(
            side,
            flexion=84 + _tilt(motion),
            abduction=apart,
            rotation=0.5 * apart,
            knee=motion.uniform(f"{side} knee", 2, 25),
            ankle=motion.about(f"{side} ankle", -15, 10),
        )


def _knees_up(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        figure.foot(
            side,
            Foot(
                out=motion.about("feet out", 0.10, 0.04),
                ahead=motion.uniform(f"{side} foot ahead", 0.44, 0.70),
                knee_out=motion.uniform("knees out", -8, 25),
            ),
        )


def _one_knee_up(figure: Figure, motion: Motion) -> None:
    """One foot flat, the other leg along the ground."""
    _straight(figure, motion)
    knee_out = motion.uniform("knee out", -10, 20)
    figure.foot("left", Foot(out=0.08, ahead=motion.uniform("foot ahead", 0.44, 0.6), knee_out=knee_out))


def _hands_on_knees(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        figure.hand(
            side,
            out=motion.about(f"{side} hand out", 0.20, 0.06),
            up=motion.uniform(f"{side} hand up", -0.42, -0.20),
            ahead=motion.about(f"{side} hand ahead", 0.36, 0.05),
            elbow_out=45,
            pronation=30,
        )


def _lean_on_hands(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        _lean_on_hand(side, figure, motion)


def _exercise(figure: Figure, motion: Motion) -> None:
    on_front = [_plank, _pushed, _cobra, _down_dog, _childs_pose]
    on_back = [_crunch, _bridge, _table, _legs_raised, _long_reach]
    prone = motion.whole.chance("prone", 0.6).long()
    figure.choose(motion, motion.choice("pose", 5) + 5 * (1 - prone), on_front + on_back)


def _plank(figure: Figure, motion: Motion) -> None:
    """Body straight on hands and toes."""
    figure.pelvis(pitch=motion.about("plank", 76, 4))
    figure.spine(flexion=motion.about("plank back", 0, 5))
    figure.head(flexion=motion.about("plank gaze", -18, 8))
    for side in SIDES:
        figure.leg(
            side,
            flexion=motion.about("pike", 4, 6),
            abduction=3,
            knee=motion.uniform("plank knee", 0, 8),
            ankle=12,
            toes=40,
        )
        figure.arm(side, flexion=78, abduction=motion.uniform("hands apart", 5, 25), elbow=5, pronation=70)
        figure.wrist(side, pronation=70, flexion=-65, curl=0)


def _pushed(figure: Figure, motion: Motion) -> None:
    """The push-up's lower end."""
    figure.pelvis(pitch=motion.about("low plank", 80, 2))
    figure.spine(flexion=motion.about("low back", -2, 4))
    figure.head(flexion=motion.about("low gaze", -22, 8))
    out = motion.uniform("elbows out", 15, 60)
    for side in SIDES:
        figure.leg(side, flexion=2, abduction=3, knee=3, ankle=8, toes=45)
        figure.arm(
            side, flexion=0, abduction=out, rotation=-8, elbow=motion.uniform("push depth", 75, 110), pronation=60
        )
        figure.wrist(side, pronation=60, flexion=-55, curl=0)


def _cobra(figure: Figure, motion: Motion) -> None:
    """Prone, the chest lifted."""
    arch = motion.uniform("arch", 15, 42)
    figure.pelvis(pitch=86 - 0.2 * arch)
    figure.spine(flexion=-arch)
    figure.head(flexion=-0.6 * arch)
    for side in SIDES:
        figure.leg(side, flexion=-6, abduction=5, knee=3, ankle=-45)
        figure.arm(side, flexion=20 + arch, abduction=14, elbow=95 - 1.6 * arch, pronation=60)
        figure.wrist(side, pronation=60, flexion=-55, curl=0)


def _down_dog(figure: Figure, motion: Motion) -> None:
    """Hands and feet on the ground, hips high."""
    pitch = motion.about("dog", 126, 6)
    figure.pelvis(pitch=pitch)
    figure.spine(flexion=motion.about("dog back", 2, 6))
    figure.head(flexion=motion.about("dog gaze", 0, 9))
    for side in SIDES:
        bent = motion.uniform(f"{side} dog knee", 0, 30)
        figure.leg(
            side,
            flexion=pitch - 24 + 0.5 * bent,
            abduction=4,
            knee=bent,
            ankle=16,
            toes=motion.uniform("dog heels", 0, 30),
        )
        figure.arm(side, flexion=motion.about("dog arms", 158, 6), abduction=8, rotation=20, elbow=6, pronation=50)
        figure.wrist(side, pronation=50, flexion=-45, curl=0)


def _childs_pose(figure: Figure, motion: Motion) -> None:
    """Folded over the thighs, arms ahead or beside."""
    pitch = motion.about("child", 60, 4)
    figure.pelvis(pitch=pitch)
    figure.spine(flexion=motion.about("child back", 50, 8))
    figure.head(flexion=8)
    reach = motion.chance("child reach", 0.6).float()
    for side in SIDES:
        figure.leg(
            side, flexion=pitch + 62, abduction=motion.uniform("child apart", 3, 24), rotation=8, knee=146, ankle=-50
        )
        figure.arm(side, flexion=-10 + 150 * reach, abduction=12, elbow=20, pronation=50)


def _crunch(figure: Figure, motion: Motion) -> None:
    """Sitting up from the back, knees bent."""
    up = motion.uniform("up")
    figure.pelvis(pitch=-88 + 55 * up)
    figure.spine(flexion=18 + 26 * up)
    figure.head(flexion=22)
    for side in SIDES:
        figure.leg(side, flexion=50 + 42 * up, abduction=5, knee=98, ankle=-8)
    figure.choose(motion, motion.choice("crunch arms", 2), [_hands_at_head, _arms_ahead])


def _hands_at_head(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        figure.hand(side, out=0.08, up=0.18, ahead=0.04, elbow_out=110, elbow_back=-0.6)


def _arms_ahead(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        figure.arm(side, flexion=motion.about("crunch arms ahead", 62, 12), abduction=6, elbow=18)


def _bridge(figure: Figure, motion: Motion) -> None:
    """On shoulders and feet, hips lifted."""
    lift = motion.uniform("lift", 5, 34)
    figure.pelvis(pitch=-90 - lift)
    figure.spine(flexion=0.5 * lift - 6)
    figure.head(flexion=0.6 * lift)
    for side in SIDES:
        figure.leg(side, flexion=48 - 1.4 * lift, abduction=6, knee=98, ankle=-5)
        figure.arm(side, flexion=-0.6 * lift, abduction=motion.uniform("bridge arms", 8, 30), elbow=6, pronation=60)


def _table(figure: Figure, motion: Motion) -> None:
    """On hands and feet, belly up."""
    pitch = motion.about("table", -62, 10)
    figure.pelvis(pitch=pitch)
    figure.spine(flexion=motion.about("table back", 4, 6))
    figure.head(flexion=motion.about("table gaze", 18, 10))
    for side in SIDES:
        figure.leg(side, flexion=66 + 0.6 * pitch, abduction=8, knee=92, ankle=-5)
        _lean_on_hand(side, figure, motion)


def _legs_raised(figure: Figure, motion: Motion) -> None:
    """On the back, one leg or both up."""
    figure.pelvis(pitch=-90)
    figure.spine(flexion=4)
    figure.head(flexion=motion.uniform("raised head", 0, 25))
    for side in SIDES:
        up = motion.uniform(f"{side} raised")
        figure.leg(
            side,
            flexion=95 * up,
            abduction=motion.uniform("raised apart", 0, 14),
            knee=motion.uniform(f"{side} raised knee", 0, 75) * up,
            ankle=-15,
        )
        figure.arm(side, abduction=motion.uniform("raised arms", 8, 60), elbow=10, pronation=50)


def _long_reach(figure: Figure, motion: Motion) -> None:
    """Sitting, legs straight, reaching for the toes."""
    far = motion.uniform("far")
    pitch = 4 + 24 * far
    figure.pelvis(pitch=pitch)
    figure.spine(flexion=18 + 40 * far)
    figure.head(flexion=motion.about("far gaze", 8, 12))
    apart = motion.uniform("far apart", 2, 34)
    for side in SIDES:
        figure.leg(
            side,
            flexion=86 + pitch,
            abduction=apart,
            rotation=0.4 * apart,
            knee=motion.uniform("far knees", 0, 18),
            ankle=2,
        )
        figure.arm(side, flexion=62 + 42 * far, abduction=4, elbow=motion.uniform("far elbows", 2, 30), pronation=40)


_DOWN_AGAIN: Final[dict[float, Way]] = {0.54: standing, 0.68: standing, 0.79: _deep, 0.90: _propped}
