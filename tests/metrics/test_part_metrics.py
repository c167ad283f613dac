import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.metrics import confusion


def test_hits_misses_and_false_alarms_by_hand():
    truth = torch.tensor([[[0, 0, 1, 1], [2, 2, 255, 0]]], dtype=torch.uint8)
    said = torch.tensor([[[0, 1, 1, 1], [2, 0, 1, 0]]])
    found = confusion(said, truth, 3)
    assert found.accuracy == pytest.approx(5 / 7)
    assert found.iou.tolist() == pytest.approx([2 / 4, 2 / 3, 1 / 2])
    assert found.f1.tolist() == pytest.approx([4 / 6, 4 / 5, 2 / 3])


@settings(deadline=None)
@given(seed=st.integers(0, 2**31))
def test_f1_follows_from_iou_and_pieces_add_up(seed):
    numbers = torch.Generator().manual_seed(seed)
    said, truth = (torch.randint(0, 4, (3, 5, 6), generator=numbers) for _ in range(2))
    found = confusion(said, truth, 4)
    torch.testing.assert_close(found.f1, 2 * found.iou / (1 + found.iou))
    assert torch.equal((confusion(said[:1], truth[:1], 4) + confusion(said[1:], truth[1:], 4)).counts, found.counts)


def test_labels_of_no_class_are_refused():
    with pytest.raises(ValueError, match="expected labels from 0 to 1"):
        confusion(torch.tensor([[[2]]]), torch.tensor([[[0]]]), 2)
