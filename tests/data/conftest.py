"""A folder like those of the CMU database: one skeleton of its build, two takes."""

from pathlib import Path

import pytest

HEADER = (
    ":units\n length 0.0254\n angle deg\n:root\n order TX TY TZ RX RY RZ\n axis XYZ\n orientation 0 0 0\n:bonedata\n"
)

# name, direction, length in metres, axis, channels; for the left side, which the right one mirrors.
LEFT = (
    ("hipjoint", (0.65, -0.71, 0.25), 0.14, (0, 0, 0), ""),
    ("femur", (0.342, -0.940, 0.0), 0.43, (0, 0, 20), "rx ry rz"),
    ("tibia", (0.342, -0.940, 0.0), 0.41, (0, 0, 20), "rx"),
    ("foot", (0.089, -0.244, 0.966), 0.125, (-90, 0, 20), "rx rz"),
    ("toes", (0.0, 0.0, 1.0), 0.06, (-90, 0, 20), "rx"),
    ("clavicle", (0.97, 0.24, -0.05), 0.20, (0, 0, 0), "ry rz"),
    ("humerus", (1.0, 0.0, 0.0), 0.28, (180, -30, -90), "rx ry rz"),
    ("radius", (1.0, 0.0, 0.0), 0.19, (180, -30, -90), "rx"),
    ("wrist", (1.0, 0.0, 0.0), 0.09, (0, 90, 90), "ry"),
    ("hand", (1.0, 0.0, 0.0), 0.04, (0, 90, 90), "rx rz"),
    ("fingers", (1.0, 0.0, 0.0), 0.03, (0, 90, 90), "rx"),
)
TRUNK = ("lowerback", "upperback", "thorax", "lowerneck", "upperneck", "head")
CHAINS = (
    "root lhipjoint rhipjoint lowerback\nlhipjoint lfemur\nlfemur ltibia\nltibia lfoot\nlfoot ltoes\n"
    "rhipjoint rfemur\nrfemur rtibia\nrtibia rfoot\nrfoot rtoes\nlowerback upperback\nupperback thorax\n"
    "thorax lowerneck lclavicle rclavicle\nlowerneck upperneck\nupperneck head\nlclavicle lhumerus\nlhumerus lradius\n"
    "lradius lwrist\nlwrist lhand\nlhand lfingers\nrclavicle rhumerus\nrhumerus rradius\nrradius rwrist\n"
    "rwrist rhand\nrhand rfingers\n"
)


def bone(name: str, direction: tuple, length: float, axis: tuple, channels: str) -> str:
    words = " ".join(map(str, direction)), " ".join(map(str, axis))
    dof = f"dof {channels}\n" if channels else ""
    return f"begin\nname {name}\ndirection {words[0]}\nlength {length}\naxis {words[1]} XYZ\n{dof}end\n"


@pytest.fixture(scope="session")
def cmu_folder(tmp_path_factory) -> Path:
    """``07.asf`` and two takes of nine and five frames, a knee and an arm moving."""
    folder = tmp_path_factory.mktemp("cmu")
    bones = [bone(name, (0.0, 1.0, 0.0), 0.11, (0, 0, 0), "rx ry rz") for name in TRUNK]
    still = [f"{name} 0 0 0" for name in TRUNK]
    for name, (x, y, z), length, (a, b, c), channels in LEFT:
        for letter, s in (("l", 1), ("r", -1)):
            bones.append(bone(f"{letter}{name}", (s * x, y, z), length, (a, s * b, s * c), channels))
            if channels and (letter + name) not in ("lfemur", "lradius"):
                still.append(f"{letter}{name}{' 0' * len(channels.split())}")
    (folder / "07.asf").write_text(HEADER + "".join(bones) + ":hierarchy\nbegin\n" + CHAINS + "end\n")
    for take, frames in (("07_01", 9), ("07_02", 5)):
        lines = [":FULLY-SPECIFIED", ":DEGREES"]
        for frame in range(frames):
            lines += [str(frame + 1), "root 0 0.95 0 0 0 0", f"lfemur {-5 * frame} 0 0", f"lradius {8 * frame}", *still]
        (folder / f"{take}.amc").write_text("\n".join(lines) + "\n")
    return folder
