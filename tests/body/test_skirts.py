"""The skirts that come with the stand-in bodies."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.body import load_body, load_skirt
from vhlib.body.catalogue import GENDERS
from vhlib.core.errors import InputError
from vhlib.geometry.skeletons import SMPL24

MIRROR = np.array([-1.0, 1.0, 1.0])
LEGS = SMPL24.indices("left_hip", "right_hip", "left_knee", "right_knee")


@pytest.fixture(params=GENDERS)
def gender(request):
    return request.param


def outside(skirt, vertices):
    """How far each vertex of the legs lies inside the ring of the skirt at its height, by the ring's nearest corner."""
    tube = skirt.reshape(-1, 3)
    legs = vertices[(vertices[:, 1] < tube[:, 1].max() - 0.03) & (vertices[:, 1] > tube[:, 1].min() + 0.03)]
    legs = legs[np.abs(legs[:, 0]) < 0.4]
    axis = skirt.mean((0, 1))
    out = legs[:, [0, 2]] - axis[[0, 2]]
    radius = np.linalg.norm(out, axis=1)
    along = tube[:, [0, 2]] - axis[[0, 2]]
    turned = np.arctan2(along[:, 0], along[:, 1])
    apart = (np.arctan2(out[:, 0], out[:, 1])[:, None] - turned + np.pi) % (2 * np.pi) - np.pi
    nearest = ((apart * 0.2) ** 2 + (legs[:, 1][:, None] - tube[:, 1]) ** 2).argmin(1)
    return np.linalg.norm(along[nearest], axis=1) - radius


def test_it_is_a_tube_from_the_hips_to_the_ankles_around_both_legs(gender):
    skirt, body = load_skirt(gender), load_body(gender, source="standin")
    joints = dict(zip(SMPL24.names, body.joint_template.numpy(), strict=True))
    assert skirt.template.shape == (20, 36, 3)
    heights = skirt.template[..., 1].mean(1)
    assert (np.diff(heights) < 0).all()
    assert joints["left_hip"][1] < heights[0] < joints["spine2"][1]
    assert joints["left_ankle"][1] < heights[-1] < joints["left_knee"][1]
    assert (outside(skirt.template, body.v_template.numpy()) > -0.01).all()


def test_left_and_right_are_mirror_images(gender):
    skirt = load_skirt(gender)
    points = skirt.template.reshape(-1, 3)
    apart = np.linalg.norm(points[:, None] - points * MIRROR, axis=-1)
    image = apart.argmin(0)
    assert apart.min(0).max() < 1e-5
    weights = skirt.weights.reshape(-1, 24)
    np.testing.assert_allclose(weights[image], weights[:, list(SMPL24.mirror)], atol=1e-6)
    directions = skirt.shapedirs.reshape(-1, 3, 10)
    np.testing.assert_allclose(directions[image], directions * MIRROR[:, None], atol=1e-5)


def test_it_hangs_on_hips_and_legs(gender):
    weights = load_skirt(gender).weights
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
    assert (weights[8:, :, LEGS].sum(-1) > 0.95).all()


@settings(deadline=None, max_examples=15)
@given(betas=st.lists(st.floats(-2, 2), min_size=10, max_size=10))
def test_it_follows_the_body_in_shape(betas):
    betas = torch.tensor(betas)
    body, skirt = load_body("female", source="standin"), load_skirt("female")
    with torch.no_grad():
        vertices = body(betas=betas[None]).vertices[0].numpy()
    assert (outside(skirt.shaped(betas.numpy()), vertices) > -0.03).all()


def test_it_is_linear_in_betas():
    skirt = load_skirt("male")
    one = np.eye(10, dtype=np.float32)[3]
    np.testing.assert_allclose(skirt.shaped(2 * one) - skirt.template, 2 * skirt.shapedirs[..., 3], atol=1e-6)
    np.testing.assert_array_equal(skirt.shaped(one[:3]), skirt.template)


def test_an_unknown_gender_is_refused():
    with pytest.raises(InputError, match="gender: expected neutral, female, male"):
        load_skirt("other")
