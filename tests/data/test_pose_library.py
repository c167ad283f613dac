import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.core.errors import InputError
from vhlib.data.poses import FAMILIES, PoseBatch, PoseLibrary
from vhlib.geometry import SMPL24, axis_angle_to_matrix, forward_kinematics, geodesic_angle
from vhlib.geometry.limits import limit_excess

NAMED = [
    "walking",
    "running",
    "standing",
    "sitting",
    "squatting",
    "reaching",
    "waving",
    "throwing",
    "kicking",
    "jumping",
    "lifting",
    "stairs",
    "turning",
    "stretching",
    "dancing",
    "lying",
    "getting_up",
]


@pytest.fixture(scope="module")
def poses() -> PoseBatch:
    return PoseLibrary("train").sample(1000, seed=0)


def up(batch: PoseBatch, library: PoseLibrary, family: str) -> torch.Tensor:
    """How upright the pelvis is: 1 standing, 0 lying."""
    rows = batch.family == library.families.index(family)
    return axis_angle_to_matrix(batch.global_orient[rows])[:, 1, 1]


def joints(body, body_pose: torch.Tensor, global_orient: torch.Tensor) -> torch.Tensor:
    rotations = axis_angle_to_matrix(torch.cat([global_orient[:, None], body_pose], 1))
    return forward_kinematics(rotations, body.joint_template.expand(len(rotations), -1, -1), SMPL24.parents)[1]


def test_every_family_is_there_and_gets_its_share(poses):
    assert set(NAMED) <= set(FAMILIES)
    shares = torch.bincount(poses.family, minlength=len(FAMILIES)) / len(poses.family)
    assert shares.min() > 0.4 / len(FAMILIES)
    assert shares.max() < 1.8 / len(FAMILIES)


def test_every_pose_is_within_the_joint_limits(poses):
    assert poses.body_pose.isfinite().all()
    assert limit_excess(poses.body_pose).max() < 1e-5


def test_no_two_poses_are_alike(poses):
    apart = torch.cdist(poses.body_pose.flatten(1), poses.body_pose.flatten(1)).fill_diagonal_(9.0)
    assert apart.min() > 0.1


def test_every_joint_moves(poses):
    # Radians about the axis that moves most. The collar bones move least.
    assert poses.body_pose.std(0).amax(-1).min() > 0.07


def test_headings_are_anywhere(poses):
    ahead = axis_angle_to_matrix(poses.global_orient)[:, :, 2]
    compass = torch.atan2(ahead[:, 0], ahead[:, 2])
    quarters = torch.histc(compass, 4, -torch.pi, torch.pi) / len(compass)
    assert (quarters - 0.25).abs().max() < 0.06


def test_left_and_right_are_mirror_images_of_each_other_on_average(poses):
    mirrored = poses.body_pose[:, [i - 1 for i in SMPL24.mirror[1:]]] * torch.tensor([1.0, -1.0, -1.0])
    error = poses.body_pose.std(0) / len(poses.body_pose) ** 0.5
    assert ((poses.body_pose.mean(0) - mirrored.mean(0)).abs() < 6 * error + 1e-4).all()


@settings(deadline=None, max_examples=10)
@given(start=st.integers(0, 30), count=st.integers(1, 6))
def test_a_pose_depends_on_split_seed_and_index_only(start, count):
    library = PoseLibrary("val", families=("walking", "punching"))
    whole, part = library.sample(36, seed=3), library.sample(count, seed=3, start=start)
    torch.testing.assert_close(part.body_pose, whole.body_pose[start : start + count], atol=1e-5, rtol=0)
    torch.testing.assert_close(part.global_orient, whole.global_orient[start : start + count], atol=1e-5, rtol=0)
    assert torch.equal(part.family, whole.family[start : start + count])


def test_a_batch_does_not_change_its_members():
    library = PoseLibrary("test")
    whole = library.sample(60, seed=1)
    for index in (0, 17, 59):
        alone = library.sample(1, seed=1, start=index)
        turned = geodesic_angle(axis_angle_to_matrix(alone.body_pose[0]), axis_angle_to_matrix(whole.body_pose[index]))
        assert turned.max() < 2e-3, library.families[alone.family]


def test_splits_and_seeds_share_no_motion():
    keys = [
        PoseLibrary(split)._keys(np.arange(20_000, dtype=np.uint64), seed)
        for split in ("train", "val", "test")
        for seed in (0, 1)
    ]
    assert len(np.unique(np.concatenate(keys))) == 6 * 20_000


@pytest.mark.parametrize("family", FAMILIES)
def test_a_clip_is_smooth(family):
    library = PoseLibrary("train")
    coarse, fine = (library.clip(family, seed=5, frames=int(4 * fps), fps=fps) for fps in (60, 120))
    steps = []
    for clip in (coarse, fine):
        turns = axis_angle_to_matrix(torch.cat([clip.global_orient[:, None], clip.body_pose], 1))
        steps.append(torch.rad2deg(geodesic_angle(turns[1:], turns[:-1])))
    # The fastest joints of throwers and punchers turn by 2000 degrees a second; half the step is half the turn.
    assert steps[0].max() < 35
    assert steps[1].max() < 0.62 * steps[0].max() + 0.5


def test_clips_repeat_and_differ_by_seed():
    library = PoseLibrary("train", families=("dancing",))
    clips = [library.clip("dancing", seed=seed, frames=8, fps=10).body_pose for seed in (0, 0, 1)]
    assert torch.equal(clips[0], clips[1])
    assert not torch.allclose(clips[0], clips[2], atol=0.05)


def test_people_stand_upright_and_lie_down(poses):
    library = PoseLibrary("train")
    assert up(poses, library, "standing").min() > 0.9
    assert up(poses, library, "walking").min() > 0.85
    assert up(poses, library, "lying").abs().max() < 0.45
    getting_up = up(poses, library, "getting_up")
    assert getting_up.min() < 0.4
    assert getting_up.max() > 0.9


def test_standing_people_are_above_their_feet(body):
    batch = PoseLibrary("train", families=("standing", "squatting", "turning")).sample(150, seed=0)
    places = joints(body, batch.body_pose, batch.global_orient)
    feet = places[:, SMPL24.indices("left_ankle", "right_ankle", "left_foot", "right_foot")].mean(1)
    # Half of the mass is in the trunk (Winter 2009, table 4.1), a third in the legs.
    middle = 0.6 * places[:, SMPL24.indices("pelvis", "spine3", "neck")].mean(1)
    middle = middle + 0.4 * places[:, SMPL24.indices("left_knee", "right_knee", "left_hip", "right_hip")].mean(1)
    apart = (middle - feet)[:, [0, 2]].norm(dim=1)
    assert apart.mean() < 0.125  # half the length of a foot
    assert apart.quantile(0.95) < 0.25  # a foot: nobody stands with the trunk beyond the toes


def test_arms_swing_against_legs():
    clip = PoseLibrary("train", families=("walking",)).clip("walking", seed=2, frames=240, fps=60)
    thigh = clip.body_pose[:, SMPL24.index("left_hip") - 1, 0] - clip.body_pose[:, SMPL24.index("right_hip") - 1, 0]
    arms = axis_angle_to_matrix(
        clip.body_pose[:, [SMPL24.index("left_shoulder") - 1, SMPL24.index("right_shoulder") - 1]]
    )
    ahead = arms[:, 0, 2, 0] + arms[:, 1, 2, 0]  # z of the left upper arm, less that of the right one
    assert torch.corrcoef(torch.stack([-thigh, ahead]))[0, 1] < -0.5


def test_speed(record_property):
    import time

    library = PoseLibrary("train")
    began = time.perf_counter()
    library.sample(2000, seed=0)
    record_property("poses per second, with every shape checked", round(2000 / (time.perf_counter() - began)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "training"}, r"(?s)split.*train.*val.*test"),
        ({"families": ("walking", "flying")}, "families: no flying; there are walking"),
        ({"families": ()}, "families: expected at least one name"),
    ],
)
def test_unknown_splits_and_families_are_refused(arguments, message):
    with pytest.raises(Exception, match=message):
        PoseLibrary(**arguments)


def test_a_clip_of_an_unknown_family_is_refused():
    with pytest.raises(InputError, match="family: no lying; there are walking"):
        PoseLibrary("train", families=("walking",)).clip("lying", seed=0, frames=2)
