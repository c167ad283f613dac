import pytest
import torch

from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import Discriminators


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
