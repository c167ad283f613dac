"""On the spot: standing, turning and looking, talking, waving, reaching, grooming, balancing."""

import math
from typing import Final

import torch

from vhlib.data.poses import arms
from vhlib.data.poses.figure import SIDES, Figure, Foot, Side, Way, counterpoise, within
from vhlib.data.poses.motion import Motion, Number, curve

# Places that hands rub, in metres of the chest: out (negative reaches across), up, ahead; and where the elbow points.
RUBBED: Final = {
    "top of the head": (0.04, 0.30, 0.06, 90.0),
    "face": (0.03, 0.12, 0.17, 40.0),
    "neck": (-0.02, 0.06, 0.05, 80.0),
    "other shoulder": (-0.16, -0.02, 0.12, 50.0),
    "other forearm": (-0.12, -0.25, 0.22, 30.0),
    "chest": (-0.02, -0.12, 0.15, 50.0),
    "belly": (0.03, -0.32, 0.17, 45.0),
    "side": (0.16, -0.25, 0.08, 60.0),
    "thigh": (0.13, -0.58, 0.16, 25.0),
    "nape": (0.05, 0.14, -0.05, 100.0),
    "other side": (-0.14, -0.20, 0.14, 45.0),
    "small of the back": (0.06, -0.34, -0.12, 75.0),
}


def standing(figure: Figure, motion: Motion) -> None:
    """Idly, the weight on one leg or on both, arms in any of their ways."""
    stance(figure, motion)
    arms.carry(figure, motion)


def turning(figure: Figure, motion: Motion) -> None:
    """Looking round: eyes and head first, then chest and pelvis over planted feet (Hollands et al. 2004)."""
    phase = motion.cycle(motion.uniform("seconds", 3, 7))
    far, near = motion.uniform("far", 30, 100), motion.uniform("near", -60, 40)
    aim = curve(phase, {0.0: 0.0, 0.18: far, 0.40: far, 0.65: near, 0.85: near})
    lag = curve((phase - 0.04) % 1, {0.0: 0.0, 0.18: far, 0.40: far, 0.65: near, 0.85: near})
    body = motion.uniform("body", 0.1, 0.6)
    stance(figure, motion, turn=0.4 * body * lag)
    figure.spine(flexion=motion.about("stoop", 0, 6), side=motion.about("lean", 0, 3), twist=0.6 * body * lag)
    figure.head(
        flexion=motion.about("gaze", 0, 14) + motion.drift("gaze", 6),
        side=motion.about("tilt", 0, 5),
        twist=(aim - body * lag).clamp(-70, 70),
    )
    arms.carry(figure, motion)


def talking(figure: Figure, motion: Motion) -> None:
    """With the hands."""
    stance(figure, motion)
    arms.talking(figure, motion)


def waving(figure: Figure, motion: Motion) -> None:
    """A hand from side to side, at the shoulder or overhead."""
    stance(figure, motion)
    arms.carry(figure, motion)
    beat = 2 * math.pi * motion.time * motion.uniform("beats", 0.8, 2.2)
    high = motion.uniform("height")
    figure.arm(
        "left",
        flexion=motion.about("forward", 15, 12),
        abduction=40 + 95 * high + motion.uniform("from the shoulder", 0, 14) * beat.sin(),
        rotation=motion.about("turn", 75, 10) - 45 * high + motion.uniform("from the elbow", 5, 28) * beat.sin(),
        elbow=motion.uniform("bend", 70, 120) - 65 * high + motion.uniform("fold", 0, 10) * beat.cos(),
        pronation=motion.about("palm", 30, 15),
    )
    figure.wrist("left", pronation=30, deviation=motion.uniform("flap", 0, 20) * beat.sin(), curl=5)


def reaching(figure: Figure, motion: Motion) -> None:
    """For something on a shelf, on a table or to one side, with one hand or both, and back."""
    there, beyond = within("there", _reach), within("beyond", _reach)
    figure.pass_through(
        motion,
        motion.uniform("seconds", 2.5, 5),
        {0.0: standing, 0.12: standing, 0.42: there, 0.58: beyond, 0.88: standing},
    )


def grooming(figure: Figure, motion: Motion) -> None:
    """Washing, drying, scratching: hands go over head, chest, belly, arms and thighs."""
    keys = {0.14 * number: within(f"touch {number}", _touch) for number in range(7)}
    figure.pass_through(motion, motion.uniform("seconds", 5, 11), keys)


def balancing(figure: Figure, motion: Motion) -> None:
    """On one leg, or heel to toe as on a beam; the trunk tips, arms and the free leg make up for it."""
    figure.choose(motion, motion.choice("on", 2), [_on_one_leg, _on_a_beam])
    figure.choose(motion, motion.choice("arms", 4), [arms.balancing, arms.balancing, arms.balancing, arms.carry])


def at_ease(figure: Figure, motion: Motion) -> None:
    """Standing, arms hanging: where a movement starts.

    Args:
        figure: who.
        motion: what it does.
    """
    stance(figure, motion)
    arms.hanging(figure, motion)


def stance(figure: Figure, motion: Motion, *, pitch: Number = 0.0, turn: Number = 0.0, drop: Number = 0.0) -> None:
    """Stand, more on one leg than the other, trunk and head at ease.

    Args:
        figure: who.
        motion: what it does.
        pitch: of the pelvis, beyond its own.
        turn: of the pelvis to the left, feet planted.
        drop: how far the pelvis sinks, metres.
    """
    width, stagger = motion.uniform("stance width", 0.06, 0.20), motion.about("stagger", 0, 0.06)
    weight = motion.about("weight", 0, 0.6) + motion.drift("sway", 0.15, 6)
    lean = motion.about("lean", 4, 4) + pitch
    roll = -5.0 * weight
    left, right = (
        Foot(
            out=width,
            ahead=sign * stagger,
            turned_out=motion.about(f"{side} toes out", 11, 7),
            knee_out=motion.about(f"{side} knee out", 0, 4),
        )
        for side, sign in zip(SIDES, (1.0, -1.0), strict=True)
    )
    stoop = motion.about("stoop", 0, 7)
    figure.stand(
        left,
        right,
        pitch=lean,
        roll=roll,
        turn=turn + motion.about("facing", 0, 6),
        aside=0.35 * width * weight,
        ahead=counterpoise(lean + 0.6 * stoop),
        drop=drop + motion.uniform("drop", 0, 0.012),
    )
    figure.spine(
        flexion=stoop - 0.5 * lean + motion.drift("breathing", 0.8, 3.5),
        side=-0.9 * roll + motion.about("side", 0, 3),
        twist=motion.about("twist", 0, 6) + motion.drift("twist", 2),
    )
    figure.head(
        flexion=motion.about("gaze", 4, 11) - 0.4 * stoop + motion.drift("gaze", 4),
        side=motion.about("tilt", 0, 5),
        twist=motion.about("look", 0, 20) + motion.drift("look", 8),
    )


def _reach(figure: Figure, motion: Motion) -> None:
    """The moment when the hand is there, or a little further along."""
    whole = motion.whole
    up = whole.uniform("target up", 0.35, 1.75) + motion.about("along up", 0, 0.06)
    out = whole.uniform("target out", -0.25, 0.60) + motion.about("along out", 0, 0.07)
    ahead = motion.uniform("target ahead", 0.35, 0.70)
    down = (1.0 - up).clamp(0, 1)
    pitch = 10 + 45 * down
    figure.stand(
        Foot(out=motion.uniform("stance width", 0.08, 0.18), ahead=motion.uniform("step", -0.05, 0.30)),
        Foot(out=0.10, ahead=motion.uniform("back", -0.20, 0.0), pitch=12, up=0.02, toes=12),
        pitch=pitch,
        turn=motion.about("turn", -5, 6) - 20 * out,
        ahead=0.5 * counterpoise(pitch + 20 * down) + 0.05,
        drop=0.25 * down * motion.uniform("knees"),
    )
    figure.spine(flexion=25 * down - 8 * (up - 1.2).clamp_min(0) * 10, twist=-25 * out, side=-8 * (up - 1).clamp(0, 1))
    figure.head(flexion=20 - 40 * (up - 0.7), twist=-20 * out)
    figure.hand("left", out=out, up=up, ahead=ahead, of="world", elbow_out=40, pronation=motion.about("palm", 20, 25))
    figure.wrist("left", pronation=20, flexion=motion.about("wrist", -10, 12), curl=motion.uniform("grip", 5, 50))
    figure.hand("right", out=0.15 - 0.3 * out, up=up, ahead=ahead, of="world", elbow_out=40, pronation=20)
    figure.choose(motion, whole.choice("hands", 3), [_right_hangs, _right_hangs, None])


def _on_one_leg(figure: Figure, motion: Motion) -> None:
    """The right leg lifted ahead, behind or to the side; the further back, the more the trunk leans forward."""
    tip = motion.drift("tip", 4, 1.7)
    back = motion.uniform("back") ** 2
    lean = motion.about("lean", 4, 5) + 45 * back + motion.drift("lean", 3, 2.1)
    figure.stand(
        Foot(out=motion.uniform("under", 0.0, 0.05), turned_out=motion.about("toes out", 8, 7)),
        Foot(),
        pitch=lean,
        roll=motion.about("hip", 3, 5) - 0.5 * tip,
        turn=motion.about("facing", 0, 8),
        aside=0.03,
        ahead=counterpoise(0.5 * lean),
        drop=motion.uniform("drop", 0.01, 0.07),
    )
    figure.leg(
        "right",
        flexion=lean + torch.lerp(motion.uniform("lifted", 5, 95), motion.uniform("behind", -25, 5), back),
        abduction=motion.uniform("aside", 0, 24) + 0.5 * tip,
        rotation=motion.about("turned", 5, 10),
        knee=torch.lerp(motion.uniform("knee", 10, 110), motion.uniform("straight", 5, 45), back),
        ankle=motion.about("ankle", -12, 10),
    )
    figure.spine(flexion=motion.about("stoop", 2, 7) - 0.3 * lean, side=tip, twist=motion.about("twist", 0, 8))
    figure.head(flexion=motion.about("gaze", 6, 10) - 0.4 * lean, side=-0.5 * tip, twist=motion.about("look", 0, 12))


def _on_a_beam(figure: Figure, motion: Motion) -> None:
    """One foot before the other, the rear heel up or not."""
    tip, far = motion.drift("tip", 5, 1.7), motion.uniform("step", 0.22, 0.5)
    heel = motion.uniform("heel", 0, 35)
    figure.stand(
        Foot(out=motion.about("lead out", 0.01, 0.02), ahead=0.5 * far, turned_out=motion.about("lead toes", 5, 6)),
        Foot(
            out=motion.about("rear out", 0.01, 0.02),
            ahead=-0.5 * far,
            turned_out=motion.about("rear toes", 8, 7),
            pitch=heel,
            up=0.0022 * heel,
            toes=heel,
        ),
        pitch=motion.about("lean", 4, 5),
        roll=-0.5 * tip,
        aside=0.002 * tip,
        ahead=motion.about("over", 0.03, 0.06),
        drop=motion.uniform("drop", 0.01, 0.10),
    )
    figure.spine(flexion=motion.about("stoop", 2, 7), side=tip, twist=motion.about("twist", 0, 9))
    figure.head(flexion=motion.about("gaze", 14, 12), side=-0.5 * tip, twist=motion.about("look", 0, 12))


def _right_hangs(figure: Figure, motion: Motion) -> None:
    arms.hang(figure, motion, "right")


def _touch(figure: Figure, motion: Motion) -> None:
    """Each hand at one of the places, or hanging."""
    whole = motion.whole
    bow = 26 * motion.normal("bow").abs()
    figure.stand(
        Foot(out=whole.uniform("stance width", 0.07, 0.18), ahead=whole.about("stagger", 0, 0.06)),
        Foot(out=0.11),
        pitch=0.6 * bow,
        ahead=counterpoise(bow),
        aside=motion.about("weight", 0, 0.02),
        drop=0.012 + 0.002 * bow,
    )
    figure.spine(flexion=0.6 * bow, side=motion.about("side", 0, 7), twist=motion.about("twist", 0, 14))
    figure.head(flexion=motion.about("nod", 8, 16), side=motion.about("tilt", 0, 10), twist=motion.about("look", 0, 20))
    for side in SIDES:
        _rub(figure, motion.within(side), side)


def _rub(figure: Figure, motion: Motion, side: Side) -> None:
    def at(out: float, up: float, ahead: float, elbow: float) -> Way:
        def put(figure: Figure, motion: Motion) -> None:
            figure.hand(
                side,
                out=motion.about("out", out, 0.03),
                up=motion.about("up", up, 0.03),
                ahead=motion.about("ahead", ahead + 0.02, 0.015),
                elbow_out=motion.about("elbow", elbow, 12),
                elbow_back=0.4 if ahead < 0 else 0.0,
                pronation=motion.about("palm", 15, 25),
            )

        return put

    def hang(figure: Figure, motion: Motion) -> None:
        arms.hang(figure, motion, side)

    ways = [*(at(*place) for place in RUBBED.values()), hang, hang]
    figure.choose(motion, motion.choice("place", len(ways)), ways)
