import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.losses import balanced_cross_entropy, class_weights, dice
from vhlib.losses.segmentation import IGNORED


def test_with_full_balance_every_class_weighs_the_same():
    labels = torch.tensor([[[0, 0, 0, 1], [0, 0, 0, IGNORED]]])
    weights = class_weights(labels, 3, power=1.0)
    assert (weights[0] * 6).item() == pytest.approx((weights[1] * 1).item())
    assert weights[2] == 0
    assert class_weights(labels, 3, power=0.0)[:2].tolist() == [1.0, 1.0]


def test_cross_entropy_without_a_clue_is_the_logarithm_of_the_classes():
    labels = torch.tensor([[[0, 1], [2, IGNORED]]])
    loss = balanced_cross_entropy(torch.zeros(1, 3, 2, 2), labels, torch.tensor([1.0, 5.0, 2.0]))
    assert loss.item() == pytest.approx(math.log(3))
    assert balanced_cross_entropy(torch.zeros(1, 3, 2, 2), torch.full((1, 2, 2), IGNORED), torch.ones(3)) == 0


def test_dice_is_one_minus_the_f1_score():
    # Two classes, four pixels: class 0 has one hit of two and of two said, class 1 the same: F1 = 1/2.
    labels = torch.tensor([[[0, 0], [1, 1]]])
    said = torch.tensor([[[0, 1], [0, 1]]])
    scores = torch.where(said[:, None] == torch.arange(2)[None, :, None, None], 50.0, -50.0)
    assert dice(scores, labels).item() == pytest.approx(0.5)
    assert dice(torch.full((1, 2, 2, 2), 0.0), torch.full((1, 2, 2), IGNORED)).item() == 0


@settings(deadline=None)
@given(seed=st.integers(0, 2**31))
def test_both_fall_as_the_truth_is_said_louder_and_ignored_pixels_say_nothing(seed):
    numbers = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 4, (2, 5, 6), generator=numbers)
    truth = (labels[:, None] == torch.arange(4)[None, :, None, None]).float()
    weights = class_weights(labels, 4)
    for loss in (dice, lambda scores, labels: balanced_cross_entropy(scores, labels, weights)):
        falling = [loss(volume * truth, labels).item() for volume in (0.0, 2.0, 30.0)]
        assert falling[0] > falling[1] > falling[2]
        assert falling[2] == pytest.approx(0, abs=1e-4)
        scores = torch.randn(2, 4, 5, 6, generator=numbers)
        masked = labels.clone()
        masked[0, 0] = IGNORED
        changed = scores.clone()
        changed[0, :, 0] += 3.0
        changed[0, 1, 0] -= 7.0
        torch.testing.assert_close(loss(scores, masked), loss(changed, masked))


def test_gradients(generator):
    scores = torch.randn(1, 3, 2, 2, dtype=torch.float64, generator=generator, requires_grad=True)
    labels = torch.tensor([[[0, 1], [2, IGNORED]]])
    weights = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda s: balanced_cross_entropy(s, labels, weights), scores)
    assert torch.autograd.gradcheck(lambda s: dice(s, labels), scores)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="labels: expected 0 to 1, got 2"):
        class_weights(torch.tensor([[[0, 2]]]), 2)
    with pytest.raises(Exception, match="labels"):
        dice(torch.zeros(2, 3, 4, 4), torch.zeros(2, 4, 5, dtype=torch.long))
