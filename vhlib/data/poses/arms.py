"""What arms do while the rest of the body does something else: hang, rest on the hips, fold, hold, talk."""

from vhlib.data.poses.figure import SIDES, Figure, Side, Way
from vhlib.data.poses.motion import Motion


def carry(figure: Figure, motion: Motion) -> None:
    """Both arms in one of the ways in which people carry them. Pelvis and spine must have been posed.

    Args:
        figure: whose arms.
        motion: what it does.
    """
    ways: tuple[Way, ...]
    ways = (hanging, hanging, on_hips, one_on_hip, folded, behind_back, pockets, clasped, phoning, reading, talking)
    ways += (holding, thinking, behind_head, balancing)
    figure.choose(motion, motion.choice("carriage", len(ways)), ways)


def hang(figure: Figure, motion: Motion, side: Side) -> None:
    """One arm hangs, swaying a little: straight down even from a bent trunk, or nearly."""
    loose = motion.uniform("hanging loose", 0.6, 1.0)
    forward, left = figure.plumb()
    outward = left if side == "left" else -left
    figure.arm(
        side,
        flexion=loose * forward + motion.about(f"{side} hanging flexion", 2, 8) + motion.drift(f"{side} hanging", 3),
        abduction=loose * outward + motion.uniform(f"{side} hanging abduction", 2, 18),
        rotation=motion.about(f"{side} hanging rotation", -8, 14),
        elbow=motion.uniform(f"{side} hanging elbow", 5, 35),
        pronation=motion.about(f"{side} hanging pronation", 15, 20),
    )
    figure.wrist(
        side,
        pronation=motion.about(f"{side} hanging pronation", 15, 20),
        flexion=motion.about(f"{side} hanging wrist", -8, 14),
        deviation=motion.about(f"{side} hanging deviation", 6, 8),
        curl=motion.uniform(f"{side} hanging curl", 5, 40),
    )


def hanging(figure: Figure, motion: Motion) -> None:
    """Both arms hang."""
    for side in SIDES:
        hang(figure, motion, side)


def on_hip(figure: Figure, motion: Motion, side: Side) -> None:
    """The hand on the hip bone, elbow out."""
    figure.hand(
        side,
        out=motion.about("hip out", 0.19, 0.015),
        up=motion.about("hip up", 0.03, 0.03),
        ahead=motion.about("hip ahead", 0.02, 0.04),
        of="pelvis",
        elbow_out=90,
        elbow_back=motion.uniform("hip elbow", 0.2, 1.2),
        pronation=motion.about("hip pronation", 40, 15),
    )
    figure.wrist(side, pronation=40, flexion=motion.about("hip wrist", -35, 12), curl=25)


def on_hips(figure: Figure, motion: Motion) -> None:
    """Hands on the hips."""
    for side in SIDES:
        on_hip(figure, motion, side)


def one_on_hip(figure: Figure, motion: Motion) -> None:
    """One hand on the hip, the other arm hanging."""
    on_hip(figure, motion, "left")
    hang(figure, motion, "right")


def folded(figure: Figure, motion: Motion) -> None:
    """Arms folded before the chest, one forearm on the other."""
    height = motion.about("folded up", -0.26, 0.03)
    for side, lower in zip(SIDES, (0.0, 0.04), strict=True):
        figure.hand(
            side,
            out=motion.about("folded across", -0.10, 0.03),
            up=height - lower,
            ahead=0.19 + 0.5 * lower,
            elbow_out=motion.uniform("folded elbows", 25, 55),
            elbow_back=0.2,
            pronation=motion.about("folded pronation", 20, 15),
        )


def behind_back(figure: Figure, motion: Motion) -> None:
    """Hands joined behind the back."""
    for side in SIDES:
        figure.hand(
            side,
            out=motion.about("behind out", 0.09, 0.02),
            up=motion.uniform("behind up", -0.08, 0.06),
            ahead=-0.13,
            of="pelvis",
            elbow_out=70,
            elbow_back=1.0,
            pronation=-20,
        )
        figure.wrist(side, pronation=-20, flexion=20)


def pockets(figure: Figure, motion: Motion) -> None:
    """Hands in the trouser pockets."""
    for side in SIDES:
        figure.hand(
            side,
            out=motion.about("pocket out", 0.21, 0.01),
            up=motion.about("pocket up", -0.07, 0.02),
            ahead=motion.about("pocket ahead", 0.05, 0.02),
            of="pelvis",
            elbow_out=60,
            elbow_back=1.0,
        )
        figure.wrist(side, deviation=15, curl=10)


def clasped(figure: Figure, motion: Motion) -> None:
    """Hands joined before the belly, or lower."""
    for side in SIDES:
        figure.hand(
            side,
            out=0.05,
            up=motion.uniform("clasped up", -0.50, -0.30),
            ahead=motion.uniform("clasped ahead", 0.18, 0.24),
            elbow_out=45,
            elbow_back=0.6,
            pronation=motion.about("clasped pronation", 10, 15),
        )
        figure.wrist(side, pronation=10, flexion=20, curl=45)


def phoning(figure: Figure, motion: Motion) -> None:
    """A hand at the ear, the other arm hanging."""
    figure.hand(
        "left",
        out=motion.about("phone out", 0.13, 0.02),
        up=motion.about("phone up", 0.11, 0.02),
        ahead=motion.about("phone ahead", 0.08, 0.02),
        elbow_out=motion.uniform("phone elbow", 10, 60),
        elbow_back=-0.4,
        pronation=-20,
    )
    figure.wrist("left", pronation=-20, curl=40)
    hang(figure, motion, "right")


def reading(figure: Figure, motion: Motion) -> None:
    """A phone, a book or a tablet held before the chest with one or both hands."""
    up, ahead = motion.uniform("book up", -0.35, -0.12), motion.uniform("book ahead", 0.22, 0.36)
    for side in SIDES:
        figure.hand(side, out=motion.about("book out", 0.07, 0.03), up=up, ahead=ahead, elbow_out=20, pronation=-35)
        figure.wrist(side, pronation=-35, flexion=15, curl=35)
    figure.choose(motion, motion.choice("book hands", 2), [None, lambda figure, motion: hang(figure, motion, "right")])


def talking(figure: Figure, motion: Motion) -> None:
    """Hands that go with the words."""
    for side in SIDES:
        figure.hand(
            side,
            out=motion.about(f"{side} talk out", 0.20, 0.06) + motion.drift(f"{side} talk x", 0.06, 1.6),
            up=motion.about(f"{side} talk up", -0.26, 0.07) + motion.drift(f"{side} talk y", 0.07, 1.4),
            ahead=motion.about(f"{side} talk ahead", 0.27, 0.05) + motion.drift(f"{side} talk z", 0.05, 1.8),
            elbow_out=motion.uniform(f"{side} talk elbow", 10, 40),
            pronation=motion.about(f"{side} talk palm", -10, 30) + motion.drift(f"{side} talk palm", 20, 1.5),
        )


def holding(figure: Figure, motion: Motion) -> None:
    """A box, a child, a tray: both forearms forward."""
    width, ahead = motion.uniform("box width", 0.06, 0.22), motion.uniform("box ahead", 0.20, 0.36)
    for side in SIDES:
        figure.hand(
            side, out=width, up=motion.uniform("box up", -0.40, -0.16), ahead=ahead, elbow_out=25, pronation=-30
        )
        figure.wrist(side, pronation=-30, curl=30)


def thinking(figure: Figure, motion: Motion) -> None:
    """A hand at the chin, its elbow on the other forearm."""
    figure.hand("left", out=0.02, up=motion.about("chin up", 0.01, 0.02), ahead=0.16, elbow_out=10, elbow_back=-0.6)
    figure.wrist("left", flexion=-10, curl=45)
    figure.hand("right", out=-0.10, up=-0.27, ahead=0.19, elbow_out=30, elbow_back=0.3, pronation=30)


def balancing(figure: Figure, motion: Motion) -> None:
    """Both arms out for balance, more or less, one higher than the other."""
    out = motion.uniform("balance out", 25, 95)
    tip = motion.about("balance tip", 0, 12) + motion.drift("balance tip", 8, 1.8)
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        figure.arm(
            side,
            flexion=motion.about(f"{side} balance ahead", 10, 18) + motion.drift(f"{side} balance ahead", 6, 1.6),
            abduction=(out + sign * tip).clamp_min(5),
            rotation=motion.about(f"{side} balance turn", 0, 18),
            elbow=motion.uniform(f"{side} balance elbow", 5, 60),
            pronation=motion.about(f"{side} balance palm", 15, 20),
        )


def behind_head(figure: Figure, motion: Motion) -> None:
    """Hands joined behind the head, elbows out."""
    for side in SIDES:
        figure.hand(
            side,
            out=0.06,
            up=motion.about("nape", 0.17, 0.03),
            ahead=-0.02,
            elbow_out=motion.uniform("nape elbows", 100, 135),
            elbow_back=motion.uniform("nape elbows ahead", -1.0, 0.1),
        )
        figure.wrist(side, flexion=10, curl=30)
