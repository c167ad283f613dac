import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from vhlib.body import load_body
from vhlib.cameras import Crop, WeakPerspectiveCamera
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import HMR, Estimate
from vhlib.training.prediction import cut, predict

SIZE = 64


class Always(HMR):
    """A network that says the same of every picture."""

    def __init__(self):
        nn.Module.__init__(self)
        turns = axis_angle_to_matrix(0.2 * torch.randn(1, 24, 3, generator=torch.Generator().manual_seed(0)))
        self.estimate = Estimate(
            turns, torch.ones(1, 10), WeakPerspectiveCamera(torch.tensor([0.9]), torch.tensor([[0.1, 0.2]]))
        )

    def forward(self, images):
        assert images.shape == (1, 3, SIZE, SIZE)
        return (self.estimate,)


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8)


@settings(max_examples=20, deadline=None)
@given(box=st.tuples(st.floats(-20, 100), st.floats(-20, 70), st.floats(10, 80), st.floats(10, 80)))
def test_the_body_lies_in_the_picture_where_the_weak_camera_sees_it_in_the_crop(box, image):
    net, body = Always(), load_body("neutral", source="standin")
    found = predict(net, SIZE, image, box=box)
    pixels = found.camera.project(body.joints(**found.parameters))
    estimate = net.estimate
    joints = body.joints(betas=estimate.betas, body_pose=estimate.body_pose, global_orient=estimate.global_orient)
    window = Crop.around(torch.tensor([box]), size=SIZE, margin=1.2)
    wanted = window.to_image((estimate.camera.project(joints) + 1) * (SIZE / 2))
    # Weak perspective leaves depth out: half a metre of it, seen from 50 m.
    assert (pixels - wanted).norm(dim=-1).max() < 0.02 * window.side


def test_a_known_focal_length_is_kept_and_the_size_in_the_picture_with_it(image):
    found = predict(Always(), SIZE, image, focal_length=100.0)
    assert found.camera.focal_length.tolist() == [[100.0, 100.0]]
    assert found.camera.principal_point.tolist() == [[60.0, 45.0]]
    # 0.9 half crops of 120 px are 54 px per metre: at 100 px focal length, 1.85 m away.
    assert found.parameters["transl"][0, 2].item() == pytest.approx(100 / 54, rel=1e-4)


def test_a_window_of_the_whole_square_picture_is_the_picture():
    image = np.random.default_rng(1).integers(0, 255, (SIZE, SIZE, 3), np.uint8)
    window = Crop(torch.tensor([[SIZE / 2, SIZE / 2]]), torch.tensor([float(SIZE)]), SIZE)
    np.testing.assert_array_equal((cut(image, window)[0].movedim(0, -1) * 255).round().numpy(), image)


def test_beyond_the_edge_the_edge_goes_on():
    image = np.full((40, 40, 3), 7, np.uint8)
    window = Crop(torch.tensor([[-5.0, 60.0]]), torch.tensor([50.0]), SIZE)
    torch.testing.assert_close(cut(image, window), torch.full((1, 3, SIZE, SIZE), 7 / 255))
