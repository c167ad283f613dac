import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import vhlib.fitting.people
from vhlib.data.crowd import crowd
from vhlib.fitting.people import BodyPoints, observe, torso_depth
from vhlib.geometry.rotations import axis_angle_to_matrix, geodesic_angle
from vhlib.geometry.skeletons import COCO17, H36M17, LSP14, OPENPOSE25, SMPL24

FACING = torch.tensor([[torch.pi, 0.0, 0.0]])


def standing(body, *, distance=10.0, focal=1000.0, middle=500.0):
    """The average body upright, facing the camera: its LSP keypoints in pixels."""
    points = body.keypoints("lsp14", global_orient=FACING, transl=torch.tensor([[0.0, 0.0, distance]]))
    return focal * points[..., :2] / points[..., 2:] + middle


def look(body, keypoints, confidence=None, focal=1000.0, skeleton=LSP14):
    confidence = torch.ones(keypoints.shape[:2]) if confidence is None else confidence
    size = torch.full((len(keypoints), 2), 500.0)
    return observe(
        keypoints,
        confidence,
        focal_length=None if focal is None else torch.full_like(size, focal),
        principal_point=size,
        skeleton=skeleton,
        body=body,
    )


def test_depth_comes_from_similar_triangles(body):
    people = look(body, standing(body, distance=10.0))
    assert people.depth.item() == pytest.approx(10.0, rel=0.01)
    # A stature of 1.69 m ten metres away is 169 px at f = 1000; it is to be 300.
    stature = float(body.v_template[:, 1].amax() - body.v_template[:, 1].amin())
    assert people.scale.item() == pytest.approx(300 / (100 * stature), rel=0.01)
    assert people.focal_length[0].tolist() == pytest.approx([1000 * people.scale.item()] * 2)


def test_without_a_focal_length_it_is_the_papers_in_the_rescaled_image(body):
    people = look(body, standing(body), focal=None)
    assert people.focal_length[0].tolist() == [5000.0, 5000.0]
    assert people.depth.item() == pytest.approx(5000 / 300 * 1.69, rel=0.02)


@settings(deadline=None, max_examples=20)
@given(scale=st.floats(0.05, 20))
def test_the_resolution_of_the_image_does_not_matter(body, scale):
    keypoints = standing(body)
    plain = look(body, keypoints)
    size = torch.full((1, 2), 500.0 * scale)
    other = observe(
        keypoints * scale,
        torch.ones(1, 14),
        focal_length=torch.full_like(size, 1000.0 * scale),
        principal_point=size,
        skeleton=LSP14,
        body=body,
    )
    for name in ("keypoints_2d", "focal_length", "principal_point", "depth"):
        torch.testing.assert_close(getattr(other, name), getattr(plain, name), rtol=1e-4, atol=1e-3)


def test_any_subset_of_keypoints_gives_a_size(body):
    keypoints = standing(body).expand(14, 14, 2)
    single = look(body, keypoints, torch.eye(14)[[c for c in range(14) if LSP14.names[c] != "neck"] + [0]])
    assert (single.depth > 0).all()
    assert single.scale.isfinite().all()
    limb = torch.zeros(1, 14)
    limb[0, list(LSP14.indices("left_knee", "left_ankle"))] = 1
    assert look(body, keypoints[:1], limb).depth.item() == pytest.approx(10.0, rel=0.02)  # by the shin alone
    side = torch.zeros(1, 14)
    side[0, list(LSP14.indices("left_shoulder", "left_hip"))] = 1
    assert look(body, keypoints[:1], side).depth.item() == pytest.approx(10.0, rel=0.02)  # by one side of the torso


def test_a_foreshortened_torso_is_not_measured_by(body):
    keypoints = standing(body)
    legs = LSP14.indices("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle")
    trunk = [column for column in range(14) if column not in legs]
    for share, expected in ((0.9, 10 / 0.9), (0.5, 10.0)):
        bowed = keypoints.clone()
        hips = keypoints[0, list(legs[:2]), 1].mean()
        bowed[0, trunk, 1] = hips + share * (keypoints[0, trunk, 1] - hips)
        assert look(body, bowed).depth.item() == pytest.approx(expected, rel=0.03)


def test_a_misplaced_wrist_does_not_change_the_size(body):
    """On a real picture a forearm annotated half too long made a person in profile half too large."""
    keypoints = standing(body)
    elbow, wrist = LSP14.indices("left_elbow", "left_wrist")
    keypoints[0, wrist] = keypoints[0, elbow] + torch.tensor([0.0, 37.0])  # pixels; the shin has 38, the forearm 24
    assert look(body, keypoints).depth.item() == pytest.approx(10.0, rel=0.02)


def test_depths_of_the_benchmark_are_better_than_by_the_torso_alone(body, monkeypatch):
    people = crowd(body, 256, seed=0)
    focal, middle = (value.expand(256, 2) for value in (people.camera.focal_length, people.camera.principal_point))
    true = body.joints(**people.truth)[:, 0, 2]

    def wrong() -> float:
        seen = (people.keypoints_2d, people.confidence)
        found = observe(*seen, focal_length=focal, principal_point=middle, skeleton=LSP14, body=body)
        return float((found.depth / true - 1).abs().mean())

    assert wrong() == pytest.approx(0.13, abs=0.01)
    monkeypatch.setattr(vhlib.fitting.people, "FORESHORTENED", 0.0)
    assert wrong() == pytest.approx(0.20, abs=0.01)


def test_weights_of_the_camera_and_of_the_body(body):
    people = look(body, standing(body), 0.5 * torch.ones(1, 14))
    torso = {name for name, weight in zip(people.points.names, people.torso[0], strict=True) if weight}
    assert torso == {"left_shoulder", "right_shoulder", "left_hip", "right_hip"}
    assert people.torso.max() == 1  # confidences do not count for the camera
    left_out = {name for name, weight in zip(people.points.names, people.body[0], strict=True) if not weight}
    assert left_out == {"left_hip", "right_hip"}
    assert people.body.max() == 0.5


def test_without_a_torso_the_camera_stands_by_what_there_is(body):
    confidence = torch.ones(1, 14)
    confidence[0, list(LSP14.indices("left_shoulder", "left_hip"))] = 0
    people = look(body, standing(body), confidence)
    assert people.torso.sum() == 11  # fourteen without two, and without the neck that SMPL does not have


def test_the_shoulders_are_left_then_right_in_the_rescaled_image(body):
    confidence = torch.ones(1, 14)
    confidence[0, LSP14.index("right_shoulder")] = 0
    people = look(body, standing(body), confidence)
    places, seen = people.shoulders
    left = standing(body)[0, LSP14.index("left_shoulder")]
    torch.testing.assert_close(places[0, 0], left * people.scale)
    assert seen.tolist() == [[True, False]]


def test_depth_is_that_of_similar_triangles_over_the_edges_that_are_seen():
    # f = 1000: 0.5 m seen as 100 px stand at 5 m; with the second edge, 0.8 m as 140 px, at 5.71 m.
    upright = torch.tensor([[[0.0, 0.0], [0.0, 100.0]], [[50.0, 0.0], [50.0, 40.0]]]).expand(3, 2, 2, 2)
    ends_3d = torch.tensor([[[0.0, 0.5, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.3, 0.0, 0.0]]])
    seen = torch.tensor([[[True, True], [True, False]], [[True, True], [True, True]], [[True, False], [False, False]]])
    depth = torso_depth(upright, ends_3d, seen, torch.full((3,), 1000.0))
    assert depth[:2].tolist() == pytest.approx([5.0, 800 / 140])
    assert depth[2].isnan()


@settings(deadline=None)
@given(away=st.floats(0.5, 50.0), focal=st.floats(10.0, 1e4), shift=st.floats(-5, 5))
def test_an_edge_parallel_to_the_image_is_as_far_away_as_it_is(away, focal, shift):
    ends = torch.tensor([[[0.1, -0.2], [0.3, 0.4]]], dtype=torch.float64)
    flat = torch.cat([ends, torch.zeros_like(ends[..., :1])], -1)
    seen, focal_length = torch.ones(1, 1, 2, dtype=torch.bool), torch.tensor([focal], dtype=torch.float64)
    image = (focal * (ends + shift) / away)[None]
    assert torso_depth(image, flat, seen, focal_length).item() == pytest.approx(away)


def test_depth_can_be_differentiated_and_a_missing_end_does_not_pull():
    ends_2d = torch.tensor([[[[0.0, 0.0], [3.0, 100.0]], [[50.0, 0.0], [50.0, 40.0]]]], dtype=torch.float64)
    ends_3d = torch.tensor([[[0.0, 0.5, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.3, 0.0, 0.0]]]).double()
    seen = torch.tensor([[[True, True], [True, False]]])

    def depth(ends: torch.Tensor) -> torch.Tensor:
        return torso_depth(ends, ends_3d, seen, torch.ones(1, dtype=torch.float64))

    assert torch.autograd.gradcheck(depth, ends_2d.requires_grad_())
    (pull,) = torch.autograd.grad(depth(ends_2d).sum(), ends_2d)
    assert pull[0, 1].count_nonzero() == 0


@pytest.mark.parametrize(
    ("skeleton", "dropped"),
    [
        (LSP14, {"neck"}),
        (COCO17, set()),
        (OPENPOSE25, {"neck", "mid_hip"}),
        (H36M17, {"pelvis", "spine", "neck", "jaw"}),
        (SMPL24, {"neck", "pelvis"}),
    ],
)
def test_what_the_body_has_a_point_for(body, skeleton, dropped):
    points = BodyPoints.of(skeleton, body)
    assert set(skeleton.names) - set(points.names) == dropped
    assert [skeleton.names[column] for column in points.columns] == list(points.names)
    for name, joint in zip(points.names, points.joints, strict=False):
        assert SMPL24.names[joint] == name
    surface = points.names[len(points.joints) :]
    assert [body.landmarks[name] for name in surface] == list(points.vertices)


def test_the_places_of_missing_keypoints_are_not_looked_at(body):
    keypoints, confidence = standing(body), torch.ones(1, 14)
    keypoints[0, 0], confidence[0, 0] = torch.tensor([torch.nan, torch.inf]), 0
    people = look(body, keypoints, confidence)
    assert people.keypoints_2d.isfinite().all()
    assert people.depth.item() == pytest.approx(10.0, rel=0.01)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda k, c, f: k[0, 3].fill_(torch.nan), "keypoints_2d: expected finite pixels"),
        (lambda k, c, f: c[0, 3].fill_(-0.1), "confidence: expected numbers from 0 up"),
        (lambda k, c, f: c[0, 3].fill_(torch.nan), "confidence: expected numbers from 0 up"),
        (lambda k, c, f: c.zero_(), "confidence: nothing to fit to, person 0 has none of right_ankle"),
        (lambda k, c, f: f[0, 0].fill_(0), "focal_length: expected positive pixels"),
    ],
)
def test_what_cannot_be_fitted_is_refused(body, spoil, sentence):
    keypoints, confidence, focal = standing(body), torch.ones(1, 14), torch.full((1, 2), 1000.0)
    spoil(keypoints, confidence, focal)
    with pytest.raises(ValueError, match=sentence):
        observe(
            keypoints,
            confidence,
            focal_length=focal,
            principal_point=torch.full((1, 2), 500.0),
            skeleton=LSP14,
            body=body,
        )


def test_keypoints_of_another_skeleton_are_refused(body):
    with pytest.raises(ValueError, match=r"keypoints_2d: expected \(B, 17, 2\), got \(1, 14, 2\)"):
        look(body, standing(body), skeleton=COCO17)


@pytest.mark.parametrize("away", [False, True])
@settings(deadline=None, max_examples=20)
@given(roll=st.floats(-3.0, 3.0))
def test_the_torso_tells_how_somebody_lies_and_which_way_they_face(body, roll, away):
    # A picture turned by an angle, of somebody who faces the camera or turns their back to it.
    turn = axis_angle_to_matrix(torch.tensor([0.0, 0.0, roll])) @ axis_angle_to_matrix(FACING[0])
    if away:
        turn = turn @ axis_angle_to_matrix(torch.tensor([0.0, torch.pi, 0.0]))
    points = body.keypoints("lsp14", global_orient=turn[None], transl=torch.tensor([[0.0, 0.0, 10.0]]))
    seen = look(body, 1000 * points[..., :2] / points[..., 2:] + 500)
    assert geodesic_angle(seen.orientation[0], turn).rad2deg().item() < 6  # hips and shoulders are not quite level


def test_without_a_torso_somebody_stands_and_faces_the_camera(body):
    confidence = torch.ones(1, 14)
    confidence[0, list(LSP14.indices("left_shoulder", "right_shoulder", "left_hip", "right_hip"))] = 0
    seen = look(body, standing(body), confidence)
    torch.testing.assert_close(seen.orientation[0], axis_angle_to_matrix(FACING[0]), atol=1e-6, rtol=0)
