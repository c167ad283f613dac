"""A silhouette fit played back."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from vhlib.cameras import PerspectiveCamera
from vhlib.fitting import SILHOUETTE, fit_silhouette
from vhlib.viz import rgb
from vhlib.widgets import play_silhouette

CAMERA = PerspectiveCamera.simple(60.0, (48, 40))
LENS: dict[str, Any] = {"focal_length": CAMERA.focal_length, "principal_point": CAMERA.principal_point}
STAGES = (replace(SILHOUETTE[0], iterations=2), replace(SILHOUETTE[1], iterations=3))


@pytest.fixture(scope="module")
def masks():
    mask = torch.zeros(1, 48, 40, dtype=torch.bool)
    mask[0, 6:44, 14:24] = True
    return mask


@pytest.fixture(scope="module")
def player(body, masks):
    result = fit_silhouette(body, masks, **LENS, stages=STAGES, trace=True)
    return play_silhouette(body, result, masks, CAMERA, scale=2)


def test_there_is_a_frame_for_each_iterate_of_each_stage(player):
    names = [caption.split(", energy")[0] for caption in player._captions]
    assert names == [f"place, iteration {i}" for i in range(3)] + [f"pose, iteration {i}" for i in range(4)]
    assert player.slider.max == 6


def test_beside_the_body_its_mask_is_held_against_the_one_it_is_fitted_to(player, masks):
    blue = [round(255 * channel) for channel in rgb("blue")]
    shown = player._picture(0)
    assert shown.shape == (96, 80, 3)
    missing = (shown[::2, ::2] == blue).all(2)
    assert missing.any()
    assert not (missing & ~masks[0].numpy()).any()
    player.slider.value = 6
    assert (player._picture(6) != shown).any()
    assert np.abs(player._meshes[6] - player._meshes[0]).max() > 1e-3


def test_a_fit_without_a_trace_is_refused(body, masks):
    with pytest.raises(ValueError, match="trace=True"):
        play_silhouette(body, fit_silhouette(body, masks, **LENS, stages=STAGES[:1]), masks, CAMERA)
