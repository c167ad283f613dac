"""With force: throwing, kicking, jumping, punching, swinging a bat or a sword.

The dominant side is written as the right one; half of all motions are mirrored afterwards.
"""

import math
from functools import partial

import torch

from vhlib.data.poses import arms
from vhlib.data.poses.figure import SIDES, Figure, Foot, Side, Way, counterpoise, within
from vhlib.data.poses.motion import Motion
from vhlib.data.poses.standing import at_ease, stance, standing


def throwing(figure: Figure, motion: Motion) -> None:
    """Overarm, from the ground up: stride, cocked arm, release, follow-through (Fleisig et al. 1999); or underarm."""
    figure.choose(motion, motion.choice("kind", 3), [_throw_overarm, _throw_overarm, _throw_underarm])


def kicking(figure: Figure, motion: Motion) -> None:
    """A ball, with the leg drawn back and struck through, arms in balance (Lees et al. 2010); or high, as in karate."""
    figure.choose(motion, motion.choice("kind", 2), [_kick_a_ball, _kick_high])


def jumping(figure: Figure, motion: Motion) -> None:
    """Countermovement, take-off, flight and landing, arms swinging (Bobbert et al. 1987); or jumping jacks."""
    figure.choose(motion, motion.choice("kind", 4), [_jump, _jump, _jump, _jumping_jacks])


def punching(figure: Figure, motion: Motion) -> None:
    """From a guard: straight, hooked, upward, high and low, and ducking."""
    keys: dict[float, Way] = {}
    for number in range(4):
        keys[0.25 * number] = within(f"guard {number}", _guard)
        keys[0.25 * number + 0.11] = within(f"punch {number}", _punch)
    figure.pass_through(motion, motion.uniform("seconds", 2.4, 5), keys)


def swinging(figure: Figure, motion: Motion) -> None:
    """A bat, a racket, a club, an axe or a sword, with two hands or one: drawn back, swung, carried through."""
    keys: dict[float, Way] = {}
    for number in range(2):
        swing = f"swing {number}"
        keys[0.5 * number] = within(swing, _held_ready)
        keys[0.5 * number + 0.16] = within(swing, _drawn_back)
        keys[0.5 * number + 0.27] = within(swing, _at_the_hit)
        keys[0.5 * number + 0.36] = within(swing, _carried_through)
    figure.pass_through(motion, motion.uniform("seconds", 3, 6), keys)


def _throw_overarm(figure: Figure, motion: Motion) -> None:
    keys: dict[float, Way] = {0.0: _ready, 0.20: _wind_up, 0.42: _cocked, 0.54: _release, 0.66: _followed}
    figure.pass_through(motion, motion.uniform("seconds", 1.8, 3.5), keys)


def _throw_underarm(figure: Figure, motion: Motion) -> None:
    keys: dict[float, Way] = {0.0: _ready, 0.25: _swung_back, 0.48: _swung_forward, 0.62: _swung_up, 0.85: _ready}
    figure.pass_through(motion, motion.uniform("seconds", 1.8, 3.5), keys)


def _kick_a_ball(figure: Figure, motion: Motion) -> None:
    keys: dict[float, Way] = {0.0: standing, 0.22: _leg_back, 0.36: _struck, 0.48: _kicked_through, 0.72: standing}
    figure.pass_through(motion, motion.uniform("seconds", 1.6, 3.0), keys)


def _kick_high(figure: Figure, motion: Motion) -> None:
    out = {0.25: _chambered, 0.40: _kicked_out, 0.48: _kicked_out, 0.62: _chambered}
    figure.pass_through(motion, motion.uniform("seconds", 1.6, 3.0), {0.0: standing, **out, 0.8: standing})


def _jump(figure: Figure, motion: Motion) -> None:
    before, after = within("before", _crouched_to_jump), within("after", _crouched_after)
    up = {0.24: before, 0.38: _taking_off, 0.50: _flying, 0.62: after}
    figure.pass_through(motion, motion.uniform("seconds", 1.6, 3.0), {0.0: at_ease, **up, 0.80: at_ease})


def _jumping_jacks(figure: Figure, motion: Motion) -> None:
    figure.pass_through(motion, motion.uniform("seconds", 0.8, 1.5), {0.0: _together, 0.5: _apart})


def _ready(figure: Figure, motion: Motion) -> None:
    stance(figure, motion, turn=motion.uniform("sideways", -50, 0))
    figure.choose(motion, motion.choice("ready", 2), [arms.hanging, arms.clasped])


def _wind_up(figure: Figure, motion: Motion) -> None:
    """Side on, the front knee lifted, hands together before the chest."""
    lift = motion.uniform("wind-up lift")
    figure.stand(
        Foot(out=0.12, ahead=0.10 + 0.15 * lift, up=0.02 + 0.40 * lift, pitch=25 * lift, turned_out=-40),
        Foot(out=0.06, turned_out=55),
        turn=motion.about("wind-up turn", -65, 12),
        pitch=-4,
        aside=-0.05,
        drop=0.03,
    )
    figure.spine(flexion=motion.about("wind-up back", 6, 6), twist=-10)
    figure.head(twist=motion.about("wind-up look", 50, 8), flexion=-5)
    for side in SIDES:
        figure.hand(
            side,
            out=0.04,
            up=motion.about("wind-up hands", -0.14, 0.08),
            ahead=0.22,
            elbow_out=40,
            elbow_back=0.2,
        )
        figure.wrist(side, curl=50)


def _cocked(figure: Figure, motion: Motion) -> None:
    """The long stride: front foot down, pelvis opening, upper arm level, forearm thrown back."""
    stride = motion.whole.uniform("stride", 0.25, 0.70)
    figure.stand(
        Foot(out=0.12, ahead=0.55 * stride, turned_out=-5, knee_out=-5),
        Foot(out=0.06, ahead=-0.45 * stride, turned_out=55, pitch=10, up=0.02, toes=15, knee_out=-25),
        turn=motion.about("cocked turn", -30, 10),
        roll=4,
        drop=0.10 * stride + 0.02,
    )
    figure.spine(flexion=motion.about("cocked arch", -14, 6), twist=motion.about("cocked twist", -22, 8), side=4)
    figure.head(twist=motion.about("cocked look", 42, 8), flexion=5)
    figure.arm(
        "right",
        flexion=motion.about("cocked arm back", -12, 8),
        abduction=motion.about("cocked arm up", 92, 10),
        rotation=motion.about("cocked layback", 105, 18),
        elbow=motion.about("cocked elbow", 92, 14),
        pronation=-15,
    )
    figure.wrist("right", pronation=-15, flexion=-30, curl=40)
    figure.arm(
        "left",
        flexion=motion.about("aim flexion", 45, 18),
        abduction=motion.about("aim abduction", 55, 15),
        rotation=-20,
        elbow=motion.uniform("aim elbow", 10, 70),
        pronation=30,
    )


def _release(figure: Figure, motion: Motion) -> None:
    """Chest square to the target, trunk tipped away from the throwing arm, elbow almost straight."""
    stride = motion.whole.uniform("stride", 0.25, 0.70)
    trunk = motion.about("release trunk", 18, 6)
    figure.stand(
        Foot(out=0.10, ahead=0.55 * stride, turned_out=3),
        Foot(out=0.08, ahead=-0.45 * stride, turned_out=15, pitch=48, up=0.11, toes=38),
        turn=motion.about("release turn", 8, 7),
        pitch=trunk,
        ahead=0.16 * stride,
        drop=0.09 * stride + 0.02,
    )
    figure.spine(flexion=motion.about("release flexion", 12, 8), twist=14, side=motion.about("release tilt", 16, 7))
    figure.head(flexion=-20, side=-8, twist=-16)
    figure.arm(
        "right",
        flexion=motion.about("release arm forward", 38, 12),
        abduction=motion.about("release arm up", 95, 12),
        rotation=motion.about("release turn out", 62, 15),
        elbow=motion.uniform("release elbow", 12, 45),
        pronation=20,
    )
    figure.wrist("right", pronation=20, flexion=10, curl=15)
    figure.arm("left", flexion=-10, abduction=30, elbow=motion.uniform("tucked elbow", 70, 110), pronation=20)


def _followed(figure: Figure, motion: Motion) -> None:
    """The arm across to the other knee, trunk over the front leg, rear foot off."""
    stride = motion.whole.uniform("stride", 0.25, 0.70)
    trunk = motion.about("follow trunk", 32, 9)
    figure.stand(
        Foot(out=0.10, ahead=0.55 * stride, turned_out=3),
        Foot(out=0.12, ahead=-0.25 * stride, turned_out=0, pitch=65, up=0.16, toes=25),
        turn=motion.about("follow turn", 24, 8),
        pitch=trunk,
        ahead=0.30 * stride + counterpoise(trunk),
        drop=0.08 * stride + 0.03,
    )
    figure.spine(flexion=motion.about("follow flexion", 24, 9), twist=18, side=8)
    figure.head(flexion=-30, twist=-25)
    figure.hand(
        "right",
        out=motion.about("follow out", -0.22, 0.06),
        up=motion.about("follow up", -0.40, 0.08),
        ahead=motion.about("follow ahead", 0.26, 0.05),
        elbow_out=55,
        pronation=45,
    )
    figure.arm("left", flexion=-30, abduction=25, elbow=60, pronation=10)


def _swung_back(figure: Figure, motion: Motion) -> None:
    pitch = motion.about("back pitch", 18, 6)
    figure.stand(
        Foot(ahead=0.10),
        Foot(ahead=-0.12, pitch=8, up=0.015),
        pitch=pitch,
        ahead=counterpoise(pitch),
        drop=0.05,
        turn=-12,
    )
    figure.spine(flexion=8, twist=-18)
    figure.head(flexion=-18, twist=22)
    figure.arm(
        "right", flexion=motion.about("drawn back", -52, 8), abduction=14, elbow=motion.uniform("straight", 2, 25)
    )
    figure.arm("left", flexion=motion.about("balance", 35, 12), abduction=16, elbow=35, pronation=20)


def _swung_forward(figure: Figure, motion: Motion) -> None:
    pitch = motion.about("low pitch", 28, 9)
    stride = motion.uniform("underarm stride", 0.15, 0.55)
    figure.stand(
        Foot(ahead=0.55 * stride),
        Foot(ahead=-0.45 * stride, pitch=40, up=0.09, toes=35),
        pitch=pitch,
        ahead=0.1 * stride + counterpoise(pitch),
        drop=0.06 + 0.18 * motion.uniform("low"),
    )
    figure.spine(flexion=15, twist=4)
    figure.head(flexion=-30)
    figure.arm("right", flexion=motion.about("let go", 38, 12), abduction=4, elbow=motion.uniform("straight", 2, 25))
    figure.arm("left", flexion=motion.about("counter", -15, 14), abduction=28, elbow=25)


def _swung_up(figure: Figure, motion: Motion) -> None:
    stride = motion.uniform("underarm stride", 0.15, 0.55)
    figure.stand(
        Foot(ahead=0.55 * stride),
        Foot(ahead=-0.40 * stride, pitch=55, up=0.13, toes=35),
        pitch=12,
        ahead=0.22 * stride,
        drop=0.04,
        turn=8,
    )
    figure.spine(flexion=2, twist=10)
    figure.head(flexion=-8, twist=-8)
    figure.arm(
        "right", flexion=motion.about("up through", 105, 20), abduction=-8, elbow=motion.uniform("bent through", 15, 70)
    )
    figure.arm("left", flexion=-20, abduction=24, elbow=25)


def _leg_back(figure: Figure, motion: Motion) -> None:
    """The plant: pelvis turned back, kicking thigh behind, heel up, opposite arm out."""
    pitch = motion.about("plant pitch", 6, 5)
    figure.stand(
        Foot(out=0.08, knee_out=4), Foot(), pitch=pitch, turn=motion.about("plant turn", -22, 7), roll=8, drop=0.05
    )
    figure.leg(
        "right",
        flexion=motion.about("drawn thigh", -24, 6),
        abduction=motion.about("drawn aside", 12, 6),
        rotation=motion.about("drawn turn", 12, 8),
        knee=motion.about("drawn knee", 88, 16),
        ankle=-35,
    )
    figure.spine(flexion=motion.about("plant back", -4, 5), twist=18, side=motion.about("plant side", 8, 4))
    figure.head(flexion=22, twist=8)
    figure.arm(
        "left", flexion=motion.about("balance forward", 15, 18), abduction=motion.about("balance out", 78, 14), elbow=25
    )
    figure.arm(
        "right", flexion=motion.about("other back", -28, 10), abduction=25, elbow=motion.uniform("other elbow", 15, 60)
    )


def _struck(figure: Figure, motion: Motion) -> None:
    figure.stand(
        Foot(out=0.08, knee_out=4), Foot(), pitch=-6, turn=motion.about("struck turn", 4, 6), roll=10, drop=0.05
    )
    figure.leg(
        "right",
        flexion=motion.about("struck thigh", 22, 6),
        abduction=motion.about("struck aside", 14, 5),
        rotation=10,
        knee=motion.about("struck knee", 38, 9),
        ankle=-38,
    )
    figure.spine(flexion=motion.about("struck back", 14, 6), twist=-2, side=10)
    figure.head(flexion=28)
    figure.arm(
        "left", flexion=motion.about("crossing", 38, 14), abduction=motion.about("crossing out", 48, 14), elbow=30
    )
    figure.arm("right", flexion=-25, abduction=34, elbow=30)


def _kicked_through(figure: Figure, motion: Motion) -> None:
    height = motion.uniform("through height", 45, 100)
    figure.stand(Foot(out=0.08, pitch=12, up=0.03, toes=12), Foot(), pitch=-12, turn=18, roll=6, drop=0.02)
    figure.leg(
        "right",
        flexion=height,
        abduction=motion.about("through aside", -6, 8),
        knee=motion.uniform("through knee", 5, 40),
        ankle=-28,
    )
    figure.spine(flexion=motion.about("through back", 22, 8), twist=-14)
    figure.head(flexion=5)
    figure.arm("left", flexion=motion.about("through arm", 62, 16), abduction=8, rotation=-20, elbow=40, pronation=20)
    figure.arm("right", flexion=-32, abduction=38, elbow=25)


def _fists(figure: Figure, motion: Motion) -> None:
    """Both fists before the chin or the chest."""
    for side, lead in zip(SIDES, (0.10, 0.0), strict=True):
        figure.hand(
            side,
            out=motion.about(f"{side} out", 0.08, 0.03),
            up=motion.about(f"{side} up", -0.04, 0.06),
            ahead=motion.about(f"{side} ahead", 0.24, 0.04) + lead,
            elbow_out=motion.uniform(f"{side} elbow", 5, 35),
            elbow_back=0.0,
            pronation=motion.about("palm", 10, 15),
        )
        figure.wrist(side, pronation=10, curl=75)


def _chambered(figure: Figure, motion: Motion) -> None:
    """Thigh lifted, heel under it, before a high kick."""
    aside = motion.uniform("kick aside", 0, 1)
    figure.stand(
        Foot(out=0.06, turned_out=20 + 40 * aside), Foot(), pitch=-8, roll=14 * aside, turn=30 * aside, drop=0.04
    )
    figure.leg(
        "right",
        flexion=motion.about("chamber thigh", 92, 10),
        abduction=28 * aside,
        rotation=-18 * aside,
        knee=110,
        ankle=10,
    )
    figure.spine(flexion=14, side=6 * aside)
    figure.head(flexion=4, twist=-15 * aside)
    _fists(figure, motion)


def _kicked_out(figure: Figure, motion: Motion) -> None:
    """The leg straight out, forward or to the side, trunk leaning away."""
    aside = motion.uniform("kick aside", 0, 1)
    height = motion.uniform("kick height", 55, 100)
    figure.stand(
        Foot(out=0.05, turned_out=20 + 60 * aside), Foot(), pitch=-14, roll=32 * aside, turn=35 * aside, drop=0.03
    )
    figure.leg(
        "right",
        flexion=height * (1 - 0.75 * aside),
        abduction=38 * aside,
        rotation=-12 * aside,
        knee=motion.uniform("kick knee", 2, 25),
        ankle=motion.about("kick ankle", 0, 15),
    )
    figure.spine(flexion=10, side=10 * aside)
    figure.head(flexion=4, twist=-20 * aside)
    _fists(figure, motion)


def _crouched_to_jump(figure: Figure, motion: Motion) -> None:
    _crouched(figure, motion, arms_at=-50.0)


def _crouched_after(figure: Figure, motion: Motion) -> None:
    _crouched(figure, motion, arms_at=45.0)


def _crouched(figure: Figure, motion: Motion, *, arms_at: float) -> None:
    drop = motion.uniform("drop", 0.12, 0.42)
    pitch = 22 + 62 * drop
    heels = motion.uniform("heels", 0, 18)
    foot = Foot(out=motion.whole.uniform("jump width", 0.08, 0.20), pitch=heels, up=0.0022 * heels, toes=heels)
    figure.stand(foot, foot, pitch=pitch, drop=drop, ahead=counterpoise(pitch + 12) + 0.002 * heels)
    figure.spine(flexion=motion.about("back", 18, 8))
    figure.head(flexion=motion.about("gaze", -28, 9))
    for side in SIDES:
        figure.arm(
            side,
            flexion=motion.about("arms", arms_at, 18),
            abduction=motion.whole.uniform("jump arms apart", 4, 30),
            elbow=motion.uniform("elbows", 8, 50),
            pronation=20,
        )


def _taking_off(figure: Figure, motion: Motion) -> None:
    reach = motion.whole.uniform("jump reach", 10, 165)
    figure.pelvis(pitch=motion.about("take-off lean", 8, 5))
    figure.spine(flexion=motion.about("take-off back", -5, 5))
    figure.head(flexion=-0.12 * reach)
    for side in SIDES:
        figure.leg(side, flexion=6, abduction=4, knee=10, ankle=-42, toes=15)
        figure.arm(
            side, flexion=reach, abduction=motion.whole.uniform("jump arms apart", 4, 30), elbow=20, pronation=10
        )


def _flying(figure: Figure, motion: Motion) -> None:
    """Tucked, spread, or with one knee up."""
    tuck = motion.uniform("tuck") ** 2
    lead = motion.uniform("lead", 0, 50) * (motion.uniform("leap") > 0.6)
    reach = motion.whole.uniform("jump reach", 10, 165)
    figure.pelvis(pitch=motion.about("flight lean", 6, 7) + 10 * tuck)
    figure.spine(flexion=motion.about("flight back", 0, 9) + 18 * tuck)
    figure.head(flexion=-8)
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        figure.leg(
            side,
            flexion=12 + 78 * tuck + sign * lead,
            abduction=motion.uniform("flight apart", 2, 22),
            knee=22 + 85 * tuck + motion.uniform(f"{side} flight knee", 0, 40),
            ankle=-32,
        )
        figure.arm(
            side,
            flexion=reach - 40 * tuck - 0.4 * sign * lead,
            abduction=motion.whole.uniform("jump arms apart", 4, 30),
            elbow=motion.uniform("flight elbows", 10, 50),
        )


def _together(figure: Figure, motion: Motion) -> None:
    foot = Foot(out=motion.uniform("jack in", 0.05, 0.12))
    figure.stand(foot, foot, drop=motion.uniform("jack bounce", 0.01, 0.06), pitch=4)
    figure.head(flexion=0)
    figure.spine(flexion=2)
    for side in SIDES:
        figure.arm(
            side,
            abduction=motion.uniform("jack arms in", 8, 22),
            elbow=motion.uniform("jack elbow", 5, 30),
            pronation=20,
        )


def _apart(figure: Figure, motion: Motion) -> None:
    foot = Foot(out=motion.uniform("jack out", 0.22, 0.42), turned_out=14)
    figure.stand(foot, foot, drop=motion.uniform("jack bounce", 0.01, 0.06), pitch=4)
    figure.spine(flexion=-2)
    figure.head(flexion=-4)
    for side in SIDES:
        figure.arm(
            side,
            abduction=motion.uniform("jack arms out", 85, 165),
            rotation=motion.uniform("jack turn", 0, 50),
            elbow=motion.uniform("jack elbow", 5, 30),
        )


def _fighting_stance(figure: Figure, motion: Motion, *, turn: torch.Tensor, drop: torch.Tensor) -> None:
    """Left foot ahead, side half on, knees soft."""
    stride = motion.whole.uniform("fight stride", 0.25, 0.55)
    pitch = motion.about("pitch", 10, 4) + 70 * drop
    figure.stand(
        Foot(out=0.11, ahead=0.5 * stride, turned_out=-8),
        Foot(out=0.11, ahead=-0.5 * stride, turned_out=40, pitch=14, up=0.03, toes=14, knee_out=-15),
        turn=turn,
        pitch=pitch,
        drop=drop,
        ahead=0.5 * counterpoise(pitch),
    )


def _guard(figure: Figure, motion: Motion) -> None:
    _fighting_stance(
        figure, motion, turn=motion.whole.about("guard turn", -28, 8), drop=motion.uniform("drop", 0.03, 0.09)
    )
    figure.spine(flexion=motion.whole.about("guard back", 14, 6), twist=motion.about("twist", -5, 6))
    figure.head(flexion=motion.whole.about("guard chin", 2, 6), twist=motion.whole.about("guard look", 28, 6))
    _fists(figure, motion)


def _punch(figure: Figure, motion: Motion) -> None:
    """One fist out, with the hips and shoulders behind it; the other stays at the chin."""
    rear = motion.chance("rear", 0.5)
    duck = motion.uniform("duck") ** 3
    _fighting_stance(
        figure,
        motion,
        turn=torch.where(rear, 12.0, -42.0) + motion.about("turn", 0, 6),
        drop=0.05 + 0.26 * duck,
    )
    figure.spine(flexion=14 + 14 * duck, twist=torch.where(rear, 26.0, -20.0), side=motion.about("side", 0, 5))
    figure.head(flexion=-4 - 18 * duck, twist=torch.where(rear, -30.0, 48.0))
    _fists(figure, motion)
    figure.choose(motion, rear.long(), [partial(_hit, "left"), partial(_hit, "right")])


def _hit(side: Side, figure: Figure, motion: Motion) -> None:
    """A straight punch, or a hook with the elbow out."""
    hooked = motion.chance("hooked", 0.45).float()
    pronation = 55 - 30 * hooked
    figure.hand(
        side,
        out=0.04 + 0.12 * hooked,
        up=motion.about("height", -0.03, 0.14),
        ahead=0.52 - 0.16 * hooked + motion.about("far", 0, 0.03),
        elbow_out=25 + 60 * hooked,
        elbow_back=0.3 - 0.3 * hooked,
        pronation=pronation,
    )
    figure.wrist(side, pronation=pronation, curl=75)


def _held_ready(figure: Figure, motion: Motion) -> None:
    """Both hands on the handle, before the belly or the chest."""
    _swing_stance(figure, motion, drive=torch.zeros(1))
    _two_hands(figure, motion, motion.about("out", 0.0, 0.10), motion.about("up", -0.28, 0.10), 0.30)


def _drawn_back(figure: Figure, motion: Motion) -> None:
    _swing(figure, motion, -1.0)


def _at_the_hit(figure: Figure, motion: Motion) -> None:
    _swing(figure, motion, 0.0)


def _carried_through(figure: Figure, motion: Motion) -> None:
    _swing(figure, motion, 1.0)


def _swing(figure: Figure, motion: Motion, drive: float) -> None:
    """From drawn back at -1 to carried through at 1; level, downward or upward."""
    plane = math.pi * motion.uniform("plane", -0.35, 0.75)
    # The hands go round the chest on a great circle whose plane is drawn; at the hit they are ahead of it.
    along, low = motion.about("arc", 0.36, 0.05) * drive, -0.24
    strength = motion.about("strength", 1.0, 0.2)
    _swing_stance(figure, motion, drive=drive * strength * plane.cos())
    _two_hands(
        figure,
        motion,
        along * plane.cos(),
        low - along * plane.sin() + 0.18 * abs(drive) + motion.about("level", 0, 0.08),
        0.46 - 0.24 * abs(drive),
    )


def _swing_stance(figure: Figure, motion: Motion, *, drive: torch.Tensor) -> None:
    """Feet apart, knees soft; hips and then shoulders turn with the swing, weight goes from right to left."""
    stride = motion.whole.uniform("swing stride", 0.12, 0.32)
    lunge = (
        motion.whole.uniform("swing lunge") ** 2
    )  # side by side like a batter's, or one behind the other: a fencer's
    pitch = motion.about("pitch", 14, 9).clamp_min(0)
    figure.stand(
        Foot(out=(1 - lunge) * stride + 0.06 * lunge, ahead=0.05 + 0.30 * lunge, turned_out=22 - 16 * lunge),
        Foot(
            out=(1 - lunge) * stride + 0.06 * lunge,
            ahead=-0.22 * lunge,
            pitch=8 + 10 * lunge,
            up=0.015 + 0.02 * lunge,
            turned_out=14 + 40 * lunge,
            toes=8 + 10 * lunge,
        ),
        pitch=pitch,
        turn=22 * drive - 20 * lunge,
        aside=0.05 * drive,
        ahead=counterpoise(pitch),
        drop=motion.uniform("drop", 0.02, 0.16),
    )
    figure.spine(flexion=motion.whole.about("swing back", 8, 7), twist=34 * drive, side=motion.about("side", 0, 6))
    figure.head(flexion=motion.about("gaze", 8, 8), twist=20 * lunge - 42 * drive)


def _two_hands(figure: Figure, motion: Motion, left: torch.Tensor, up: torch.Tensor, ahead: float) -> None:
    """Both hands at one place, counted to the left; or only the right hand, the other arm for balance."""
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        figure.hand(
            side,
            out=sign * left + 0.04,
            up=up + 0.04 * sign,
            ahead=ahead,
            elbow_out=motion.whole.uniform("swing elbows", 45, 85),
            elbow_back=0.1,
            pronation=motion.whole.about("swing palm", 20, 15),
        )
        figure.wrist(
            side,
            pronation=20,
            flexion=motion.about(f"{side} grip", -12, 14),
            deviation=motion.about(f"{side} cock", 0, 12),
            curl=70,
        )
    figure.choose(motion, motion.whole.choice("swing hands", 3), [None, None, _free_hand])


def _free_hand(figure: Figure, motion: Motion) -> None:
    figure.arm(
        "left",
        flexion=motion.about("free flexion", 15, 20),
        abduction=motion.uniform("free abduction", 12, 75),
        elbow=motion.uniform("free elbow", 20, 90),
        pronation=20,
    )
