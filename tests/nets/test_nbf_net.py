import pytest
import torch

from vhlib.geometry.kinematics import local_to_global
from vhlib.geometry.rotations import axis_angle_to_matrix, project_to_rotation
from vhlib.geometry.skeletons import SMPL24
from vhlib.nets import NBF, PixelsToBody, ResNet, Segmentation


@pytest.fixture
def mean(generator):
    return axis_angle_to_matrix(0.3 * torch.randn(24, 3, generator=generator))


def network(mean, *, absolute=True):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return NBF(ResNet(18, width=4, channels=13), mean_rotations=mean, mean_betas=torch.ones(10), absolute=absolute)


@pytest.mark.parametrize("absolute", [True, False])
def test_without_a_residual_it_is_the_mean_body_in_the_layers_own_kind_of_rotations(mean, absolute):
    net = network(mean, absolute=absolute)
    torch.nn.init.zeros_(net.residual.weight)
    estimate = net(torch.rand(2, 13, 32, 32))
    rotations = local_to_global(estimate.rotations, SMPL24.parents) if absolute else estimate.rotations
    torch.testing.assert_close(rotations, mean.expand(2, 24, 3, 3), atol=1e-5, rtol=0)
    assert estimate.betas.unique().tolist() == [1.0]


def test_it_puts_out_rotations_even_where_its_own_matrices_are_mirrors(mean):
    net = network(mean)
    torch.nn.init.zeros_(net.residual.weight)
    net.eval().mean[:9] = torch.diag(torch.tensor([1.0, 0.9, -0.8])).flatten()  # U Vᵀ alone would be a reflection
    rotations = net(torch.rand(1, 13, 32, 32)).rotations
    torch.testing.assert_close(torch.linalg.det(rotations), torch.ones(1, 24), atol=1e-5, rtol=0)


def test_what_its_words_mean_are_the_closest_rotations(mean):
    net = network(mean, absolute=False)
    matrices, betas, camera = net.numbers(torch.rand(3, 13, 32, 32))
    estimate = net.estimate(matrices, betas, camera)
    torch.testing.assert_close(estimate.rotations, project_to_rotation(matrices))
    assert estimate.camera.scale.shape == (3,)


def test_a_gradient_comes_from_the_body_to_the_pixels(mean, body):
    segmentation = Segmentation(ResNet(18, width=4), classes=13, width=8)
    chain = PixelsToBody(segmentation, network(mean), size=32)
    images = torch.rand(2, 3, 64, 64, requires_grad=True)
    scores, estimate = chain(images)
    assert scores.shape == (2, 13, 64, 64)
    joints = body.joints(betas=estimate.betas, body_pose=estimate.body_pose, global_orient=estimate.global_orient)
    joints[:, 20].square().sum().backward()
    for leaf in (images, segmentation.scores.weight, chain.fitting.residual.weight):
        assert leaf.grad is not None
        assert leaf.grad.abs().max() > 0


def test_means_of_another_body_are_refused():
    with pytest.raises(Exception, match="mean_rotations"):
        NBF(ResNet(18, width=4), mean_rotations=torch.zeros(23, 3, 3), mean_betas=torch.zeros(10))
