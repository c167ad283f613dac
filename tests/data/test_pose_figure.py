import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.data.poses.figure import OFFSETS, SIDES, STANDING, Figure, Foot, within
from vhlib.data.poses.motion import Motion
from vhlib.geometry import SMPL24, axis_angle_to_matrix, forward_kinematics, geodesic_angle


def motions(count: int = 1, moments: int = 1) -> Motion:
    return Motion(np.arange(count, dtype=np.uint64), torch.linspace(0, 3, moments).repeat(count, 1))


def skeleton() -> torch.Tensor:
    """The library's average adult at rest, pelvis at the origin."""
    places = torch.zeros(24, 3)
    assert SMPL24.parents is not None
    for joint, (name, parent) in enumerate(zip(SMPL24.names, SMPL24.parents, strict=True)):
        if parent >= 0:
            x, y, z = OFFSETS.get(name.removeprefix("left_").removeprefix("right_"), (0.0, 0.0, 0.0))
            places[joint] = places[parent] + torch.tensor([-x if name.startswith("right_") else x, y, z])
    return places


def joints(figure: Figure) -> dict[str, torch.Tensor]:
    """Where the joints of the first motion's first moment are, the pelvis at the origin."""
    assert SMPL24.parents is not None
    places = forward_kinematics(figure.matrices()[:1, 0], skeleton()[None], SMPL24.parents)[1][0]
    return dict(zip(SMPL24.names, places, strict=True))


def placed(figure: Figure) -> dict[str, torch.Tensor]:
    """As `joints`, in the world."""
    return {name: place + figure._place[0, 0] for name, place in joints(figure).items()}


def test_the_average_adult_is_the_stand_ins(body):
    template = body.joint_template
    for name, offset in OFFSETS.items():
        joint = SMPL24.index(f"left_{name}" if f"left_{name}" in SMPL24.names else name)
        apart = template[joint] - template[SMPL24.parents[joint]] - torch.tensor(offset)
        assert apart.norm() < 0.015, name


@pytest.mark.parametrize(
    ("pose", "joint", "above", "direction"),
    [
        ({"flexion": 90}, "knee", "hip", (0, 0, 1)),
        ({"abduction": 40}, "knee", "hip", (0.643, -0.766, 0)),
        ({"knee": 90}, "ankle", "knee", (0, 0, -1)),
        ({"flexion": 90, "knee": 90, "rotation": 30}, "ankle", "knee", (-0.5, -0.866, 0)),
    ],
)
@pytest.mark.parametrize("side", SIDES)
def test_legs_go_where_anatomy_says(pose, joint, above, direction, side):
    figure = Figure(motions())
    figure.leg(side, **pose)
    places = joints(figure)
    bone = places[f"{side}_{joint}"] - places[f"{side}_{above}"]
    wanted = torch.tensor(direction) * torch.tensor([1.0 if side == "left" else -1.0, 1.0, 1.0])
    # Bones at rest are up to 7 degrees off the axes that the angles are counted from.
    assert torch.dot(bone / bone.norm(), wanted) > 0.985


@pytest.mark.parametrize(
    ("pose", "joint", "above", "direction"),
    [
        ({"abduction": 0}, "elbow", "shoulder", (0, -1, 0)),
        ({"abduction": 90}, "elbow", "shoulder", (1, 0, 0)),
        ({"flexion": 90, "abduction": 0}, "elbow", "shoulder", (0, 0, 1)),
        ({"flexion": 170, "abduction": 0}, "elbow", "shoulder", (0, 0.98, 0.17)),
        ({"abduction": 0, "elbow": 90}, "wrist", "elbow", (0, 0, 1)),
        ({"abduction": 0, "elbow": 90, "rotation": 40}, "wrist", "elbow", (0.643, 0, 0.766)),
    ],
)
@pytest.mark.parametrize("side", SIDES)
def test_arms_go_where_anatomy_says(pose, joint, above, direction, side):
    figure = Figure(motions())
    figure.arm(side, **{"elbow": 0, **pose})
    places = joints(figure)
    bone = places[f"{side}_{joint}"] - places[f"{side}_{above}"]
    wanted = torch.tensor(direction) * torch.tensor([1.0 if side == "left" else -1.0, 1.0, 1.0])
    assert torch.dot(bone / bone.norm(), wanted) > 0.985


def test_trunk_and_head_go_where_they_say():
    figure = Figure(motions())
    figure.spine(flexion=90)
    figure.head(twist=60)
    places = joints(figure)
    assert places["neck"][2] > 0.1  # bent forward
    up = figure.rotations["neck"] @ figure.rotations["head"] @ torch.tensor([0.0, 0.0, 1.0])
    torch.testing.assert_close(up[0, 0], torch.tensor([0.866, 0.0, 0.5]), atol=1e-3, rtol=0)
    bends = sum(
        2 * torch.acos(((figure.rotations[j][0, 0].trace() + 1) / 4).sqrt()) for j in ("spine1", "spine2", "spine3")
    )
    assert float(bends) == pytest.approx(torch.pi / 2, abs=1e-3)  # the three share it


@settings(deadline=None)
@given(
    out=st.floats(0.0, 0.3),
    up=st.floats(0.0, 0.4),
    ahead=st.floats(-0.3, 0.3),
    pitch=st.floats(-30, 60),
    turn=st.floats(-30, 30),
)
def test_a_foot_is_where_it_was_put_with_its_sole_as_asked(out, up, ahead, pitch, turn):
    for side, s in zip(SIDES, (1.0, -1.0), strict=True):
        figure = Figure(motions())
        figure.pelvis(pitch=20, turn=turn, up=0.7)
        figure.foot(side, Foot(out=out, up=up, ahead=ahead, pitch=pitch, turned_out=10))
        wanted = torch.tensor([s * out, up, ahead])
        torch.testing.assert_close(placed(figure)[f"{side}_ankle"], wanted, atol=2e-3, rtol=0)
        chain = [figure.rotations[j] for j in ("pelvis", f"{side}_hip", f"{side}_knee", f"{side}_ankle")]
        sole = (chain[0] @ chain[1] @ chain[2] @ chain[3])[0, 0]
        toes = sole @ torch.tensor([0.0, 0.0, 1.0])
        assert toes[1] == pytest.approx(-math.sin(math.radians(pitch)), abs=1e-3)
        assert math.degrees(math.atan2(s * toes[0], toes[2])) == pytest.approx(10, abs=0.1)


@settings(deadline=None)
@given(out=st.floats(0.0, 0.35), up=st.floats(-0.3, 0.2), ahead=st.floats(0.15, 0.3), flexion=st.floats(0, 50))
def test_a_hand_is_where_it_was_put(out, up, ahead, flexion):
    for side, s in zip(SIDES, (1.0, -1.0), strict=True):
        figure = Figure(motions())
        figure.pelvis(pitch=15, turn=20, up=0.8)
        figure.spine(flexion=flexion, twist=10)
        figure.hand(side, out=out, up=up, ahead=ahead)
        places, turned = joints(figure), torch.eye(3)
        for name in ("pelvis", "spine1", "spine2", "spine3"):
            turned = turned @ figure.rotations[name][0, 0]
        rest = skeleton()
        between = (rest[SMPL24.index("left_shoulder")] + rest[SMPL24.index("right_shoulder")]) / 2
        origin = places["spine3"] + turned @ (between - rest[SMPL24.index("spine3")])
        wanted = origin + turned @ torch.tensor([s * out, up, ahead])
        torch.testing.assert_close(places[f"{side}_wrist"], wanted, atol=3e-3, rtol=0)


def test_hands_reach_places_of_the_world_and_of_the_pelvis():
    figure = Figure(motions())
    figure.pelvis(pitch=30, turn=-15)
    figure.spine(flexion=40)
    figure.hand("left", out=0.2, up=0.9, ahead=0.45, of="world")
    figure.hand("right", out=0.2, up=0.0, ahead=0.1, of="pelvis")
    torch.testing.assert_close(placed(figure)["left_wrist"], torch.tensor([0.2, 0.9, 0.45]), atol=3e-3, rtol=0)
    on_hip = figure.rotations["pelvis"][0, 0].T @ joints(figure)["right_wrist"]
    torch.testing.assert_close(on_hip, torch.tensor([-0.2, 0.0, 0.1]), atol=3e-3, rtol=0)


def test_standing_puts_both_feet_down_below_legs_that_reach():
    figure = Figure(motions())
    figure.stand(Foot(out=0.1), Foot(out=0.3, ahead=-0.2), roll=5, drop=0.1)
    places = placed(figure)
    torch.testing.assert_close(places["left_ankle"], torch.tensor([0.1, 0.0, 0.0]), atol=2e-3, rtol=0)
    torch.testing.assert_close(places["right_ankle"], torch.tensor([-0.3, 0.0, -0.2]), atol=2e-3, rtol=0)
    assert 0.5 < places["pelvis"][1] < STANDING - 0.1


def test_arms_that_hang_point_at_the_ground_from_a_bent_trunk():
    figure = Figure(motions())
    figure.pelvis(pitch=50)
    figure.spine(flexion=30, side=15)
    forward, left = figure.plumb()
    figure.arm("left", flexion=forward, abduction=left, elbow=0)
    places = joints(figure)
    arm = places["left_elbow"] - places["left_shoulder"]
    assert arm[1] / arm.norm() < -0.995


def test_each_motion_is_posed_as_it_chose_and_places_travel_along():
    def bend(figure: Figure, motion: Motion) -> None:
        figure.pelvis(up=0.5)
        figure.leg("left", knee=motion.uniform("knee", 10, 90))

    motion = motions(6)
    chosen = torch.tensor([[0], [1], [0], [1], [1], [0]])
    figure = Figure(motion)
    figure.leg("left", knee=5.0)
    figure.choose(motion, chosen, [None, bend])
    alone = Figure(motion)
    bend(alone, motion)
    before = Figure(motion)
    before.leg("left", knee=5.0)
    for row in range(6):
        expected = (alone if chosen[row, 0] else before).matrices()[row]
        torch.testing.assert_close(figure.matrices()[row], expected)
        assert figure._place[row, 0, 1] == pytest.approx(0.5 if chosen[row, 0] else STANDING)


def test_a_sequence_meets_its_poses_and_returns():
    def low(figure: Figure, motion: Motion) -> None:
        figure.leg("left", flexion=60, knee=motion.uniform("knee", 40, 90))

    def high(figure: Figure, motion: Motion) -> None:
        figure.leg("left", flexion=-10, knee=5)

    motion = Motion(np.arange(3, dtype=np.uint64), torch.tensor([[0.0, 1.0, 2.0, 4.0]]).repeat(3, 1))
    figure = Figure(motion)
    figure.pass_through(motion, torch.full((3, 1), 4.0), {0.0: low, 0.25: within("second", low), 0.5: high})
    first, second, third = Figure(motion), Figure(motion), Figure(motion)
    low(first, motion)
    low(second, motion.within("second"))
    high(third, motion)
    moving = figure.matrices()
    for moment, key in enumerate((first, second, third, first)):
        assert geodesic_angle(moving[:, moment], key.matrices()[:, 0]).max() < 2e-3


def test_numbers_of_different_figures_may_differ_but_one_figures_do_not():
    motion = motions(2, 3)
    figure = Figure(motion)
    figure.arm("left", abduction=torch.tensor([[10.0], [80.0]]), flexion=torch.linspace(0, 30, 3).repeat(2, 1))
    torch.testing.assert_close(
        figure.matrices().mT @ figure.matrices(), torch.eye(3).expand(2, 3, 24, 3, 3), atol=1e-5, rtol=0
    )


def test_a_mirror_image_swaps_sides_and_signs():
    motion = motions(4)
    one, other = Figure(motion), Figure(motion)
    one.hand("left", out=0.2, up=-0.1, ahead=0.3, pronation=30)
    other.hand("right", out=0.2, up=-0.1, ahead=0.3, pronation=30)
    mirror = torch.diag(torch.tensor([-1.0, 1.0, 1.0]))
    for part in ("collar", "shoulder", "elbow", "wrist"):
        torch.testing.assert_close(one.rotations[f"left_{part}"], mirror @ other.rotations[f"right_{part}"] @ mirror)


def test_a_shape_that_does_not_fit_the_motions_is_refused():
    with pytest.raises(Exception, match=r"expand|size|shape"):
        Figure(motions(2)).leg("left", knee=torch.zeros(3, 1))


def test_axis_angles_of_the_unposed_are_rest():
    torch.testing.assert_close(Figure(motions()).matrices()[0, 0], axis_angle_to_matrix(torch.zeros(24, 3)))
