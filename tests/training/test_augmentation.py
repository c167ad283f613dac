from dataclasses import fields, replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.core.random import generator
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import LSP14, SMPL24
from vhlib.training.augmentation import STILL, Augmentation, augment, augment_parts, drawn_motion, moved_people
from vhlib.training.crops import Crops
from vhlib.training.nbf_figures import project_given
from vhlib.training.part_people import PartPeople, bare_people

SIZE = 65


@pytest.fixture(scope="module")
def keypoint_body(body):
    return lambda rotations, betas: body.keypoints(
        "lsp14", betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0]
    )


def people(keypoint_body, seed, count=4):
    """Orthographic crops: black, with one white square where the left wrist is."""
    numbers = generator(seed, "people")
    turns = 0.3 * torch.randn(count, 24, 3, generator=numbers)
    turns[:, 0, 0] += torch.pi
    rotations, betas = axis_angle_to_matrix(turns), torch.randn(count, 10, generator=numbers)
    joints = keypoint_body(rotations, betas)
    keypoints = 0.4 * (joints - joints.mean(1, keepdim=True))[..., :2]
    images = torch.zeros(count, 3, SIZE, SIZE)
    for image, point in zip(images, keypoints[:, LSP14.index("left_wrist")], strict=True):
        column, row = ((point + 1) / 2 * SIZE).long().clamp(1, SIZE - 2).tolist()
        image[:, row - 1 : row + 2, column - 1 : column + 2] = 1.0
    visible = (keypoints.abs() <= 1).all(-1).float()
    return Crops(images, keypoints, visible, joints, rotations, betas, torch.ones(count, dtype=torch.bool))


def test_nothing_moves_unless_asked(keypoint_body):
    before = people(keypoint_body, 0)
    after = augment(before, STILL, skeleton=LSP14, generator=generator(0))
    for field in fields(before):
        torch.testing.assert_close(getattr(after, field.name), getattr(before, field.name), atol=1e-6, rtol=0)


def test_a_mirrored_left_wrist_is_a_right_one_on_the_other_side(keypoint_body):
    before = people(keypoint_body, 1)
    after = augment(before, replace(STILL, flip=1.0), skeleton=LSP14, generator=generator(0))
    left, right = LSP14.indices("left_wrist", "right_wrist")
    torch.testing.assert_close(after.keypoints[:, right], before.keypoints[:, left] * torch.tensor([-1.0, 1.0]))
    torch.testing.assert_close(after.images, before.images.flip(-1), atol=1e-5, rtol=0)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31))
def test_labels_still_belong_to_one_body_in_one_picture(keypoint_body, seed):
    after = augment(people(keypoint_body, seed), Augmentation(), skeleton=LSP14, generator=generator(seed))
    # The labelled pose makes the labelled joints, around some origin.
    posed = keypoint_body(after.rotations, after.betas)
    offset = (posed - after.joints).mean(1, keepdim=True)
    torch.testing.assert_close(posed - offset, after.joints, atol=2e-4, rtol=0)
    # The keypoints are a weak-perspective view of the joints.
    flat = after.joints[..., :2] - after.joints[..., :2].mean(1, keepdim=True)
    seen = after.keypoints - after.keypoints.mean(1, keepdim=True)
    scale = (flat * seen).sum((1, 2)) / flat.square().sum((1, 2))
    torch.testing.assert_close(scale[:, None, None] * flat, seen, atol=1e-4, rtol=0)
    assert ((after.keypoints.abs() <= 1).all(-1) | (after.visible == 0)).all()


def test_the_picture_moves_with_its_keypoints(keypoint_body):
    before = people(keypoint_body, 3, count=16)
    moved = augment(before, Augmentation(flip=0.0, colour=0.0), skeleton=LSP14, generator=generator(5))
    rows = torch.linspace(-1 + 1 / SIZE, 1 - 1 / SIZE, SIZE)
    mass = moved.images[:, 0] / moved.images[:, 0].sum((1, 2), keepdim=True).clamp(min=1e-6)
    centre = torch.stack([(mass.sum(1) * rows).sum(1), (mass.sum(2) * rows).sum(1)], 1)
    wrist = moved.keypoints[:, LSP14.index("left_wrist")]
    well_inside = (wrist.abs() < 0.85).all(1) & (before.keypoints[:, LSP14.index("left_wrist")].abs() < 0.85).all(1)
    assert well_inside.sum() >= 8
    assert (centre - wrist).abs()[well_inside].max() < 2 * 2 / SIZE  # two pixels


def test_the_same_seed_moves_the_same_way(keypoint_body):
    before = people(keypoint_body, 0)
    one, other = (augment(before, Augmentation(), skeleton=LSP14, generator=generator(7)) for _ in range(2))
    torch.testing.assert_close(one.images, other.images, atol=0, rtol=0)


LEFT_KNEE, RIGHT_KNEE = (1 + SMPL24.index(f"{side}_knee") for side in ("left", "right"))


def striped(count):
    """Pictures whose grey value is ten times the part: a knee on each side, nothing in the middle."""
    parts = torch.zeros(count, SIZE, SIZE, dtype=torch.uint8)
    parts[:, 10:-10, 5:25], parts[:, 10:-10, 40:60] = LEFT_KNEE, RIGHT_KNEE
    return (parts[:, None].float() / 25).expand(-1, 3, -1, -1), parts


def test_mirrored_parts_change_sides_and_names():
    images, parts = striped(2)
    mirrored, maps = augment_parts(images, parts, replace(STILL, flip=1.0), generator=generator(0))
    torch.testing.assert_close(mirrored, images.flip(-1), atol=1e-5, rtol=0)
    expected = torch.where(parts == LEFT_KNEE, RIGHT_KNEE, torch.where(parts == RIGHT_KNEE, LEFT_KNEE, 0)).flip(-1)
    assert torch.equal(maps, expected.to(torch.uint8))
    torch.testing.assert_close(augment_parts(images, parts, STILL, generator=generator(0))[1], parts)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31))
def test_part_maps_move_with_their_pictures_and_bring_nobody_in(seed):
    images, parts = striped(3)
    moved, maps = augment_parts(images, parts, replace(Augmentation(), flip=0.0, colour=0.0), generator=generator(seed))
    # Where the picture is not blurred between two parts, its grey value still says which part is there.
    said = (25 * moved[:, 0]).round()
    pure = ((25 * moved[:, 0] - said).abs() < 1e-3) & torch.isin(said, torch.tensor([0.0, LEFT_KNEE, RIGHT_KNEE]))
    inside = torch.zeros_like(pure)
    inside[:, 16:-16, 16:-16] = True
    assert (said == maps)[pure & inside].float().mean() > 0.99
    assert set(maps.unique().tolist()) <= {0, LEFT_KNEE, RIGHT_KNEE}
    far = replace(STILL, shift=2.0)
    alone = augment_parts(images, torch.full_like(parts, LEFT_KNEE), far, generator=generator(seed))[1]
    assert (alone == 0).any()


@pytest.fixture(scope="module")
def bare():
    return bare_people("train", 12, size=64)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31))
def test_people_move_together_with_their_cameras(bare, seed):
    after = moved_people(bare, drawn_motion(len(bare), replace(Augmentation(), shift=0.0), generator=generator(seed)))
    around = after.labels.joints - after.labels.joints[:, :1]
    torch.testing.assert_close(project_given(around, after), after.labels.keypoints, atol=1e-4, rtol=0)
    longer = (after.labels.keypoints[:, 0] - after.labels.keypoints[:, 15]).norm(dim=-1)
    shorter = (bare.labels.keypoints[:, 0] - bare.labels.keypoints[:, 15]).norm(dim=-1)
    torch.testing.assert_close(after.head / bare.head, longer / shorter, atol=1e-4, rtol=1e-4)


def test_moved_people_are_still_the_bodies_of_their_labels(bare, body):
    def off(people: PartPeople):
        labels = people.labels
        posed = body.joints(betas=labels.betas, body_pose=labels.rotations[:, 1:], global_orient=labels.rotations[:, 0])
        there = labels.joints - labels.joints[:, :1]
        return (posed - posed[:, :1] - there).norm(dim=-1).mean(1)

    motion = drawn_motion(len(bare), replace(Augmentation(), shift=0.0, flip=1.0), generator=generator(3))
    # Their own bodies have a gender: the neutral one's joints are close to them, mirrored or not.
    torch.testing.assert_close(off(moved_people(bare, motion)), off(bare), atol=2e-3, rtol=0)


def test_part_maps_of_people_move_as_their_joints(bare):
    motion = drawn_motion(len(bare), replace(STILL, turn=20.0, scale=0.2, upright=0.0), generator=generator(1))
    after = moved_people(bare, motion)
    rows, compared = torch.linspace(-1 + 1 / 64, 1 - 1 / 64, 64), 0
    for one, other, start, end in zip(
        bare.parts, after.parts, bare.labels.keypoints, after.labels.keypoints, strict=True
    ):
        way = torch.linalg.lstsq(torch.cat([start, torch.ones(24, 1)], 1), end).solution
        for part in (1, 16):  # pelvis and head
            centres = []
            for found in (one == part, other == part):
                down, right = found.nonzero().unbind(1)
                centres.append(torch.stack([rows[right].mean(), rows[down].mean()]))
            expected = torch.cat([centres[0], torch.ones(1)]) @ way
            if expected.abs().max() < 0.8 and not torch.isnan(centres[1]).any():
                assert (centres[1] - expected).norm() < 1.5 * 2 / 64  # a pixel and a half
                compared += 1
    assert compared >= len(bare)
