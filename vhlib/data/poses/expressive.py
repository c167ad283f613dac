"""For its own sake: dancing, and stretching as in warm-ups and yoga."""

import math

import torch
from torch import Tensor

from vhlib.data.poses import arms
from vhlib.data.poses.figure import SIDES, Figure, Foot, counterpoise, within
from vhlib.data.poses.motion import Motion, Scalar, curve
from vhlib.data.poses.standing import at_ease, stance


def dancing(figure: Figure, motion: Motion) -> None:
    """Hips, knees, shoulders and hands to a beat, each with harmonics of its own; feet step on the spot."""
    bar = motion.cycle(motion.uniform("seconds", 1.6, 3.2))
    round_ = 2 * math.pi * bar

    def beat(name: str, size: Scalar) -> Tensor:
        """A periodic movement: the bar, its half and its quarter, with strengths and starts of its own."""
        total = torch.zeros(1)
        for harmonic, strength in {1: 1.0, 2: 0.6, 4: 0.25}.items():
            start = 2 * math.pi * motion.uniform(f"{name} start {harmonic}")
            total = total + strength * motion.normal(f"{name} {harmonic}") * (harmonic * round_ + start).sin()
        return size * total

    weight = motion.uniform("step", 0.3, 1.0) * round_.sin()
    lift = motion.uniform("lift", 0.0, 0.22)
    feet = []
    for side, start in zip(SIDES, (0.5, 0.0), strict=True):
        off = curve((bar + start) % 1, {0.0: 0.0, 0.08: 0.0, 0.25: 1.0, 0.42: 0.0})
        feet.append(
            Foot(
                out=motion.uniform("width", 0.08, 0.26) + motion.normal(f"{side} out") * 0.08 * off,
                ahead=motion.about(f"{side} ahead", 0, 0.08) + motion.normal(f"{side} forward") * 0.12 * off,
                up=lift * off + 0.02 * off,
                pitch=motion.uniform("heel", 8, 40) * off,
                turned_out=motion.about(f"{side} turned out", 12, 8),
                knee_out=motion.uniform("knees", 0, 14),
            )
        )
    lean = motion.about("lean", 5, 7)
    figure.stand(
        *feet,
        pitch=lean + beat("pitch", 4),
        roll=beat("hips", 5) - 3 * weight,
        turn=beat("turn", 10),
        aside=0.5 * motion.uniform("width", 0.08, 0.26) * weight,
        ahead=counterpoise(lean),
        drop=motion.uniform("low", 0.02, 0.16) + 0.02 * (2 * round_).cos(),
    )
    figure.spine(flexion=motion.about("back", 0, 8) + beat("chest", 5), side=beat("side", 7), twist=beat("twist", 11))
    figure.head(flexion=beat("nod", 7), side=beat("tilt", 6), twist=motion.about("look", 0, 15) + beat("look", 9))
    apart = motion.chance("one-sided", 0.5).float()
    for side in SIDES:

        def about(name: str, middle: Scalar, deviation: Scalar, side: str = side) -> Tensor:
            """The same number for both arms, or one for each."""
            return middle + deviation * torch.lerp(motion.normal(name), motion.normal(f"{side} {name}"), apart)

        figure.hand(
            side,
            out=about("out", 0.28, 0.12) + beat(f"{side} out", 0.08),
            up=about("up", -0.10, 0.26) + beat(f"{side} up", 0.10),
            ahead=(about("ahead", 0.24, 0.08) + beat(f"{side} ahead", 0.06)).clamp_min(0.10),
            elbow_out=about("elbow", 60, 20),
            elbow_back=0.4,
            pronation=about("palm", 20, 35),
        )


def stretching(figure: Figure, motion: Motion) -> None:
    """Out of standing into a stretch or a yoga pose, held, and back."""
    first, second = within("first", _stretch), within("second", _stretch)
    figure.pass_through(
        motion,
        motion.uniform("seconds", 4, 9),
        {0.0: at_ease, 0.12: first, 0.38: first, 0.50: at_ease, 0.62: second, 0.88: second},
    )


def _stretch(figure: Figure, motion: Motion) -> None:
    ways = (
        _overhead,
        _side_bend,
        _forward_fold,
        _warrior,
        _triangle,
        _tree,
        _heel_to_seat,
        _lunge,
        _across,
        _nape,
        _twist,
    )
    figure.choose(motion, motion.choice("way", len(ways)), ways)


def _overhead(figure: Figure, motion: Motion) -> None:
    """Both arms up, back arched."""
    stance(figure, motion)
    arch = motion.uniform("arch", 0, 25)
    figure.spine(flexion=-arch)
    figure.head(flexion=-0.8 * arch)
    for side in SIDES:
        figure.arm(
            side,
            flexion=motion.about("up", 158, 12),
            abduction=motion.uniform("apart", 0, 35),
            rotation=20,
            elbow=motion.uniform("elbow", 0, 40),
            pronation=motion.about("palm", 10, 25),
        )


def _side_bend(figure: Figure, motion: Motion) -> None:
    """Over to the left, the right arm along."""
    bend = motion.uniform("bend", 15, 40)
    width = motion.uniform("width", 0.10, 0.32)
    figure.stand(Foot(out=width), Foot(out=width), roll=0.35 * bend, aside=-0.0025 * bend)
    figure.spine(side=bend, flexion=motion.about("back", 2, 4))
    figure.head(side=0.4 * bend, flexion=motion.about("gaze", 0, 8))
    figure.arm(
        "right",
        abduction=motion.about("over", 158, 10),
        flexion=10,
        rotation=60,
        elbow=motion.uniform("elbow", 5, 50),
    )
    both = motion.chance("both", 0.4).float()
    figure.arm("left", abduction=12 + 135 * both, rotation=60 * both, elbow=25)


def _forward_fold(figure: Figure, motion: Motion) -> None:
    """Hands to shins, toes or ground, knees all but straight."""
    deep = motion.uniform("deep", 0.45, 1.0)
    width = motion.uniform("width", 0.06, 0.36)
    pitch = 92 * deep
    foot = Foot(out=width)
    figure.stand(foot, foot, pitch=pitch, ahead=counterpoise(pitch), drop=motion.uniform("knees", 0.0, 0.05))
    figure.spine(flexion=48 * deep)
    figure.head(flexion=motion.about("gaze", 4, 14))
    for side in SIDES:
        figure.hand(side, out=width + 0.02, up=0.62 - 0.55 * deep, ahead=0.10, of="world", elbow_out=50, pronation=30)


def _warrior(figure: Figure, motion: Motion) -> None:
    """A long stance, front knee bent, arms level or overhead."""
    stride = motion.uniform("stride", 0.6, 1.0)
    turn = motion.uniform("open", 0, 75)
    raised = 1 - turn / 75  # facing ahead, the rear heel is up; turned to the side, that foot is flat
    figure.stand(
        Foot(out=0.06, ahead=0.52 * stride, turned_out=0),
        Foot(
            out=0.06,
            ahead=-0.48 * stride,
            turned_out=8 + 0.85 * turn,
            pitch=48 * raised,
            up=0.11 * raised,
            toes=40 * raised,
        ),
        turn=-turn,
        ahead=0.16 * stride,
        drop=motion.uniform("drop", 0.08, 0.26),
        pitch=motion.about("lean", 4, 5),
    )
    figure.spine(flexion=motion.about("back", -6, 5))
    figure.head(twist=0.8 * turn)
    up = motion.chance("up", 0.5).float()
    for side in SIDES:
        figure.arm(
            side,
            abduction=86 + 72 * up,
            flexion=6,
            rotation=30 * up,
            elbow=motion.uniform("elbow", 0, 20),
            pronation=60 * (1 - up),
        )


def _triangle(figure: Figure, motion: Motion) -> None:
    """Legs wide, one hand to the foot, the other to the sky."""
    width = motion.uniform("width", 0.32, 0.52)
    bend = motion.uniform("bend", 35, 58)
    figure.stand(Foot(out=width, turned_out=48), Foot(out=width, turned_out=5), roll=0.35 * bend, aside=-0.08)
    figure.spine(side=0.8 * bend, twist=motion.about("open", -6, 8))
    figure.head(twist=motion.about("look", -35, 20))
    figure.arm("left", abduction=motion.about("down", 78, 8), elbow=5)
    figure.arm("right", abduction=motion.about("sky", 95, 10), rotation=20, elbow=5)


def _tree(figure: Figure, motion: Motion) -> None:
    """On one leg, the other foot on its calf or thigh, palms together."""
    high = motion.uniform("high")
    figure.stand(Foot(out=0.05), Foot(), roll=motion.about("hip", 0, 3), aside=0.03)
    figure.leg("right", flexion=38 + 20 * high, abduction=36, rotation=44, knee=92 + 42 * high, ankle=-25)
    figure.spine(flexion=motion.about("back", 0, 4), side=motion.about("side", 0, 4))
    figure.head(flexion=0)
    up = motion.uniform("hands", -0.12, 0.44)
    for side in SIDES:
        figure.hand(side, out=0.03, up=up, ahead=0.20 - 0.25 * up.clamp_min(0), elbow_out=70, elbow_back=-0.1)


def _heel_to_seat(figure: Figure, motion: Motion) -> None:
    """On one leg, the other heel pulled to the seat."""
    lean = motion.uniform("lean", 0, 25)
    figure.stand(Foot(out=0.06), Foot(), pitch=lean, aside=0.03, ahead=counterpoise(lean))
    thigh = motion.about("thigh", 0, 9) - 0.3 * lean
    figure.leg("right", flexion=thigh, abduction=4, knee=motion.about("knee", 128, 8), ankle=-40)
    figure.spine(flexion=-0.3 * lean)
    figure.head(flexion=-0.5 * lean)
    figure.arm("right", flexion=-38 + 0.5 * thigh, abduction=8, rotation=-5, elbow=motion.uniform("elbow", 8, 35))
    figure.arm("left", flexion=motion.uniform("free", 10, 120), abduction=25, elbow=20)


def _lunge(figure: Figure, motion: Motion) -> None:
    """A long step, the rear knee near the ground."""
    stride = motion.uniform("stride", 0.65, 1.0)
    lean = motion.uniform("lean", 2, 30)
    figure.stand(
        Foot(out=0.11, ahead=0.5 * stride),
        Foot(out=0.11, ahead=-0.5 * stride, pitch=58, up=0.14, toes=48),
        pitch=lean,
        drop=motion.uniform("drop", 0.12, 0.34),
        ahead=0.08 * stride,
    )
    figure.spine(flexion=motion.about("back", 2, 8), twist=motion.about("twist", 0, 18))
    figure.head(flexion=-0.5 * lean)
    figure.choose(motion, motion.choice("arms", 2), [arms.on_hips, arms.carry])


def _across(figure: Figure, motion: Motion) -> None:
    """One arm pulled across the chest by the other."""
    stance(figure, motion)
    figure.hand("left", out=-0.26, up=motion.about("across", -0.03, 0.03), ahead=0.26, elbow_out=80)
    figure.hand("right", out=0.0, up=0.0, ahead=0.27, elbow_out=20, elbow_back=0.0)


def _nape(figure: Figure, motion: Motion) -> None:
    """An elbow overhead, its hand at the nape, pulled by the other hand."""
    stance(figure, motion)
    figure.hand("left", out=0.03, up=0.10, ahead=-0.06, elbow_out=168, elbow_back=-0.2)
    figure.hand("right", out=-0.04, up=0.30, ahead=-0.02, elbow_out=120, elbow_back=-0.2)
    figure.spine(side=motion.about("side", -8, 7))


def _twist(figure: Figure, motion: Motion) -> None:
    """Turning as far as it goes, arms out."""
    turn = motion.uniform("turn", 15, 42)
    stance(figure, motion, turn=0.5 * turn)
    figure.spine(twist=turn)
    figure.head(twist=0.7 * turn)
    for side in SIDES:
        figure.arm(
            side,
            abduction=motion.about("out", 82, 12),
            elbow=motion.uniform("elbow", 0, 90),
            pronation=30,
        )
