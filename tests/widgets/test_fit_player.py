"""A fit played back: every iterate, in its order, and the last is the result."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from vhlib.data.sample import load_sample
from vhlib.fitting import SMPLIFY, BodyParameters, fit_smplify
from vhlib.geometry.rigid import procrustes
from vhlib.widgets import fit_views, play_bodies, play_fit


@pytest.fixture(scope="module")
def fitted(body):
    sample = load_sample()
    result = fit_smplify(
        body,
        sample.keypoints.positions[None],
        sample.keypoints.confidence[None],
        principal_point=sample.principal_point[None],
        focal_length=sample.focal_length[None],
        stages=SMPLIFY[:2],
        trace=True,
    )
    return sample, result


@pytest.fixture(scope="module")
def player(body, fitted):
    sample, result = fitted
    return play_fit(body, result, sample.image, sample.keypoints.positions, sample.keypoints.confidence)


def test_there_is_a_frame_for_each_iterate_of_each_stage(player, fitted):
    iterations = [int(stage.iterations[0]) for stage in fitted[1].stages]
    assert player.slider.max + 1 == sum(iterations) + 2  # each stage's start included
    assert player._captions[0].startswith("camera, iteration 0")
    assert player._captions[iterations[0] + 1].startswith("stage 1, iteration 0")


def test_the_last_frame_is_the_fitted_body(player, fitted, body):
    """The same body up to where it stands and which way is up."""
    result = fitted[1].parameters
    with torch.inference_mode():
        expected = body(
            betas=result.betas,
            body_pose=result.body_pose,
            global_orient=result.global_orient,
            transl=result.transl,
        ).vertices
    shown = torch.as_tensor(player._meshes[-1])[None]
    aligned = procrustes(shown, expected, scale=False).apply(shown)
    assert_allclose(aligned, expected, atol=1e-4)
    assert shown[0, :, 1].max() > shown[0, :, 1].min() + 1.2  # upright, y up


def test_limbs_are_drawn_over_the_image(player, fitted):
    sample = fitted[0]
    first, last = player._picture(0), player._picture(player.slider.max)
    assert first.shape == sample.image.shape
    assert (first != sample.image).any()
    assert (first != last).any()


def test_a_fit_without_a_trace_is_refused(body, fitted):
    sample = fitted[0]
    keypoints, confidence = sample.keypoints.positions, sample.keypoints.confidence
    bare = fit_smplify(body, keypoints[None], confidence[None], principal_point=torch.zeros(1, 2), stages=SMPLIFY[:1])
    with pytest.raises(ValueError, match="trace=True"):
        play_fit(body, bare, np.zeros((4, 4, 3), np.uint8), keypoints, confidence)


@pytest.fixture(scope="module")
def two_bodies():
    """The true body, and the same one half a metre to the right."""
    sample = load_sample()
    truth = BodyParameters(**sample.truth)
    aside = truth.pack() + torch.nn.functional.pad(torch.tensor([[0.5, 0.0, 0.0]]), (82, 0))
    given = {"focal_length": sample.focal_length, "principal_point": sample.principal_point}
    seen = sample.image, sample.keypoints.positions, sample.keypoints.confidence
    return BodyParameters.unpack(torch.cat([truth.pack(), aside])), seen, given


def test_bodies_are_shown_one_after_the_other_where_they_stand(body, two_bodies):
    bodies, seen, given = two_bodies
    player = play_bodies(body, bodies, *seen, **given, captions=["the truth", "aside"])
    assert player.slider.max == 1
    assert_allclose(player._meshes[1] - player._meshes[0], [[0.5, 0.0, 0.0]] * len(player._meshes[0]), atol=1e-5)
    draw = player._picture
    assert draw is not None
    middles = [(draw(n) != seen[0]).any(2).nonzero()[1].mean() for n in (0, 1)]
    assert middles[1] > middles[0] + 10  # the limbs moved right; the keypoints stayed


def test_a_body_without_a_caption_is_refused(body, two_bodies):
    bodies, seen, given = two_bodies
    with pytest.raises(ValueError, match="captions"):
        play_bodies(body, bodies, *seen, **given, captions=["the truth"])


def test_the_true_body_covers_the_person_and_is_as_large_from_the_side(body):
    sample = load_sample()
    blank, truth = np.full_like(sample.image, 255), BodyParameters(**sample.truth)
    over, aside = fit_views(
        body, truth, blank, focal_length=sample.focal_length, principal_point=sample.principal_point
    )
    assert over.shape == aside.shape == sample.image.shape
    covered = (over != 255).any(2)
    rows = [picture.any(1).nonzero()[0] for picture in (covered, (aside != 255).any(2))]
    heights = [inside[-1] - inside[0] for inside in rows]
    assert heights[0] == pytest.approx(heights[1], rel=0.1)
    for x, y in sample.keypoints.positions.tolist():
        assert covered[int(y) - 4 : int(y) + 5, int(x) - 4 : int(x) + 5].any()
