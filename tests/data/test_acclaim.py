"""Skeletons and takes of the Acclaim format, on files written here."""

import math
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.core.errors import InputError
from vhlib.data.mocap import AsfSkeleton, pose_bones, read_amc, read_asf
from vhlib.data.mocap.asf import CMU_INCH

SKELETON = """# a comment
:version 1.10
:name toy
:units
  mass 1.0
  length 0.0254
  angle deg
:documentation
   free text: begin of nothing
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 1
     name arm
     direction 2 0 0
     length 3
     axis 0 0 90 XYZ
    dof rx rz
    limits (-10.0 20.0)
           (-30.0 40.0)
  end
  begin
     id 2
     name hand
     direction 0 1 0
     length 1
     axis 0 0 0 XYZ
  end
:hierarchy
  begin
    root arm
    arm hand
  end
"""
TAKE = ":FULLY-SPECIFIED\n:DEGREES\n1\nroot 1 2 3 0 0 0\narm 0 0\n2\nroot 0 0 0 0 0 90\narm 90 0\n"


def write(folder: Path, skeleton: str = SKELETON, take: str = TAKE) -> tuple[Path, Path]:
    asf, amc = folder / "01.asf", folder / "01_01.amc"
    asf.write_text(skeleton)
    amc.write_text(take)
    return asf, amc


@pytest.fixture
def toy(tmp_path) -> AsfSkeleton:
    return read_asf(write(tmp_path)[0])


def test_a_skeleton_is_read(toy):
    assert toy.names == ("root", "arm", "hand")
    assert toy.parents == (-1, 0, 1)
    assert toy.metres == pytest.approx(1.0)
    arm = toy.bones[toy.index("arm")]
    assert arm.vector == pytest.approx((3.0, 0.0, 0.0))  # the direction is made a unit vector, times the length
    assert arm.channels == ("rx", "rz")
    assert arm.limits == ((-10.0, 20.0), (-30.0, 40.0))
    assert toy.columns("arm") == slice(6, 8)
    assert toy.bones[2].channels == ()


def test_cmus_unit_is_an_inch_over_its_length(tmp_path):
    asf, _ = write(tmp_path, SKELETON.replace("length 0.0254", "length 0.45"))
    assert read_asf(asf).metres == pytest.approx(CMU_INCH / 0.45)


def test_bones_are_where_they_are_by_hand(tmp_path, toy):
    posed = pose_bones(toy, read_amc(write(tmp_path)[1], toy))
    expected = [
        # At rest: the arm along x from (1, 2, 3), the hand upward from its end.
        [[1.0, 2.0, 3.0], [4.0, 2.0, 3.0], [4.0, 3.0, 3.0]],
        # rx of the arm, whose frame is turned by 90 degrees about z, is a turn about the world's y: x goes to -z, and
        # the hand stays upright. Then the root turns all of it about z: -z stays, and up becomes -x.
        [[0.0, 0.0, 0.0], [0.0, 0.0, -3.0], [-1.0, 0.0, -3.0]],
    ]
    torch.testing.assert_close(posed.tails, torch.tensor(expected, dtype=torch.float64), atol=1e-9, rtol=0)
    torch.testing.assert_close(posed.heads[:, 1:], posed.tails[:, :-1])


@settings(deadline=None, max_examples=20)
@given(angles=st.lists(st.floats(-180, 180), min_size=8, max_size=8))
def test_bones_keep_their_lengths_and_turns_are_rotations(tmp_path_factory, angles):
    skeleton = read_asf(write(tmp_path_factory.mktemp("toy"))[0])
    posed = pose_bones(skeleton, torch.tensor([angles], dtype=torch.float64))
    lengths = (posed.tails - posed.heads).norm(dim=-1)
    torch.testing.assert_close(lengths, torch.tensor([[0.0, 3.0, 1.0]], dtype=torch.float64), atol=1e-9, rtol=0)
    torch.testing.assert_close(torch.linalg.det(posed.rotations), torch.ones(1, 3, dtype=torch.float64))


def test_gradient(toy, generator):
    channels = (30 * torch.randn(2, 8, dtype=torch.float64, generator=generator)).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: pose_bones(toy, x).tails, channels)


def test_the_order_of_turns_is_x_then_y_then_z(tmp_path):
    asf, _ = write(tmp_path, SKELETON.replace("axis 0 0 90 XYZ", "axis 90 0 90 XYZ"))
    axis = read_asf(asf).bones[1].axis
    # x first: y → z; then z by 90 degrees, which leaves z.
    torch.testing.assert_close(axis[:, 1], torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64), atol=1e-12, rtol=0)
    assert math.isclose(float(axis[1, 0]), 1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda text: "hello",
            r"01\.asf: expected an Acclaim skeleton .* it has no :bonedata, :hierarchy, :root, :units",
        ),
        (lambda text: text.replace("angle deg", "angle rad"), "angles in rad instead of deg"),
        (lambda text: text.replace("direction 2 0 0", "direction 2 nan 0"), "nan where a number belongs"),
        (lambda text: text.replace("direction 2 0 0", "direction 0 0 0"), "cannot follow this skeleton"),
        (lambda text: text.replace("dof rx rz", "dof rx tz"), "the bone arm has the channels tz"),
        (lambda text: text.replace("arm hand\n", "leg hand\n"), "cannot follow this skeleton"),
        (lambda text: text.replace("arm hand\n", "\n"), "the hierarchy leaves out hand"),
    ],
)
def test_what_is_no_skeleton_is_refused(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        read_asf(write(tmp_path, change(SKELETON))[0])


@pytest.mark.parametrize(
    ("take", "message"),
    [
        (TAKE.removesuffix("arm 90 0\n"), r"01_01\.amc: frame 2 says nothing of arm; the file is cut off"),
        (TAKE.removesuffix(" 0\n"), "frame 2: expected 2 numbers for arm, .* got 1; the file is cut off"),
        (TAKE.replace("arm 0 0", "leg 0 0"), "frame 1: moves 'leg', which 01.asf cannot"),
        (TAKE.replace("arm 0 0", "arm 0 nan"), "frame 1: expected finite numbers, got NaN"),
        (TAKE.replace("arm 0 0", "arm 0 x"), "frame 1: expected numbers, got 'arm 0 x'"),
        (TAKE.replace(":DEGREES", ":RADIANS"), "expected angles in degrees"),
        (":DEGREES\n", "at least one frame"),
        ("hello\n", r"expected an Acclaim take \(.amc\), frame by frame; got the line 'hello'"),
    ],
)
def test_what_is_no_take_is_refused(tmp_path, toy, take, message):
    with pytest.raises(InputError, match=message):
        read_amc(write(tmp_path, take=take)[1], toy)


def test_missing_and_binary_files_are_refused(tmp_path, toy):
    (tmp_path / "binary.asf").write_bytes(b"\xff\xfe\x00")
    for name, read in {"none.asf": read_asf, "binary.asf": read_asf}.items():
        with pytest.raises(InputError, match=name):
            read(tmp_path / name)
    for name in ("none.amc", "binary.asf"):
        with pytest.raises(InputError, match=name):
            read_amc(tmp_path / name, toy)


def test_another_number_of_channels_is_refused(toy):
    with pytest.raises(ValueError, match=r"channels: expected \(T, 8\), those of 01"):
        pose_bones(toy, torch.zeros(1, 7))
    with pytest.raises(InputError, match="expected a skeleton with the bone 'tail'"):
        toy.index("tail")
