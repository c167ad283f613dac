"""Where every regressor of these tests starts."""

import math

import pytest
import torch

from vhlib.geometry.rotations import axis_angle_to_matrix


@pytest.fixture
def mean():
    """A bent body that faces the camera, as an estimate of one."""
    from vhlib.cameras import WeakPerspectiveCamera
    from vhlib.nets import Estimate

    turned = axis_angle_to_matrix(torch.tensor([[math.pi, 0.0, 0.0]]))
    rotations = torch.cat([turned, axis_angle_to_matrix(0.1 * torch.ones(23, 3))])[None]
    return Estimate(rotations, torch.zeros(1, 10), WeakPerspectiveCamera(torch.tensor([0.9]), torch.zeros(1, 2)))
