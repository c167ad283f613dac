import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import LSP14
from vhlib.losses import joint_loss, parameter_loss, reprojection_loss

HIPS = LSP14.indices("left_hip", "right_hip")


def test_reprojection_is_the_mean_of_absolute_differences_over_what_is_visible():
    # Kanazawa et al. 2018, eq. 3: Σ v_i |x_i - x̂_i|₁.
    predicted = torch.tensor([[[0.0, 0.0], [1.0, 2.0], [5.0, 5.0]]])
    truth = torch.tensor([[[1.0, -1.0], [1.0, 1.0], [torch.nan, 0.0]]])
    visible = torch.tensor([[1.0, 1.0, 0.0]])
    assert reprojection_loss(predicted, truth, visible).item() == pytest.approx((2 + 1) / 2)
    assert reprojection_loss(predicted, truth, 0 * visible).item() == 0


def test_what_is_hidden_has_no_gradient_and_makes_no_nan():
    predicted = torch.zeros(1, 2, 2, requires_grad=True)
    truth = torch.tensor([[[1.0, 1.0], [torch.nan, torch.nan]]])
    reprojection_loss(predicted, truth, torch.tensor([[1.0, 0.0]])).backward()
    assert predicted.grad is not None
    assert predicted.grad.tolist() == [[[-1.0, -1.0], [0.0, 0.0]]]


def test_joints_count_half_their_squared_distance_centred_between_the_hips():
    truth = torch.zeros(2, 14, 3)
    predicted = torch.ones(2, 14, 3)  # all shifted alike: no error
    predicted[0, LSP14.index("left_wrist"), 0] += 2.0
    known = torch.tensor([True, True])
    assert joint_loss(predicted, truth, known, HIPS).item() == pytest.approx(0.5 * 4 / 14 / 2)
    truth[1] = torch.nan
    only_first = torch.tensor([True, False])
    assert joint_loss(predicted, truth, only_first, HIPS).item() == pytest.approx(0.5 * 4 / 14)


@settings(deadline=None)
@given(seed=st.integers(0, 2**31))
def test_only_what_is_known_counts(seed):
    numbers = torch.Generator().manual_seed(seed)
    rotations, others = (axis_angle_to_matrix(torch.randn(3, 24, 3, generator=numbers)) for _ in range(2))
    betas, true_betas = (torch.randn(3, 10, generator=numbers) for _ in range(2))
    known = torch.tensor([True, False, True])
    loss = parameter_loss(rotations, betas, others, true_betas, known)
    others[1], true_betas[1] = torch.nan, torch.inf
    torch.testing.assert_close(parameter_loss(rotations, betas, others, true_betas, known), loss)
    kept = [0, 2]
    every = torch.tensor([True, True])
    picked = parameter_loss(rotations[kept], betas[kept], others[kept], true_betas[kept], every)
    torch.testing.assert_close(picked, loss)


def test_parameters_count_half_the_mean_square_of_all_their_numbers():
    # The 226 numbers of HMR's L_3D smpl: 216 of rotations and 10 betas.
    still = torch.eye(3).expand(1, 24, 3, 3)
    loss = parameter_loss(still, torch.full((1, 10), 2.0), still, torch.zeros(1, 10), torch.tensor([True]))
    assert loss.item() == pytest.approx(0.5 * 10 * 4 / 226)


def test_gradients(generator):
    def numbers(*shape):
        return torch.randn(*shape, dtype=torch.float64, generator=generator, requires_grad=True)

    known, visible = torch.tensor([True, False]), torch.tensor([[1.0] * 14, [0.5] * 14], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda p, t: joint_loss(p, t, known, HIPS), (numbers(2, 14, 3),) * 2)
    assert torch.autograd.gradcheck(
        lambda p, t: reprojection_loss(p, t, visible), (numbers(2, 14, 2), numbers(2, 14, 2))
    )
    inputs = (numbers(2, 3, 3, 3), numbers(2, 4), numbers(2, 3, 3, 3), numbers(2, 4))
    assert torch.autograd.gradcheck(lambda r, b, s, c: parameter_loss(r, b, s, c, known), inputs)


def test_labels_that_are_missing_make_no_nan_in_loss_or_gradient(generator):
    known, missing = torch.tensor([True, False]), torch.tensor([0.0, torch.nan])
    joints = torch.randn(2, 14, 3, generator=generator).requires_grad_()
    rotations = torch.randn(2, 24, 3, 3, generator=generator).requires_grad_()
    betas = torch.randn(2, 10, generator=generator).requires_grad_()
    of_joints = joint_loss(joints, missing[:, None, None].expand(2, 14, 3), known, HIPS)
    labels = missing[:, None].expand(2, 10), missing[:, None, None, None].expand(2, 24, 3, 3)
    of_parameters = parameter_loss(rotations, betas, labels[1], labels[0], known)
    for gradient in torch.autograd.grad(of_joints + of_parameters, (joints, rotations, betas)):
        assert gradient[0].abs().sum() > 0
        assert (gradient[1] == 0).all()


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(Exception, match="visible"):
        reprojection_loss(torch.zeros(2, 3, 2), torch.zeros(2, 3, 2), torch.zeros(2, 4))
    with pytest.raises(Exception, match="known"):
        joint_loss(torch.zeros(2, 14, 3), torch.zeros(2, 14, 3), torch.ones(3, dtype=torch.bool), HIPS)
