import dataclasses

import numpy as np
import pytest

from vhlib.body import keypoint_regressor
from vhlib.body.landmarks import LANDMARKS, landmarks
from vhlib.geometry.skeletons import COCO17, H36M17, H36M17_RIGHT_FIRST, LSP14, OPENPOSE25, SKELETONS, SMPL24


@pytest.fixture(scope="module")
def official(body):
    """The stand-in as an official file would be: without regressors and without a word on its head's top."""
    return dataclasses.replace(body.files, regressors={}, head_top=None)


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=lambda skeleton: skeleton.name)
def test_rows_are_weighted_means(body, official, skeleton):
    for files in (body.files, official):
        rows = keypoint_regressor(files, skeleton)
        assert rows.shape == (len(skeleton), 6890)
        np.testing.assert_allclose(rows.sum(1), 1, atol=1e-6)


def test_a_file_s_own_rows_are_taken(body):
    for skeleton in (COCO17, LSP14, H36M17):
        np.testing.assert_array_equal(keypoint_regressor(body.files, skeleton), body.files.regressors[skeleton.name])


def test_without_them_rows_come_from_joints_and_landmarks_by_name(official):
    rows = keypoint_regressor(official, LSP14)
    np.testing.assert_array_equal(rows[LSP14.index("left_knee")], official.joint_regressor[SMPL24.index("left_knee")])
    assert np.flatnonzero(rows[LSP14.index("head_top")]).tolist() == [411]
    coco = keypoint_regressor(official, COCO17)
    assert np.flatnonzero(coco[COCO17.index("right_ear")]).tolist() == [4071]


def test_openpose_shares_coco_s_points(body, official):
    for files in (body.files, official):
        openpose, coco = keypoint_regressor(files, OPENPOSE25), keypoint_regressor(files, COCO17)
        for joint in COCO17.names:
            np.testing.assert_array_equal(openpose[OPENPOSE25.index(joint)], coco[COCO17.index(joint)])
        hips = coco[list(COCO17.indices("left_hip", "right_hip"))].mean(0)
        np.testing.assert_allclose(openpose[OPENPOSE25.index("mid_hip")], hips, atol=1e-7)


def test_the_two_orders_of_h36m_name_the_same_points(body, official):
    for files in (body.files, official):
        left, right = keypoint_regressor(files, H36M17), keypoint_regressor(files, H36M17_RIGHT_FIRST)
        np.testing.assert_array_equal(right, left[list(H36M17.indices(*H36M17_RIGHT_FIRST.names))])


@pytest.mark.parametrize("skeleton", [COCO17, LSP14, H36M17, OPENPOSE25], ids=lambda skeleton: skeleton.name)
def test_keypoints_lie_on_their_side_and_near_the_file_s_own(body, official, skeleton):
    points = keypoint_regressor(official, skeleton) @ official.v_template
    for name, point in zip(skeleton.names, points, strict=True):
        assert np.sign(round(point[0], 2)) == {"left": 1, "right": -1}.get(name.partition("_")[0], 0), name
    own = keypoint_regressor(body.files, skeleton) @ body.files.v_template
    assert np.linalg.norm(points - own, axis=1).max() < 0.1


def test_landmarks_are_vertices_and_a_file_may_say_where_its_head_ends(body, official):
    assert len(set(LANDMARKS.values())) == len(LANDMARKS)
    assert landmarks(official) == LANDMARKS
    assert landmarks(dataclasses.replace(official, head_top=7)) == {**LANDMARKS, "head_top": 7}


def test_landmarks_are_the_smplx_package_s():
    ids = pytest.importorskip("smplx.vertex_ids", reason="the smplx package is not installed").vertex_ids["smplh"]
    ours = {**LANDMARKS}
    assert ours.pop("head_top") == 411  # SMPLify's, which the package has not
    assert sorted(ours.values()) == sorted(ids.values())
    assert (ours["nose"], ours["left_eye"], ours["right_heel"]) == (ids["nose"], ids["leye"], ids["RHeel"])
