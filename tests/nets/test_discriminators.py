import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import Discriminators, rotation_features


@pytest.fixture
def bodies(generator):
    return axis_angle_to_matrix(torch.randn(5, 23, 3, generator=generator)), torch.randn(5, 10, generator=generator)


def test_there_are_25_with_hmrs_sizes(bodies):
    # Kanazawa et al. 2018, section 3.3: K + 2 scores; 9-32-32 shared, 736-1024-1024-1 for all joints, 10-10-5-1.
    judges = Discriminators()
    assert judges(*bodies).shape == (5, 25)
    shapes = {name: tuple(p.shape) for name, p in judges.named_parameters() if name.endswith("weight")}
    assert shapes["shared.0.weight"] == (32, 9, 1)
    assert shapes["all_joints.0.weight"] == (1024, 736)
    assert shapes["shape.2.weight"] == (5, 10)


def test_a_joints_score_depends_on_that_joint_alone(bodies):
    judges, (pose, betas) = Discriminators(), bodies
    changed = pose.clone()
    changed[:, 6] = torch.eye(3)
    difference = (judges(pose, betas) - judges(changed, betas)).abs().amax(0)
    assert difference[6] > 0
    assert difference[23] > 0  # all joints together
    others = [k for k in range(25) if k not in (6, 23)]
    assert difference[others].max() == 0


def test_the_shapes_score_depends_on_the_shape_alone(bodies):
    judges, (pose, betas) = Discriminators(), bodies
    difference = (judges(pose, betas) - judges(pose, 1 - betas)).abs().amax(0)
    assert (difference > 0).nonzero()[:, 0].tolist() == [24]


def test_gradient(bodies):
    judges, (pose, betas) = Discriminators().double(), bodies
    pose, betas = (x[:2].double().requires_grad_() for x in (pose, betas))
    assert torch.autograd.gradcheck(judges, (pose, betas))


def test_axis_angles_are_refused():
    with pytest.raises(Exception, match="body_pose"):
        Discriminators()(torch.zeros(2, 23, 3), torch.zeros(2, 10))


def test_features_are_matrices_row_by_row_without_the_root():
    pose = torch.zeros(1, 24, 3)
    pose[0, 2] = torch.tensor([0.0, 0.0, math.pi / 2])
    pose[0, 0] = torch.tensor([math.pi, 0.0, 0.0])
    features = rotation_features(pose)
    torch.testing.assert_close(features[0, 1], torch.tensor([0.0, -1, 0, 1, 0, 0, 0, 0, 1]), atol=1e-6, rtol=0)
    torch.testing.assert_close(features[0, 0], torch.eye(3).flatten())


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31))
def test_a_whole_turn_more_is_the_same_to_the_judges(seed):
    pose = torch.randn(2, 24, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    once_more = pose * (1 + 2 * math.pi / pose.norm(dim=-1, keepdim=True))
    torch.testing.assert_close(rotation_features(once_more), rotation_features(pose))


def test_scores_of_features_are_scores_of_rotations(bodies):
    judges, pose = Discriminators(), torch.randn(5, 24, 3, generator=torch.Generator().manual_seed(1))
    rotations = axis_angle_to_matrix(pose)[:, 1:]
    torch.testing.assert_close(judges.scores(rotation_features(pose), bodies[1]), judges(rotations, bodies[1]))


def test_gradient_of_features(generator):
    pose = torch.randn(1, 4, 3, dtype=torch.float64, generator=generator).requires_grad_()
    assert torch.autograd.gradcheck(rotation_features, pose)


def test_matrices_have_no_features():
    with pytest.raises(Exception, match="pose"):
        rotation_features(torch.zeros(2, 24, 3, 3))
