"""Going somewhere: walking, running, stairs.

The leg curves are the sagittal joint angles of adults over one stride, heel strike to heel strike, rounded to whole
degrees at the turning points of the published curves.
"""

import math
from typing import Final

import torch

from vhlib.data.poses import arms
from vhlib.data.poses.figure import SIDES, Figure, Way
from vhlib.data.poses.motion import Motion, curve

# Walking at a natural cadence (Winter 2009, appendix; Perry and Burnfield 2010, chapters 3 to 5).
WALK_HIP: Final = {0.0: 28, 0.08: 26, 0.30: 5, 0.50: -12, 0.60: -6, 0.72: 14, 0.86: 31, 0.95: 29}
WALK_KNEE: Final = {0.0: 4, 0.14: 18, 0.40: 5, 0.52: 14, 0.62: 42, 0.72: 62, 0.82: 46, 0.96: 2}
WALK_ANKLE: Final = {0.0: 0, 0.07: -6, 0.30: 6, 0.46: 10, 0.54: 0, 0.62: -18, 0.75: -2, 0.88: 1}
# Running at 3 to 4 m/s, toe-off near 0.38 (Novacheck 1998, figures 5 to 7).
RUN_HIP: Final = {0.0: 35, 0.10: 32, 0.25: 12, 0.40: -8, 0.52: 10, 0.72: 50, 0.82: 52, 0.94: 38}
RUN_KNEE: Final = {0.0: 18, 0.14: 42, 0.36: 16, 0.50: 62, 0.66: 100, 0.82: 60, 0.95: 16}
RUN_ANKLE: Final = {0.0: 8, 0.18: 24, 0.38: -20, 0.55: -14, 0.75: 4, 0.92: 8}
# Stairs of 17 cm by 29 cm, foot contact to foot contact (Riener et al. 2002, figure 3; Protopapadaki et al. 2007).
UP_HIP: Final = {0.0: 52, 0.10: 50, 0.35: 22, 0.55: 4, 0.64: 8, 0.82: 62, 0.92: 60}
UP_KNEE: Final = {0.0: 62, 0.10: 58, 0.35: 20, 0.52: 8, 0.62: 32, 0.78: 92, 0.92: 72}
UP_ANKLE: Final = {0.0: 12, 0.15: 14, 0.35: 5, 0.50: 4, 0.62: -22, 0.78: 8, 0.92: 12}
DOWN_HIP: Final = {0.0: 14, 0.25: 10, 0.50: 14, 0.66: 34, 0.80: 36, 0.92: 20}
DOWN_KNEE: Final = {0.0: 8, 0.14: 18, 0.30: 16, 0.50: 48, 0.66: 90, 0.80: 60, 0.94: 8}
DOWN_ANKLE: Final = {0.0: -20, 0.12: 4, 0.35: 16, 0.52: 26, 0.66: 2, 0.80: -12, 0.92: -20}


def walking(figure: Figure, motion: Motion) -> None:
    """Creeping to striding, arms swinging against the legs, or carried in one of their other ways."""
    pace = motion.uniform("pace", 0.4, 1.4)
    stride = 1.15 / pace.sqrt()  # seconds; cadence and step length both grow with speed (Winter 2009)
    lean = motion.about("lean", 0, 3) + 3 * (pace - 1)
    swing = motion.uniform("arm swing", 0.1, 1.7) * pace
    phase = motion.cycle(stride)
    round_ = 2 * math.pi * phase
    figure.pelvis(
        pitch=lean + 4 + torch.cos(2 * round_),
        roll=-4 * pace * torch.sin(round_ + 0.6),
        turn=-5 * pace * torch.cos(round_),
    )
    figure.spine(
        flexion=motion.about("stoop", 0, 6),
        side=motion.about("list", 0, 2) - 3 * torch.sin(round_ + 0.6) * pace,
        twist=motion.uniform("sway", 4, 14) * pace * torch.cos(round_),
    )
    figure.head(
        flexion=motion.about("gaze", 0, 8) - lean, side=motion.about("tilt", 0, 4), twist=motion.about("look", 0, 12)
    )
    crouch = motion.uniform("crouch", 0, 8)
    for side, offset in zip(SIDES, (0.0, 0.5), strict=True):
        here = (phase + offset) % 1
        figure.leg(
            side,
            flexion=curve(here, {k: v * pace.sqrt() for k, v in WALK_HIP.items()}) + lean + crouch,
            abduction=motion.about(f"{side} abduction", 0, 2) - 2,
            rotation=motion.about(f"{side} toe-out", 0, 6) + 6,
            knee=curve(here, {k: v * pace.sqrt() for k, v in WALK_KNEE.items()}) + 2 * crouch,
            ankle=curve(here, dict(WALK_ANKLE)) + crouch,
            toes=curve(here, {0.0: 10, 0.1: 0, 0.4: 0, 0.57: 30, 0.65: 5}),
        )
        forward = -torch.cos(2 * math.pi * here)
        figure.arm(
            side,
            flexion=4 + 18 * swing * forward + motion.about(f"{side} arm carriage", 0, 6),
            abduction=9 + motion.about(f"{side} arm width", 0, 5),
            rotation=motion.about(f"{side} arm turn", 0, 14) - 5,
            elbow=15 + motion.uniform("elbow", 0, 35) + 10 * swing * (1 + forward),
            pronation=20 + motion.about(f"{side} palm", 0, 20),
        )
    figure.choose(motion, motion.chance("carries", 0.25).long(), [None, arms.carry])


def running(figure: Figure, motion: Motion) -> None:
    """Jogging to sprinting, elbows bent."""
    pace = motion.uniform("pace", 0.5, 1.35)
    lean = 8 * pace + motion.about("lean", 0, 3)
    phase = motion.cycle(0.74 / pace.sqrt())
    round_ = 2 * math.pi * phase
    figure.pelvis(
        pitch=lean + 2 * torch.cos(2 * round_),
        roll=-5 * torch.sin(round_ + 0.8),
        turn=-8 * pace * torch.cos(round_),
    )
    figure.spine(
        flexion=motion.about("stoop", 0, 5), side=-4 * torch.sin(round_ + 0.8), twist=20 * pace * torch.cos(round_)
    )
    figure.head(flexion=motion.about("gaze", 0, 8) - 0.7 * lean, twist=-6 * pace * torch.cos(round_))
    for side, offset in zip(SIDES, (0.0, 0.5), strict=True):
        here = (phase + offset) % 1
        figure.leg(
            side,
            flexion=curve(here, {k: v * pace for k, v in RUN_HIP.items()}) + 0.6 * lean,
            abduction=motion.about(f"{side} abduction", 0, 2) - 2,
            rotation=motion.about(f"{side} toe-out", 0, 5) + 3,
            knee=curve(here, {k: v * pace.sqrt() for k, v in RUN_KNEE.items()}),
            ankle=curve(here, dict(RUN_ANKLE)),
            toes=curve(here, {0.0: 5, 0.15: 0, 0.34: 25, 0.45: 0}),
        )
        forward = -torch.cos(2 * math.pi * here)
        figure.arm(
            side,
            flexion=-8 + 36 * pace * forward + motion.about(f"{side} arm carriage", 0, 7),
            abduction=14 + motion.about(f"{side} arm width", 0, 6),
            rotation=motion.about(f"{side} arm turn", 0, 10) - 20 * (1 + forward) / 2,
            elbow=motion.uniform("elbow", 50, 112) + 14 * forward,
            pronation=motion.about(f"{side} palm", 0, 18),
        )
        figure.wrist(
            side,
            flexion=motion.about(f"{side} running wrist", -12, 12),
            deviation=motion.about(f"{side} running deviation", 0, 8),
            curl=motion.uniform("fist", 20, 60),
        )


def stairs(figure: Figure, motion: Motion) -> None:
    """Up or down, arms swinging, a hand on the rail, or both hands full."""
    up = motion.chance("up", 0.5)
    steep = motion.uniform("steep", 0.7, 1.15)
    phase = motion.cycle(motion.uniform("seconds", 1.2, 2.0))
    round_ = 2 * math.pi * phase
    lean = torch.where(up, 10.0, 4.0) + motion.about("lean", 0, 4)
    figure.pelvis(pitch=lean, roll=-4 * torch.sin(round_ + 0.6), turn=-3 * torch.cos(round_))
    figure.spine(flexion=motion.about("stoop", 4, 6), twist=5 * torch.cos(round_), side=-3 * torch.sin(round_ + 0.6))
    figure.head(flexion=motion.uniform("gaze", 0, 30) - 0.5 * lean, twist=motion.about("look", 0, 10))
    for side, offset in zip(SIDES, (0.0, 0.5), strict=True):
        here = (phase + offset) % 1
        hip, knee, ankle = (
            torch.where(up, curve(here, dict(rising)), curve(here, dict(falling)))
            for rising, falling in zip((UP_HIP, UP_KNEE, UP_ANKLE), (DOWN_HIP, DOWN_KNEE, DOWN_ANKLE), strict=True)
        )
        figure.leg(
            side,
            flexion=steep * hip + lean,
            abduction=motion.about(f"{side} abduction", 0, 2),
            rotation=motion.about(f"{side} toe-out", 7, 5),
            knee=steep * knee,
            ankle=ankle,
        )
        forward = -torch.cos(2 * math.pi * here)
        figure.arm(
            side,
            flexion=5 + 12 * forward * motion.uniform("arm swing", 0.2, 1.4),
            abduction=9 + motion.about(f"{side} arm width", 0, 4),
            rotation=motion.about(f"{side} arm turn", -5, 12),
            elbow=motion.uniform("elbow", 15, 50),
            pronation=20,
        )
    ways: list[Way | None] = [None, None, _on_the_rail, _on_the_rail, arms.carry]
    figure.choose(motion, motion.choice("hands", len(ways)), ways)


def _on_the_rail(figure: Figure, motion: Motion) -> None:
    figure.arm(
        "left",
        flexion=32 + motion.drift("rail", 8, 1.5),
        abduction=motion.about("rail out", 24, 6),
        elbow=motion.about("rail elbow", 48, 10),
        pronation=40,
    )
