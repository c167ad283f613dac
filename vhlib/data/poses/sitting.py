"""Low down: sitting, squatting, kneeling, bending and lifting."""

from typing import Final

import torch
from torch import Tensor

from vhlib.data.poses import arms
from vhlib.data.poses.figure import SIDES, Figure, Foot, counterpoise, within
from vhlib.data.poses.motion import Motion, curve
from vhlib.data.poses.standing import at_ease, stance, standing

SEAT: Final = 0.45
"""Height of the pelvis over the ankles on an ordinary chair, metres."""


def sitting(figure: Figure, motion: Motion) -> None:
    """On a chair, shifting about; now and then standing up and sitting down again.

    Rising goes by way of a trunk bent 40 to 50 degrees forward over the feet (Schenkman et al. 1990).
    """
    figure.choose(motion, motion.choice("leaves", 2), [_stay_seated, _get_up_and_sit_down])


def squatting(figure: Figure, motion: Motion) -> None:
    """Knee bends, shallow to deep, and staying down."""
    depth = _depth(motion)
    drop = motion.uniform("depth", 0.15, 0.62) * depth
    # Ankles bend some 30 degrees with the sole flat; who goes deeper than that raises the heels or leans.
    heels = (drop - 0.38).clamp_min(0) * 130 * motion.uniform("heels")
    # The pelvis tips forward at first and back again low down, where the hips are at the end of their range.
    trunk = 70 * drop - 150 * (drop - 0.36).clamp_min(0) + 8 * depth * motion.normal("lean").abs()
    width, out = motion.uniform("width", 0.08, 0.28), motion.uniform("toes out", 5, 32)
    foot = Foot(
        out=width, turned_out=out, pitch=heels, up=0.002 * heels, toes=heels, knee_out=motion.about("knees", 0, 5)
    )
    figure.stand(foot, foot, pitch=trunk, drop=drop, ahead=counterpoise(70 * drop) + 0.04 * depth + 0.0015 * heels)
    figure.spine(
        flexion=motion.about("back", 5, 10) * depth + 110 * (drop - 0.36).clamp_min(0),
        twist=motion.about("twist", 0, 4),
    )
    figure.head(flexion=-0.5 * trunk + motion.about("gaze", 0, 10), twist=motion.about("look", 0, 12))
    figure.choose(motion, motion.choice("arms", 4), [_arms_forward, _hands_between_knees, _hands_on_thighs, arms.carry])


def kneeling(figure: Figure, motion: Motion) -> None:
    """On one knee, on both, or back on the heels."""
    figure.choose(motion, motion.choice("kind", 3), [_on_one_knee, _on_both_knees, _on_heels])
    figure.head(flexion=motion.about("gaze", 8, 14) + motion.drift("gaze", 5), twist=motion.about("look", 0, 20))
    figure.choose(motion, motion.choice("arms", 3), [arms.carry, _busy_below, arms.hanging])


def lifting(figure: Figure, motion: Motion) -> None:
    """Bending down, from the knees or from the back, taking hold, and lifting to the waist, the chest or overhead."""
    held, put = within("held", _hold), within("put", _hold)
    figure.pass_through(
        motion, motion.uniform("seconds", 3.5, 7), {0.0: at_ease, 0.22: _grasp, 0.32: _grasp, 0.55: held, 0.72: put}
    )


def _stay_seated(figure: Figure, motion: Motion) -> None:
    first, second = within("first", _seated), within("second", _seated)
    figure.pass_through(
        motion, motion.uniform("seconds", 8, 16), {0.0: first, 0.25: first, 0.35: second, 0.62: second, 0.8: first}
    )


def _get_up_and_sit_down(figure: Figure, motion: Motion) -> None:
    first, second = within("first", _seated), within("second", _seated)
    rise, descend = within("rise", _over_the_feet), within("descend", _over_the_feet)
    figure.pass_through(
        motion,
        motion.uniform("seconds", 6, 12),
        {
            0.0: first,
            0.32: second,
            0.40: second,
            0.48: rise,
            0.56: standing,
            0.68: standing,
            0.78: descend,
            0.88: first,
        },
    )


def _lean(motion: Motion) -> Tensor:
    """Of the pelvis on the seat."""
    return motion.about("lean", -4, 13)


def _seated(figure: Figure, motion: Motion) -> None:
    lean = _lean(motion)
    slouch = motion.about("slouch", 14, 12)
    figure.pelvis(pitch=lean, roll=motion.about("roll", 0, 3), up=SEAT + motion.whole.about("seat", 0, 0.05))
    figure.spine(flexion=slouch, side=motion.about("side", 0, 5), twist=motion.about("twist", 0, 9))
    figure.head(
        flexion=motion.about("gaze", 8, 13) - 0.5 * (slouch + lean),
        side=motion.about("tilt", 0, 6),
        twist=motion.about("look", 0, 20),
    )
    legs = [_feet_flat, _feet_flat, _feet_tucked, _legs_out, _legs_crossed]
    figure.choose(motion, motion.choice("legs", len(legs)), legs)
    hands = [_hands_on_lap, _hands_on_lap, _hands_on_armrests, _hands_on_desk, arms.carry]
    figure.choose(motion, motion.choice("hands", len(hands)), hands)


def _feet_flat(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        figure.foot(
            side,
            Foot(
                out=motion.about(f"{side} out", 0.12, 0.04),
                ahead=motion.about(f"{side} ahead", 0.40, 0.06),
                turned_out=motion.about(f"{side} turned out", 8, 8),
                knee_out=motion.uniform("knees", -8, 20),
            ),
        )


def _feet_tucked(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        pitch = motion.uniform(f"{side} heel", 15, 45)
        figure.foot(
            side,
            Foot(
                out=motion.about(f"{side} out", 0.08, 0.04),
                ahead=motion.uniform(f"{side} ahead", 0.12, 0.32),
                up=0.0022 * pitch,
                pitch=pitch,
                toes=pitch,
                knee_out=motion.uniform("knees", -5, 20),
            ),
        )


def _legs_out(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        figure.foot(
            side,
            Foot(
                out=motion.about(f"{side} out", 0.06, 0.05),
                ahead=motion.uniform(f"{side} ahead", 0.50, 0.75),
                up=0.02,
                pitch=motion.uniform(f"{side} heel", -30, -5),
                turned_out=motion.about(f"{side} turned out", 15, 10),
            ),
        )


def _legs_crossed(figure: Figure, motion: Motion) -> None:
    """One knee over the other, or the ankle on the other knee."""
    _feet_flat(figure, motion)
    open_ = motion.uniform("figure four") > 0.6
    turn = motion.uniform("open", 35, 50)
    figure.leg(
        "left",
        flexion=_lean(motion) + torch.where(open_, 86.0, 104.0) + motion.about("thigh", 0, 4),
        abduction=torch.where(open_, 12.0, -14.0),
        rotation=torch.where(open_, turn, -4.0),
        knee=torch.where(open_, 100.0, 78.0) + motion.about("knee", 0, 8),
        ankle=motion.about("ankle", -10, 10),
    )


def _hands_on_lap(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        figure.hand(
            side,
            out=motion.uniform(f"{side} lap out", 0.04, 0.18),
            up=motion.about("lap up", 0.06, 0.015),
            ahead=motion.uniform(f"{side} lap ahead", 0.22, 0.42),
            of="pelvis",
            elbow_out=motion.uniform(f"{side} lap elbow", 25, 65),
            pronation=motion.about("lap palm", 35, 20),
        )


def _hands_on_armrests(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        figure.hand(
            side,
            out=motion.about("armrest out", 0.27, 0.03),
            up=motion.about("armrest up", 0.17, 0.03),
            ahead=motion.about("armrest ahead", 0.26, 0.05),
            of="pelvis",
            elbow_out=45,
            elbow_back=0.8,
            pronation=40,
        )


def _hands_on_desk(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        figure.hand(
            side,
            out=motion.about(f"{side} desk out", 0.13, 0.08),
            up=motion.about("desk up", 0.22, 0.03),
            ahead=motion.about(f"{side} desk ahead", 0.40, 0.06),
            of="pelvis",
            elbow_out=40,
            pronation=motion.about("desk palm", 50, 15),
        )


def _over_the_feet(figure: Figure, motion: Motion) -> None:
    """The trunk over the feet, the seat just left."""
    pitch = motion.about("pitch", 40, 6)
    foot = Foot(out=0.11, ahead=motion.about("feet", 0.0, 0.02), knee_out=4)
    figure.stand(foot, foot, pitch=pitch, ahead=counterpoise(pitch) - 0.06, drop=motion.uniform("drop", 0.26, 0.36))
    figure.spine(flexion=motion.about("back", 10, 6))
    figure.head(flexion=motion.about("gaze", -25, 8))
    for side in SIDES:
        figure.arm(
            side,
            flexion=motion.uniform("arms", 20, 60),
            abduction=10,
            elbow=motion.uniform("elbows", 15, 50),
            pronation=20,
        )


def _knee_bend(motion: Motion) -> Tensor:
    """The phase of one knee bend."""
    return motion.cycle(motion.uniform("seconds", 2.5, 6))


def _depth(motion: Motion) -> Tensor:
    """How much of a squat's depth has been reached."""
    return curve(_knee_bend(motion), {0.0: 0.0, 0.35: 1.0, 0.60: motion.uniform("stay", 0.4, 1.0), 0.95: 0.0})


def _arms_forward(figure: Figure, motion: Motion) -> None:
    raised = curve(_knee_bend(motion), {0.0: 0.1, 0.3: 1.0, 0.65: 1.0, 0.95: 0.1})
    for side in SIDES:
        figure.arm(
            side,
            flexion=motion.about("raised", 85, 12) * raised,
            abduction=motion.about("apart", 2, 6),
            rotation=-10,
            elbow=motion.uniform("elbows", 5, 60),
            pronation=motion.about("palms", 30, 20),
        )


def _hands_between_knees(figure: Figure, motion: Motion) -> None:
    for side in SIDES:
        figure.hand(
            side,
            out=motion.about("between", 0.05, 0.03),
            up=motion.uniform("hands up", -0.42, -0.20),
            ahead=motion.uniform("hands ahead", 0.26, 0.40),
            elbow_out=30,
        )


def _hands_on_thighs(figure: Figure, motion: Motion) -> None:
    depth = _depth(motion)
    for side in SIDES:
        figure.hand(
            side,
            out=0.20 + 0.02 * depth,
            up=-0.12 - 0.06 * depth,
            ahead=0.10 + motion.uniform("on thighs", 0.15, 0.28) * depth,
            of="pelvis",
            elbow_out=75,
            elbow_back=0.8,
            pronation=40,
        )


def _on_one_knee(figure: Figure, motion: Motion) -> None:
    """Left foot ahead and flat, right knee on the ground, right toes flat or bent."""
    pitch = motion.about("one knee pitch", 6, 8)
    thigh = motion.about("rear thigh", 0, 10)
    figure.pelvis(pitch=pitch, up=0.43)
    figure.spine(flexion=motion.about("one knee back", 5, 9), side=motion.about("one knee side", 0, 4))
    figure.foot(
        "left", Foot(out=0.12, ahead=motion.about("one knee front", 0.40, 0.06), knee_out=motion.uniform("out", 0, 15))
    )
    tucked = motion.chance("toes tucked", 0.5)
    figure.leg(
        "right",
        flexion=pitch + thigh,
        abduction=4,
        knee=88 - thigh + torch.where(tucked, 16.0, 0.0),
        ankle=torch.where(tucked, 15.0, -45.0),
        toes=torch.where(tucked, 55.0, 0.0),
    )


def _on_both_knees(figure: Figure, motion: Motion) -> None:
    pitch = motion.about("both knees pitch", 8, 10)
    sink = motion.uniform("both knees sink", 0, 45)
    figure.pelvis(pitch=pitch)
    figure.spine(flexion=motion.about("both knees back", 8, 10), twist=motion.about("both knees twist", 0, 8))
    for side in SIDES:
        figure.leg(side, flexion=pitch + sink, abduction=8, rotation=2, knee=90 + sink, ankle=-40)


def _on_heels(figure: Figure, motion: Motion) -> None:
    pitch = motion.about("heels pitch", 2, 9)
    figure.pelvis(pitch=pitch)
    figure.spine(flexion=motion.about("heels back", 10, 10), side=motion.about("heels side", 0, 4))
    for side in SIDES:
        figure.leg(side, flexion=60 + pitch, abduction=motion.uniform("heels apart", 2, 18), knee=150, ankle=-48)


def _busy_below(figure: Figure, motion: Motion) -> None:
    """Both hands at work on something in front, near the ground."""
    for side in SIDES:
        figure.hand(
            side,
            out=motion.about(f"{side} work out", 0.10, 0.06) + motion.drift(f"{side} work x", 0.03, 1.5),
            up=motion.about(f"{side} work up", -0.45, 0.06) + motion.drift(f"{side} work y", 0.04, 1.5),
            ahead=motion.about(f"{side} work ahead", 0.32, 0.05) + motion.drift(f"{side} work z", 0.03, 1.5),
            elbow_out=35,
            pronation=motion.about("work palm", 25, 20),
        )


def _grasp(figure: Figure, motion: Motion) -> None:
    """Hands at the thing, near the ground or on a low table; the less the knees bend, the more the back does."""
    up = motion.uniform("up", 0.05, 0.55)
    knees = motion.uniform("knees")
    low = 1 - up
    pitch = (42 + 48 * (1 - knees)) * low
    flexion = (18 + 50 * (1 - knees)) * low
    foot = Foot(out=motion.uniform("width", 0.09, 0.22), turned_out=12, knee_out=6)
    other = Foot(out=motion.uniform("width", 0.09, 0.22), ahead=motion.about("stagger", 0, 0.14), turned_out=12)
    drop = (0.08 + 0.42 * knees) * low
    figure.stand(foot, other, pitch=pitch, drop=drop, ahead=counterpoise(pitch + 0.4 * flexion) + 0.03)
    figure.spine(flexion=flexion, side=motion.about("side", 0, 7), twist=motion.about("twist", 0, 10))
    figure.head(flexion=motion.about("gaze", -12, 16), twist=motion.about("look", 0, 10))
    for side in SIDES:
        figure.hand(
            side,
            out=motion.whole.uniform("width of the thing", 0.06, 0.22),
            up=up,
            ahead=motion.about("ahead", 0.34, 0.05),
            of="world",
            elbow_out=35,
            pronation=10,
        )
        figure.wrist(side, pronation=10, curl=45)
    _one_hand_or_two(figure, motion)


def _hold(figure: Figure, motion: Motion) -> None:
    """The thing held: at the waist, before the chest, on a shoulder or overhead."""
    height = motion.uniform("height", -0.45, 0.55)
    back = motion.about("back", -6, 5)
    stance(figure, motion, pitch=0.5 * back)
    figure.spine(flexion=back, twist=motion.about("twist", 0, 16), side=motion.about("side", 0, 4))
    figure.head(flexion=-12 * height + motion.about("gaze", 4, 8))
    for side in SIDES:
        figure.hand(
            side,
            out=motion.whole.uniform("width of the thing", 0.06, 0.22),
            up=height,
            ahead=0.34 - 0.28 * height.abs() + motion.about("ahead", 0, 0.03),
            elbow_out=motion.about("elbow", 35, 10),
            elbow_back=0.2,
            pronation=10,
        )
        figure.wrist(side, pronation=10, curl=45)
    _one_hand_or_two(figure, motion)


def _one_hand_or_two(figure: Figure, motion: Motion) -> None:
    def let_go(figure: Figure, motion: Motion) -> None:
        arms.hang(figure, motion, "right")

    figure.choose(motion, motion.whole.choice("hands", 3), [None, None, let_go])
