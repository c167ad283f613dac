import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.body import SMPL
from vhlib.body.surface import chosen, condensed, whole


def test_the_whole_surface_is_the_mesh(body):
    surface = whole(body.files)
    assert surface.v_template is body.files.v_template
    assert surface.vertex_ids.tolist() == list(range(6890))


def test_chosen_vertices_keep_their_numbers_and_the_faces_between_them(toy_body):
    few = chosen(whole(toy_body.files), [8, 2, 7, 6])
    np.testing.assert_array_equal(few.v_template, toy_body.files.v_template[[8, 2, 7, 6]])
    assert few.faces.tolist() == [[3, 2, 0]]  # the face 6, 7, 8
    assert chosen(few, [3, 0]).vertex_ids.tolist() == [6, 8]


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), keypoints=st.integers(1, 5), signed=st.booleans())
def test_the_few_points_give_the_keypoints_of_the_whole_mesh_in_every_pose(toy_body, seed, keypoints, signed):
    numbers = np.random.default_rng(seed)
    regressor = numbers.standard_normal((keypoints, 48)) * (numbers.random((keypoints, 48)) < 0.2)
    regressor = regressor if signed else np.abs(regressor)
    points, collect = condensed(whole(toy_body.files), regressor)
    few = SMPL(toy_body.files, dtype=torch.float64, surface=points)
    pose = {
        "betas": torch.as_tensor(numbers.standard_normal((2, 2))),
        "body_pose": torch.as_tensor(numbers.standard_normal((2, 23, 3))),
        "transl": torch.as_tensor(numbers.standard_normal((2, 3))),
    }
    assert_close(
        torch.as_tensor(collect) @ few(**pose).vertices, torch.as_tensor(regressor) @ toy_body(**pose).vertices
    )


def test_a_keypoint_takes_one_point_for_each_joint_it_hangs_on(toy_body):
    # Vertices 36 and 37 are the left elbow's and follow it and the left shoulder.
    regressor = np.zeros((1, 48))
    regressor[0, [36, 37]] = 0.5
    points, collect = condensed(whole(toy_body.files), regressor)
    assert points.weights.argmax(1).tolist() == [16, 18]
    np.testing.assert_allclose(collect, [[0.25, 0.75]])


def test_vertices_that_are_not_there_are_refused(toy_body):
    with pytest.raises(ValueError, match="vertex_ids: expected different numbers from 0 to 47 in one list"):
        chosen(whole(toy_body.files), [48])
