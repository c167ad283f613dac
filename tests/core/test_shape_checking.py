"""The tests' own safety net: jaxtyping and beartype are really on."""

import pytest
import torch
from jaxtyping import Float, jaxtyped
from torch import Tensor

from vhlib.geometry.rotations import axis_angle_to_matrix


def test_a_wrong_shape_is_caught_in_the_library():
    with pytest.raises(Exception, match="Type-check error"):
        axis_angle_to_matrix(torch.zeros(2, 4))


def test_two_axes_of_one_name_must_agree():
    from beartype import beartype

    @jaxtyped(typechecker=beartype)
    def add(x: Float[Tensor, "B 3"], y: Float[Tensor, "B 3"]) -> Float[Tensor, "B 3"]:
        return x + y

    with pytest.raises(Exception, match="Type-check error"):
        add(torch.zeros(2, 3), torch.zeros(4, 3))
