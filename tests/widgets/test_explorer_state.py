"""What the explorer shows, tested without a widget or a browser."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from vhlib.body import SMPL
from vhlib.core.errors import InputError
from vhlib.geometry import SMPL24, joint_axes, limit_excess
from vhlib.widgets import ExplorerState


@pytest.fixture
def state(body):
    return ExplorerState(body)


def test_at_first_it_is_the_template(state, body):
    assert_allclose(state.vertices(), body.v_template, atol=1e-6)
    assert_allclose(state.joints(), body.joint_template, atol=1e-6)


def test_the_steps_add_up_to_the_body(state, body):
    """T̄, + B_S, + B_P and skinned are four different meshes; the last is what the body returns."""
    state.set_beta(0, 1.5)
    state.set_angle(1, -1.2)
    meshes = []
    for state.step in ("template", "shape", "correctives", "skinned"):
        meshes.append(state.vertices())
    assert_allclose(meshes[0], body.v_template, atol=1e-6)
    betas = torch.tensor([[1.5] + 9 * [0.0]])
    assert_allclose(meshes[1], body(betas=betas).vertices[0], atol=1e-5)
    assert_allclose(meshes[3], body(**state.parameters()).vertices[0], atol=1e-6)
    changes = [np.abs(after - before).max() for before, after in itertools.pairwise(meshes)]
    assert min(changes) > 1e-3  # a millimetre at the least


def test_a_body_in_double_precision_shows_the_same(state, body):
    double = ExplorerState(SMPL(body.files, dtype=torch.float64))
    for each in (state, double):
        each.set_beta(2, 1.0)
        each.set_angle(1, -1.0)
    for state.step in ("shape", "correctives", "skinned"):
        double.step = state.step
        assert_allclose(double.vertices(), state.vertices(), atol=1e-5)
        assert_allclose(double.joints(), state.joints(), atol=1e-5)
    assert double.vertices().dtype == np.float32


def test_correctives_leave_what_no_turned_joint_reaches(state, body):
    """Bending the left elbow corrects the skin at that elbow and nothing below the hips."""
    state.set_angle(1, -1.2)
    state.step = "correctives"
    moved = np.linalg.norm(state.vertices() - body.v_template.numpy(), axis=1)
    legs = body.weights[:, [SMPL24.index("left_knee"), SMPL24.index("right_knee")]].sum(1) > 0.5
    assert moved.max() > 1e-3
    assert moved[legs.numpy()].max() < 1e-6


def test_one_angle_is_the_joint_s_axis_angle(state):
    """Known answer: an elbow bent by 90° about -y is the axis-angle (0, -π/2, 0)."""
    state.pick("left_elbow")
    state.set_angle(1, -math.pi / 2)
    pose = state.parameters()["body_pose"][0]
    assert_allclose(pose[SMPL24.index("left_elbow") - 1], [0, -math.pi / 2, 0], atol=1e-6)
    assert pose.abs().sum() == pytest.approx(math.pi / 2)


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(SMPL24.names[1:]), st.tuples(*[st.floats(0, 1)] * 3))
def test_no_combination_of_sliders_leaves_the_limits(body, joint, shares):
    state = ExplorerState(body)
    state.pick(joint)
    assert state.limits() == joint_axes(joint)
    for axis, (share, (low, high)) in enumerate(zip(shares, state.limits(), strict=True)):
        state.set_angle(axis, low + share * (high - low))
    assert float(limit_excess(state.parameters()["body_pose"]).max()) < 1e-4


def test_the_pelvis_turns_all_the_way(state):
    state.pick("pelvis")
    assert state.limits() == ((-math.pi, math.pi),) * 3
    state.set_angle(1, math.pi / 2)
    assert_allclose(state.parameters()["global_orient"][0], [0, math.pi / 2, 0], atol=1e-6)


def test_random_poses_are_seeded_within_the_limits_and_face_the_viewer(state):
    state.random_pose(7)
    first = state.setting
    state.random_pose(8)
    assert state.setting != first
    state.random_pose(7)
    assert state.setting == first
    assert float(limit_excess(state.parameters()["body_pose"]).max()) < 1e-4
    hips = state.joints()[SMPL24.index("left_hip")] - state.joints()[SMPL24.index("right_hip")]
    assert hips[0] > 0.1  # the left hip is at the viewer's right


def test_every_preset_poses_the_body_and_keeps_its_shape(state):
    state.set_beta(3, 2.0)
    for name in state.presets:
        state.preset(name)
        assert state.setting.betas[3] == 2.0
        assert float(limit_excess(state.parameters()["body_pose"]).max()) < 1e-4, name
    assert len(state.presets) > 4


def test_reset_and_undo(state):
    start = state.setting
    state.set_beta(0, 1.0)
    state.random_pose(1)
    posed = state.setting
    state.reset()
    assert state.setting == start
    state.undo()
    assert state.setting == posed
    state.undo()
    state.undo()
    assert state.setting == start
    state.redo()
    assert state.setting.betas[0] == 1.0


def test_a_clicked_face_picks_the_joint_it_follows(state, body):
    foot = body.weights[:, SMPL24.index("right_foot")]
    face = int(foot[body.faces].mean(1).argmax())
    state.pick_face(face)
    assert state.joint == "right_foot"
    assert_allclose(state.weights(), foot)


def test_height_follows_the_shape_not_the_pose(state):
    standing = state.height()
    assert 1.5 < standing < 1.9
    state.random_pose(0)
    assert state.height() == standing
    state.set_beta(0, 2.0)
    taller = state.height()
    state.set_beta(0, -2.0)
    assert abs(taller - state.height()) > 0.1  # beta 0 is mostly height: its sign is the model's


def test_every_face_has_one_of_24_parts(state):
    assert set(np.unique(state.part_of_face())) == set(range(24))


def test_an_unknown_preset_is_refused(state):
    with pytest.raises(InputError, match="no preset; there are T-pose"):
        state.preset("headstand")


def test_an_unknown_joint_is_refused(state):
    with pytest.raises(KeyError, match="left_elbow"):
        state.pick("left_antenna")
